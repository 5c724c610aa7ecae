"""What the last searches found, and what the search form offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from qa_pipeline.batch.searching import SpokenPlaces, search_spoken
from qa_pipeline.domain.call_search import BlindView
from qa_pipeline.review_web.recent import Recent
from qa_pipeline.review_web.search_form import SearchForm
from qa_pipeline.review_web.search_quotes import Quote
from qa_pipeline.store import CallStore

MOST_CHOICES = 300
"""So many agents, teams or queues are offered; others are typed."""
_MOST_ANSWERS, _ANSWERS_S = 100, 300.0
_CHOICES_S = 60.0


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What a phrase search found, and the quotes of the pages that were asked for."""

    places: SpokenPlaces
    quotes: dict[int, tuple[Quote, ...]] = field(default_factory=dict)


class SearchMemory:
    """What the desk's last searches found, and what their fields offer.

    Only what was said where is kept, never what the machine said of a call: who may
    see that can change with every review.
    """

    def __init__(self) -> None:
        self._answers: Recent[tuple[str, int], SearchAnswer] = Recent(
            most=_MOST_ANSWERS, seconds=_ANSWERS_S
        )
        self._choices: Recent[int, Mapping[str, Sequence[str]]] = Recent(most=1, seconds=_CHOICES_S)

    def answer(
        self, store: CallStore, form: SearchForm, zone: ZoneInfo, viewer: BlindView
    ) -> SearchAnswer:
        """The places of the form's phrase; PatternError for a text that is no phrase."""
        wanted = form.filter(zone)

        def look_up() -> SearchAnswer:
            return SearchAnswer(search_spoken(store, form.phrase, wanted, viewer, role=form.role))

        if wanted.asks_machine:
            return look_up()
        return self._answers.of((form.query, store.newest_judgement()), look_up)

    def choices(self, store: CallStore) -> Mapping[str, Sequence[str]]:
        """The agents, teams and queues to choose from."""
        names = {"agent": "agent_id", "team": "team", "queue": "queue"}
        return self._choices.of(
            store.newest_judgement(),
            lambda: {n: store.search_choices(c, MOST_CHOICES) for n, c in names.items()},
        )
