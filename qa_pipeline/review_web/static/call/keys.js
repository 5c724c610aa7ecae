// Everything from the keyboard, by place of the key: an input method may hide the letter.
export function bindKeys(page) {
  const { player, evidence, criteria, missed, cases, form, signal, canScore } = page;
  const sheet = document.getElementById("keys");
  const byId = (id) => document.getElementById(id);
  const KEYS = {
    KeyJ: () => evidence.choose(1),
    KeyK: () => evidence.choose(-1),
    KeyP: () => evidence.choose(0),
    KeyE: () => evidence.run(),
    KeyA: () => evidence.decide("CONFIRMED"),
    KeyR: () => evidence.decide("REJECTED"),
    KeyU: () => evidence.decide("UNSURE"),
    KeyM: () => missed.ask(),
    KeyC: (event) => cases.keep(event.shiftKey ? "good" : "bad"),
    KeyS: () => player.toggleSkip(),
    KeyZ: () => byId("zoom")?.click(),
    KeyG: () => criteria.nextOpen(),
    KeyN: () => byId("note").focus(),
    Space: () => player.toggle(),
    ArrowLeft: () => player.nudge(-5),
    ArrowRight: () => player.nudge(5),
    ArrowUp: () => criteria.step(-1),
    ArrowDown: () => criteria.step(1),
    BracketLeft: () => player.step(-1),
    BracketRight: () => player.step(1),
    ...Object.fromEntries([1, 2, 3, 4].flatMap((n) => ["Digit", "Numpad"].map((row) => [`${row}${n}`, () => criteria.answer(n - 1)]))),
  };
  document.addEventListener("keydown", (event) => {
    const on = event.target;
    if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) {
      // A dispute's fields stand within this form and belong to another.
      const own = on.closest(".dispute") ? on.form : canScore && !document.querySelector("dialog[open]") ? form : null;
      if (own) { event.preventDefault(); own.requestSubmit(); }
      return;
    }
    if (event.code === "Escape" && on.matches("textarea")) { on.blur(); return; }
    if (on.matches("textarea, select, input:not([type=radio])") || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "?" || event.key === "？") { event.preventDefault(); sheet.showModal(); return; }
    const isControl = event.code === "Space" ? on.matches("button, a, summary, input:not(:checked)") : event.code.startsWith("Arrow") && on.matches("input");
    const action = KEYS[event.code];
    if (action && !isControl) { event.preventDefault(); action(event); }
  }, { signal });
  byId("help").addEventListener("click", () => sheet.showModal(), { signal });
  byId("close-keys").addEventListener("click", () => sheet.close(), { signal });
  // A control clicked by mouse gives the keyboard back, so that space plays and pauses.
  document.addEventListener("click", (event) => {
    if (event.detail && event.target.closest("button, label") && !document.querySelector("dialog[open]")) document.activeElement.blur();
  }, { signal });
}
