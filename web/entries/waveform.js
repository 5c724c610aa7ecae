// The call page's waveform with its regions; loaded on demand.
export { default as WaveSurfer } from "wavesurfer.js/dist/wavesurfer.js";
export { default as Regions } from "wavesurfer.js/dist/plugins/regions.js";
