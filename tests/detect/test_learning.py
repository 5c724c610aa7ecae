"""Weights move towards what inspectors say, and are kept only if unseen decisions agree."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.detect.fitted import Fitted
from qa_pipeline.detect.learning import Example, is_held_back, learn, log_loss, refit

NOW = Fitted(bias=-2.0, cut=0.5, weights={"words": 3.0, "noise": 2.0, "warm": -1.0})


def decided(count: int, seed: int = 1) -> list[Example]:
    """Calls in which the words tell and the noise says nothing."""
    drawn = Random(seed)
    examples = []
    for i in range(count):
        is_there = drawn.random() < 0.5
        words = min(1.0, max(0.0, drawn.gauss(0.8 if is_there else 0.3, 0.15)))
        values = {"words": words, "noise": drawn.random(), "warm": 0.0}
        examples.append(Example(call_id=f"call-{seed}-{i}", values=values, share=float(is_there)))
    return examples


def test_what_says_nothing_loses_its_weight_and_held_back_calls_adopt_it() -> None:
    learned = learn(NOW, decided(200))
    assert learned.model is not None
    assert learned.loss is not None
    assert learned.loss[1] < learned.loss[0]
    assert learned.model.weights["noise"] < 1.0
    assert learned.model.weights["words"] > NOW.weights["words"]
    assert learned.taught + learned.held_back == 200


def test_what_only_the_teaching_calls_say_is_not_adopted() -> None:
    # The calls that teach say the contrary of those held back.
    turned = [
        e if is_held_back(e.call_id) else replace(e, share=1.0 - e.share) for e in decided(200)
    ]
    learned = learn(NOW, turned)
    assert learned.loss is not None
    assert learned.loss[1] > learned.loss[0]
    assert learned.model is None


@pytest.mark.parametrize("shares", [(1.0,), (0.0,)])
def test_few_or_one_sided_decisions_teach_nothing(shares: Sequence[float]) -> None:
    examples = decided(200)
    assert learn(NOW, examples[:20]).loss is None
    one_sided = [e for e in examples if e.share in shares]
    assert learn(NOW, one_sided).loss is None


def test_three_in_ten_calls_never_teach() -> None:
    held = [is_held_back(f"call-{i}") for i in range(2000)]
    assert 0.27 < sum(held) / len(held) < 0.33


values = st.dictionaries(st.sampled_from(sorted(NOW.weights)), st.floats(0, 1), min_size=1)
examples = st.lists(
    st.builds(Example, call_id=st.just("c"), values=values, share=st.floats(0, 1)),
    min_size=1,
    max_size=20,
)


@given(examples)
def test_no_weight_changes_its_sign_and_the_teaching_calls_are_fitted_no_worse(
    taught: list[Example],
) -> None:
    made = refit(NOW, taught)
    for key, weight in made.weights.items():
        assert weight * NOW.weights[key] >= 0
    assert log_loss(made, taught) <= log_loss(NOW, taught) + 1e-3
    assert made.cut == NOW.cut
