// Keeps what is being filled in: at once in this browser, a moment later on the server.
const KEY = "qa-draft:";
const TO_SERVER_MS = 2000;
const AGAIN_MS = 5000;
const FORGOTTEN_MS = 14 * 24 * 3600 * 1000;

export function openDraft(page) {
  const { form, data, signal, words } = page;
  if (!page.canScore) return { forget() {}, save() {} };
  const key = `${KEY}${data.inspector}:${data.call}`;
  let timer = null;
  let isDone = false;

  function snapshot() {
    const answers = {};
    form.querySelectorAll("input[type=radio]:checked").forEach((input) => { answers[input.name] = input.value; });
    const missed = page.missed.all().map(({ item, ...rest }) => rest);
    return { at: Date.now(), formId: form.elements.form_id.value, judgement: data.judgement, answers, missed, touched: [...page.criteria.touched], note: form.elements.note.value, spent: page.spent.ms() };
  }
  function restore(draft) {
    // What was sent before and is sent again must be known again.
    if (draft.formId) form.elements.form_id.value = draft.formId;
    const isSame = draft.judgement === data.judgement;
    // After a new judgement the same number may mean another piece of evidence.
    const usable = Object.entries(draft.answers ?? {}).filter(([name]) => isSame || !name.startsWith("evidence:"));
    form.querySelectorAll("input[type=radio]").forEach((input) => { if (isSame) input.checked = false; });
    for (const [name, value] of usable) {
      const input = form.querySelector(`input[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
      if (input) input.checked = true;
    }
    page.missed.clear?.();
    (draft.missed ?? []).forEach((missed) => page.missed.add(missed));
    (draft.touched ?? []).forEach((name) => page.criteria.touched.add(name));
    form.elements.note.value = draft.note ?? "";
    page.spent.add(Number(draft.spent) || 0);
    page.criteria.refresh();
    page.status(words.restored);
  }
  function save() {
    if (isDone) return;
    const draft = snapshot();
    try {
      localStorage.setItem(key, JSON.stringify(draft));
    } catch { /* a full or forbidden storage: the server still has it */ }
    clearTimeout(timer);
    timer = setTimeout(send, TO_SERVER_MS);
  }
  async function send() {
    if (isDone) return;
    const body = new URLSearchParams({ draft: JSON.stringify(snapshot()) });
    for (const name of ["inspector", "csrf_token"]) if (form.elements[name]) body.set(name, form.elements[name].value);
    try {
      const answer = await fetch(data.draftTo, { method: "POST", body, redirect: "error", signal });
      if (!answer.ok) throw new Error(String(answer.status));
      page.status(words.saved);
    } catch {
      if (signal.aborted || isDone) return;
      page.status(words.savedHere, true);
      timer = setTimeout(send, AGAIN_MS);
    }
  }
  function forget() {
    isDone = true;
    clearTimeout(timer);
    localStorage.removeItem(key);
  }

  const kept = [read(localStorage.getItem(key)), read(data.draft)].filter(Boolean).sort((a, b) => b.at - a.at)[0];
  if (kept) restore(kept);
  dropOld();
  form.addEventListener("change", save, { signal });
  form.addEventListener("input", save, { signal });
  addEventListener("pagehide", () => { if (timer && !isDone) save(); }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  return { forget, save, key };
}

function read(text) {
  try {
    const draft = JSON.parse(text || "null");
    return draft && typeof draft === "object" && Number.isFinite(draft.at) ? draft : null;
  } catch {
    return null;
  }
}

function dropOld() {
  Object.keys(localStorage)
    .filter((key) => key.startsWith(KEY))
    .filter((key) => Date.now() - (read(localStorage.getItem(key))?.at ?? 0) > FORGOTTEN_MS)
    .forEach((key) => localStorage.removeItem(key));
}
