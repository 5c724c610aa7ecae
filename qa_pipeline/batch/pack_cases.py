"""The cases of a collection as a training pack shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qa_pipeline.batch.case_redaction import RedactedCase
from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.cases.pack import PackCase
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.case_card import CardText, HeardAgain
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.errors import UsageError
from qa_pipeline.store import CallStore
from qa_pipeline.text.labels import detector_title

_HEARD = ("behaviour", "forbidden")
"""The kinds of detector whose evidence is something that was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A case of the collection with what the store knows of it."""

    case: Case
    judged: JudgedCall
    rubric: Rubric | None
    card: CardText
    heard: tuple[HeardAgain, ...] | None
    pair_id: str | None

    def redacted(self, *, lower_customer: bool) -> RedactedCase:
        return RedactedCase(
            case=self.case,
            judged=self.judged,
            masks=self.card.masks,
            heard=self.heard,
            lower_customer=lower_customer,
        )

    @property
    def rubric_name(self) -> str:
        card = self.judged.evaluation.scorecard
        return f"{card.rubric_id}@{card.rubric_version}"

    @property
    def detector(self) -> tuple[str, str]:
        """The subject's detector with the version that judged the call."""
        found = {d.detector_id: d.version for d in self.judged.evaluation.detections}
        return self.case.subject, found.get(self.case.subject, "")


def chosen_cases(store: CallStore, collection: str) -> tuple[Chosen, ...]:
    """The collection's cases in its order.

    NotFound for an unknown collection; UsageError where it is empty or holds cases
    that are not approved, whom it names.
    """
    found = tuple(store.case(case_id) for case_id in store.collection(collection).case_ids)
    if not found:
        raise UsageError(f"collection {collection!r} holds no cases; put approved ones into it")
    refused = [case for case in found if case.status is not CaseStatus.APPROVED]
    if refused:
        named = ", ".join(f"{case.case_id} ({case.status})" for case in refused)
        raise UsageError(
            f"collection {collection!r} holds cases that are not approved: {named}; approve them"
            " or take them out, nothing was exported"
        )
    rubrics, cards = stored_rubrics(store), store.card_texts()
    return tuple(_chosen(store, case, rubrics, cards.get(case.case_id)) for case in found)


def _chosen(
    store: CallStore, case: Case, rubrics: Mapping[str, Rubric], card: CardText | None
) -> Chosen:
    judged = store.judged_call(case.call_id)
    pair, hidden = store.pair_choice(case.case_id), store.redaction(case.case_id)
    return Chosen(
        case=case,
        judged=judged,
        rubric=rubrics.get(judged.evaluation.scorecard.rubric_digest),
        card=card or CardText(),
        heard=hidden.heard if hidden else None,
        pair_id=pair.partner_id if pair and pair.accepted else None,
    )


def pack_case(one: Chosen, redacted: RedactedCase, *, clip: str | None, no_sound: str) -> PackCase:
    """The case as it leaves: every text masked."""
    case, card, mask = one.case, one.card, redacted.text
    faults = tuple(_faults(one))
    return PackCase(
        case_id=case.case_id,
        topic=mask(detector_title(case.subject, one.rubric)),
        kind=case.kind,
        situation=mask(card.situation or case.situation),
        why=mask(case.why),
        quote=mask(case.quote),
        lines=tuple(redacted.lines()),
        clip=clip,
        no_sound=no_sound,
        duration_ms=case.clip.duration_ms,
        faults=tuple(dict.fromkeys(mask(title) for title, _ in faults)),
        fault_starts_ms=tuple(dict.fromkeys(start for _, start in faults if start is not None)),
        commentary=mask(card.why),
        model_answer=mask(card.model_answer),
        tags=tuple(map(mask, card.tags)),
        stale=mask(case.stale_because or ""),
        pair_id=one.pair_id,
    )


def _faults(one: Chosen) -> Iterator[tuple[str, int | None]]:
    """The titles of what is wrong in the clip and where it begins there, the case's own first.

    What is missing begins nowhere.
    """
    case = one.case
    if case.kind is CaseKind.BAD:
        at = _within(case.evidence, case.clip) if _is_said(case.subject) else None
        yield detector_title(case.subject, one.rubric), at
    for detection in one.judged.evaluation.detections:
        if detection.outcome is Outcome.FOUND and _is_said(detection.detector_id):
            for evidence in detection.evidence:
                if evidence.interval.overlap_ms(case.clip) > 0:
                    title = detector_title(detection.detector_id, one.rubric)
                    yield title, _within(evidence.interval, case.clip)


def _is_said(detector_id: str) -> bool:
    return detector_id.partition(":")[0] in _HEARD


def _within(interval: Interval, clip: Interval) -> int:
    return max(0, interval.start_ms - clip.start_ms)
