import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from qa_pipeline.domain.call_search import SEARCHED_METRICS
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.search_form import METRIC_FIELDS, form_of
from qa_pipeline.store import CallStore
from tests.builders import A
from tests.review_web.desk import DAY, RUBRIC, a_task, an_arguing_call, browse, fill, post, send

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
TRAINER, SUPERVISOR = AccountRole.TRAINER, AccountRole.SUPERVISOR


def save(store: CallStore, call_id: str, *texts: str, days: int = 0, **facts: str) -> None:
    lines = [(A, 4000 * i, 4000 * i + 3000, text) for i, text in enumerate(texts or ("您好",))]
    call = an_arguing_call(call_id, lines=lines, started_at=NOON + timedelta(days=days), **facts)
    store.save_judged(call, RUBRIC)


def shown(page: str) -> list[str]:
    """The call ids of the lines, in order."""
    return re.findall(r'class="call"><a href="[^"]*">([^<]+)</a>', page)


def test_without_conditions_the_newest_come_first_25_a_page(
    store: CallStore, web: TestClient
) -> None:
    for i in range(30):
        save(store, f"call-{i:02d}", days=i)
    first = web.get("/search").text
    assert shown(first) == [f"call-{i:02d}" for i in range(29, 4, -1)]
    (more,) = re.findall(r'href="(/search\?before=\d+)" rel="next"', first)
    rest = web.get(more).text
    assert shown(rest) == [f"call-{i:02d}" for i in range(4, -1, -1)]
    assert 'rel="next"' not in rest


def test_misheard_words_are_found_with_their_time(store: CallStore, web: TestClient) -> None:
    save(store, "right", "您好请讲", "这个领导不在公司我也没办法", days=0)
    save(store, "misheard", "您好请讲", "这个宁导不再公司我也没办法", days=1)
    save(store, "other", "好的请您放心", days=2)
    page = web.get("/search", params={"q": "领导不在公司"}).text
    assert shown(page) == ["right", "misheard"]
    (seconds,) = {
        round(float(t)) for t in re.findall(r'class="time" href="[^"]*#t=([\d.]+)"', page)
    }
    assert 4 <= seconds <= 7
    assert "<mark>领导不在公司</mark>" in page
    assert "<mark>宁导不再公司</mark>" in page
    assert "找到 2 通" in page
    assert shown(web.get("/search", params={"q": "领导不在公司", "role": "customer"}).text) == []


def test_what_is_no_phrase_says_so(web: TestClient) -> None:
    for phrase in ("{", "abc", "1{1-2}", "*", '"', "a" * 300):
        page = web.get("/search", params={"q": phrase})
        assert page.status_code == 200
        assert "短语里要有汉字" in page.text or "没有找到" in page.text


def test_conditions_join(store: CallStore, web: TestClient) -> None:
    save(store, "a", team="一组", agent_id="A7", queue="售后")
    save(store, "b", team="二组", agent_id="A8", days=1)
    for params, expected in (
        ({"team": "一组"}, ["a"]),
        ({"agent": "A8"}, ["b"]),
        ({"agent": "孙浩"}, ["b", "a"]),
        ({"queue": "售后"}, ["a"]),
        ({"since": "2026-03-02"}, ["b"]),
        ({"until": "2026-03-01"}, ["a"]),
        ({"behaviour": "arguing", "team": "一组"}, ["a"]),
        ({"behaviour": "coldness"}, []),
        ({"criterion": "closing"}, ["b", "a"]),
        ({"criterion": "greeting"}, []),
        ({"score_min": "72", "score_max": "73"}, ["b", "a"]),
        ({"score_max": "50"}, []),
        ({"duration_ms_min": "60", "duration_ms_max": "60"}, ["b", "a"]),
        ({"duration_ms_min": "61"}, []),
        ({"team": "", "score_min": "much", "since": "soon"}, ["b", "a"]),
    ):
        assert shown(web.get("/search", params=params).text) == expected, params


def test_the_form_offers_every_metric_that_is_stored() -> None:
    assert {field.metric for field in METRIC_FIELDS} == set(SEARCHED_METRICS)
    assert form_of({"q": " a  b ", "team": "", "x": "1"}).words == {"q": "a b"}


