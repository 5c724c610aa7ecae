"""What can be done of a night before Prefect answers."""

from concurrent.futures import ThreadPoolExecutor

from qa_pipeline.batch.prepare import find_work
from qa_pipeline.batch.reading import read_ahead
from qa_pipeline.batch.shift import Shift
from qa_pipeline.batch.work import WorkItem, WorkList
from qa_pipeline.ingest.transcript_file import TRANSCRIPT_SUFFIX
from qa_pipeline.measure.words import words_of


class HeadStart:
    """Finds the work, then reads the first group and loads the models, in the background."""

    def __init__(self, shift: Shift) -> None:
        self._shift = shift
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="head-start")
        self._found = self._pool.submit(find_work, shift)
        # What fails there fails again where it is needed, and is told there.
        self._pool.submit(self._get_ready)

    def work(self) -> WorkList:
        """What there is to do, waited for; raises what `find_work` raises."""
        return self._found.result()

    def close(self) -> None:
        """Begin nothing more; what is under way comes to its end first."""
        self._pool.shutdown(cancel_futures=True)

    def _get_ready(self) -> None:
        work = self._found.result()
        if not work.groups:
            return
        read_ahead(self._shift, work.groups[0])
        if any(_is_heard(item) for group in work.groups for item in group):
            self._shift.recognizer.load()
        self._shift.stop.check()
        self._shift.meaning.load()
        words_of("您好")  # reads the dictionary


def _is_heard(item: WorkItem) -> bool:
    source = item.source
    is_ready = source.transcript_location or source.name.lower().endswith(TRANSCRIPT_SUFFIX)
    return item.known is None and not is_ready
