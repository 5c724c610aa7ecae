// Milliseconds of real work on the call: in sight, and touched or playing in the last minute.
const IDLE_MS = 60_000;
const TICK_MS = 250;

export function startClock({ player, signal }) {
  let spent = 0;
  let touched = performance.now();
  let before = touched;
  const touch = () => { touched = performance.now(); };
  ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"].forEach((name) =>
    addEventListener(name, touch, { signal, passive: true }));
  const tick = () => {
    const now = performance.now();
    const isActive = player.isPlaying() || now - touched < IDLE_MS;
    if (!document.hidden && isActive) spent += Math.min(now - before, 2000); // a machine that slept did not work
    before = now;
  };
  const timer = setInterval(tick, TICK_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  return { ms: () => { tick(); return Math.round(spent); }, add: (ms) => { spent += ms; } };
}
