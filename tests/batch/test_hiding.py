from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.batch.hiding import hidden_in, hide_stored, kept_places, places_in
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.redact import find_places, mask_transcript
from qa_pipeline.store import open_store
from qa_pipeline.store.spoken import spoken_rows
from tests.builders import A, C, a_judged_call, a_transcript
from tests.store.samples import a_rubric

SAYINGS = (
    "您好请问您的手机号是多少",
    "我的手机号是一三八一二三四五六七八",
    "一三八零零一三八",
    "零零零谢谢",
    "我姓王叫王小明",
    "身份证后四位是一二三四",
    "好的",
)


def a_talk(*said: str) -> Transcript:
    """Both sides in turn, a breath apart."""
    roles = (A, C, C, A, C)
    return a_transcript(
        [(roles[i % 5], 2000 * i, 2000 * i + 1500, text) for i, text in enumerate(said)]
    )


@given(st.lists(st.sampled_from(SAYINGS), max_size=8))
def test_what_is_kept_hides_what_redaction_hides(said: list[str]) -> None:
    """A piece of the index shows of each utterance what the call page shows of it."""
    transcript = a_talk(*said)
    places = places_in(transcript)
    found = find_places(transcript.utterances)
    assert set(places.utterances) == {i for i, p in enumerate(found) if p}
    masked = [u.text for u in mask_transcript(transcript).utterances]
    for row in spoken_rows(0, transcript):
        shown = hidden_in(row["said"], places.pieces.get(row["rowid"], ()))
        own = masked[row["rowid"]]
        assert shown.endswith(own)
        lead = shown[: len(shown) - len(own)]
        assert not lead or any(before.endswith(lead) for before in masked[: row["rowid"]])


def test_stored_calls_are_looked_through_once(tmp_path: Path) -> None:
    transcript = a_talk(*SAYINGS)
    lines = [
        (u.role, u.interval.start_ms, u.interval.end_ms, u.text) for u in transcript.utterances
    ]
    judged = a_judged_call("a", lines=lines)
    with open_store(tmp_path) as store:
        store.save_judged(judged, a_rubric())
        heard = store.judged_call("a").analyzed.transcript
        assert kept_places(store, "a", heard) is None
        assert hide_stored(store) == 1
        assert hide_stored(store) == 0
        assert kept_places(store, "a", heard) == find_places(heard.utterances)
        other = a_talk("好的", *SAYINGS)
        assert kept_places(store, "a", other) is None, "another transcript has other places"


def test_another_version_of_redaction_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [(A, 0, 4000, SAYINGS[1])]
    with open_store(tmp_path) as store:
        store.save_judged(a_judged_call("a", lines=lines), a_rubric())
        assert hide_stored(store) == 1
        monkeypatch.setattr("qa_pipeline.batch.hiding.HIDING_VERSION", "next")
        assert kept_places(store, "a", a_transcript(lines)) is None
        assert hide_stored(store, ("a",)) == 1
        assert kept_places(store, "a", a_transcript(lines)) is not None
