"""A case's card as its page shows it: everything masked."""

from dataclasses import dataclass, field
from pathlib import Path

from qa_pipeline.batch.case_redaction import card_text, redacted
from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.cases.difficulty import difficulty_level
from qa_pipeline.cases.pack import PackLine
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.case_card import CardEdit, CardText, Difficulty, Neighbour, Verdict
from qa_pipeline.domain.clause import clause_of
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.store import CallStore
from qa_pipeline.text.labels import detector_title


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """`no_sound` says why there is nothing to hear; `clause` is its title and rubric."""

    case: Case
    title: str
    card: CardText
    version: int
    situation: str
    quote: str
    why: str
    difficulty: Difficulty
    model_answer: str
    lines: tuple[tuple[PackLine, bool], ...] = ()
    receipts: tuple[tuple[str, float], ...] = ()
    clause: str = ""
    no_sound: str = ""
    is_redacted: bool = False
    needs_a_listener: bool = False
    is_gone: bool = False
    is_cut_short: bool = False
    edits: tuple[CardEdit, ...] = field(default=())
    verdicts: tuple[Verdict, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    """The case beside this one; `next_id` is the next nearest, to swap to."""

    other: CardView
    similarity: float | None
    method: str
    accepted: bool
    next_id: str | None


def card_view(store: CallStore, case_id: str) -> CardView:
    """The card; of a purged call only what is left. NotFound for an unknown case."""
    case = store.case(case_id)
    edits, verdicts = store.card_edits(case_id), store.verdicts(case_id)
    version = edits[-1].version if edits else 0
    if not store.call_ids(call_ids=(case.call_id,)):
        return CardView(
            case=case,
            title=detector_title(case.subject),
            card=CardText(),
            version=version,
            situation="",
            quote="",
            why="",
            difficulty=difficulty_level(case.difficulty),
            model_answer="",
            is_gone=True,
            verdicts=verdicts,
        )
    hidden = redacted(store, case_id)
    card, mask = card_text(store, case_id), hidden.text
    kept = store.redaction(case_id)
    scorecard = hidden.judged.evaluation.scorecard
    rubric = stored_rubrics(store).get(scorecard.rubric_digest)
    receipts = tuple(
        (mask(r.reason), r.points)
        for score in scorecard.scores
        for r in score.receipts
        if r.detector_id == case.subject
    )
    evidence_start = case.evidence.start_ms - case.clip.start_ms
    evidence_end = case.evidence.end_ms - case.clip.start_ms
    return CardView(
        case=case,
        title=detector_title(case.subject, rubric),
        card=card,
        version=version,
        situation=mask(card.situation or case.situation),
        quote=mask(case.quote),
        why=mask(card.why or case.why),
        difficulty=card.difficulty or difficulty_level(case.difficulty),
        model_answer=mask(card.model_answer),
        lines=tuple(
            (line, evidence_start - 500 <= line.start_ms < evidence_end) for line in hidden.lines()
        ),
        receipts=receipts,
        clause=_clause(rubric, case),
        no_sound=hidden.no_sound or _missing(hidden.judged.analyzed.call.recording.path),
        is_redacted=hidden.fits(kept),
        needs_a_listener=hidden.needs_a_listener,
        is_cut_short=case.evidence.end_ms > case.clip.end_ms,
        edits=edits,
        verdicts=verdicts,
    )


def pair_view(store: CallStore, case_id: str) -> PairView | None:
    """The partner that was chosen, else the nearest; retired ones are passed over."""
    near = [n for n in store.neighbours(case_id) if _is_shown(store, n)]
    choice = store.pair_choice(case_id)
    if choice and store.case(choice.partner_id).status is not CaseStatus.RETIRED:
        partner = choice.partner_id
    elif near:
        choice, partner = None, near[0].partner_id
    else:
        return None
    ids = [n.partner_id for n in near]
    at = ids.index(partner) if partner in ids else -1
    following = ids[(at + 1) % len(ids)] if len(ids) > (at >= 0) else None
    found = next((n for n in near if n.partner_id == partner), None)
    return PairView(
        other=card_view(store, partner),
        similarity=found.similarity if found else None,
        method=found.method if found else "",
        accepted=bool(choice and choice.accepted),
        next_id=following,
    )


def suggested_answer(view: CardView, pair: PairView | None) -> str:
    """The model answer where none was written: what the paired good case says."""
    if view.model_answer or view.case.kind is CaseKind.GOOD or pair is None:
        return ""
    return pair.other.quote if pair.other.case.kind is CaseKind.GOOD else ""


def _is_shown(store: CallStore, neighbour: Neighbour) -> bool:
    return store.case(neighbour.partner_id).status is not CaseStatus.RETIRED


def _clause(rubric: Rubric | None, case: Case) -> str:
    clause = clause_of(rubric, case.subject) if rubric else None
    if rubric is None or clause is None:
        return ""
    return f"{clause.title}（{rubric.title} 第 {rubric.version} 版）"


def _missing(path: str) -> str:
    return "" if "://" in path or Path(path).is_file() else "录音文件已不在原处"
