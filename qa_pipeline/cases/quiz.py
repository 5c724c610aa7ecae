"""A listening quiz made of cases: which fault, where does it start, what would you say."""

import hashlib
from collections.abc import Iterable, Mapping

from qa_pipeline.cases.pack import PackCase
from qa_pipeline.domain.quiz import QuizItem
from qa_pipeline.text.labels import BEHAVIOUR_TITLES

NOTHING_WRONG = "处理得当，没有问题"
START_TOLERANCE_MS = 3000
"""How far off a mark may be: a listener hears a fault begin a few words in."""


def quiz_items(cases: Iterable[PackCase]) -> tuple[QuizItem, ...]:
    """One item for each case that can be heard and has one clear answer.

    A good case in whose clip something else goes wrong has none and is left out. The
    order is that of a digest, so that it gives nothing away.
    """
    heard = [case for case in cases if case.clip]
    others = sorted({c.topic for c in heard if not c.is_good} - set(BEHAVIOUR_TITLES.values()))
    choices = (*BEHAVIOUR_TITLES.values(), *others, NOTHING_WRONG)
    by_id = {case.case_id: case for case in heard}
    clear = (case for case in heard if not (case.is_good and case.faults))
    items = (_item(case, choices, by_id) for case in clear)
    return tuple(sorted(items, key=lambda item: _shuffling(item.item_id)))


def _item(case: PackCase, choices: tuple[str, ...], by_id: Mapping[str, PackCase]) -> QuizItem:
    partner = by_id.get(case.pair_id or "")
    said_well = partner.quote if partner and partner.is_good and not case.is_good else ""
    faults = tuple(fault for fault in case.faults if fault in choices)
    return QuizItem(
        item_id=case.case_id,
        clip=case.clip or "",
        duration_ms=case.duration_ms,
        situation=case.situation,
        choices=choices,
        right=faults or (NOTHING_WRONG,),
        starts_ms=case.fault_starts_ms if faults else (),
        tolerance_ms=START_TOLERANCE_MS,
        explanation="\n".join(filter(None, (case.why, case.commentary))),
        model_answer=case.model_answer or said_well,
    )


def _shuffling(item_id: str) -> str:
    return hashlib.sha256(item_id.encode()).hexdigest()
