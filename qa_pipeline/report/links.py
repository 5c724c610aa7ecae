"""Where tables lead."""

from urllib.parse import quote


def call_link(address: str, call_id: str) -> str:
    """Where the call's review page is; every character of the id is allowed."""
    return f"{address.rstrip('/')}/calls/{quote(call_id, safe='')}"
