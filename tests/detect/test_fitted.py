"""Which weights count: the shipped ones, or the newest that was learned from them."""

import json
from pathlib import Path

import pytest

from qa_pipeline.detect import detectors_digest
from qa_pipeline.detect.fitted import (
    Fitted,
    fitted_model,
    learned_file,
    model_version,
    save_learned,
    shipped_digest,
)
from qa_pipeline.errors import RubricError

KEY = ("arguing", "text")


def arguing() -> Fitted:
    return fitted_model("arguing", is_timed=False, has_meaning=False)


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rubrics" / "lexicons").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "rubrics" / "behaviours"


def a_model(bias: float) -> Fitted:
    return Fitted(bias=bias, cut=0.5, weights={"contest_words": 1.0})


def test_the_newest_version_counts_and_all_stay(rules: Path) -> None:
    shipped, before = arguing(), model_version()
    assert learned_file() is None
    save_learned({KEY: a_model(-1.0)}, {})
    first = model_version()
    assert arguing() == a_model(-1.0)
    save_learned({("coldness", "text"): a_model(-3.0)}, {})
    assert [p.name for p in sorted(rules.iterdir())] == ["0001.json", "0002.json"]
    assert arguing() == a_model(-1.0)
    assert fitted_model("coldness", is_timed=False, has_meaning=False) == a_model(-3.0)
    assert len({before, first, model_version()}) == 3
    assert model_version() in detectors_digest()
    (rules / "0002.json").unlink()
    assert model_version() == first
    (rules / "0001.json").unlink()
    assert (arguing(), model_version()) == (shipped, before)


def test_what_was_learned_from_other_shipped_weights_does_not_count(rules: Path) -> None:
    save_learned({KEY: a_model(-1.0)}, {})
    path = save_learned({KEY: a_model(-2.0)}, {})
    document = json.loads(path.read_text("utf-8"))
    assert document["learned_from"] == shipped_digest()
    older = rules / "0003.json"
    older.write_text(json.dumps(document | {"learned_from": "another release"}), "utf-8")
    assert learned_file() == path
    assert save_learned({KEY: a_model(-3.0)}, {}).name == "0004.json"


def test_a_damaged_version_is_named(rules: Path) -> None:
    rules.mkdir()
    (rules / "0001.json").write_text('{"models": 3}', "utf-8")
    with pytest.raises(RubricError, match=r"behaviours/0001\.json"):
        arguing()
