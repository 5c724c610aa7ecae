from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from qa_pipeline.batch.evaluate_group import evaluate_group
from qa_pipeline.batch.judge import judge_again
from qa_pipeline.batch.meaning import Meaning
from qa_pipeline.batch.prepare import find_work
from qa_pipeline.batch.rejudging import rejudge_calls
from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.batch.verifying import verify_calls
from qa_pipeline.store import CallStore, open_store
from tests.batch.workplace import Workplace, write_calls
from tests.builders import A, an_analyzed_call
from tests.embed.words import CountingEmbedder
from tests.store.samples import a_rubric, an_arguing_call

TEXTS = ("请您稍等", "先别挂机")


def meaning(store: CallStore, embedder: CountingEmbedder | None) -> Meaning:
    return Meaning(store=store, embedder=embedder)


def test_texts_are_embedded_once_and_then_come_from_the_store(tmp_path: Path) -> None:
    call = an_analyzed_call([(A, 0, 900, "请您稍等")])
    with open_store(tmp_path) as store:
        embedder = CountingEmbedder()
        first = meaning(store, embedder)
        embeddings = first.embed(call.transcript, Stopwatch())
        assert embeddings is not None
        embedder.asked.clear()
        made = first.vectors(TEXTS, embeddings)
        assert first.vectors(TEXTS, embeddings) == made
        assert embedder.asked == list(TEXTS)
        assert meaning(store, None).vectors(TEXTS, embeddings) == made
        assert meaning(store, None).vectors(("新的说法",), embeddings).vectors == {}


def test_vectors_of_another_model_are_never_mixed_in(tmp_path: Path) -> None:
    call = an_analyzed_call([(A, 0, 900, "请您稍等")])
    with open_store(tmp_path) as store:
        old = meaning(store, CountingEmbedder()).embed(call.transcript, Stopwatch())
        assert old is not None
        newer = CountingEmbedder(model_digest="counting:2")
        assert meaning(store, newer).vectors(TEXTS, old).vectors == {}
        assert newer.asked == []


def test_a_stored_call_is_embedded_again_for_other_words_or_another_model(
    tmp_path: Path,
) -> None:
    judged = an_arguing_call()
    with open_store(tmp_path) as store:
        embedder = CountingEmbedder()
        made = meaning(store, embedder).brought_up_to_date(judged.analyzed, Stopwatch())
        store.save_judged(replace(judged, analyzed=made), a_rubric())
        stored = store.judged_call(judged.call_id).analyzed
        assert stored == made
        assert stored.embeddings is not None
        assert store.embedding_model(stored.call.recording.recording_id) == "counting:1"
        embedder.asked.clear()
        assert meaning(store, embedder).brought_up_to_date(stored, Stopwatch()) == stored
        assert meaning(store, None).brought_up_to_date(stored, Stopwatch()) == stored
        assert embedder.asked == []
        newer = CountingEmbedder(model_digest="counting:2")
        again = meaning(store, newer).brought_up_to_date(stored, Stopwatch())
        assert again.embeddings is not None
        assert again.embeddings.model_digest == "counting:2"
        said = replace(stored.transcript.utterances[0], text="另外一句话")
        other = replace(stored.transcript, utterances=(said,))
        assert meaning(store, None).again(stored, other, Stopwatch()) is None
        assert meaning(store, embedder).again(stored, other, Stopwatch()) is not None
        assert embedder.asked == ["另外一句话"]


def test_a_purge_leaves_no_embeddings(tmp_path: Path) -> None:
    judged = an_arguing_call()
    with open_store(tmp_path) as store:
        made = meaning(store, CountingEmbedder()).brought_up_to_date(judged.analyzed, Stopwatch())
        store.save_judged(replace(judged, analyzed=made), a_rubric())
        store.purge(datetime.max.replace(tzinfo=UTC))
        with store.database.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM embeddings").scalar() == 0


def test_a_night_embeds_each_call_and_a_second_one_reads_them(tmp_path: Path) -> None:
    place = Workplace(root=tmp_path)
    write_calls(place.recordings, "a", "b")
    night = place.run()
    assert night.stage_seconds["embed"] > 0
    with open_store(place.workspace) as store:
        found = [judged.analyzed.embeddings for judged in store.judged_calls()]
        assert all(made is not None and made.spans for made in found)
        assert verify_calls(store, place.settings, None).differ == ()
        counts = rejudge_calls(store, place.settings, (None, None), None)
        assert counts == {"rejudged": 0, "unchanged": 2}
    assert place.run().stage_seconds["embed"] == 0


def test_a_workspace_of_before_gets_its_embeddings_from_the_stored_words(tmp_path: Path) -> None:
    place = Workplace(root=tmp_path)
    write_calls(place.recordings, "a")
    with place.shift() as shift:
        shift = replace(shift, meaning=meaning(shift.store, None))
        for group in find_work(shift).groups:
            evaluate_group(shift, group)
        assert [j.analyzed.embeddings for j in shift.store.judged_calls()] == [None]
        assert find_work(shift).to_do == 0
    with place.shift() as shift:
        (item,) = next(iter(find_work(shift).groups))
        judge_again(shift, item, Stopwatch())
        assert all(j.analyzed.embeddings for j in shift.store.judged_calls())
        assert find_work(shift).to_do == 0
