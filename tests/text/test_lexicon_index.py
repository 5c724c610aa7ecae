from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.errors import RubricError
from qa_pipeline.text.entries import LAYERS, Wanted, as_text, in_layers, wanted_in
from qa_pipeline.text.lexicon_index import IndexedText
from qa_pipeline.text.lexicons import lexicon_names, read_lexicon

NAMES = ("accusatory_question", "acknowledgement", "bid", "denial", "filler", "imperative")


@lru_cache
def wanted(name: str) -> tuple[Wanted | None, ...]:
    return tuple(wanted_in(read_lexicon(name).entries, layer) for layer in LAYERS)


def everywhere(name: str, text: str) -> set[tuple[int, int]]:
    """The places of the list's entries by trying every expression at every place."""
    written = map(as_text, in_layers(text))
    return {
        found.span()
        for said, each in zip(written, wanted(name), strict=True)
        if each is not None
        for found in each.expression.finditer(said)
    }


# the first examples read the lists
@settings(deadline=None)
@given(st.lists(st.sampled_from([e for name in NAMES for e in read_lexicon(name).entries] + [
    "的", "您", "不是", "那个",
]), max_size=6))  # fmt: skip
def test_the_index_passes_by_no_place(parts: list[str]) -> None:
    text = "".join(char for part in parts for char in part if char.isalpha())
    indexed = IndexedText(text)
    for name in NAMES:
        found, possible = indexed.find(name), everywhere(name, text)
        assert {(start, end) for start, end, _ in found} <= possible
        if not read_lexicon(name).unless:
            covered = {at for start, end, _ in found for at in range(start, end)}
            assert all(covered & set(range(*place)) for place in possible)


def test_every_shipped_list_can_be_asked_for() -> None:
    indexed = IndexedText("")
    assert not any(indexed.find(name) for name in lexicon_names())


def test_a_list_that_was_mended_counts_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = tmp_path / "rubrics" / "lexicons"
    lists.mkdir(parents=True)
    (lists / "bid.yaml").write_text("lexicon: bid\nentries: []\n", encoding="utf-8")
    (lists / "denial.yaml").write_text("lexicon: denial\nentries: [没有]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert IndexedText("我没有说").find("denial") == [(1, 3, 1.0)]
    with pytest.raises(RubricError, match="`entries` is empty"):
        IndexedText("等我说").find("bid")
    (lists / "bid.yaml").write_text("lexicon: bid\nentries: [等我说]\n", encoding="utf-8")
    assert IndexedText("您等我说").find("bid") == [(1, 4, 1.0)]
