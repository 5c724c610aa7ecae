"""Even out the time of inspectors by handing over and exchanging single calls."""

from itertools import product

from qa_pipeline.sample.assign import Item, Rota

CLOSE = 0.01
_ROUNDS_A_DESK = 30
_PARTNERS = 8
_TRIES = 60


def even_out(rota: Rota) -> None:
    """Bring every desk's load near its share of time; whatever was forbidden stays forbidden.

    The fullest desk gives to the emptiest, the call or the exchange that brings both
    nearest to their shares, until all are within 1 % or nothing helps any more. An
    agent's call is never given to somebody who has heard the agent more often.
    """
    stuck: set[int] = set()
    for _ in range(_ROUNDS_A_DESK * len(rota.desks)):
        over = [i for i in range(len(rota.desks)) if i not in stuck and _excess(rota, i) > CLOSE]
        if not over:
            return
        giver = max(over, key=lambda i: (_excess(rota, i), -i))
        takers = sorted(
            (i for i in range(len(rota.desks)) if i != giver and rota.shares_ms[i] > 0),
            key=lambda i: (_excess(rota, i), i),
        )
        if not any(_exchange(rota, giver, taker) for taker in takers[:_PARTNERS]):
            stuck.add(giver)


def worst_deviation(rota: Rota) -> float:
    """The largest distance of a load from its share, as part of the share."""
    used = [i for i in range(len(rota.desks)) if rota.shares_ms[i] > 0]
    return max((abs(_excess(rota, i)) for i in used), default=0.0)


def _excess(rota: Rota, index: int) -> float:
    share = float(rota.shares_ms[index])
    return rota.loads_ms[index] / share - 1.0 if share > 0 else 0.0


def _exchange(rota: Rota, giver: int, taker: int) -> bool:
    """Do the one hand-over or exchange that helps most; False where none helps."""
    surplus, gap = -rota.ms_left(giver), rota.ms_left(taker)
    if surplus + gap <= 0:
        return False
    back: list[Item | None] = list(rota.movable(taker))
    if rota.places[taker] > 0:
        back.append(None)
    ideal = (surplus + gap) / 2
    options = []
    for given, returned in product(rota.movable(giver), back):
        moved = _ms(given) - _ms(returned)
        if 0 < moved < surplus + gap:
            options.append((abs(moved - ideal), given, returned))
    options.sort(key=lambda o: (o[0], o[1].key, o[2].key if o[2] else ("", False)))
    for _, given, returned in options[:_TRIES]:
        if _is_fair(rota, given, giver, taker) and (
            returned is None or _is_fair(rota, returned, taker, giver)
        ):
            _hand_over(rota, given, giver, taker)
            if returned is not None:
                _hand_over(rota, returned, taker, giver)
            return True
    return False


def _ms(item: Item | None) -> int:
    return 0 if item is None else item.candidate.expected_review_ms


def _is_fair(rota: Rota, item: Item, giver: int, taker: int) -> bool:
    heard_less = rota.times_heard(item, taker) < max(1, rota.times_heard(item, giver))
    return rota.may(taker, item) and (item.candidate.agent_id is None or heard_less)


def _hand_over(rota: Rota, item: Item, giver: int, taker: int) -> None:
    rota.take(giver, item)
    rota.give(taker, item)
