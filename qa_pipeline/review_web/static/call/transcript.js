// The transcript follows the sound; a click plays from there, a selection names a stretch.
const start = (line) => line.dataset.start / 1000;
const end = (line) => line.dataset.end / 1000;

export function bindTranscript({ player, signal }) {
  const pane = document.getElementById("transcript-pane");
  const lines = [...document.querySelectorAll(".transcript li")];

  // Scrolls the line's own pane only: on a phone the page stays where it is.
  function bringUp(line) {
    if (pane.scrollHeight <= pane.clientHeight) return;
    const box = line.getBoundingClientRect();
    const around = pane.getBoundingClientRect();
    if (box.top < around.top + 60 || box.bottom > around.bottom - 60) {
      pane.scrollBy({ top: box.top - around.top - around.height / 3, behavior: "smooth" });
    }
  }
  function show(now) {
    let last = null;
    lines.forEach((line) => {
      const isNow = start(line) <= now && now < end(line);
      if (isNow && !line.classList.contains("now")) last = line;
      line.classList.toggle("now", isNow);
    });
    if (last) bringUp(last);
  }
  function cite(from, until) {
    const cited = lines.filter((line) => from < end(line) && start(line) < until);
    lines.forEach((line) => line.classList.toggle("cited", until - from < 30 && cited.includes(line)));
    if (cited.length) bringUp(cited[0]);
  }
  lines.forEach((line) => line.addEventListener("click", (event) => {
    if (!event.target.closest("button") && getSelection().isCollapsed) player.play(start(line));
  }, { signal }));
  document.querySelectorAll(".seek").forEach((button) => button.addEventListener("click", (event) => {
    event.preventDefault(); // a receipt's button may stand in a <summary>
    player.play(start(button));
  }, { signal }));
  player.watch(show);

  /** The selected text with its time: by words where they have times, else in proportion. */
  function selection() {
    const chosen = getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    const touched = lines.filter((line) => range.intersectsNode(line.querySelector(".text")));
    if (!touched.length) return null;
    const [first, last] = [touched[0], touched.at(-1)];
    const from = timeOf(first, offsetIn(first, range.startContainer, range.startOffset, 0), true);
    const until = timeOf(last, offsetIn(last, range.endContainer, range.endOffset, Infinity), false);
    const quote = touched.map((line) => quoted(line, range)).join(" / ");
    return { start: Math.round(from), end: Math.max(Math.round(until), Math.round(from) + 1), quote };
  }
  function lineAt(now) {
    const before = lines.filter((line) => start(line) <= now + 0.05);
    const line = before.at(-1) ?? lines[0];
    return line ? { start: +line.dataset.start, end: +line.dataset.end, quote: line.querySelector(".text").textContent } : null;
  }
  /** The line of which most lies within a stretch; none where nobody speaks in it. */
  function mostWithin(stretch) {
    const shared = (line) => Math.min(stretch.end, line.dataset.end) - Math.max(stretch.start, line.dataset.start);
    const most = lines.reduce((best, line) => (best && shared(best) >= shared(line) ? best : line), null);
    return most && shared(most) > 0 ? most : null;
  }
  return { cite, selection, lineAt, mostWithin };
}

function offsetIn(line, node, offset, outside) {
  const text = line.querySelector(".text");
  if (!text.contains(node)) return outside;
  const range = document.createRange();
  range.selectNodeContents(text);
  range.setEnd(node, offset);
  return range.toString().length;
}

function quoted(line, range) {
  const text = line.querySelector(".text");
  const part = document.createRange();
  part.selectNodeContents(text);
  if (text.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
  if (text.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
  return part.toString();
}

// `data-words` holds "first character @ start ms – end ms" of each word.
function timeOf(line, at, isStart) {
  const [from, until] = [+line.dataset.start, +line.dataset.end];
  const length = line.querySelector(".text").textContent.length || 1;
  const offset = Math.min(at, length);
  const words = (line.dataset.words ?? "").split(" ").filter(Boolean).map((word) => word.split(/[@-]/).map(Number));
  if (!words.length) return from + ((until - from) * offset) / length;
  if (isStart) return words.filter(([first]) => first <= offset).at(-1)?.[1] ?? from;
  return words.filter(([first]) => first < offset).at(-1)?.[2] ?? until;
}
