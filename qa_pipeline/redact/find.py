"""Every place of a call that holds personal data."""

from collections.abc import Iterable, Iterator, Sequence

from qa_pipeline.domain.transcript import Transcript, Utterance
from qa_pipeline.redact.accounts import find_accounts
from qa_pipeline.redact.addresses import find_addresses
from qa_pipeline.redact.answers import find_answers
from qa_pipeline.redact.beside import find_echoes
from qa_pipeline.redact.lines import View, views_of
from qa_pipeline.redact.names import find_names
from qa_pipeline.redact.numbers import find_explained, find_numbers
from qa_pipeline.redact.plates import find_plates
from qa_pipeline.redact.spans import PersonalSpan, Place
from qa_pipeline.redact.times import spoken_interval


def find_personal(
    said: Transcript | Sequence[Utterance], *, with_orders: bool = False, is_strict: bool = False
) -> tuple[PersonalSpan, ...]:
    """Personal data in utterances in order of time, also over several of them.

    `with_orders`: order, parcel and case numbers too. `is_strict`: also shorter numbers of which
    nothing says that they are nobody's own. Quarantined utterances are
    searched like all others: they are shown. Spans are ordered and never overlap.
    """
    utterances = said.utterances if isinstance(said, Transcript) else tuple(said)
    found = find_places(utterances, with_orders=with_orders, is_strict=is_strict)
    return tuple(
        PersonalSpan(
            kind=place.kind,
            utterance_id=utterance.utterance_id,
            start=place.start,
            end=place.end,
            interval=spoken_interval(utterance, place.start, place.end),
        )
        for utterance, places in zip(utterances, found, strict=True)
        for place in places
    )


def find_places(
    utterances: Sequence[Utterance], *, with_orders: bool = False, is_strict: bool = False
) -> tuple[tuple[Place, ...], ...]:
    """For each utterance its places, ordered, none overlapping (see `find_personal`)."""
    found: dict[int, list[Place]] = {}
    for view in views_of(utterances):
        for place in _places(view, with_orders=with_orders, is_strict=is_strict):
            for owner, part in _by_utterance(view, place):
                found.setdefault(owner, []).append(part)
    for owner, places in find_echoes(utterances, found).items():
        found.setdefault(owner, []).extend(places)
    return tuple(_merged(found.get(index, ())) for index in range(len(utterances)))


def explained_places(utterances: Sequence[Utterance]) -> tuple[tuple[Place, ...], ...]:
    """For each utterance the numbers that are known to be nobody's own."""
    found: dict[int, list[Place]] = {}
    for view in views_of(utterances):
        for place in find_explained(view):
            for owner, part in _by_utterance(view, place):
                found.setdefault(owner, []).append(part)
    return tuple(_merged(found.get(index, ())) for index in range(len(utterances)))


def _places(view: View, *, with_orders: bool, is_strict: bool) -> Iterator[Place]:
    yield from find_accounts(view)
    yield from find_plates(view)
    yield from find_numbers(view, with_orders=with_orders, is_strict=is_strict)
    yield from find_answers(view)
    yield from find_addresses(view)
    yield from find_names(view)


def _by_utterance(view: View, place: Place) -> Iterator[tuple[int, Place]]:
    columns: dict[int, list[int]] = {}
    for at in range(place.start, place.end):
        whole = view.to_whole[at]
        if view.owners[whole] >= 0:
            columns.setdefault(view.owners[whole], []).append(view.places[whole])
    for owner, within in columns.items():
        yield owner, Place(min(within), max(within) + 1, place.kind)


def _merged(places: Iterable[Place]) -> tuple[Place, ...]:
    merged: list[Place] = []
    for place in sorted(places):
        last = merged[-1] if merged else None
        if last is not None and place.start < last.end:
            if place.end > last.end and place.kind is last.kind:
                merged[-1] = Place(last.start, place.end, last.kind)
            elif place.end > last.end:
                merged.append(Place(last.end, place.end, place.kind))
        elif last is not None and place.start == last.end and place.kind is last.kind:
            merged[-1] = Place(last.start, place.end, last.kind)
        else:
            merged.append(place)
    return tuple(merged)
