// One piece of evidence after the other: hear ten seconds around it, decide, go on.
import { AROUND_S } from "./player.js";

const start = (item) => item.dataset.start / 1000;
const end = (item) => item.dataset.end / 1000;

export function bindEvidence(page) {
  const { player, transcript, signal } = page;
  const all = () => [...document.querySelectorAll(".evidence > li")];
  const watchers = [];
  let current = null;
  let isRunning = false;

  function mark(item) {
    current = item;
    all().forEach((other) => other.classList.toggle("now", other === item));
    watchers.forEach((watch) => watch(item));
  }
  function hear(item, then = null) {
    mark(item);
    transcript.cite(start(item), end(item));
    item.scrollIntoView({ block: "nearest" });
    if (item.dataset.criterion) page.criteria?.goTo(item.dataset.criterion);
    player.playStretch(start(item) - AROUND_S, end(item) + AROUND_S, [{ start: start(item), end: end(item) }], then);
  }
  function choose(by) {
    const items = all();
    if (!items.length) return;
    isRunning = false;
    const at = items.indexOf(current);
    hear(items[Math.min(Math.max(by === 0 ? Math.max(at, 0) : at + by, 0), items.length - 1)]);
  }
  /** Only the evidence, one piece after the other, those decided on left out. */
  function run() {
    if (isRunning && player.isPlaying()) { isRunning = false; player.toggle(); return; }
    isRunning = true;
    const rest = () => all().slice(all().indexOf(current) + 1).find((item) => !item.querySelector("input:checked"));
    const goOn = () => {
      const item = isRunning ? rest() : null;
      if (item) hear(item, goOn);
      else { isRunning = false; if (player.isPlaying()) player.toggle(); }
    };
    if (!rest()) current = null;
    goOn();
  }
  function decide(value) {
    const input = current?.querySelector(`input[value=${value}]`);
    if (!input || input.matches(":disabled")) return;
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  document.querySelector(".panes").addEventListener("click", (event) => {
    const item = event.target.closest(".evidence > li");
    if (!item) return;
    if (event.target.closest(".play")) { isRunning = false; hear(item); } else mark(item);
  }, { signal });
  const bind = (id, act) => document.getElementById(id)?.addEventListener("click", act, { signal });
  bind("next", () => choose(1));
  bind("previous", () => choose(-1));
  bind("run", run);
  return { all, choose, run, decide, hear, current: () => current, watch: (act) => watchers.push(act) };
}
