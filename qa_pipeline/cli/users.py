"""`user add|list|disable|enable|personal|password|demo`: who may log in to the review desk."""

import sys
from collections import Counter
from typing import Annotated

import typer

from qa_pipeline.cli.common import (
    EXIT_DONE,
    JsonOption,
    WorkspaceOption,
    cli_user,
    existing_store,
    print_json,
    settings_for,
    stdout,
)
from qa_pipeline.domain.user import Account, AccountRole
from qa_pipeline.errors import UsageError
from qa_pipeline.review_web.passwords import (
    GUESSABLE,
    TOO_SHORT,
    UNUSABLE,
    Passwords,
    new_password,
    password_problem,
)
from qa_pipeline.settings import Settings, WebSettings
from qa_pipeline.store import CallStore

app = typer.Typer(help="Who may log in to the review desk.", no_args_is_help=True)
DEMO_PREFIX = "demo-"
_PROBLEMS = {
    TOO_SHORT: "it needs at least {n} characters",
    UNUSABLE: "it may have 256 characters and no control characters",
    GUESSABLE: "it must not hold the name, or be made of a few characters only",
}

NameArgument = Annotated[str, typer.Argument(help="The name to log in with.")]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
]
GenerateOption = Annotated[
    bool, typer.Option("--generate", help="Make a random password and print it.")
]


def register(program: typer.Typer) -> None:
    program.add_typer(app, name="user")


