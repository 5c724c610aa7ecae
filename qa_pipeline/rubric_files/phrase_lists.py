"""Lists of phrases that several rubrics share: `rubrics/phrases/NAME.yaml`."""

from dataclasses import dataclass
from pathlib import Path

from qa_pipeline.rubric_files.phrase_checks import check_phrase
from qa_pipeline.rubric_files.problems import Findings
from qa_pipeline.rubric_files.raw_models import RawPhraseList
from qa_pipeline.rubric_files.reading import Reading
from qa_pipeline.rubric_files.shape import fit
from qa_pipeline.rubric_files.yaml_tree import Place, read_yaml
from qa_pipeline.text.lexicons import rubrics_dir


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseList:
    any_of: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    not_said: tuple[str, ...] = ()
    taught: str | None = None


def read_phrase_list(name: str, place: Place, entry: str, reading: Reading) -> PhraseList:
    """The list `NAME.yaml` beside the rubric, else among the project's own.

    An empty list when it is missing or wrong: the reason is then in the findings.
    """
    folders = [reading.path.parent / "phrases", rubrics_dir() / "phrases"]
    path = next((p for folder in folders if (p := folder / f"{name}.yaml").is_file()), None)
    if path is None:
        known = sorted({p.stem for folder in folders for p in folder.glob("*.yaml")})
        reading.error(
            place,
            entry,
            f"no phrase list phrases/{name}.yaml",
            f"write the file or use one of: {', '.join(known) or 'none yet'}",
        )
        return PhraseList()
    findings = Findings(file=str(path))
    listed = _read(path, findings)
    reading.findings.errors += findings.errors
    reading.findings.warnings += findings.warnings
    return listed


def _read(path: Path, findings: Findings) -> PhraseList:
    tree = read_yaml(path, findings)
    item = fit(RawPhraseList, tree.values, tree, (), "phrases", findings) if tree else None
    if tree is None or item is None:
        return PhraseList()
    if item.phrases != path.stem:
        findings.error(
            tree.line(("phrases",)),
            "phrases",
            f"{item.phrases!r} is not the name of the file",
            f"write `phrases: {path.stem}`",
        )
    for key in ("any_of", "unless"):
        for position, phrase in enumerate(getattr(item, key)):
            check_phrase(phrase, tree, (key, position), f"phrases {path.stem}", findings)
    return PhraseList(
        any_of=tuple(item.any_of),
        unless=tuple(item.unless),
        said=tuple(item.said),
        not_said=tuple(item.not_said),
        taught=item.taught,
    )
