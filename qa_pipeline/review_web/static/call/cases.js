// Puts the current piece of evidence into the case library as a candidate.
export function bindCases(page) {
  const { form, data, words } = page;

  async function keep(kind) {
    if (!page.canScore) return;
    const item = page.evidence.current();
    if (!item) { page.status(words.caseWhich, true); return; }
    const body = new URLSearchParams({ kind, start_ms: item.dataset.start, end_ms: item.dataset.end, subject: item.dataset.detector, quote: item.querySelector("q")?.textContent ?? "" });
    for (const name of ["inspector", "csrf_token"]) if (form.elements[name]) body.set(name, form.elements[name].value);
    try {
      const answer = await fetch(data.cases, { method: "POST", body, redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      item.classList.add("kept");
      page.status(kind === "good" ? words.caseGood : words.caseBad);
    } catch {
      page.status(words.caseFailed, true);
    }
  }
  return { keep };
}
