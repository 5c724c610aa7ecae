"""`qa-pipeline user`: accounts from the command line."""

import io
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from qa_pipeline.domain.review import Inspector
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.passwords import Passwords
from qa_pipeline.settings import WebSettings
from qa_pipeline.store import open_store
from tests.cli.conftest import Ask
from tests.review_web.desk import RUBRIC, an_arguing_call

HOUR = timedelta(hours=1)
SECRET = "correct horse 电池"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    with open_store(tmp_path / "ws") as store:
        store.save_inspectors((Inspector(inspector_id="Q1"), Inspector(inspector_id="Q2")))
    return tmp_path / "ws"


def types(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_password_from_stdin_is_kept_as_a_hash_only(
    ask: Ask, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    types(monkeypatch, f"{SECRET}\nnot this\n")
    said = ask(
        *("user", "add", "刘敏", "--role", "inspector", "--inspector-id", "Q1"),
        *("--password-stdin", "--json", "-w", str(workspace)),
    )
    assert said.code == 0
    assert (said.document["name"], said.document["inspector_id"]) == ("刘敏", "Q1")
    assert SECRET not in said.out + said.err
    assert SECRET.encode() not in (workspace / "qa.db").read_bytes()
    with open_store(workspace) as store:
        known = store.password_hash("刘敏")
        (entry,) = store.audit_log()
    assert known is not None
    assert known.startswith("$argon2id$")
    assert Passwords(WebSettings()).matches(known, SECRET)
    assert entry.who.startswith("cli:")
    assert (entry.action, entry.subject, entry.detail) == ("add user", "刘敏", "inspector Q1")


def test_a_generated_password_is_printed_once_and_works(ask: Ask, workspace: Path) -> None:
    said = ask("user", "add", "root1", "--role", "admin", "--generate", "-w", str(workspace))
    assert said.code == 0
    password = said.last_line.removeprefix("password: ")
    with open_store(workspace) as store:
        assert Passwords(WebSettings()).matches(store.password_hash("root1"), password)


@pytest.mark.parametrize(
    ("more", "typed", "words"),
    [
        (("--role", "inspector", "--generate"), "", "needs the inspector_id"),
        (("--role", "agent", "--generate"), "", "needs the agent_id"),
        (("--role", "admin", "--agent-id", "A7", "--generate"), "", "carries no agent_id"),
        (("--role", "admin", "--password-stdin"), "short\n", "at least 10"),
        (("--role", "admin", "--password-stdin"), "somebody-2026\n", "must not hold the name"),
        (("--role", "admin", "--password-stdin", "--generate"), "", "one of them"),
        (("--role", "admin"), "", "--password-stdin"),
        (("--role", "king", "--generate"), "", "king"),
    ],
)
def test_what_cannot_be_an_account_ends_with_2(
    ask: Ask,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    more: tuple[str, ...],
    typed: str,
    words: str,
) -> None:
    types(monkeypatch, typed)
    said = ask("user", "add", "somebody", *more, "-w", str(workspace))
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    with open_store(workspace) as store:
        assert store.accounts() == ()
        assert store.audit_log() == ()


def test_accounts_are_listed_with_the_inspectors_who_have_none(ask: Ask, workspace: Path) -> None:
    at = ("-w", str(workspace))
    ask("user", "add", "liu", "--role", "inspector", "--inspector-id", "Q1", "--generate", *at)
    document = ask("user", "list", "--json", *at).document
    assert [a["name"] for a in document["accounts"]] == ["liu"]
    assert document["inspectors_without_account"] == ["Q2"]
    assert "password" not in str(document)
    assert "inspector Q2 has no account" in ask("user", "list", *at).out


def test_customers_data_is_shown_to_whom_the_command_names(ask: Ask, workspace: Path) -> None:
    at = ("-w", str(workspace))
    ask("user", "add", "wang", "--role", "supervisor", "--sees-personal", "--generate", *at)
    assert "sees customers' data" in ask("user", "list", *at).out
    assert (
        ask("user", "personal", "wang", "--hide", "--json", *at).document["personal_since"] is None
    )
    assert ask("user", "personal", "wang", "--show", *at).code == 0
    refused = ask("user", "add", "root", "--role", "admin", "--sees-personal", "--generate", *at)
    assert (refused.code, "never shown" in refused.err) == (2, True)
    assert ask("user", "personal", "wang", *at).code == 2, "it is said which way"
    with open_store(workspace) as store:
        assert store.account("wang").sees_personal
        told = [e.action for e in store.audit_log() if "personal" in e.action]
    assert told == ["show personal data", "hide personal data", "show personal data"]


def test_disabling_and_a_new_password_end_sessions(ask: Ask, workspace: Path) -> None:
    at = ("-w", str(workspace))
    ask("user", "add", "liu", "--role", "trainer", "--generate", *at)
    for command in (("password", "liu", "--generate"), ("disable", "liu")):
        with open_store(workspace) as store:
            known = store.password_hash("liu")
            assert known is not None
            assert store.open_session("liu", "d" * 64, password_hash=known)
        assert ask("user", *command, *at).code == 0
        with open_store(workspace) as store:
            assert store.session_account("d" * 64, idle=HOUR, longest=HOUR) is None
    assert "(disabled)" in ask("user", "list", *at).out
    assert ask("user", "enable", "liu", *at).code == 0
    assert ask("user", "disable", "nobody", *at).code == 2
    with open_store(workspace) as store:
        actions = [e.action for e in store.audit_log()]
    assert actions == ["add user", "reset password", "disable user", "enable user"]


def test_the_demo_makes_one_throwaway_account_a_role(ask: Ask, workspace: Path) -> None:
    at = ("-w", str(workspace))
    with open_store(workspace) as store:
        store.save_judged(an_arguing_call("call-1", agent_id="A7"), RUBRIC)
    first = ask("user", "demo", "--json", *at).document
    assert {a["role"] for a in first["accounts"]} == {role.value for role in AccountRole}
    by_role = {a["role"]: a for a in first["accounts"]}
    assert by_role["inspector"]["inspector_id"] == "Q1"
    assert by_role["agent"]["agent_id"] == "A7"
    again = ask("user", "demo", *at)
    assert again.code == 0
    password = again.last_line.strip().removeprefix("password: ")
    assert password != first["password"]
    with open_store(workspace) as store:
        known = store.password_hash("demo-admin")
    assert Passwords(WebSettings()).matches(known, password)
    assert not Passwords(WebSettings()).matches(known, first["password"])


def test_demo_accounts_are_never_a_way_in_beside_real_ones(ask: Ask, workspace: Path) -> None:
    at = ("-w", str(workspace))
    ask("user", "add", "liu", "--role", "trainer", "--generate", *at)
    said = ask("user", "demo", *at)
    assert (said.code, said.out) == (2, "")
    assert "liu" in said.err


def test_without_agents_the_demo_has_no_agent(ask: Ask, workspace: Path) -> None:
    document = ask("user", "demo", "--json", "-w", str(workspace)).document
    assert "agent" not in {a["role"] for a in document["accounts"]}
