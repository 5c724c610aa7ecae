"""Was this phrase said here? The recognizer itself is asked, by forced decoding.

The sound of a window is encoded once. Then the decoder is made to say, after the
words that were written ahead of the doubtful place, each of: the wanted phrase, what
it wrote itself, and a few phrases that were surely not said. The mean logarithm of
its token probabilities tells how willing it was. Only tokens of the doubtful place
count, and nothing behind them: a decoder never looks ahead.
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.phrase_query import PhraseAnswer, PhraseQuery
from qa_pipeline.transcribe.audio import AudioInput, Verified
from qa_pipeline.transcribe.decoder import Encoded, WhisperDecoder, frames_wanted
from qa_pipeline.transcribe.windows import Window

FLOOR_LOG_PROBABILITY = -15.0
"""One token that the decoder would never say must not outweigh all the others."""
_TAIL_S, _LEAST_S = 0.7, 3.0
_WEAKEST = 2
_MAX_AHEAD_TOKENS = 60
_LANGUAGE = "zh"

_Place = tuple[str, int, tuple[Interval, ...]]


class PhraseVerifier:
    """Answers phrase queries with a loaded model; it keeps nothing between calls."""

    def __init__(self, decoder: WhisperDecoder) -> None:
        self._decoder = decoder

    def answer(
        self,
        recordings: Sequence[AudioInput],
        queries: Iterable[PhraseQuery],
        *,
        check: Callable[[], None] | None = None,
    ) -> Verified:
        """Answer the queries of a group of recordings, each window heard once.

        A query whose recording is not among them, or whose window holds no sound, is
        left out. `check` is called before each window; what it raises ends the work.
        """
        started = time.perf_counter()
        sound = {audio.recording_id: audio for audio in recordings}
        windows: dict[_Place, list[PhraseQuery]] = {}
        for query in queries:
            audio = sound.get(query.recording_id)
            if audio is not None and _is_within(query, audio):
                place = (query.recording_id, query.audio_channel, query.regions)
                windows.setdefault(place, []).append(query)

        def hear(place: _Place) -> list[PhraseAnswer]:
            if check is not None:
                check()
            return self._answers(sound[place[0]], windows[place])

        with ThreadPoolExecutor(self._decoder.workers) as pool:
            answered = [a for part in pool.map(hear, sorted(windows)) for a in part]
        return Verified(
            answers={a.query_id: a for a in answered}, seconds=time.perf_counter() - started
        )

    def _answers(self, audio: AudioInput, queries: Sequence[PhraseQuery]) -> list[PhraseAnswer]:
        first = queries[0]
        window = Window(recording=0, audio_channel=first.audio_channel, regions=first.regions)
        features = self._decoder.features(window.samples(audio))
        frames = int(features.shape[1])
        length = frames_wanted([frames], tail_s=_TAIL_S, least_s=_LEAST_S)
        encoded = Encoded(rows=self._decoder.encode([features], length), frames=(frames,))
        return [self._answer(encoded, query) for query in queries]

    def _answer(self, encoded: Encoded, query: PhraseQuery) -> PhraseAnswer:
        ahead = self._decoder.spelled(query.before)[-_MAX_AHEAD_TOKENS:]
        said = [self._decoder.spelled(t) for t in (query.phrase, query.heard, *query.decoys)]
        heard = self._decoder.forced(encoded, [[*ahead, *tokens] for tokens in said], _LANGUAGE)
        forced, free, *decoys = (_logs(probabilities[len(ahead) :]) for probabilities in heard)
        return PhraseAnswer(
            query_id=query.query_id,
            forced_log_probability=_mean(forced),
            free_log_probability=_mean(free),
            weakest_log_probability=_mean(sorted(forced)[:_WEAKEST]),
            decoy_log_probability=max(map(_mean, decoys), default=None),
        )


def _is_within(query: PhraseQuery, audio: AudioInput) -> bool:
    return (
        query.audio_channel < audio.n_channels
        and bool(query.regions)
        and sum(r.duration_ms for r in query.regions) > 0
        and query.regions[-1].end_ms <= audio.duration_ms
    )


def _logs(probabilities: Sequence[float]) -> list[float]:
    least = math.exp(FLOOR_LOG_PROBABILITY)
    return [math.log(max(probability, least)) for probability in probabilities]


def _mean(logs: Sequence[float]) -> float:
    return round(sum(logs) / len(logs), 4) if logs else FLOOR_LOG_PROBABILITY
