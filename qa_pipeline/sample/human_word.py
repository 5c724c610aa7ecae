"""What an inspector says of each item of a call, spoken or by leaving it as it was.

An item is a criterion of the call's rubric or one of the five behaviours. In this order:

1. the inspector's latest answer to the criterion;
2. else the standing decisions on its evidence: MISSED is a violation; CONFIRMED agrees
   with the machine and REJECTED contradicts it (one confirmed piece is enough);
   UNSURE says nothing;
3. else, where the machine saw nothing wrong and the review was finished, agreement.

A review was finished when its form was answered (any criterion), or when nothing that the
machine found was left without a word. What remains has no word: it is no answer at all.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from qa_pipeline.domain.detection import Detection, Outcome
from qa_pipeline.domain.estimate import ANY_BEHAVIOUR, ANY_VIOLATION, Item
from qa_pipeline.domain.finding import LOST, detection_of
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import Decision, Review, latest_decisions
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome, CriterionScore

CLEARED = frozenset({CriterionOutcome.PASS, CriterionOutcome.CONDITION_NOT_MET})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """Decisions on one detector: what was decided at which place."""

    decisions: tuple[tuple[Decision, Interval | None], ...] = ()

    def violated(self, detection: Detection) -> bool | None:
        """Whether what speaks against the agent is true; None when that is not said."""
        said = {d for d, _ in self.decisions}
        if Decision.MISSED in said:
            return True
        if detection.detector_id.startswith("script:"):
            return self._script_violated(detection)
        if Decision.CONFIRMED in said:
            return True
        return False if Decision.REJECTED in said else None

    def _script_violated(self, detection: Detection) -> bool | None:
        """Of a script the evidence may be that it was said; older evidence proves nothing."""
        places = {e.interval for e in detection.evidence} | {None}
        said = {d for d, place in self.decisions if place in places}
        agrees = Decision.CONFIRMED in said
        if not agrees and Decision.REJECTED not in said:
            return None
        return (detection.outcome is Outcome.FOUND) != agrees


def words_of(judged: JudgedCall, reviews: Sequence[Review]) -> Mapping[Item, CriterionOutcome]:
    """One inspector's word on every item that they have one on: PASS, PARTIAL, FAIL, HUMAN_NA.

    `reviews` are that inspector's reviews of this call. A behaviour that is there is a FAIL.
    """
    answers = _latest_answers(reviews)
    decided = _decided(reviews)
    detections = {d.detector_id: d for d in judged.evaluation.detections}
    scores = judged.evaluation.scorecard.scores
    finished = bool(reviews) and (bool(answers) or _nothing_left(judged, decided))
    rubric_id = judged.evaluation.scorecard.rubric_id
    words: dict[Item, CriterionOutcome] = {}
    for score in scores:
        word = answers.get(score.criterion_id)
        if word is None:
            detection = detection_of(score, detections)
            word = _criterion_word(score, detection, decided)
        if word is None and finished and score.outcome in CLEARED:
            word = CriterionOutcome.PASS
        if word is not None:
            words[Item(rubric_id, score.criterion_id)] = word
    for detection in judged.evaluation.detections:
        if detection.detector_id.startswith("behaviour:"):
            behaviour = _behaviour_word(detection, decided, answers, finished=finished)
            if behaviour is not None:
                words[Item("", detection.detector_id)] = behaviour
    return words | _summed_up(judged, words)


def _summed_up(
    judged: JudgedCall, words: Mapping[Item, CriterionOutcome]
) -> dict[Item, CriterionOutcome]:
    """Whether there is any violation: none only where everything that was judged has a word."""
    rubric_id = judged.evaluation.scorecard.rubric_id
    behaviours = {
        Item("", d.detector_id): d.outcome is not Outcome.CANNOT_TELL
        for d in judged.evaluation.detections
        if d.detector_id.startswith("behaviour:")
    }
    every = behaviours | {
        Item(rubric_id, s.criterion_id): s.outcome in COUNTED | CLEARED
        for s in judged.evaluation.scorecard.scores
    }
    found: dict[Item, CriterionOutcome] = {}
    for whole, parts in ((ANY_BEHAVIOUR, behaviours), (ANY_VIOLATION, every)):
        if any(words.get(item) in LOST for item in parts):
            found[whole] = CriterionOutcome.FAIL
        elif parts and all(item in words for item, judged_it in parts.items() if judged_it):
            found[whole] = CriterionOutcome.PASS
    return found


def _latest_answers(reviews: Sequence[Review]) -> dict[str, CriterionOutcome]:
    ordered = sorted(reviews, key=lambda r: (r.reviewed_at, r.review_id))
    return {a.criterion_id: a.outcome for review in ordered for a in review.answers}


def _decided(reviews: Sequence[Review]) -> Mapping[str, _Word]:
    by_detector: dict[str, list[tuple[Decision, Interval | None]]] = defaultdict(list)
    for _, decision in latest_decisions(reviews):
        by_detector[decision.detector_id].append((decision.decision, decision.interval))
    return {name: _Word(decisions=tuple(given)) for name, given in by_detector.items()}


def _nothing_left(judged: JudgedCall, decided: Collection[str]) -> bool:
    """Whether everything that the machine found or asked has a decision."""
    detections = {d.detector_id: d for d in judged.evaluation.detections}
    open_ones = {
        d.detector_id
        for d in judged.evaluation.detections
        if d.detector_id.startswith("behaviour:") and d.outcome is Outcome.FOUND
    }
    for score in judged.evaluation.scorecard.scores:
        if score.outcome in LOST or score.outcome is CriterionOutcome.NEEDS_HUMAN:
            detection = detection_of(score, detections)
            open_ones.add(detection.detector_id if detection else score.criterion_id)
    return open_ones <= set(decided)


def _criterion_word(
    score: CriterionScore, detection: Detection | None, decided: Mapping[str, _Word]
) -> CriterionOutcome | None:
    if detection is None or detection.detector_id not in decided:
        return None
    violated = decided[detection.detector_id].violated(detection)
    if violated is None:
        return None
    if not violated:
        return CriterionOutcome.PASS
    was_found = detection.outcome is Outcome.FOUND and score.outcome in COUNTED
    is_script = detection.detector_id.startswith("script:")
    # A behaviour that was provoked may be excused: it is there and costs what it costs.
    return score.outcome if was_found and not is_script else CriterionOutcome.FAIL


def _behaviour_word(
    detection: Detection,
    decided: Mapping[str, _Word],
    answers: Mapping[str, CriterionOutcome],
    *,
    finished: bool,
) -> CriterionOutcome | None:
    word = decided.get(detection.detector_id)
    violated = word.violated(detection) if word else None
    answer = answers.get(detection.detector_id.partition(":")[2])
    if violated is None and answer in COUNTED:
        violated = answer is not CriterionOutcome.PASS
    if violated is None and finished and detection.outcome is Outcome.NOT_FOUND:
        violated = False
    if violated is None:
        return None
    return CriterionOutcome.FAIL if violated else CriterionOutcome.PASS
