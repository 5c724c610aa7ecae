from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.call_search import BlindView, CallFilter
from qa_pipeline.domain.review import Review
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.store import CallStore
from qa_pipeline.text.sound_keys import sound_query
from tests.builders import A, a_judged_call
from tests.store.samples import (
    DAY,
    NOON,
    a_rubric,
    a_task,
    an_arguing_call,
    judged_again,
    save_calls,
)

SUPERVISOR = BlindView(inspector_id=None, sees_others=True)
TRAINER = BlindView(inspector_id=None, sees_others=False)
ALL = CallFilter()


def said(*texts: str) -> list[tuple[Role, int, int, str]]:
    return [(A, 3000 * i, 3000 * i + 2000, text) for i, text in enumerate(texts)]


def save_words(store: CallStore, call_id: str, *texts: str, at: datetime = NOON) -> None:
    judged = a_judged_call(call_id, lines=said(*texts), started_at=at)
    store.save_judged(judged, a_rubric())


def ids(store: CallStore, wanted: CallFilter, viewer: BlindView = SUPERVISOR) -> list[str]:
    return [c.call_id for c in store.found_calls(wanted, viewer, limit=50)]


def heard_in(store: CallStore, phrase: str, wanted: CallFilter = ALL) -> list[str]:
    pieces = store.spoken_pieces(sound_query(phrase), wanted, SUPERVISOR, limit=50)
    calls = {c.moment_id: c.call_id for c in store.calls_at([p.moment_id for p in pieces], TRAINER)}
    return [calls[p.moment_id] for p in pieces]


def test_the_newest_come_first_a_page_at_a_time(store: CallStore) -> None:
    for i in (2, 0, 3, 1):
        save_words(store, f"call-{i}", "您好", at=NOON + timedelta(days=i))
    save_words(store, "call-3b", "您好", at=NOON + timedelta(days=3))
    first = store.found_calls(ALL, SUPERVISOR, limit=3)
    assert [c.call_id for c in first] == ["call-3b", "call-3", "call-2"]
    rest = store.found_calls(ALL, SUPERVISOR, limit=3, before=first[-1].moment_id)
    assert [c.call_id for c in rest] == ["call-1", "call-0"]
    assert (first[0].at, first[0].duration_ms) == (NOON + timedelta(days=3), 60_000)


def test_facts_days_scores_and_metrics_choose(store: CallStore) -> None:
    save_calls(
        store, "a", agent_id="A1", agent_name="孙浩", team="一组", queue="售后", started_at=NOON
    )
    save_calls(store, "b", agent_id="A2", team="二组", started_at=NOON + timedelta(days=1))
    low = judged_again(an_arguing_call("b", agent_id="A2", team="二组"), "k2", percent=20.0)
    store.save_judged(low, a_rubric())
    assert ids(store, CallFilter(agent="A1")) == ids(store, CallFilter(agent="孙浩")) == ["a"]
    assert ids(store, CallFilter(team="二组")) == ["b"]
    assert ids(store, CallFilter(queue="售后")) == ["a"]
    assert ids(store, CallFilter(since=NOON + timedelta(days=1))) == ["b"]
    assert ids(store, CallFilter(until=NOON + timedelta(days=1))) == ["a"]
    assert ids(store, CallFilter(percent=(None, 20.0))) == ["b"], "the current judgement counts"
    assert ids(store, CallFilter(team="二组", agent="A1")) == []
    ratio = store.judged_call("a").analyzed.metrics.duration_ms
    assert ids(store, CallFilter(metrics={"duration_ms": (ratio, ratio)})) == ["b", "a"]
    assert ids(store, CallFilter(metrics={"duration_ms": (ratio + 1, None)})) == []
    assert ids(store, CallFilter(agent="孙浩", metrics={"duration_ms": (ratio, None)})) == ["a"]
    assert ids(store, CallFilter(agent="孙浩", metrics={"duration_ms": (ratio + 1, None)})) == []
    assert ids(store, CallFilter(agent="A2", percent=(None, 20.0))) == ["b"]
    assert store.search_choices("team", 10) == ("一组", "二组")
    assert store.search_choices("queue", 10) == ("售后",)


