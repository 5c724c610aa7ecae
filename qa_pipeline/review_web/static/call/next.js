// Fetches sound and outline of the next call while this one is being reviewed.
const WAIT_MS = 1500; // this call's own sound goes first

export function warmNext({ data, signal }) {
  const warmed = {};
  if (!data.next) return warmed;
  const timer = setTimeout(async () => {
    warmed.address = data.next;
    if (data.nextSound) {
      warmed.sound = new Audio();
      warmed.sound.preload = "auto";
      warmed.sound.src = data.nextSound;
    }
    try {
      const answer = await fetch(data.nextPeaks, { signal });
      if (answer.ok) warmed.peaks = await answer.json();
    } catch { /* it is fetched again when it is needed */ }
  }, WAIT_MS);
  signal.addEventListener("abort", () => clearTimeout(timer));
  return warmed;
}
