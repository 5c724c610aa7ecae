"""Whether a case may be shown: hidden by what its call says today, and its approval."""

import hashlib
from pathlib import Path

from qa_pipeline.batch.redacted_case import RedactedCase
from qa_pipeline.domain.case import CaseStatus
from qa_pipeline.domain.case_card import CardText, Redaction
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.errors import UsageError
from qa_pipeline.store import CallStore


def card_text(store: CallStore, case_id: str) -> CardText:
    """The card as it was last left; empty for one that nobody edited."""
    edits = store.card_edits(case_id)
    return edits[-1].text if edits else CardText()


def redacted(store: CallStore, case_id: str) -> RedactedCase:
    """The case with its call and the trainer's masks; NotFound where either is unknown."""
    case = store.case(case_id)
    masks = card_text(store, case_id).masks
    return RedactedCase(case=case, judged=store.judged_call(case.call_id), masks=masks)


def redact_case(store: CallStore, case_id: str) -> Redaction:
    """Compute on the current transcript what is hidden, and keep it."""
    hidden = redacted(store, case_id)
    clip = hidden.case.clip
    made = Redaction(
        key=redaction_key(hidden.judged, hidden.masks),
        beeps=tuple(b for b in hidden.beeps() if b.overlap_ms(clip) > 0),
    )
    store.save_redaction(case_id, made)
    return made


def is_redacted(store: CallStore, case_id: str) -> bool:
    """Whether what was computed still fits the transcript and the masks."""
    kept, now = store.redaction(case_id), redacted(store, case_id)
    return kept is not None and kept.key == redaction_key(now.judged, now.masks)


def redaction_key(judged: JudgedCall, masks: tuple[str, ...]) -> str:
    """The digest of all that a redaction is computed from."""
    transcript = judged.analyzed.transcript
    said = [
        (u.utterance_id, u.role.value, u.interval, u.text, [(w.text, w.interval) for w in u.words])
        for u in transcript.utterances
    ]
    return hashlib.sha256(repr((transcript.recording_id, said, masks)).encode()).hexdigest()[:32]


def approve_case(store: CallStore, case_id: str, *, who: str) -> None:
    """Take a case into the library.

    UsageError where it is not redacted on the current transcript, or lost its call.
    """
    case = store.case(case_id)
    if not store.call_ids(call_ids=(case.call_id,)):
        raise UsageError(f"case {case_id}: its call was purged; it stays retired")
    if not is_redacted(store, case_id):
        raise UsageError(
            f"case {case_id} is not redacted on its current transcript; open its card in the"
            " review page and press 遮蔽, then approve it"
        )
    store.set_case_status(case_id, CaseStatus.APPROVED, who=who)


def clip_file(store: CallStore, workspace: Path, case_id: str) -> Path:
    """The case's clip with a tone over personal data, cut once and kept in the workspace.

    Raises UnreadableRecording where the recording is gone, UsageError where the clip
    may not leave (no sound, no times).
    """
    hidden = redacted(store, case_id)
    if hidden.no_sound:
        raise UsageError(f"case {case_id}: {hidden.no_sound}")
    key = redaction_key(hidden.judged, hidden.masks)
    path = workspace / "clips" / "cases" / f"{case_id}-{key[:12]}.wav"
    if not path.is_file():
        hidden.cut(path)
        store.save_clip(case_id, str(path))
    return path
