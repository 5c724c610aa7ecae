from tests.builders import A, C
from tests.measure.test_measure import figures

LONG = "我们这个套餐每个月包含三十个G的流量和五百分钟的通话"


def test_backchannels_and_ignored_bids_do_not_end_a_monologue() -> None:
    seen = figures(
        [
            (A, 0, 30_000, LONG),
            (C, 30_200, 30_700, "嗯"),
            (A, 31_000, 60_000, LONG),
            (C, 40_000, 42_000, "等一下我问一下"),
            (A, 60_500, 75_000, LONG),
        ]
    )
    assert seen.longest_monologue_ms == 75_000
    assert seen.ignored_bids == 1
    assert seen.monologues[0].ignored_bid_ids == ("u0004",)


def test_a_bid_that_is_heard_ends_it() -> None:
    seen = figures(
        [
            (A, 0, 30_000, LONG),
            (C, 30_200, 32_000, "等一下我问一下"),
            (A, 32_500, 33_500, "好的您说"),
        ]
    )
    assert seen.longest_monologue_ms == 30_000
    assert seen.ignored_bids == 0


def test_a_bid_in_a_gap_is_ignored_when_the_agent_simply_goes_on() -> None:
    seen = figures(
        [
            (A, 0, 30_000, LONG),
            (C, 30_200, 32_000, "等一下我问一下"),
            (A, 32_300, 60_000, LONG),
        ]
    )
    assert seen.ignored_bids == 1
    assert seen.longest_monologue_ms == 60_000


def test_a_customer_turn_inside_one_long_utterance_ends_the_floor() -> None:
    seen = figures([(A, 0, 60_000, LONG), (C, 20_000, 23_000, "我已经有这个套餐了")])
    assert seen.longest_monologue_ms == 37_000


def test_a_pause_ends_a_monologue() -> None:
    seen = figures([(A, 0, 20_000, LONG), (A, 23_500, 40_000, LONG)])
    assert seen.longest_monologue_ms == 20_000


def test_ignored_bids_are_seen_without_times() -> None:
    seen = figures(
        [(A, 0, 5000, LONG), (C, 5000, 7000, "等一下我问一下"), (A, 7000, 12_000, LONG)],
        estimated=True,
    )
    assert seen.ignored_bids == 1
    assert len(seen.monologues) == 1
