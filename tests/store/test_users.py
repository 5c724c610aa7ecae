from datetime import timedelta

import pytest

from qa_pipeline.domain.user import AccountRole
from qa_pipeline.errors import AccountRefused, NotFound
from qa_pipeline.store import CallStore

HOUR = timedelta(hours=1)
DIGEST = "d" * 64


def add_inspector(store: CallStore, name: str = "刘敏", inspector_id: str = "Q1") -> None:
    store.add_account(name, AccountRole.INSPECTOR, "hash", inspector_id=inspector_id)


def opened(store: CallStore, name: str = "刘敏", digest: str = DIGEST) -> bool:
    return store.open_session(name, digest, password_hash="hash")


def who_has(store: CallStore, digest: str = DIGEST, idle: timedelta = HOUR) -> str | None:
    account = store.session_account(digest, idle=idle, longest=HOUR)
    return account.name if account else None


def tries(store: CallStore, name: str, address: str = "10.0.0.1") -> int | None:
    return store.begin_login(name, address, within=HOUR, per_account=3, per_address=5)


def test_an_account_is_found_in_any_width_and_case(store: CallStore) -> None:
    added = store.add_account("Wang.Li", AccountRole.AGENT, "hash", agent_id="A7")
    assert store.account(" ｗａｎｇ.li ") == added
    assert (added.role, added.agent_id, added.is_disabled) == (AccountRole.AGENT, "A7", False)
    with pytest.raises(AccountRefused, match="already"):
        store.add_account("WANG.LI", AccountRole.ADMIN, "hash")
    with pytest.raises(NotFound, match="no account nobody"):
        store.account("nobody")


