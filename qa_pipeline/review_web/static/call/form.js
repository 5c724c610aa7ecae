// The form: which line the keyboard is on, what was changed, what evidence says of it.
export function bindForm({ form, signal }) {
  const lines = [...form.querySelectorAll(".criterion")];
  const touched = new Set();
  let here = null;

  function mark(line) {
    const machine = line.querySelector(".choice").dataset.machine;
    const chosen = line.querySelector("input:checked");
    line.classList.toggle("changed", Boolean(machine && chosen && chosen.value !== machine));
  }
  function stand(line) {
    here = line;
    lines.forEach((other) => other.classList.toggle("here", other === line));
    line.scrollIntoView({ block: "nearest" });
  }
  function goTo(name) {
    const line = document.getElementById(name);
    if (line) stand(line);
  }
  function step(by) {
    if (lines.length) stand(lines[Math.min(Math.max(lines.indexOf(here) + by, 0), lines.length - 1)]);
  }
  /** The next line without an answer, from the top again behind the last one. */
  function nextOpen() {
    const at = lines.indexOf(here);
    const order = [...lines.slice(at + 1), ...lines.slice(0, at + 1)];
    const open = order.filter((line) => !line.querySelector("input:checked"));
    const next = open.find((line) => line.classList.contains("NEEDS_HUMAN")) ?? open[0]; // what the machine found not to apply comes last
    if (next) stand(next);
  }
  function answer(index) {
    const input = here?.querySelectorAll(".choice input")[index];
    if (!input || input.matches(":disabled")) return;
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  /** Where every piece of evidence is rejected nothing is left to deduct for. */
  function follow(name) {
    const line = document.getElementById(name);
    if (!line || touched.has(name)) return;
    const { machine } = line.querySelector(".choice").dataset;
    const pieces = [...document.querySelectorAll(`.evidence > li[data-criterion="${CSS.escape(name)}"]`)];
    const isMissed = pieces.some((piece) => piece.classList.contains("missed"));
    if (!machine && !isMissed) return;
    const allRejected = pieces.every((piece) => piece.querySelector("input[value=REJECTED]:checked"));
    const value = isMissed ? "FAIL" : allRejected ? "PASS" : machine;
    const input = line.querySelector(`input[value=${value}]`);
    if (input) input.checked = true;
    mark(line);
  }
  lines.forEach((line) => {
    mark(line);
    line.querySelector(".choice").addEventListener("change", (event) => { touched.add(event.target.name); mark(line); }, { signal });
    line.addEventListener("pointerdown", () => { here = line; lines.forEach((other) => other.classList.toggle("here", other === line)); }, { signal });
  });
  form.querySelectorAll(".jump a").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault(); // following the link would scroll the page from under its panes
    goTo(decodeURIComponent(link.hash.slice(1)));
  }, { signal }));
  form.addEventListener("change", (event) => {
    const item = event.target.closest(".evidence > li");
    if (item?.dataset.criterion) follow(item.dataset.criterion);
  }, { signal });
  return { goTo, step, nextOpen, answer, follow, touched, refresh: () => lines.forEach(mark) };
}
