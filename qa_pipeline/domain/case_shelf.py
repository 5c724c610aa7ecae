"""A case as the library's list keeps it: words to read and search, figures to compare."""

from collections.abc import Mapping
from dataclasses import dataclass

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
class CaseOrigin:
    """What a case's line is to be made of. `made_of` is None where it has no line.

    `analysis_id` is the current one of its call, None once the call is purged;
    `card_version` counts the edits.
    """

    case_id: str
    call_id: str
    made_of: str | None
    analysis_id: str | None
    card_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Every case in the list's order, one column a field: thousands are counted at each look.

    Texts are empty where a case has none. `tags` are joined by line ends. `titles` says
    what each subject is called, `n_unread` how many cases have no line yet.
    """

    case_ids: tuple[str, ...]
    call_ids: tuple[str, ...]
    subjects: tuple[str, ...]
    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    is_stale: tuple[bool, ...]
    difficulties: tuple[str, ...]
    tags: tuple[str, ...]
    teams: tuple[str, ...]
    queues: tuple[str, ...]
    titles: Mapping[str, str]
    n_unread: int


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