def test_scores_choose_the_same_calls_where_few_have_them(
    store: CallStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        call = an_arguing_call(f"c{number}", started_at=NOON + timedelta(days=number))
        store.save_judged(judged_again(call, f"k{number}", percent=10.0 * number), a_rubric())
    filters = [
        CallFilter(percent=limits, findings=findings, since=since)
        for limits in ((None, 20.0), (30.0, None), (20.0, 50.0), (90.0, None))
        for findings in ((), ("behaviour:arguing",))
        for since in (None, NOON + timedelta(days=2))
    ]
    rare = [ids(store, wanted) for wanted in filters]
    assert rare[0] == ["c2", "c1", "c0"]
    assert rare[3] == ["c2"]
    monkeypatch.setattr("qa_pipeline.store.search.MOST_RARE", 0)
    assert [ids(store, wanted) for wanted in filters] == rare


def test_findings_follow_the_current_judgement(store: CallStore) -> None:
    save_calls(store, "a", "b")
    arguing = CallFilter(findings=("behaviour:arguing",))
    assert sorted(ids(store, arguing)) == ["a", "b"]
    assert "behaviour:arguing" in store.failed_subjects()
    calm = an_arguing_call("a")
    calm = replace(
        calm,
        judgement_key="k2",
        evaluation=replace(calm.evaluation, detections=calm.evaluation.detections[1:]),
    )
    store.save_judged(calm, a_rubric())
    assert ids(store, arguing) == ["b"]


def test_facts_that_come_later_are_found(store: CallStore) -> None:
    save_words(store, "a", "请您稍等一下")
    call = store.judged_call("a").analyzed.call
    store.update_call(replace(call, team="三组"))
    assert ids(store, CallFilter(team="三组")) == ["a"]
    store.update_call(replace(call, started_at=NOON + timedelta(days=9)))
    assert ids(store, CallFilter(since=NOON + timedelta(days=9))) == ["a"]
    assert heard_in(store, "请您稍等") == ["a"]
    assert ids(store, ALL) == ["a"], "it left its old place"


def test_misheard_words_are_candidates(store: CallStore) -> None:
    save_words(store, "same", "这个领导不在公司")
    save_words(store, "homophone", "这个另导不再公司", at=NOON - timedelta(days=1))
    save_words(store, "merged", "这个宁导不在公司", at=NOON - timedelta(days=2))
    save_words(store, "one wrong", "这个领导补财公司", at=NOON - timedelta(days=3))
    save_words(store, "other", "好的再见谢谢", at=NOON + timedelta(days=1))
    assert heard_in(store, "领导不在公司") == ["same", "homophone", "merged", "one wrong"]


def test_a_phrase_across_a_breath_is_a_candidate(store: CallStore) -> None:
    save_words(store, "a", "我们的服务到此", "结束感谢来电")
    query = sound_query("到此结束")
    (whole,) = (p for p in store.spoken_pieces(query, ALL, SUPERVISOR, limit=9) if "结束" in p.said)
    assert "到此结束" in whole.said


def test_quarantined_words_are_not_indexed(store: CallStore) -> None:
    judged = a_judged_call("a", lines=said("谢谢观看请订阅"), started_at=NOON)
    heard = judged.analyzed.transcript
    doubtful = replace(heard.utterances[0], quarantined_because="可能无人说话")
    heard = replace(heard, utterances=(doubtful,))
    store.save_judged(
        replace(judged, analyzed=replace(judged.analyzed, transcript=heard)), a_rubric()
    )
    assert heard_in(store, "请订阅") == []
    assert ids(store, ALL) == ["a"]


def test_filters_and_role_limit_what_was_said(store: CallStore) -> None:
    save_words(store, "a", "请您稍等一下", at=NOON)
    save_words(store, "b", "请您稍等一下", at=NOON + timedelta(days=1))
    assert heard_in(store, "请您稍等") == ["b", "a"]
    assert heard_in(store, "请您稍等", CallFilter(until=NOON + timedelta(days=1))) == ["a"]
    assert heard_in(store, "请您稍等", CallFilter(agent="nobody")) == []
    query = sound_query("请您稍等")
    assert store.spoken_pieces(query, ALL, SUPERVISOR, role=Role.CUSTOMER, limit=9) == ()


def test_a_purge_leaves_nothing_to_find(store: CallStore, database: str) -> None:
    save_words(store, "old", "我的卡号是六二二八")
    save_words(store, "new", "请您稍等", at=NOON + timedelta(days=9))
    store.purge(NOON + timedelta(days=1))
    assert heard_in(store, "我的卡号") == []
    assert ids(store, ALL) == ["new"]
    keys = " ".join(sound_query("我的卡号").whole[0])
    with store.database.read() as connection:
        words = connection.execute(text("SELECT keys FROM spoken")).scalars().all()
    assert not any(keys in row or f"'{keys[:2]}'" in row for row in words)
    assert store.check() == ()
    if database == "sqlite":
        with store.database.read() as connection:
            terms = connection.execute(text("SELECT block FROM spoken_data")).scalars().all()
        assert not any("卡号".encode() in block for block in terms)
        assert store.database.path is not None
        assert "卡号".encode() not in store.database.path.read_bytes()


def test_older_databases_are_indexed_once(store: CallStore) -> None:
    save_words(store, "a", "请您稍等")
    save_words(store, "b", "请您稍等")
    with store.database.write("an older database") as connection:
        for table in ("call_search", "call_findings", "spoken"):
            connection.execute(text(f"DELETE FROM {table}"))
    assert store.calls_to_index() == ("a", "b")
    assert store.index_calls(store.calls_to_index()) == 2
    assert store.calls_to_index() == ()
    assert sorted(heard_in(store, "请您稍等")) == ["a", "b"]


def test_who_owes_a_blind_review_learns_nothing_of_the_machine(store: CallStore) -> None:
    save_calls(store, "a", "b")
    plan = [replace(a_task("a", "Q1"), blind=True), a_task("a", "Q2"), a_task("b", "Q3")]
    store.save_plan(DAY, plan)
    arguing = CallFilter(findings=("behaviour:arguing",))
    viewers = {
        "Q1": BlindView(inspector_id="Q1", sees_others=False),
        "Q2": BlindView(inspector_id="Q2", sees_others=False),
        "Q3": BlindView(inspector_id="Q3", sees_others=False),
        "trainer": TRAINER,
        "supervisor": SUPERVISOR,
        "Q1 as supervisor": BlindView(inspector_id="Q1", sees_others=True),
    }
    for who, viewer in viewers.items():
        hidden = who in ("Q1", "Q3", "trainer", "Q1 as supervisor")
        assert sorted(ids(store, arguing, viewer)) == (["b"] if hidden else ["a", "b"]), who
        assert sorted(ids(store, ALL, viewer)) == ["a", "b"], who
        shown = {c.call_id: c for c in store.found_calls(ALL, viewer, limit=9)}
        assert (shown["a"].percent is None) == shown["a"].hides_machine == hidden, who
        assert shown["b"].percent is not None
    review = Review(
        review_id="r1", call_id="a", inspector_id="Q1", reviewed_at=NOON, decisions=(), answers=()
    )
    store.append_reviews((review,))
    for who, viewer in viewers.items():
        assert sorted(ids(store, arguing, viewer)) == ["a", "b"], who


def test_kept_searches_are_an_accounts_own(store: CallStore) -> None:
    for name in ("Q1", "q2"):
        store.add_account(name, AccountRole.TRAINER, "hash")
    store.save_search("q1", "争辩", "behaviour=arguing")
    store.save_search("Q1", "争辩", "behaviour=arguing&team=A")
    store.save_search("q2", "别的", "q=x")
    (kept,) = store.saved_searches("Q1")
    assert (kept.name, kept.query) == ("争辩", "behaviour=arguing&team=A")
    store.delete_search("q2", kept.saved_id)
    assert len(store.saved_searches("q1")) == 1
    store.delete_search("q1", kept.saved_id)
    assert store.saved_searches("q1") == ()
    assert len(store.saved_searches("q2")) == 1
