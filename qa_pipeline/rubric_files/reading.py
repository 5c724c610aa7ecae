"""One rubric file while it is being read."""

from dataclasses import dataclass, field
from pathlib import Path

from qa_pipeline.rubric_files.problems import Findings
from qa_pipeline.rubric_files.yaml_tree import Place, YamlTree


@dataclass(slots=True, kw_only=True)
class Reading:
    """`triggers` are the names that the file defines, `ids` the criteria seen so far."""

    path: Path
    tree: YamlTree
    findings: Findings
    triggers: frozenset[str] = frozenset()
    ids: dict[str, int] = field(default_factory=dict)

    def error(self, place: Place, entry: str, reason: str, remedy: str) -> None:
        self.findings.error(self.tree.line(place), entry, reason, remedy)
