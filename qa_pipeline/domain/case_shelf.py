"""A case as the library's list keeps it: words to read and search, figures to compare."""

from dataclasses import dataclass

from qa_pipeline.domain.case import CaseKind, CaseStatus
from qa_pipeline.domain.case_card import Difficulty


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case's masked words, made once and not at every look.

    `made_of` names what they were made of: another one than the case's call and card
    have now makes the line outdated. `words` is the normalized text that is searched.
    """

    case_id: str
    made_of: str
    title: str
    situation: str
    quote: str
    tags: tuple[str, ...]
    difficulty: Difficulty
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEntry:
    """What facets count of a case. `made_of` is None where no line was made.

    `analysis_id` is the current one of its call, None once the call is purged;
    `card_version` counts the edits.
    """

    case_id: str
    call_id: str
    subject: str
    kind: CaseKind
    status: CaseStatus
    is_stale: bool
    title: str
    difficulty: Difficulty | None
    tags: tuple[str, ...]
    team: str | None
    queue: str | None
    made_of: str | None
    analysis_id: str | None
    card_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFeatures:
    """What likeness to other cases is computed from.

    `vector` is the int8 direction of the customer's turn under the model, empty where
    nothing was embedded. `figures` are those of `cases.likeness.call_figures`, 0 to 1,
    None where one could not be measured.
    """

    case_id: str
    model_digest: str
    vector: bytes
    figures: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarCase:
    """A case that happened much like this one, whatever it shows.

    `likeness` (0 to 1) is what `cases.similar` says; `method` as in `Neighbour`.
    """

    case_id: str
    other_id: str
    likeness: float
    method: str
