// Plays evidence with ten seconds around it, follows the transcript, and takes keys.
"use strict";
const AROUND_S = 10;
const opened = Date.now();
const sound = document.getElementById("sound");
const evidence = [...document.querySelectorAll(".evidence li[data-start]")];
const lines = [...document.querySelectorAll(".transcript li")];
let stopAt = null;
let current = -1;

function play(from_s, until_s) {
  if (!sound) return;
  sound.currentTime = Math.max(0, from_s);
  stopAt = until_s;
  sound.play();
}

function choose(index) {
  if (!evidence.length) return;
  current = Math.min(Math.max(index, 0), evidence.length - 1);
  evidence.forEach((item, i) => item.classList.toggle("now", i === current));
  const item = evidence[current];
  item.scrollIntoView({ block: "nearest" });
  play(item.dataset.start / 1000 - AROUND_S, item.dataset.end / 1000 + AROUND_S);
}

function decide(value) {
  const input = current >= 0 && evidence[current].querySelector(`input[value=${value}]`);
  if (input) input.checked = true;
}

evidence.forEach((item, i) => item.querySelector(".play").addEventListener("click", () => choose(i)));
lines.forEach((line) => line.querySelector(".play").addEventListener("click", () => play(line.dataset.start / 1000, null)));

if (sound) {
  sound.addEventListener("timeupdate", () => {
    if (stopAt !== null && sound.currentTime >= stopAt) { sound.pause(); stopAt = null; }
    const now = sound.currentTime * 1000;
    lines.forEach((line) => line.classList.toggle("now", +line.dataset.start <= now && now < +line.dataset.end));
  });
  document.getElementById("rate").addEventListener("change", (event) => { sound.playbackRate = +event.target.value; });
}

document.addEventListener("keydown", (event) => {
  if (event.target.matches("textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const keys = {
    j: () => choose(current - 1),
    k: () => choose(current + 1),
    a: () => decide("CONFIRMED"),
    r: () => decide("REJECTED"),
    u: () => decide("UNSURE"),
    " ": () => { if (sound) { stopAt = null; sound.paused ? sound.play() : sound.pause(); } },
  };
  const action = keys[event.key.toLowerCase()];
  if (action) { event.preventDefault(); action(); }
});

document.getElementById("review").addEventListener("submit", () => {
  document.getElementById("spent").value = String(Date.now() - opened);
});
