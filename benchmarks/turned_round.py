"""Does a pass stay no fail when the channels are swapped or mixed to one?

Each sample is judged as its metadata says, then with its channels swapped and
nobody saying where the agent is, and as a mono mix that was recognized anew. A
criterion that passed and now fails is counted; one that became a system N/A or
waits for a person is not: that is an answer.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy_speakers import turned
from benchmarks.listening import Heard, Listener, call_of
from benchmarks.speech_data import ROOT, SAMPLES, sample_truth
from qa_pipeline.acoustics import measure_acoustics
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.evaluate_call import analyze_call, evaluate_call
from qa_pipeline.rubric_files import load_rubrics, route
from qa_pipeline.settings import Settings
from qa_pipeline.speakers import assign_roles

MOST_TURNED = {"swapped": 0, "mono": 0}
Outcomes = Mapping[str, CriterionOutcome]


@dataclass(frozen=True, kw_only=True)
class Turned:
    """What became of the criteria that passed as the metadata says."""

    passed: int
    failed: tuple[str, ...]
    not_judged: int


def outcomes(
    path: Path, heard: Heard, rubrics: tuple[Rubric, ...], agent_channel: int | None
) -> Outcomes:
    """Each criterion's outcome for a recording as heard."""
    call = call_of(path, heard, agent_channel=agent_channel)
    transcript, split = assign_roles(call, heard.transcript, heard.speech, heard.channels)
    quality, prosody = measure_acoustics(heard.channels, transcript)
    settings = Settings()
    analyzed = analyze_call(call, transcript, split, quality, prosody, settings=settings)
    rubric, _ = route(rubrics, call)
    card = evaluate_call(analyzed, rubric, {}, None, settings=settings).scorecard
    return {score.criterion_id: score.outcome for score in card.scores}


def compared(before: Outcomes, after: Outcomes) -> Turned:
    """How the passes of one judgement fared in the other."""
    passed = [k for k, outcome in before.items() if outcome is CriterionOutcome.PASS]
    now = Counter(after[k] for k in passed)
    judged = now[CriterionOutcome.PASS] + now[CriterionOutcome.PARTIAL]
    failed = tuple(k for k in passed if after[k] is CriterionOutcome.FAIL)
    return Turned(passed=len(passed), failed=failed, not_judged=len(passed) - judged - len(failed))


def measure_turned(listener: Listener) -> list[str]:
    """Print what swapping and mixing did to each two-channel sample's passes."""
    rubrics = tuple(load_rubrics(ROOT / "rubrics"))
    totals = dict.fromkeys(MOST_TURNED, 0)
    heads = f"{'passed':>6} {'swapped':>8} {'mono':>5} {'N/A':>4}"
    print(f"\n{'passes that became fails':32} {heads}  which")
    for path in sorted(SAMPLES.glob("*.wav")):
        stereo = listener.hear(path, mono=False)
        if len(stereo.speech) != 2 or not all(stereo.speech):
            continue
        agent = int(sample_truth()[path.name]["agent_channel"])
        before = outcomes(path, stereo, rubrics, agent)
        swapped = compared(before, outcomes(path, turned(stereo), rubrics, None))
        mono = compared(before, outcomes(path, listener.hear(path, mono=True), rubrics, None))
        totals["swapped"] += len(swapped.failed)
        totals["mono"] += len(mono.failed)
        which = [*(f"{k} (swapped)" for k in swapped.failed), *mono.failed]
        print(
            f"{path.name:32} {swapped.passed:6} {len(swapped.failed):8} "
            f"{len(mono.failed):5} {mono.not_judged:4}  {', '.join(which)}",
            flush=True,
        )
    return [f"{n} passes failed {k}" for k, n in totals.items() if n > MOST_TURNED[k]]
