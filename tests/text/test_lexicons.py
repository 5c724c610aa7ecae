from pathlib import Path

import pytest

from qa_pipeline.errors import RubricError
from qa_pipeline.text.lexicons import (
    lexicon,
    lexicon_names,
    lexicons_digest,
    read_lexicon,
    rubrics_dir,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A centre's own ./rubrics, which wins over the shipped one."""
    lists = tmp_path / "rubrics" / "lexicons"
    lists.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return lists


def test_every_shipped_list_loads() -> None:
    assert "denial" in lexicon_names()
    for name in lexicon_names():
        assert lexicon(name)


def test_the_centres_own_folder_wins(folder: Path) -> None:
    (folder / "bid.yaml").write_text(
        "lexicon: bid\ntitle: 要求\nentries: ['等我说']\nunless: ['不等我说']\n", encoding="utf-8"
    )
    assert rubrics_dir() == folder.parent
    assert lexicon("bid") == ("等我说",)
    assert read_lexicon("bid").unless == ("不等我说",)


def test_other_words_are_another_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = {lexicons_digest()}
    for word in ("等我说", "让我说"):
        lists = tmp_path / word / "rubrics" / "lexicons"
        lists.mkdir(parents=True)
        (lists / "bid.yaml").write_text(f"lexicon: bid\nentries: ['{word}']\n", encoding="utf-8")
        monkeypatch.chdir(tmp_path / word)
        digests.add(lexicons_digest())
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("lexicon: bid\nentries: []\n", "`entries` is empty"),
        ("lexicon: bid\nentries: ['ok']\n", "holds no Han character"),
        ("lexicon: bid\nentries: ['等{2}下']\n", "is no pattern"),
        ("lexicon: bids\nentries: ['等一下']\n", "the name of the file"),
        ("lexicon: bid\nentries: ['等一下']\nwords: 1\n", "unknown key 'words'"),
        ("- 等一下\n", "not a mapping"),
        ("lexicon: [\n", "not readable YAML"),
        ("lexicon: bid\nentries: 等一下\n", "must be a list"),
    ],
)
def test_a_wrong_list_names_file_reason_and_remedy(
    folder: Path, content: str, problem: str
) -> None:
    (folder / "bid.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(RubricError) as caught:
        lexicon("bid")
    assert "lexicons/bid.yaml" in str(caught.value)
    assert problem in str(caught.value)


def test_a_missing_list_is_named(folder: Path) -> None:
    with pytest.raises(RubricError, match=r"lexicons/bid\.yaml: no such lexicon"):
        lexicon("bid")
    assert folder.is_dir()
