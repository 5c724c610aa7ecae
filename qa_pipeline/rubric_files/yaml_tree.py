"""YAML text becomes plain values that remember their lines.

Only what a rubric needs: mappings, lists, text, numbers, true/false, null. Dates,
`yes`/`no`, tags, anchors and aliases are not special, so nothing is read as
something that the author did not mean, and no file can blow up in memory.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from yaml.composer import Composer, ComposerError

from qa_pipeline.rubric_files.problems import Findings

Place = tuple[str | int, ...]
"""The way to a value: keys and list positions from the top."""

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
MAX_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlTree:
    """`lines` maps the place of every key and list entry to its line."""

    text: str
    values: object
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest place around it."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1


class _Loader(Composer, yaml.CSafeLoader):
    """Reads in C, four times as fast, and puts nodes together in Python."""

    def __init__(self, stream: str) -> None:
        yaml.CSafeLoader.__init__(self, stream)
        Composer.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            alias = self.get_event()
            raise ComposerError(None, None, "an alias (*name) is not allowed", _mark_of(alias))
        return super().compose_node(parent, index)


def _mark_of(event: yaml.Event | None) -> yaml.Mark | None:
    """Where an event begins, in the class that PyYAML's own errors take."""
    at = event.start_mark if event else None
    return yaml.Mark(at.name, at.index, at.line, at.column, None, 0) if at else None


_Loader.yaml_implicit_resolvers = {}  # only those named here, not SafeLoader's
_INT, _FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)$"), re.compile(r"[-+]?[0-9]+\.[0-9]+$")
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|)$"), ["~", "n", ""])
_PLAIN_TAGS = {f"tag:yaml.org,2002:{t}" for t in ("bool", "int", "float", "null", "str")}


def read_yaml(path: Path, findings: Findings) -> YamlTree | None:
    """The values of a YAML file; None when it cannot be read (see `findings`)."""
    text = _read_text(path, findings)
    if text is None:
        return None
    if not text.strip():
        findings.error(0, "file", "it is empty", "write a rubric; rubrics/README.md shows how")
        return None
    tabbed = [n for n, row in enumerate(text.splitlines(), 1) if re.match(r" *\t\s*[^\s#]", row)]
    for number in tabbed:
        findings.error(number, "file", "a tab indents this line", "indent with spaces")
    if tabbed:
        return None
    return _parse(text, findings)


def _read_text(path: Path, findings: Findings) -> str | None:
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        findings.error(0, "file", f"cannot be read ({reason})", "check the path and its rights")
        return None
    if len(raw) > MAX_BYTES:
        findings.error(
            0, "file", f"{len(raw)} bytes are no rubric", f"keep it under {MAX_BYTES} bytes"
        )
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    remedy = "save it as UTF-8"
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        findings.error(0, "file", "neither UTF-8 nor GB18030 text", remedy)
        return None
    findings.warn(0, "file", "not UTF-8, was read as GB18030 (GBK)", remedy)
    return text


def _parse(text: str, findings: Findings) -> YamlTree | None:
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context or "not YAML"
        findings.error(
            mark.line + 1 if mark else 0,
            "file",
            f"not YAML here ({reason})",
            "check colons, quotes, brackets and indentation around this line",
        )
        return None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        findings.error(0, "file", f"not YAML ({reason})", "remove control characters")
        return None
    except RecursionError:
        findings.error(0, "file", "nested too deeply", "a rubric needs no more than six levels")
        return None
    if node is None:
        findings.error(0, "file", "it holds only comments", "write a rubric")
        return None
    reader = _Reader(findings)
    values = reader.value(node, ())
    return YamlTree(text=text, values=values, lines=reader.lines)


@dataclass(slots=True)
class _Reader:
    findings: Findings
    lines: dict[Place, int] = field(default_factory=dict)

    def value(self, node: yaml.Node, place: Place) -> object:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if len(place) > MAX_DEPTH:
            self._error(node, place, "nested too deeply", "a rubric needs no more than six levels")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, i)) for i, item in enumerate(node.value)]
        return self._scalar(node, place)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._error(key_node, place, "a key must be a word", "write `key: value`")
                continue
            key = str(key_node.value)
            if key in values:
                first = self.lines[(*place, key)]
                self._error(
                    key_node, place, f"{key!r} is given twice (first on line {first})", "keep one"
                )
                continue
            self.lines[(*place, key)] = key_node.start_mark.line + 1
            values[key] = self.value(value_node, (*place, key))
        return values

    def _scalar(self, node: yaml.Node, place: Place) -> object:
        if node.tag not in _PLAIN_TAGS:
            self._error(node, place, f"the tag {node.tag!r} is not allowed", "write plain values")
            return None
        tag, text = node.tag.rsplit(":", 1)[1], str(node.value)
        if tag == "null":
            return None
        if tag == "bool":
            return text == "true"
        if tag in ("int", "float") and len(text) > MAX_DIGITS:
            shown = f"{text[:MAX_DIGITS]}… has too many digits"
            self._error(node, place, shown, "write a number that means something")
            return None
        if tag == "int":
            return int(text)
        return float(text) if tag == "float" else text

    def _error(self, node: yaml.Node, place: Place, reason: str, remedy: str) -> None:
        self.findings.error(node.start_mark.line + 1, name_of(place), reason, remedy)


def name_of(place: Place) -> str:
    """A place as a person would write it: `sections[2].criteria[1]`."""
    text = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in place)
    return text.lstrip(".") or "file"