@pytest.mark.parametrize(
    ("name", "role", "inspector_id", "agent_id", "words"),
    [
        ("", AccountRole.ADMIN, None, None, "1 to 64"),
        ("cli:root", AccountRole.ADMIN, None, None, "1 to 64"),
        ("a b", AccountRole.ADMIN, None, None, "1 to 64"),
        ("x" * 65, AccountRole.ADMIN, None, None, "1 to 64"),
        ("ins", AccountRole.INSPECTOR, None, None, "needs the inspector_id"),
        ("age", AccountRole.AGENT, None, None, "needs the agent_id"),
        ("adm", AccountRole.ADMIN, "Q1", None, "carries no inspector_id"),
        ("tra", AccountRole.TRAINER, "Q1", None, "carries no inspector_id"),
        ("ins", AccountRole.INSPECTOR, "Q1", "A7", "carries no agent_id"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(
    store: CallStore,
    name: str,
    role: AccountRole,
    inspector_id: str | None,
    agent_id: str | None,
    words: str,
) -> None:
    with pytest.raises(AccountRefused, match=words):
        store.add_account(name, role, "hash", inspector_id=inspector_id, agent_id=agent_id)
    assert store.accounts() == ()


def test_two_people_never_write_reviews_under_one_id(store: CallStore) -> None:
    add_inspector(store, "刘敏")
    with pytest.raises(AccountRefused, match="刘敏"):
        add_inspector(store, "王芳")
    store.disable_account("刘敏")
    add_inspector(store, "王芳")
    assert {i: a.name for i, a in store.accounts_by_inspector().items()} == {"Q1": "王芳"}
    with pytest.raises(AccountRefused, match="王芳"):
        store.enable_account("刘敏")
    store.disable_account("王芳")
    store.enable_account("刘敏")
    assert store.accounts_by_inspector()["Q1"].name == "刘敏"


def test_a_session_is_its_accounts_until_it_ends(store: CallStore) -> None:
    add_inspector(store)
    assert opened(store)
    assert who_has(store) == "刘敏"
    assert who_has(store, "e" * 64) is None
    store.end_session(DIGEST)
    assert who_has(store) is None


def test_a_login_ends_the_browsers_session_of_before(store: CallStore) -> None:
    add_inspector(store)
    opened(store)
    store.open_session("刘敏", "e" * 64, password_hash="hash", instead_of=DIGEST)
    assert (who_has(store), who_has(store, "e" * 64)) == (None, "刘敏")


@pytest.mark.parametrize(
    ("idle", "longest"), [(timedelta(0), HOUR), (HOUR, timedelta(0))], ids=["idle", "longest"]
)
def test_a_session_ages(store: CallStore, idle: timedelta, longest: timedelta) -> None:
    add_inspector(store)
    opened(store)
    assert store.session_account(DIGEST, idle=idle, longest=longest) is None
    assert who_has(store) is None, "it does not come back under kinder settings"


def test_using_a_session_keeps_it(store: CallStore) -> None:
    from time import sleep

    add_inspector(store)
    opened(store)
    idle = timedelta(seconds=2)
    for _ in range(4):
        sleep(0.6)
        assert who_has(store, idle=idle) == "刘敏"


def test_old_sessions_are_forgotten(store: CallStore) -> None:
    add_inspector(store)
    opened(store)
    store.forget_old_sessions(idle=HOUR, longest=HOUR)
    assert who_has(store) == "刘敏"
    store.forget_old_sessions(idle=timedelta(0), longest=HOUR)
    assert who_has(store) is None


def test_sessions_end_with_the_account_and_with_the_password(store: CallStore) -> None:
    add_inspector(store)
    opened(store)
    store.set_password("刘敏", "hash-2")
    assert who_has(store) is None
    assert not opened(store), "the password that was checked is an old one"
    assert store.open_session("刘敏", DIGEST, password_hash="hash-2")
    store.disable_account("刘敏")
    assert who_has(store) is None
    assert store.password_hash("刘敏") is None
    store.enable_account("刘敏")
    assert who_has(store) is None, "a session that ended stays so"
    assert store.password_hash("刘敏") == "hash-2"


def test_a_renewed_hash_ends_nothing_and_never_wins_over_a_new_password(store: CallStore) -> None:
    add_inspector(store)
    opened(store)
    store.renew_hash("刘敏", "hash", "stronger")
    assert (who_has(store), store.password_hash("刘敏")) == ("刘敏", "stronger")
    store.renew_hash("刘敏", "hash", "late")
    assert store.password_hash("刘敏") == "stronger"


def test_logins_are_counted_by_name_and_by_address(store: CallStore) -> None:
    assert all(tries(store, "王芳") for _ in range(3))
    assert tries(store, "ＷＡＮＧ") is not None
    assert tries(store, "王芳", "10.0.0.2") is None, "the name, from wherever"
    assert tries(store, "李雷") is not None
    assert tries(store, "韩梅") is None, "the address, whatever the name"
    assert tries(store, "韩梅", "10.0.0.2") is not None


def test_a_login_that_succeeds_clears_its_name_only(store: CallStore) -> None:
    for _ in range(2):
        tries(store, "王芳")
        tries(store, "李雷", "10.0.0.2")
    attempt = tries(store, "王芳")
    assert attempt is not None
    store.login_succeeded(attempt, "王芳")
    assert [tries(store, "王芳") is not None for _ in range(4)] == [True, True, True, False]
    assert [tries(store, "李雷", "10.0.0.2") is not None for _ in range(2)] == [True, False]


def test_failed_logins_are_forgiven_after_a_while(store: CallStore) -> None:
    for _ in range(3):
        tries(store, "王芳")
    assert tries(store, "王芳") is None
    late = store.begin_login("王芳", "10.0.0.1", within=timedelta(0), per_account=3, per_address=5)
    assert late is not None


def test_customers_data_is_shown_to_whom_somebody_said_and_to_no_role(store: CallStore) -> None:
    chief = store.add_account("chief", AccountRole.SUPERVISOR, "hash")
    assert not chief.sees_personal
    store.show_personal("chief", shown=True)
    since = store.account("chief").personal_since
    assert since is not None
    store.show_personal("chief", shown=True)
    assert store.account("chief").personal_since == since, "said twice is said once"
    store.show_personal("chief", shown=False)
    assert not store.account("chief").sees_personal
    trainer = store.add_account("t", AccountRole.TRAINER, "hash", sees_personal=True)
    assert trainer.sees_personal


@pytest.mark.parametrize("role", [AccountRole.ADMIN, AccountRole.AGENT])
def test_administrators_and_agents_are_never_shown_customers_data(
    store: CallStore, role: AccountRole
) -> None:
    agent_id = "A7" if role is AccountRole.AGENT else None
    with pytest.raises(AccountRefused, match="never shown"):
        store.add_account("x", role, "hash", agent_id=agent_id, sees_personal=True)
    store.add_account("x", role, "hash", agent_id=agent_id)
    with pytest.raises(AccountRefused, match="never shown"):
        store.show_personal("x", shown=True)
    assert not store.account("x").sees_personal
