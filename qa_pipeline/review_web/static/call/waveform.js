// Draws each speaker's voice with the evidence over it; without the bundle the plain line stays.
const COLOURS = {
  agent: ["#7ba4cd", "#2f6396"],
  customer: ["#d3b076", "#94691f"],
  unknown: ["#a4afba", "#5d6b7a"],
};
const SHADES = { fault: "rgba(198, 62, 41, .20)", doubtful: "rgba(226, 164, 35, .24)", missed: "rgba(122, 63, 168, .24)" };
const SHADE_NOW = { fault: "rgba(198, 62, 41, .42)", doubtful: "rgba(226, 164, 35, .48)", missed: "rgba(122, 63, 168, .46)", missing: "rgba(36, 80, 127, .16)" };
const ZOOMED_PX_PER_S = 40;
const GROWN_PX = 5; // a region that is being dragged starts this wide and keeps it

export async function drawWaveform(page) {
  const { data, player, signal, warmed } = page;
  const line = document.getElementById("line");
  bindLine(page, line);
  const box = document.getElementById("waveform");
  if (!box || !player.sound) return;
  let outline;
  let library;
  try {
    [library, outline] = await Promise.all([import("../built/waveform.js"), warmed.peaks ?? fetchPeaks(data.peaks, signal)]);
  } catch {
    return; // not built, or the recording is gone: the plain line says where what is
  }
  if (signal.aborted || !outline) return;
  box.hidden = false;
  line.toggleAttribute("hidden", outline.lanes.length > 1);
  const regions = library.Regions.create();
  const wave = library.WaveSurfer.create({
    container: box.querySelector(".lanes"),
    media: player.sound,
    peaks: outline.lanes.map((lane) => lane.peaks.map((peak) => peak / 100)),
    duration: outline.duration_ms / 1000,
    height: outline.lanes.length > 1 ? 30 : 40,
    splitChannels: outline.lanes.map(({ role }) => ({ waveColor: COLOURS[role][0], progressColor: COLOURS[role][1] })),
    normalize: true,
    cursorColor: "#1d2733",
    cursorWidth: 2,
    autoCenter: true,
    hideScrollbar: false,
    plugins: [regions],
  });
  wave.on("interaction", (at) => player.play(at));
  bindRegions(page, wave, regions);
  bindZoom(wave, signal);
  signal.addEventListener("abort", () => wave.destroy());
  box.dataset.ready = "yes";
}

async function fetchPeaks(address, signal) {
  const answer = await fetch(address, { signal });
  return answer.ok ? answer.json() : null;
}

function kindOf(item) {
  return ["missed", "doubtful", "fault"].find((name) => item.classList.contains(name));
}

function bindRegions({ data, evidence, missed }, wave, regions) {
  let isOurs = false;
  function redraw() {
    isOurs = true;
    regions.clearRegions();
    for (const item of evidence.all()) {
      const isNow = item.classList.contains("now");
      // Where something was not said there is nothing to see, least of all in a whole call.
      const share = (item.dataset.end - item.dataset.start) / data.duration;
      if (item.dataset.missing && (!isNow || share > 0.5)) continue;
      const kind = item.dataset.missing ? "missing" : kindOf(item);
      regions.addRegion({ start: item.dataset.start / 1000, end: item.dataset.end / 1000, color: (isNow ? SHADE_NOW : SHADES)[kind], drag: false, resize: false });
    }
    isOurs = false;
  }
  regions.enableDragSelection({ color: SHADES.missed, drag: false, resize: false });
  regions.on("region-created", (region) => {
    if (isOurs) return;
    const grown = (GROWN_PX * wave.getDuration()) / wave.getWrapper().clientWidth;
    const stretch = { start: Math.round(region.start * 1000), end: Math.round((region.end - grown) * 1000) };
    if (stretch.end - stretch.start >= 200) missed.ask(stretch);
    else region.remove();
  });
  evidence.watch(redraw);
  missed.watch(redraw);
  wave.once("ready", redraw);
  redraw();
}

function bindZoom(wave, signal) {
  const button = document.getElementById("zoom");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const isNear = button.getAttribute("aria-pressed") === "true";
    button.setAttribute("aria-pressed", String(!isNear));
    wave.zoom(isNear ? 0 : ZOOMED_PX_PER_S);
  }, { signal });
}

/** The plain line of who speaks when: seeks, and shows where we are. */
function bindLine({ player, data, signal }, line) {
  const head = document.getElementById("playhead");
  player.watch((now) => ["x1", "x2"].forEach((x) => head.setAttribute(x, (now * 1e6) / data.duration)));
  line.addEventListener("click", (event) => {
    const box = line.getBoundingClientRect();
    player.play((((event.clientX - box.left) / box.width) * data.duration) / 1000);
  }, { signal });
}
