"""One digest for one meaning of a rubric."""

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from qa_pipeline.domain.rubric import Rubric


def with_digest(rubric: Rubric) -> Rubric:
    """The rubric with the SHA-256 of its resolved content.

    Layout, comments and the order of keys do not count; every rule, phrase and
    example does.
    """
    content = asdict(replace(rubric, digest="", source_text=""))
    for trigger in content["triggers"]:
        _name_taught(trigger)
    for section in content["sections"]:
        for criterion in section["criteria"]:
            if not criterion["listen_for"]:
                del criterion["listen_for"]  # digests from before this key stay the same
            _name_taught(criterion)
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return replace(rubric, digest=hashlib.sha256(canonical.encode()).hexdigest())


def _name_taught(entry: dict[str, Any]) -> None:
    """What was taught by its digest; digests from before this key stay the same."""
    taught = entry.pop("taught")
    if taught:
        entry["taught"] = [taught["name"], taught["digest"]]