@app.command("add")
def add(
    name: NameArgument,
    role: Annotated[AccountRole, typer.Option(help="What the account may do.")],
    inspector_id: Annotated[
        str | None, typer.Option(help="Whose tasks and reviews: needed for an inspector.")
    ] = None,
    agent_id: Annotated[
        str | None, typer.Option(help="Whose calls and scores: needed for an agent.")
    ] = None,
    sees_personal: Annotated[
        bool,
        typer.Option("--sees-personal", help="Show customers' names and numbers to the account."),
    ] = False,
    password_stdin: StdinOption = False,
    generate: GenerateOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Add an account; asks for the password unless told otherwise."""
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        password = _password(name, settings.web, from_stdin=password_stdin, generate=generate)
        account = store.add_account(
            name,
            role,
            Passwords(settings.web).hash(password),
            inspector_id=inspector_id,
            agent_id=agent_id,
            sees_personal=sees_personal,
        )
        what = f"{role} {inspector_id or agent_id or ''}".strip()
        store.audit(cli_user(), "add user", account.name, what)
        if account.sees_personal:
            store.audit(cli_user(), "show personal data", account.name)
    _say(account, password if generate else None, as_json)
    return EXIT_DONE


@app.command("list")
def list_users(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """List the accounts, and the inspectors who have none."""
    with existing_store(settings_for(workspace)) as store:
        accounts, known = store.accounts(), store.accounts_by_inspector()
        without = [i.inspector_id for i in store.inspectors() if i.inspector_id not in known]
    if as_json:
        documents = [_document(account) for account in accounts]
        print_json({"accounts": documents, "inspectors_without_account": without})
        return EXIT_DONE
    for account in accounts:
        stdout.print(_line(account), markup=False, soft_wrap=True)
    for inspector_id in without:
        stdout.print(f"inspector {inspector_id} has no account", markup=False, soft_wrap=True)
    stdout.print(f"{len(accounts)} accounts")
    return EXIT_DONE


@app.command("disable")
def disable(
    name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> int:
    """Let nobody log in as the account any more, and end its sessions."""
    with existing_store(settings_for(workspace)) as store:
        store.disable_account(name)
        account = store.account(name)
        store.audit(cli_user(), "disable user", account.name)
    _say(account, None, as_json)
    return EXIT_DONE


@app.command("enable")
def enable(
    name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> int:
    """Let a disabled account log in again."""
    with existing_store(settings_for(workspace)) as store:
        store.enable_account(name)
        account = store.account(name)
        store.audit(cli_user(), "enable user", account.name)
    _say(account, None, as_json)
    return EXIT_DONE


@app.command("personal")
def personal(
    name: NameArgument,
    shown: Annotated[
        bool, typer.Option("--show/--hide", help="Show customers' names and numbers, or hide them.")
    ],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show an account customers' names and numbers on the pages of calls, or hide them again."""
    with existing_store(settings_for(workspace)) as store:
        store.show_personal(name, shown=shown)
        account = store.account(name)
        store.audit(cli_user(), f"{'show' if shown else 'hide'} personal data", account.name)
    _say(account, None, as_json)
    return EXIT_DONE


@app.command("password")
def password(
    name: NameArgument,
    password_stdin: StdinOption = False,
    generate: GenerateOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Give an account a new password, and end its sessions."""
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        account = store.account(name)
        given = _password(name, settings.web, from_stdin=password_stdin, generate=generate)
        store.set_password(name, Passwords(settings.web).hash(given))
        store.audit(cli_user(), "reset password", account.name)
    _say(account, given if generate else None, as_json)
    return EXIT_DONE


@app.command("demo")
def demo(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """Make throwaway accounts, one a role, with one random password; never beside real ones."""
    settings = settings_for(workspace)
    with existing_store(settings) as store:
        real = [a.name for a in store.accounts() if not a.name.startswith(DEMO_PREFIX)]
        if real:
            raise UsageError(
                f"{settings.workspace} has the account {real[0]}: demo accounts would be a way in"
                " beside it; give another workspace or use `qa-pipeline user add`"
            )
        shared = new_password()
        accounts = _make_demo(store, settings, Passwords(settings.web).hash(shared))
        store.audit(cli_user(), "add user", "demo accounts", f"{len(accounts)} throwaway accounts")
    if as_json:
        print_json({"accounts": [_document(a) for a in accounts], "password": shared})
        return EXIT_DONE
    stdout.print("Throwaway accounts of the demo; their password is new at every demo:")
    for account in accounts:
        stdout.print(f"  {_line(account)}", markup=False, soft_wrap=True)
    stdout.print(f"  password: {shared}", markup=False, soft_wrap=True)
    return EXIT_DONE


def _make_demo(store: CallStore, settings: Settings, password_hash: str) -> list[Account]:
    """Add the demo accounts that are missing and give all of them the password."""
    known = {account.name for account in store.accounts()}
    made = []
    for role in AccountRole:
        name = f"{DEMO_PREFIX}{role}"
        agent_id = _busiest_agent(store) if role is AccountRole.AGENT else None
        if role is AccountRole.AGENT and agent_id is None:
            continue  # nobody said whose calls these are
        if name in known:
            store.set_password(name, password_hash)
        else:
            inspector_id = _first_inspector(store, settings)
            store.add_account(
                name,
                role,
                password_hash,
                inspector_id=inspector_id if role is AccountRole.INSPECTOR else None,
                agent_id=agent_id,
                # So that the demo shows both ways: these customers are invented.
                sees_personal=role is AccountRole.SUPERVISOR,
            )
        made.append(store.account(name))
    return made


def _first_inspector(store: CallStore, settings: Settings) -> str:
    listed = [inspector.inspector_id for inspector in store.inspectors()]
    return listed[0] if listed else settings.queue.default_inspector


def _busiest_agent(store: CallStore) -> str | None:
    ids = (judged.analyzed.call.agent_id for judged in store.judged_calls())
    found = Counter(agent_id for agent_id in ids if agent_id).most_common(1)
    return found[0][0] if found else None


def _password(name: str, settings: WebSettings, *, from_stdin: bool, generate: bool) -> str:
    """The password as asked for: random, from stdin, or typed twice without echo."""
    if from_stdin and generate:
        raise UsageError("--password-stdin and --generate: give one of them")
    if generate:
        return new_password()
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        given = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        raise UsageError("no terminal to ask for the password on; give --password-stdin")
    if problem := password_problem(given, name, settings.password_min_chars):
        reason = _PROBLEMS[problem].format(n=settings.password_min_chars)
        raise UsageError(f"this password cannot be used: {reason}")
    return given


def _say(account: Account, password: str | None, as_json: bool) -> None:
    if as_json:
        shown = {} if password is None else {"password": password}
        print_json(_document(account) | shown)
        return
    stdout.print(_line(account), markup=False, soft_wrap=True)
    if password is not None:
        stdout.print(f"password: {password}", markup=False, soft_wrap=True)


def _line(account: Account) -> str:
    carried = account.inspector_id or account.agent_id
    state = ", sees customers' data" if account.sees_personal else ""
    state += " (disabled)" if account.is_disabled else ""
    return f"{account.name}: {account.role}{f' {carried}' if carried else ''}{state}"


def _document(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "role": account.role.value,
        "inspector_id": account.inspector_id,
        "agent_id": account.agent_id,
        "created_at": account.created_at,
        "disabled_at": account.disabled_at,
        "personal_since": account.personal_since,
    }
