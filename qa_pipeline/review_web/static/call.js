// The call page: connects sound, waveform, transcript, evidence, form and keys of one call.
import { bindCases } from "./call/cases.js";
import { openDraft } from "./call/draft.js";
import { bindEvidence } from "./call/evidence.js";
import { bindForm } from "./call/form.js";
import { bindKeys } from "./call/keys.js";
import { bindMissed } from "./call/missed.js";
import { warmNext } from "./call/next.js";
import { openPlayer } from "./call/player.js";
import { startClock } from "./call/spent.js";
import { bindSubmit } from "./call/submit.js";
import { bindTranscript } from "./call/transcript.js";
import { drawWaveform } from "./call/waveform.js";

let leave = null;

/** Wire the page that is in the document now; `warmed` holds sound and outline of this call. */
export function mount(warmed = {}) {
  leave?.abort();
  leave = new AbortController();
  const form = document.getElementById("review");
  if (!form) return;
  const page = { form, data: form.dataset, words: document.getElementById("words").dataset, signal: leave.signal, warmed };
  page.canScore = Boolean(form.querySelector("button[type=submit]"));
  page.status = (text, isBad = false) => {
    const line = document.getElementById("status");
    line.textContent = text;
    line.classList.toggle("bad", isBad);
  };
  page.player = openPlayer(page);
  page.spent = startClock(page);
  page.transcript = bindTranscript(page);
  page.missed = bindMissed(page);
  page.evidence = bindEvidence(page);
  page.criteria = bindForm(page);
  page.cases = bindCases(page);
  page.draft = openDraft(page);
  page.next = warmNext(page);
  bindSubmit(page, mount);
  bindKeys(page);
  drawWaveform(page);
  const wanted = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
  if (wanted) page.player.seek(Number(wanted[1]));
  form.dataset.ready = "yes";
}

mount();
