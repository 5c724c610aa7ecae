// A plain script: a page from a folder (file://) may not load modules.
"use strict";

const players = [...document.querySelectorAll("audio")];
const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
const boxOf = (element) => element.closest(".case, .item");

for (const player of players) {
  player.addEventListener("play", () => players.filter((p) => p !== player).forEach((p) => p.pause()));
  player.addEventListener("timeupdate", () => {
    const lines = [...boxOf(player).querySelectorAll(".lines li")];
    const now = lines.findLast((li) => Number(li.firstElementChild.dataset.ms) <= player.currentTime * 1000);
    lines.forEach((li) => li.classList.toggle("now", li === now));
  });
}

document.addEventListener("click", ({ target }) => {
  const player = boxOf(target)?.querySelector("audio");
  if (!player) return;
  if (target.matches(".seek")) {
    player.currentTime = Number(target.dataset.ms) / 1000;
    player.play();
  }
  if (target.matches(".mark")) {
    const output = boxOf(target).querySelector(".start");
    output.dataset.ms = Math.round(player.currentTime * 1000);
    output.textContent = clock(output.dataset.ms);
  }
});

document.getElementById("quiz")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const answers = [...form.querySelectorAll(".item")].map((item) => {
    const { ms } = item.querySelector(".start").dataset;
    return {
      item_id: item.dataset.id,
      choice: item.querySelector("input:checked")?.value ?? null,
      start_ms: ms === "" ? null : Number(ms),
      text: item.querySelector("textarea").value,
    };
  });
  const person = form.elements.person.value.trim();
  const document_ = { quiz: form.dataset.title, person, answers };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(document_, null, 2)], { type: "application/json" }));
  link.download = `答案-${person || "未填姓名"}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
});
