// Plays evidence with ten seconds around it, follows the transcript, and takes keys.
"use strict";
const AROUND_S = 10;
const byId = (id) => document.getElementById(id);
const sound = byId("sound");
const form = byId("review");
const timeline = byId("line");
const playhead = byId("playhead");
const transcript = byId("transcript-pane");
const evidence = [...document.querySelectorAll(".evidence li")];
const lines = [...document.querySelectorAll(".transcript li")];
const start = (item) => item.dataset.start / 1000;
const end = (item) => item.dataset.end / 1000;
let current = -1;
let stopAt = null;

// Scrolls the line's own pane only: on a phone the page stays where it is.
function bringUp(line) {
  if (transcript.scrollHeight <= transcript.clientHeight) return;
  const box = line.getBoundingClientRect();
  const pane = transcript.getBoundingClientRect();
  if (box.top < pane.top + 60 || box.bottom > pane.bottom - 60) {
    transcript.scrollBy({ top: box.top - pane.top - pane.height / 3, behavior: "smooth" });
  }
}

function show(now) {
  playhead.setAttribute("x1", (now * 1e6) / timeline.dataset.duration);
  playhead.setAttribute("x2", (now * 1e6) / timeline.dataset.duration);
  let last = null;
  lines.forEach((line) => {
    const isNow = start(line) <= now && now < end(line);
    if (isNow && !line.classList.contains("now")) last = line;
    line.classList.toggle("now", isNow);
  });
  if (last) bringUp(last);
}

function play(from, until) {
  stopAt = until;
  if (!sound) { show(from); return; }
  sound.currentTime = Math.max(0, from);
  sound.play().catch(() => {});
}

function choose(index) {
  if (!evidence.length) return;
  current = Math.min(Math.max(index, 0), evidence.length - 1);
  const item = evidence[current];
  evidence.forEach((other) => other.classList.toggle("now", other === item));
  lines.forEach((line) => line.classList.toggle("cited", item.dataset.start < +line.dataset.end && line.dataset.start < +item.dataset.end && end(item) - start(item) < 30));
  item.scrollIntoView({ block: "nearest" });
  if (sound) play(start(item) - AROUND_S, end(item) + AROUND_S);
  else show(start(item));
}

function decide(value) {
  const input = current >= 0 && evidence[current].querySelector(`input[value=${value}]`);
  if (!input) return;
  input.checked = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// Where every piece of evidence is rejected nothing is left to deduct for.
const touched = new Set();
function follow(name) {
  const input = form.elements.namedItem(name);
  const choice = input && input[0].closest("fieldset");
  if (!choice || touched.has(name) || !choice.dataset.machine) return;
  const pieces = evidence.filter((item) => item.dataset.criterion === name);
  const allRejected = pieces.every((item) => item.querySelector("input[value=REJECTED]:checked"));
  input.value = allRejected ? "PASS" : choice.dataset.machine;
  mark(choice);
}

function mark(choice) {
  const chosen = choice.querySelector("input:checked");
  const changed = choice.dataset.machine && chosen && chosen.value !== choice.dataset.machine;
  choice.parentElement.classList.toggle("changed", Boolean(changed));
}

function step(by) {
  const rate = byId("rate");
  if (!rate) return;
  rate.selectedIndex = Math.min(Math.max(rate.selectedIndex + by, 0), rate.length - 1);
  rate.dispatchEvent(new Event("change"));
}

function toggle() {
  if (!sound) return;
  stopAt = null;
  if (sound.paused) sound.play().catch(() => {}); else sound.pause();
}

evidence.forEach((item, i) => {
  item.querySelector(".play").addEventListener("click", () => choose(i));
  item.addEventListener("change", () => { if (item.dataset.criterion) follow(item.dataset.criterion); });
  item.addEventListener("pointerdown", () => { current = i; evidence.forEach((other) => other.classList.toggle("now", other === item)); });
});
document.querySelectorAll(".seek").forEach((button) => button.addEventListener("click", (event) => { event.stopPropagation(); play(start(button), null); }));
lines.forEach((line) => line.addEventListener("click", () => { if (getSelection().isCollapsed) play(start(line), null); }));
timeline.addEventListener("click", (event) => {
  const box = timeline.getBoundingClientRect();
  play(((event.clientX - box.left) / box.width) * timeline.dataset.duration / 1000, null);
});
document.querySelectorAll(".criterion .choice").forEach((choice) => {
  mark(choice);
  choice.addEventListener("change", (event) => { touched.add(event.target.name); mark(choice); });
});
if (byId("next")) {
  byId("next").addEventListener("click", () => choose(current + 1));
  byId("previous").addEventListener("click", () => choose(current - 1));
}
byId("help").addEventListener("click", () => byId("keys").showModal());
byId("close-keys").addEventListener("click", () => byId("keys").close());
// A button clicked by mouse gives the keyboard back, so that space plays and pauses.
document.addEventListener("click", (event) => { if (event.detail && event.target.closest("button, label")) document.activeElement.blur(); });

if (sound) {
  sound.addEventListener("timeupdate", () => {
    const now = sound.currentTime;
    if (stopAt !== null && now > stopAt + 1) stopAt = null; // moved on by hand
    if (stopAt !== null && now >= stopAt) { sound.pause(); stopAt = null; }
    show(now);
  });
  const complain = () => { byId("problem").hidden = !sound.error; };
  sound.addEventListener("error", complain);
  complain(); // it may have failed before this script ran
  byId("rate").addEventListener("change", (event) => { sound.playbackRate = +event.target.value; });
}

// By place on the keyboard, because an input method may hide the letter.
const KEYS = {
  KeyJ: () => choose(current + 1),
  KeyK: () => choose(current - 1),
  KeyP: () => choose(current),
  KeyA: () => decide("CONFIRMED"),
  KeyR: () => decide("REJECTED"),
  KeyU: () => decide("UNSURE"),
  KeyN: () => byId("note").focus(),
  Space: toggle,
  ArrowLeft: () => { if (sound) { stopAt = null; sound.currentTime -= 5; } },
  ArrowRight: () => { if (sound) { stopAt = null; sound.currentTime += 5; } },
  BracketLeft: () => step(-1),
  BracketRight: () => step(1),
};
document.addEventListener("keydown", (event) => {
  const on = event.target;
  if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) { form.requestSubmit(); return; }
  if (event.code === "Escape" && on.matches("textarea")) { on.blur(); return; }
  if (on.matches("textarea, select, audio") || event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  if (event.key === "?" || event.key === "？") { event.preventDefault(); byId("keys").showModal(); return; }
  const isControl = event.code === "Space" ? on.matches("button, a, summary, input:not(:checked)") : event.code.startsWith("Arrow") && on.matches("input");
  const action = KEYS[event.code];
  if (action && !isControl) { event.preventDefault(); action(); }
});

// Seconds with the page in sight: a call left open over lunch does not count.
let spent = 0;
let since = document.hidden ? null : performance.now();
document.addEventListener("visibilitychange", () => {
  if (document.hidden && since !== null) { spent += performance.now() - since; since = null; }
  if (!document.hidden && since === null) since = performance.now();
});
let sent = false;
form.addEventListener("submit", (event) => {
  if (sent) { event.preventDefault(); return; }
  sent = true;
  byId("spent").value = String(Math.round(spent + (since === null ? 0 : performance.now() - since)));
});
// The browser may bring the page back as it was left.
addEventListener("pageshow", () => { sent = false; });
