"""One digest for one meaning of a rubric."""

import hashlib
import json
from dataclasses import asdict, replace

from qa_pipeline.domain.rubric import Criterion, Rubric, Trigger


def with_digest(rubric: Rubric) -> Rubric:
    """The rubric with the SHA-256 of its resolved content.

    Layout, comments and the order of keys do not count; every rule, phrase and
    example does.
    """
    content = asdict(replace(_without_weights(rubric), digest="", source_text=""))
    entries: list[Trigger | Criterion] = [
        *rubric.triggers,
        *(c for section in rubric.sections for c in section.criteria),
    ]
    plain = [*content["triggers"], *(c for s in content["sections"] for c in s["criteria"])]
    for entry, written in zip(entries, plain, strict=True):
        # Digests from before these keys stay the same.
        if not written.get("listen_for", True):
            del written["listen_for"]
        if entry.taught is None:
            del written["taught"]
        else:
            written["taught"] = [entry.taught.name, entry.taught.digest]
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return replace(rubric, digest=hashlib.sha256(canonical.encode()).hexdigest())


def _without_weights(rubric: Rubric) -> Rubric:
    """The rubric without what was taught: hundred thousands of numbers with a digest each."""
    return replace(
        rubric,
        triggers=tuple(replace(trigger, taught=None) for trigger in rubric.triggers),
        sections=tuple(
            replace(section, criteria=tuple(replace(c, taught=None) for c in section.criteria))
            for section in rubric.sections
        ),
    )
