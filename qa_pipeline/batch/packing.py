"""Make a training pack of a collection."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qa_pipeline import __version__
from qa_pipeline.batch.pack_cases import Chosen, chosen_cases, pack_case
from qa_pipeline.batch.pack_list import write_pack_list
from qa_pipeline.cases.gift import gift_text
from qa_pipeline.cases.moodle import mono_wav, write_moodle
from qa_pipeline.cases.pack import PackCase
from qa_pipeline.cases.pack_files import pack_folder, write_manifest
from qa_pipeline.cases.pack_pages import Pack, pack_pages
from qa_pipeline.domain.quiz import QuizItem
from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.redact import mask_file_name, mask_text
from qa_pipeline.store import CallStore

CLIPS = "clips"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackExport:
    """`problems` name each case that is in the pack without sound, with its reason."""

    path: Path
    cases: int
    clips: int
    quiz_items: int
    problems: tuple[str, ...]


def export_pack(
    store: CallStore, collection: str, out: Path | None, *, exports: Path, lower_customer: bool
) -> PackExport:
    """Write the collection as a training pack: `out` is a .zip or a folder.

    Without `out` it is `exports/<collection>.zip`. The pack is there whole or not at
    all. Only approved cases may leave: UsageError names the others. NotFound for an
    unknown collection, UsageError where it is empty, OutputError where the disk does
    not take it.
    """
    chosen = chosen_cases(store, collection)
    path = out or exports / f"{_file_name(collection)}.zip"
    title = mask_text(collection)
    with pack_folder(path) as folder:
        made = tuple(with_sound(chosen, folder, lower_customer=lower_customer))
        pack = Pack(title=title, cases=tuple(case for case, _ in made))
        _write_files(pack, folder)
        write_manifest(folder, _facts(pack, chosen, lower_customer=lower_customer))
    return PackExport(
        path=path,
        cases=len(pack.cases),
        clips=sum(case.clip is not None for case in pack.cases),
        quiz_items=len(pack.items),
        problems=tuple(problem for _, problem in made if problem),
    )


def with_sound(
    chosen: Sequence[Chosen], folder: Path, *, lower_customer: bool
) -> Iterator[tuple[PackCase, str]]:
    """Each case with its clip cut into the folder's `clips`, and why it has none."""
    (folder / CLIPS).mkdir(parents=True, exist_ok=True)
    for one in chosen:
        redacted = one.redacted(lower_customer=lower_customer)
        name = f"{CLIPS}/{one.case.case_id}.wav"
        why, clip = redacted.no_sound, None
        if not why:
            try:
                redacted.cut(folder / name)
                clip = name
            except UnreadableRecording as error:
                why = mask_file_name(error.reason)
        problem = f"{one.case.case_id}: {why}" if why else ""
        yield pack_case(one, redacted, clip=clip, no_sound=why), problem


def _write_files(pack: Pack, folder: Path) -> None:
    for name, text in pack_pages(pack):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    write_pack_list(pack.cases, folder / "cases.xlsx")
    if not pack.items:
        return

    def sound_of(item: QuizItem) -> bytes:
        return mono_wav(folder / item.clip)

    with (folder / "quiz.moodle.xml").open("wb") as stream:
        write_moodle(pack.items, pack.title, sound_of, stream)
    gift = gift_text(pack.items, pack.title)
    (folder / "quiz.gift.txt").write_text(gift, encoding="utf-8", newline="\n")


def _facts(pack: Pack, chosen: Iterable[Chosen], *, lower_customer: bool) -> dict[str, object]:
    return {
        "collection": pack.title,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "redacted": {"text": "masked", "sound": "beeped", "customer_lowered": lower_customer},
        "counts": {
            "cases": len(pack.cases),
            "good": sum(case.is_good for case in pack.cases),
            "bad": sum(not case.is_good for case in pack.cases),
            "pairs": pack.n_pairs,
            "clips": sum(case.clip is not None for case in pack.cases),
            "quiz_items": len(pack.items),
        },
        "versions": {
            "qa_pipeline": __version__,
            "rubrics": sorted({one.rubric_name for one in chosen}),
            "detectors": dict(sorted({one.detector for one in chosen})),
        },
    }


def _file_name(collection: str) -> str:
    """The collection's name as a file may be called on every system."""
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]+', "_", mask_file_name(collection)).strip(". ") or "pack"