def test_a_blind_call_tells_nothing_of_the_machine(store: CallStore, tmp_path: Path) -> None:
    fill(store, a_task("blind", blind=True), a_task("open", 2))
    web = browse(store, tmp_path / "workspace")
    listed = web.get("/search").text
    assert sorted(shown(listed)) == ["blind", "open"]
    assert "盲评" in listed
    assert listed.count(">72<") == 1
    for params in ({"behaviour": "arguing"}, {"criterion": "closing"}, {"score_max": "90"}):
        assert shown(web.get("/search", params=params).text) == ["open"], params
    heard = web.get("/search", params={"q": "是您自己填错了"}).text
    assert sorted(shown(heard)) == ["blind", "open"]
    assert heard.count(">72<") == 1
    seen = browse(store, tmp_path / "workspace", SUPERVISOR, None).get("/search")
    assert seen.text.count(">72<") == 2
    post(web, "blind", {})
    assert web.get("/search").text.count(">72<") == 2


def test_a_repeated_search_is_as_fresh_as_the_first(store: CallStore, tmp_path: Path) -> None:
    """Lists are gone back to from each of their calls, so what was found is kept for a while."""
    save(store, "old", "这个领导不在公司我也没办法", days=0)
    save(store, "first", "这个领导不在公司我也没办法", days=2)
    web = browse(store, tmp_path / "workspace")
    asked = {"q": "领导不在公司"}
    page = web.get("/search", params=asked).text
    assert shown(page) == ["first", "old"]
    assert page.count(">72<") == 2
    assert web.get("/search", params=asked).text == page
    save(store, "second", "这个领导不在公司我也没办法", days=3)
    assert shown(web.get("/search", params=asked).text) == ["second", "first", "old"]
    store.save_plan(DAY, [a_task("first", blind=True)])
    hidden = web.get("/search", params=asked).text
    assert shown(hidden) == ["second", "first", "old"]
    assert hidden.count(">72<") == 2
    assert "盲评" in hidden
    store.purge(NOON + timedelta(days=1))
    assert shown(web.get("/search", params=asked).text) == ["second", "first"]


def test_a_repeated_search_that_asks_the_machine_is_asked_anew(
    store: CallStore, tmp_path: Path
) -> None:
    save(store, "a", "这个领导不在公司我也没办法")
    web = browse(store, tmp_path / "workspace")
    asked = {"q": "领导不在公司", "score_max": "90"}
    assert shown(web.get("/search", params=asked).text) == ["a"]
    store.save_plan(DAY, [a_task("a", blind=True)])
    assert shown(web.get("/search", params=asked).text) == []


def test_customers_numbers_and_names_are_masked(store: CallStore, web: TestClient) -> None:
    save(store, "a", "请问您的手机号是多少", "我的手机号是一三八一二三四五六七八谢谢您")
    page = web.get("/search", params={"q": "我的手机号是"}).text
    assert shown(page) == ["a"]
    assert "一三八" not in page
    assert "＊＊" in page


def test_searches_are_kept_for_oneself(store: CallStore, tmp_path: Path) -> None:
    save(store, "a", team="一组")
    web = browse(store, tmp_path / "workspace")
    answer = send(
        web, "/search/saved", {"name": "一组争辩", "query": "team=一组&behaviour=arguing"}
    )
    assert answer.status_code == 303
    page = web.get("/search").text
    (query,) = re.findall(r'<a href="/search\?([^"]+)">一组争辩</a>', page)
    assert shown(web.get(f"/search?{query.replace('&amp;', '&')}").text) == ["a"]
    other = browse(store, tmp_path / "workspace", TRAINER, None)
    assert "一组争辩" not in other.get("/search").text
    (saved,) = store.saved_searches("me")
    assert send(other, "/search/saved/delete", {"saved_id": str(saved.saved_id)}).status_code == 303
    assert "一组争辩" in web.get("/search").text
    send(web, "/search/saved/delete", {"saved_id": str(saved.saved_id)})
    assert "一组争辩" not in web.get("/search").text


def test_a_page_in_english(store: CallStore, web: TestClient) -> None:
    save(store, "a")
    page = web.get("/search?lang=en").text
    assert "Criterion failed" in page
    assert "Saved searches" in page
