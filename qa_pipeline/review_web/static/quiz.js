// Marks where the fault starts at the player's time; one clip plays at a time.
const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
const players = [...document.querySelectorAll(".quiz-item audio")];

for (const player of players) {
  player.addEventListener("play", () => players.filter((p) => p !== player).forEach((p) => p.pause()));
}
for (const item of document.querySelectorAll(".quiz-item")) {
  const [player, output, undo] = ["audio", ".start", ".unmark"].map((s) => item.querySelector(s));
  const field = item.querySelector("[name^='start:']");
  const show = (ms) => {
    field.value = ms === null ? "" : ms;
    output.textContent = ms === null ? "—" : clock(ms);
    undo.hidden = ms === null;
  };
  item.querySelector(".mark").addEventListener("click", () => show(Math.round(player.currentTime * 1000)));
  undo.addEventListener("click", () => show(null));
}
