"""A PostgreSQL server's errors in words a person can act on."""

from collections.abc import Mapping

from qa_pipeline.errors import StoreBusy, StoreError

_AWAY = (
    "{name} does not answer ({error}); {consequence}; check that the server runs and that"
    " QA_PIPELINE_DATABASE_URL names its host and port"
)
_REFUSED = (
    "{name} refuses user or password; {consequence}; correct them in QA_PIPELINE_DATABASE_URL, or"
    " let the user in with the server's pg_hba.conf"
)
_CROSSED = "{name}: another transaction was in the way ({error}); {consequence}; run again"
_ADVICE = {
    "28": _REFUSED,
    "08": _AWAY,
    "57P": "{name} is being started or stopped ({error}); {consequence}; run again in a moment",
    "3D000": (
        "{name} does not exist; make it with"
        " `createdb --template=template0 --encoding=UTF8 --locale=C NAME`"
    ),
    "42501": "{name}: {error}; {consequence}; let the database's owner GRANT it, or use the owner",
    "53100": "the server's disk is full: {consequence}; free space on the server and run again",
    "53200": "{name}: the server is out of memory; {consequence}; run again",
    "53300": (
        "{name} has no free connection; {consequence}; stop other programs or raise the server's"
        " max_connections"
    ),
    "40001": _CROSSED,
    "40P01": _CROSSED,
    "55P03": (
        "{name} stayed locked by another process for 60 s; {consequence}; run again when it has"
        " finished"
    ),
    "25006": (
        "{name} may only be read ({error}); {consequence}; name the main server, no standby, in"
        " QA_PIPELINE_DATABASE_URL"
    ),
    "58": "{name}: the server's disk reported an error ({error}); {consequence}; check the disk",
    "XX001": "{name} is damaged ({error}); {consequence}; restore a backup",
    "XX002": "{name} has a damaged index ({error}); {consequence}; run `reindexdb` or restore",
}
_MAY_PASS = ("08", "40", "53", "55P03", "57P", "58")
_PASSWORD_ASKED = "password"


def sqlstate(error: BaseException | None) -> str | None:
    """The server's five-character code of an error; None for one of the driver's own."""
    found = _fields(error).get("C")
    return found if found else None


def friendly(error: BaseException | None, name: str, consequence: str) -> StoreError:
    """What happened, to which database, and what to do; never with a password."""
    state = sqlstate(error) or _state_of_driver_error(error)
    text = next(
        (advice for code, advice in _ADVICE.items() if state.startswith(code)),
        "{name}: {error}; {consequence}",
    )
    kind = StoreBusy if state.startswith(_MAY_PASS) else StoreError
    said = _fields(error).get("M") or _reason(error)
    return kind(text.format(name=name, error=said, consequence=consequence))


def _fields(error: BaseException | None) -> Mapping[str, str]:
    """The fields of a server's message, which the driver hands over as a dict.

    A server that refuses hangs up: what the driver then raises stands in front of
    the refusal.
    """
    while error is not None:
        if error.args and isinstance(error.args[0], dict):
            return error.args[0]
        error = error.__cause__ or error.__context__
    return {}


def _state_of_driver_error(error: BaseException | None) -> str:
    """A code for what never got as far as an answer of the server."""
    if isinstance(error, UnicodeEncodeError | OverflowError | ValueError):
        return ""
    return "28000" if _PASSWORD_ASKED in str(error) else "08000"


def _reason(error: BaseException | None) -> str:
    """The operating system's own words where there are some."""
    for one in (error, None if error is None else error.__cause__):
        if isinstance(one, OSError) and one.strerror:
            return one.strerror
    return str(error)
