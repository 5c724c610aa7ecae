"""Keep the library's list up to date: masked words, what is searched, what is alike."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from qa_pipeline.batch.case_redaction import redact_case, redacted
from qa_pipeline.batch.second_hearing import SecondHearing
from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.cases.difficulty import difficulty_level
from qa_pipeline.cases.pairs import neighbours_of
from qa_pipeline.cases.similar import features_of, meaning_of, similar_cases
from qa_pipeline.domain.case import Case
from qa_pipeline.domain.case_card import CardText
from qa_pipeline.domain.case_shelf import CaseLine, CaseOrigin
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.redact import VERSION as REDACT_VERSION
from qa_pipeline.store import CallStore
from qa_pipeline.text.labels import detector_title
from qa_pipeline.text.normalize import normalize

LINES_VERSION = "1"
"""Raised when lines are made otherwise: with it, or with other masking, all are made again."""


def take_in(store: CallStore, cases: Sequence[Case], ears: SecondHearing | None = None) -> None:
    """Save candidates, hide what is personal in them, and put them on the list.

    `ears` listen a second time to each clip.
    """
    store.save_candidates(cases)
    for case in cases:
        redact_case(store, case.case_id, ears)
    shelve(store, [case.case_id for case in cases])


def is_outdated(origin: CaseOrigin) -> bool:
    """Whether the case has no line, or one made of an older transcript, card or version.

    A case whose call was purged needs none.
    """
    return origin.analysis_id is not None and origin.made_of != _made_of(origin)


def shelve(store: CallStore, case_ids: Iterable[str]) -> Mapping[str, CaseLine]:
    """Make the lines of these cases again, from what their calls and cards say now."""
    origins = [o for o in store.case_origins(tuple(case_ids)) if o.analysis_id]
    if not origins:
        return {}
    rubrics, cards = stored_rubrics(store), store.card_texts()
    lines = {o.case_id: _line(store, o, cards.get(o.case_id, CardText()), rubrics) for o in origins}
    store.save_lines(lines.values())
    return lines


def find_alike(store: CallStore) -> None:
    """Find for every case its partners of the other kind, and the cases like it.

    Only calls of cases that were never compared are read.
    """
    cases, features = store.cases(), dict(store.case_features())
    missing: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.case_id not in features:
            missing[case.call_id].append(case)
    fresh = [
        features_of(case, judged.analyzed)
        for judged in store.judged_calls(call_ids=tuple(missing))
        for case in missing[judged.call_id]
    ]
    store.save_features(fresh)
    features |= {one.case_id: one for one in fresh}
    meanings = {
        case_id: meaning for case_id, one in features.items() if (meaning := meaning_of(one))
    }
    store.save_neighbours(neighbours_of(cases, meanings))
    store.save_similar(similar_cases(cases, features))


def _line(
    store: CallStore, origin: CaseOrigin, card: CardText, rubrics: Mapping[str, Rubric]
) -> CaseLine:
    hidden = redacted(store, origin.case_id)
    case, mask = hidden.case, hidden.text
    title = detector_title(
        case.subject, rubrics.get(hidden.judged.evaluation.scorecard.rubric_digest)
    )
    situation, quote = mask(card.situation or case.situation), mask(case.quote)
    why = mask(card.why or case.why)
    said = (title, situation, quote, why, *card.tags, case.case_id)
    return CaseLine(
        case_id=case.case_id,
        made_of=_made_of(origin),
        title=title,
        situation=situation,
        quote=quote,
        tags=card.tags,
        difficulty=card.difficulty or difficulty_level(case.difficulty),
        words=normalize(" ".join(said)),
    )


def _made_of(origin: CaseOrigin) -> str:
    return f"{LINES_VERSION}.{REDACT_VERSION}:{origin.analysis_id}:{origin.card_version}"
