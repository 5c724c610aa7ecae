"""The night's work: recordings to judge, in groups."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from qa_pipeline.batch.outcomes import RecordingOutcome
from qa_pipeline.domain.call import Call
from qa_pipeline.ingest import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One recording to judge.

    `known` is its call with the facts of today when a stored transcript can be
    judged again, None when it has to be listened to. `copies` are other files
    with the same bytes: one of them may be readable where this one is not
    (headerless audio under a better name).
    """

    source: SourceFile
    recording_id: str
    known: Call | None = None
    copies: tuple[SourceFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """The night's work in task runs of a few recordings, and what needs none.

    `moved` are known calls whose recording lies in another place now.
    """

    groups: tuple[tuple[WorkItem, ...], ...]
    outcomes: tuple[RecordingOutcome, ...] = ()
    moved: tuple[Call, ...] = ()
    skipped_count: int = 0
    older_count: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def to_do(self) -> int:
        return sum(1 + len(item.copies) for group in self.groups for item in group)

    def with_following(
        self, workers: int
    ) -> Iterator[tuple[tuple[WorkItem, ...], tuple[WorkItem, ...]]]:
        """Each group with the one that the same worker is likely to get next, () at the end."""
        return zip_longest(self.groups, self.groups[workers:], fillvalue=())
