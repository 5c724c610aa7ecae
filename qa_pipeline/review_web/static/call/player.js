// Plays the sound: whole, or one stretch after the other with the silence left out.
const SILENCE_S = 1.6; // gaps longer than this are skipped
const KEPT_S = 0.4; // so much of a gap stays at either side

export const AROUND_S = 10;

/** The gaps in which nobody speaks, outside of what must be heard whole. */
function silences(lines, from, until, whole) {
  const spoken = [...lines, ...whole].filter((s) => s.end > from && s.start < until).sort((a, b) => a.start - b.start);
  const gaps = [];
  let at = from;
  for (const { start, end } of [...spoken, { start: until, end: until }]) {
    if (start - at > SILENCE_S) gaps.push({ start: at + KEPT_S, end: start >= until ? until : start - KEPT_S });
    at = Math.max(at, end);
  }
  return gaps;
}

export function openPlayer({ signal, warmed, words }) {
  let sound = document.getElementById("sound");
  if (sound && warmed.sound) {
    warmed.sound.id = "sound";
    sound.replaceWith(warmed.sound);
    sound = warmed.sound;
  }
  const rate = document.getElementById("rate");
  const skip = document.getElementById("skip");
  const watchers = [];
  const speech = [...document.querySelectorAll(".transcript li")].map((l) => ({ start: l.dataset.start / 1000, end: l.dataset.end / 1000 }));
  const on = (target, name, act) => target?.addEventListener(name, act, { signal });
  let stretch = null; // what is played now: until, the gaps in it, and what comes after
  let still = 0;
  let silenceOff = localStorage.getItem("qa-skip") === "off";

  const now = () => (sound ? sound.currentTime : still);
  const tell = () => watchers.forEach((watch) => watch(now()));
  const start = () => sound.play().catch(() => {});

  function seek(to) {
    stretch = null;
    if (!sound) { still = Math.max(0, to); tell(); return; }
    sound.currentTime = Math.max(0, to);
    tell();
  }
  function play(from) {
    seek(from);
    if (sound) start();
  }
  /** A stretch in seconds; `whole` intervals inside keep their silence. */
  function playStretch(from, until, whole, then = null) {
    seek(from);
    if (!sound) { then?.(); return; }
    stretch = { until, gaps: silences(speech, Math.max(0, from), until, whole), then };
    start();
  }
  function toggle() {
    if (!sound) return;
    if (sound.paused) start(); else sound.pause();
  }
  function follow() {
    const at = now();
    if (stretch && !sound.paused) {
      const gap = silenceOff ? null : stretch.gaps.find((g) => g.start <= at && at < g.end - 0.1);
      if (at > stretch.until + 1) stretch = null; // moved on by hand
      else if (at >= stretch.until || (gap && gap.end >= stretch.until)) {
        const { then } = stretch;
        stretch = null;
        if (then) then(); else sound.pause();
      } else if (gap) sound.currentTime = gap.end;
    }
    tell();
  }
  function step(by) {
    if (!rate) return;
    rate.selectedIndex = Math.min(Math.max(rate.selectedIndex + by, 0), rate.length - 1);
    rate.dispatchEvent(new Event("change"));
  }
  function nudge(by) {
    stretch = null;
    seek(now() + by);
  }
  function setSkip(isOff) {
    silenceOff = isOff;
    localStorage.setItem("qa-skip", isOff ? "off" : "on");
    if (skip) skip.setAttribute("aria-pressed", String(!isOff));
  }

  const button = document.getElementById("play");
  const time = document.getElementById("time");
  watchers.push((at) => { if (time) time.textContent = clock(at); });
  on(button, "click", toggle);
  on(skip, "click", () => setSkip(!silenceOff));
  setSkip(silenceOff);
  if (sound) {
    on(sound, "timeupdate", follow);
    // `timeupdate` comes four times a second: too rarely to leave out a gap.
    const timer = setInterval(() => { if (!sound.paused) follow(); }, 60);
    const label = () => { button.textContent = sound.paused ? "▶" : "❚❚"; button.setAttribute("aria-label", sound.paused ? words.play : words.pause); };
    ["play", "pause", "ended"].forEach((name) => on(sound, name, label));
    const complain = () => { document.getElementById("problem").hidden = !sound.error; };
    on(sound, "error", complain);
    complain(); // it may have failed before this script ran
    rate.value = localStorage.getItem("qa-rate") ?? "1";
    if (rate.selectedIndex < 0) rate.value = "1";
    const setRate = () => { sound.defaultPlaybackRate = sound.playbackRate = +rate.value; localStorage.setItem("qa-rate", rate.value); };
    on(rate, "change", setRate);
    setRate();
    signal.addEventListener("abort", () => { clearInterval(timer); sound.pause(); });
  }
  return { sound, now, play, playStretch, toggle, seek, step, nudge, toggleSkip: () => setSkip(!silenceOff), isPlaying: () => Boolean(sound) && !sound.paused, watch: (act) => watchers.push(act) };
}

export function clock(seconds) {
  const whole = Math.floor(seconds);
  const hours = Math.floor(whole / 3600);
  const rest = `${String(whole % 60).padStart(2, "0")}`;
  return hours ? `${hours}:${String(Math.floor(whole / 60) % 60).padStart(2, "0")}:${rest}` : `${Math.floor(whole / 60)}:${rest}`;
}
