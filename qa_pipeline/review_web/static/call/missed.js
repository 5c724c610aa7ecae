// What the machine has not noticed: a stretch of the call and what it shows.
import { clock } from "./player.js";

export function bindMissed(page) {
  const { form, player, transcript, signal, words } = page;
  const dialog = document.getElementById("missed");
  const list = document.getElementById("missed-list");
  const watchers = [];
  let about = null;
  let count = 0;
  if (!dialog || !list) return { ask() {}, add() {}, all: () => [], watch() {} };

  function ask(stretch) {
    if (!page.canScore) { watchers.forEach((watch) => watch()); return; }
    about = stretch ?? transcript.selection() ?? transcript.lineAt(player.now());
    if (!about) return;
    about.quote ??= transcript.mostWithin(about)?.querySelector(".text").textContent ?? "";
    dialog.querySelector(".when").textContent = `${clock(about.start / 1000)}–${clock(about.end / 1000)}`;
    dialog.querySelector("q").textContent = about.quote;
    dialog.querySelector("q").hidden = !about.quote;
    dialog.showModal();
    (dialog.querySelector("input:checked") ?? dialog.querySelector("input")).focus();
  }
  function add({ detector, label, criterion, start, end, quote }) {
    const item = document.getElementById("missed-item").content.firstElementChild.cloneNode(true);
    Object.assign(item.dataset, { start, end, detector, ...(criterion && { criterion }) });
    item.querySelector("strong").textContent = label;
    item.querySelector(".play").textContent = `▶ ${clock(start / 1000)}`;
    item.querySelector("q").textContent = quote;
    item.querySelector("q").hidden = !quote;
    const field = item.querySelector("input[type=hidden]");
    field.name = `missed:${count++}`;
    field.value = `${detector}|${start}|${end}|${quote.slice(0, 200)}`;
    item.querySelector(".remove").addEventListener("click", () => { item.remove(); changed(item); }, { signal });
    list.append(item);
    return item;
  }
  function changed(item) {
    if (item.dataset.criterion) page.criteria.follow(item.dataset.criterion);
    watchers.forEach((watch) => watch());
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }
  dialog.addEventListener("close", () => {
    const chosen = dialog.querySelector("input:checked");
    if (dialog.returnValue !== "add" || !chosen || !about) { watchers.forEach((watch) => watch()); return; }
    const { label, criterion } = chosen.dataset;
    const item = add({ detector: chosen.value, label, criterion, ...about });
    getSelection().removeAllRanges();
    changed(item);
    item.scrollIntoView({ block: "nearest" });
    page.status(words.missedAdded);
  }, { signal });
  dialog.querySelector(".cancel").addEventListener("click", () => dialog.close("cancel"), { signal });
  document.getElementById("add-missed")?.addEventListener("click", () => ask(), { signal });
  list.querySelectorAll("li[data-detector]").forEach((item) => {
    const { detector, start, end, label, criterion, quote } = item.dataset;
    item.remove();
    add({ detector, label, criterion, start: +start, end: +end, quote });
  });
  const all = () => [...list.children].map((item) => ({ detector: item.dataset.detector, start: +item.dataset.start, end: +item.dataset.end, criterion: item.dataset.criterion, label: item.querySelector("strong").textContent, quote: item.querySelector("q").textContent, item }));
  const clear = () => list.replaceChildren();
  return { ask, add, all, clear, watch: (act) => watchers.push(act) };
}
