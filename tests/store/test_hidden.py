from dataclasses import replace
from datetime import timedelta

from qa_pipeline.domain.call_search import BlindView, CallFilter
from qa_pipeline.domain.hidden import HiddenPart, HiddenPlaces
from qa_pipeline.store import CallStore
from qa_pipeline.store.spoken import PIECE_BITS
from tests.builders import A, a_judged_call
from tests.store.samples import NOON, a_rubric

SAID = "我的手机号是一三八一二三四五六七八"
NUMBER = HiddenPart(6, 17, "mobile")
PLACES = HiddenPlaces(said_digest="d", utterances={1: (NUMBER,)}, pieces={1: (NUMBER,)})


def save(store: CallStore, call_id: str, said: str = SAID, days: int = 0) -> str:
    """The analysis_id of the call, whose second utterance says this."""
    lines = [(A, 0, 2000, "您好"), (A, 9000, 12_000, said)]
    at = NOON + timedelta(days=days)
    judged = a_judged_call(call_id, lines=lines, started_at=at)
    store.save_judged(replace(judged, judgement_key=said), a_rubric())
    (analysis_id,) = store.analyses_to_hide("none", (call_id,))
    return analysis_id


def piece_of(store: CallStore, call_id: str, number: int) -> int:
    viewer = BlindView(inspector_id=None, sees_others=True)
    (call,) = (c for c in store.found_calls(CallFilter(), viewer, limit=9) if c.call_id == call_id)
    return (call.moment_id << PIECE_BITS) + number


def test_what_is_kept_comes_back_for_its_version_only(store: CallStore) -> None:
    a, b = save(store, "a"), save(store, "b")
    assert store.analyses_to_hide("v1") == (a, b)
    store.keep_hidden({a: PLACES}, "v1")
    assert store.hidden_places("a", "v1") == PLACES
    assert store.hidden_places("a", "v2") is None
    assert store.hidden_places("b", "v1") is None
    assert store.analyses_to_hide("v1") == (b,)
    assert store.analyses_to_hide("v1", ("a",)) == ()
    store.keep_hidden({a: PLACES}, "v2")
    assert store.hidden_places("a", "v1") is None, "one version is kept"


def test_a_new_transcript_of_a_call_is_looked_through_again(store: CallStore) -> None:
    a = save(store, "a")
    store.keep_hidden({a: PLACES}, "v1")
    again = save(store, "a", "我姓王")
    assert again != a
    assert store.hidden_places("a", "v1") is None
    assert store.analyses_to_hide("v1") == (again,)
    (heard,) = store.transcripts((again, "unknown")).values()
    assert heard.utterances[1].text == "我姓王"


def test_pieces_are_hidden_only_where_they_say_what_is_thought(store: CallStore) -> None:
    a = save(store, "a")
    save(store, "b")
    store.keep_hidden({a: PLACES}, "v1")
    first, second = piece_of(store, "a", 0), piece_of(store, "a", 1)
    asked = {first: "您好", second: SAID, piece_of(store, "b", 1): SAID}
    assert store.hidden_in_pieces(asked, "v1") == {first: (), second: (NUMBER,)}
    assert store.hidden_in_pieces(asked, "v2") == {}
    assert store.hidden_in_pieces({second: "别的话"}, "v1") == {}


def test_a_purge_forgets_what_was_hidden(store: CallStore) -> None:
    store.keep_hidden({save(store, "old"): PLACES, save(store, "new", days=9): PLACES}, "v1")
    store.purge(NOON + timedelta(days=1))
    assert store.hidden_places("old", "v1") is None
    assert store.hidden_places("new", "v1") == PLACES
    assert store.check() == ()


def test_what_was_purged_meanwhile_is_passed_over(store: CallStore) -> None:
    store.keep_hidden({"gone": PLACES}, "v1")
    assert store.analyses_to_hide("v1") == ()
