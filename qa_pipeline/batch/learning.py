"""Let the behaviours learn from what inspectors decided."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.detect import BEHAVIOURS, Behaviour
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import conversation_of, why_not_judged
from qa_pipeline.detect.fitted import Fitted, fitted_model, model_version, save_learned, variant
from qa_pipeline.detect.learning import Example, Learned, learn
from qa_pipeline.domain.review import Decision, Review, latest_decisions
from qa_pipeline.store import CallStore

Decided = dict[str, dict[str, float]]
"""The share of inspectors who found it so, by detector_id and call_id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """What one behaviour learned about calls of one kind; `version` is the one in force after."""

    name: str
    kind: str
    learned: Learned
    version: str

    def as_document(self) -> dict[str, Any]:
        found = self.learned
        return {
            "detector_id": f"behaviour:{self.name}",
            "kind": self.kind,
            "taught": found.taught,
            "held_back": found.held_back,
            "loss": found.loss,
            "errors": found.errors,
            "adopted": found.model is not None,
            "version": self.version,
        }

    def as_line(self) -> str:
        found = self.learned
        title = f"behaviour:{self.name} ({self.kind})"
        if found.loss is None or found.errors is None:
            return (
                f"{title}: too few decisions to learn from: {found.taught} and "
                f"{found.held_back} held back"
            )
        outcome = f"adopted as {self.version}" if found.model else "kept as it was"
        return (
            f"{title}: {found.taught} decisions, {found.held_back} held back: log loss "
            f"{found.loss[0]:.3f} → {found.loss[1]:.3f}, wrong {found.errors[0]} → "
            f"{found.errors[1]}: {outcome}"
        )


def learn_from_reviews(store: CallStore) -> tuple[Refit, ...]:
    """Refit every behaviour that was decided on; one new version holds all that is better."""
    decided = decisions_by_call(store.reviews())
    rubrics = stored_rubrics(store)
    found: dict[tuple[str, str], Learned] = {}
    for behaviour in BEHAVIOURS:
        shares = decided.get(f"behaviour:{behaviour.name}", {})
        by_kind: dict[tuple[bool, bool], list[Example]] = defaultdict(list)
        for judged in store.judged_calls(call_ids=tuple(shares)) if shares else ():
            rubric = rubrics[judged.evaluation.scorecard.rubric_digest]
            context = DetectionContext(call=judged.analyzed, rubric=rubric)
            if why_not_judged(context) is None:
                known, values = _signs(behaviour, context)
                example = Example(
                    call_id=judged.call_id, values=values, share=shares[judged.call_id]
                )
                by_kind[known].append(example)
        for (is_timed, has_meaning), examples in sorted(by_kind.items()):
            now = fitted_model(behaviour.name, is_timed=is_timed, has_meaning=has_meaning)
            kind = variant(is_timed=is_timed, has_meaning=has_meaning)
            found[behaviour.name, kind] = learn(now, examples)
    adopted: dict[tuple[str, str], Fitted] = {
        key: learned.model for key, learned in found.items() if learned.model is not None
    }
    if adopted:
        _save(adopted, found)
    version = model_version()
    return tuple(
        Refit(name=name, kind=kind, learned=learned, version=version)
        for (name, kind), learned in found.items()
    )


def decisions_by_call(reviews: Iterable[Review]) -> Decided:
    """What inspectors make of each call: confirmed or missed is there, only rejected is not.

    Each inspector has one voice a call; who is unsure has none.
    """
    voices: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
    for review, decision in latest_decisions(reviews):
        if decision.decision is not Decision.UNSURE:
            mine = voices[decision.detector_id, review.call_id]
            is_there = decision.decision is not Decision.REJECTED
            mine[review.inspector_id] = is_there or mine.get(review.inspector_id, False)
    decided: Decided = defaultdict(dict)
    for (detector_id, call_id), each in voices.items():
        decided[detector_id][call_id] = mean(map(float, each.values()))
    return decided


def _signs(
    behaviour: Behaviour, context: DetectionContext
) -> tuple[tuple[bool, bool], Mapping[str, float]]:
    talk = conversation_of(context)
    values = {sign.key: sign.value for sign in behaviour.signs(talk)} if behaviour.signs else {}
    return (talk.is_timed, talk.meanings is not None), values


def _save(
    adopted: Mapping[tuple[str, str], Fitted], found: Mapping[tuple[str, str], Learned]
) -> Path:
    figures = {
        f"{name} {kind}": {
            "taught": learned.taught,
            "held_back": learned.held_back,
            "loss": learned.loss,
            "errors": learned.errors,
        }
        for (name, kind), learned in found.items()
        if learned.model is not None
    }
    return save_learned(adopted, figures)
