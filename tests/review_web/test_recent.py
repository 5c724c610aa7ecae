import pytest

from qa_pipeline.review_web.recent import Recent


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_value_is_made_once_until_it_is_too_old() -> None:
    clock, made = Clock(), list[str]()
    recent: Recent[str, int] = Recent(most=3, seconds=10, clock=clock)

    def make() -> int:
        made.append("made")
        return len(made)

    assert [recent.of("a", make) for _ in range(3)] == [1, 1, 1]
    clock.now = 9.9
    assert recent.of("a", make) == 1
    clock.now = 10.0
    assert recent.of("a", make) == 2


def test_the_oldest_go_where_there_are_too_many() -> None:
    recent: Recent[str, str] = Recent(most=2, seconds=10, clock=Clock())
    for key in "abc":
        assert recent.of(key, key.upper) == key.upper()
    assert recent.of("c", lambda: "anew") == "C"
    assert recent.of("b", lambda: "anew") == "B"
    assert recent.of("a", lambda: "anew") == "anew"


def test_what_cannot_be_made_is_not_kept() -> None:
    recent: Recent[str, int] = Recent(most=2, seconds=10, clock=Clock())

    def fail() -> int:
        raise ValueError("no phrase")

    for _ in range(2):
        with pytest.raises(ValueError, match="no phrase"):
            recent.of("a", fail)
    assert recent.of("a", lambda: 1) == 1
