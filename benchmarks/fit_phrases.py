"""Fit the phrase model's coefficients (qa_pipeline/detect/phrase_model.json).

    python -m benchmarks.fit_phrases [--write]

Criteria without a taught wording: trained on benchmarks/phrase_lines.yaml, the ten
scripts of meaning_scripts.yaml and the shipped rubrics' own examples (each left out of
its own prototypes), every line misheard at 0 to 30 %, alone and amid CrossWOZ turns. In
half of the lines of a rubric each phrase is struck out with probability one half:
rubrics of other people do not hold the phrases that their agents happen to use.

Criteria with one: the training passes of benchmarks/lines, each pass under a wording that
was taught by the others, and the rubric's phrases, each a turn of its own: most scripts are
said by the book as often as in other words (FIELD_NOTES), which the lines are not. Held-out
files are never read here.
"""

import argparse
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.fit_taught import Fitted, as_taught, families, left_out, small_talk
from benchmarks.lines_data import TRAINING, lines_of
from benchmarks.mishearing import mishear
from benchmarks.taught_rubrics import rubric_phrases
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.forbidden import weighed_forbidden
from qa_pipeline.detect.meaning import (
    RubricMeaning,
    as_said,
    line_of,
)
from qa_pipeline.detect.phrase_model import PlaceFeatures, coefficients
from qa_pipeline.detect.scripts import weighed_script
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric
from qa_pipeline.embed import Embedder, embed_utterances, load_embedder
from qa_pipeline.rubric_files import load_rubric
from qa_pipeline.settings import PhraseThresholds
from tests.builders import A, C, Line, an_analyzed_call, meaning_of

HERE = Path(__file__).parent
RUBRICS = ("inbound_service", "outbound_sales", "insurance_outbound")
CROSSWOZ = HERE.parents[1] / "shared" / "data" / "text" / "crosswoz_test.json.zip"
RATES = (0.0, 0.0, 0.10, 0.20, 0.30)
BESIDE = (0, 2, 6, 12)
AMID_TALK = (2, 8, 20)
STRUCK_OUT = 0.5
SAID_ABOVE = 0.60
LINES_SHARE = 3
"""One line in so many is judged: a whole call is made around each."""
LEFT_OUT, INSURER_LEFT_OUT = ("b", "e"), ("q",)
"""Passes that are left out in turn: each costs a fit of every wording."""
INSURER_SHARE = 3
"""One of so many of the insurer's wordings is judged, each with one pass left out."""
AS_SHIPPED = PhraseThresholds()
ALL_OPEN = PhraseThresholds(said_above=1.0, not_said_below=0.0)
"""With these no wording settles a question alone: phrases are searched in any case."""
PHRASES_SHARE = 10
"""For so many lines of a pass one phrase of the rubric, said as a turn of its own."""
TAUGHT = ("taught", "taught_alone", "at_taught", "match_whole")
MEANING = ("at_lead", "at_lean", "best_near", "best_near_alone", "best_lead", "best_lead_alone",
           "best_lean", "best_lean_alone", "best_denied", "best_length")  # fmt: skip
MODEL = HERE.parent / "qa_pipeline" / "detect" / "phrase_model.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One line judged for one criterion; lines of a criterion share a `group`."""

    group: str
    features: PlaceFeatures
    is_said: bool
    weight: float


class Kept:
    """An embedder that remembers: the same turns come again and again."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._rows: dict[str, NDArray[np.float32]] = {}
        self.model_digest, self.dimensions = embedder.model_digest, embedder.dimensions

    def load(self) -> None:
        self._embedder.load()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        missing = [t for t in texts if t not in self._rows]
        if missing:
            self._rows.update(zip(missing, self._embedder.encode(missing), strict=True))
        return np.stack([self._rows[t] for t in texts])


def context_of(
    lines: list[str], criterion: Criterion, rubric: Rubric,
    meaning: RubricMeaning | None, embedder: Embedder,
    phrases: PhraseThresholds = AS_SHIPPED,
) -> DetectionContext:  # fmt: skip
    """A call in which the criterion's role says the lines, one breath each."""
    role = criterion.role if criterion.role in (A, C) else A
    said: list[Line] = [(role, i * 5000, i * 5000 + 4000, text) for i, text in enumerate(lines)]
    call = an_analyzed_call(said)
    made = embed_utterances(embedder, call.transcript.utterances) if meaning else None
    alone = replace(
        rubric, sections=(replace(rubric.sections[0], criteria=(criterion,)),), triggers=()
    )
    judged = replace(call, embeddings=made)
    return DetectionContext(call=judged, rubric=alone, meaning=meaning, phrases=phrases)


def _without(meaning: RubricMeaning, criterion_id: str, texts: set[str]) -> RubricMeaning:
    """The prototypes less those texts of a criterion."""
    own = meaning.criteria[criterion_id]
    keep = [i for i, text in enumerate(meaning.prototypes.texts) if text not in texts]
    direction, offset = line_of(meaning.prototypes, own, keep)
    thinned = replace(
        own,
        direction=direction,
        offset=offset,
        own=np.intersect1d(own.own, keep),
        against=np.intersect1d(own.against, keep),
    )
    return replace(meaning, criteria={**meaning.criteria, criterion_id: thinned})


def _struck_out(criterion: Criterion, random: Random) -> tuple[Criterion, set[str]]:
    """The criterion with some phrases gone, and what they were as prototypes."""
    gone: set[str] = set()

    def some(phrases: tuple[str, ...]) -> tuple[str, ...]:
        kept = tuple(p for p in phrases if random.random() >= STRUCK_OUT) or phrases[:1]
        gone.update(as_said(p) for p in phrases if p not in kept)
        return kept

    steps = tuple(replace(s, any_of=some(s.any_of)) for s in criterion.steps)
    return replace(criterion, steps=steps, any_of=some(criterion.any_of)), gone


def _sample(
    text: str, is_said: bool, criterion: Criterion, rubric: Rubric, meaning: RubricMeaning,
    embedder: Embedder, random: Random, others: list[str], *, strike: bool, weight: float,
) -> Sample:  # fmt: skip
    rate, beside = random.choice(RATES), random.choice(BESIDE)
    lines = [*random.sample(others, beside), text]
    random.shuffle(lines)
    heard = [mishear(line, rate, random) for line in lines]
    left_out = {text}
    if strike:
        criterion, gone = _struck_out(criterion, random)
        left_out |= gone
    criterion = replace(criterion, where=None)
    thinned = _without(meaning, criterion.criterion_id, left_out)
    context = context_of(heard, criterion, rubric, thinned, embedder)
    return Sample(
        group=criterion.criterion_id,
        features=features_of(criterion, context),
        is_said=is_said,
        weight=weight,
    )


def features_of(criterion: Criterion, context: DetectionContext) -> PlaceFeatures:
    if criterion.kind is CriterionKind.FORBIDDEN:
        return weighed_forbidden(criterion, context).features
    window = context.conversation()
    _, weighed = weighed_script(criterion, Interval(window.start_ms, window.end_ms + 1), context)
    return weighed.features if weighed else PlaceFeatures()


def _turns() -> list[str]:
    with zipfile.ZipFile(CROSSWOZ) as packed:
        dialogues = json.loads(packed.read("test.json"))
    return sorted({m["content"] for d in dialogues.values() for m in d["messages"]})


def samples(embedder: Embedder, seed: int = 0) -> Iterator[Sample]:
    """Every training sample, in the same order each time."""
    random, others = Random(seed), _turns()
    own = yaml.safe_load((HERE / "phrase_lines.yaml").read_text(encoding="utf-8"))
    ten = yaml.safe_load((HERE / "meaning_scripts.yaml").read_text(encoding="utf-8"))
    for name in RUBRICS:
        rubric = load_rubric(HERE.parent / "rubrics" / f"{name}.yaml")
        meaning = meaning_of(rubric, embedder)
        written = dict(own.get(name, {}))
        for shipped in rubric.criteria:
            criterion = replace(shipped, taught=None)
            if criterion.kind not in (CriterionKind.SCRIPT, CriterionKind.FORBIDDEN):
                continue
            lines = written.get(criterion.criterion_id, {"said": [], "not_said": []})
            hand = [(t, True) for t in lines["said"]] + [(t, False) for t in lines["not_said"]]
            if name == "inbound_service" and criterion.criterion_id in ten:
                more = ten[criterion.criterion_id]
                hand += [(t, key == "said") for key in ("said", "not_said") for t in more[key]]
            examples = [(t, True) for t in criterion.said] + [
                (t, False) for t in criterion.not_said
            ]
            plan = [(t, s, False, 1.5) for t, s in hand for _ in range(2)]
            plan += [
                (t, s, strike, 0.6) for t, s in examples for strike in (random.random() < 0.7,)
            ]
            plan += [(t, False, False, 0.5) for t in random.sample(others, 4)]
            for text, is_said, strike, weight in plan:
                yield _sample(
                    text, is_said, criterion, rubric, meaning, embedder, random, others,
                    strike=strike, weight=weight,
                )  # fmt: skip


def taught_samples(embedder: Embedder, seed: int = 0) -> Iterator[Sample]:
    """Lines of the training passes among other talk, each pass unknown to its wording."""
    random = Random(seed)
    passes_of, judged = families(), set[str]()
    for name in RUBRICS:
        rubric = load_rubric(HERE.parent / "rubrics" / f"{name}.yaml")
        meaning = meaning_of(rubric, embedder)
        for criterion in rubric.criteria:
            if criterion.taught is None:
                continue
            wording = criterion.taught.name
            if wording in judged:
                continue
            judged.add(wording)
            passes = passes_of[wording]
            if passes != TRAINING and len(judged) % INSURER_SHARE:
                continue
            for skipped in LEFT_OUT if passes == TRAINING else INSURER_LEFT_OUT:
                lines = lines_of((skipped,)).get(wording, [])
                if not lines:
                    continue
                fitted = left_out(wording, passes_of[wording], skipped)
                talk = _other_talk(fitted)
                taught = replace(criterion, taught=as_taught(wording, fitted), where=None)
                phrases = rubric_phrases()[wording]
                chosen = random.sample(phrases, min(len(phrases), len(lines) // PHRASES_SHARE))
                for phrase in chosen:
                    yield _amid(phrase, True, taught, rubric, meaning, embedder, random, talk)
                for line in random.sample(lines, len(lines) // LINES_SHARE):
                    yield _amid(line.text, line.is_said, taught, rubric, meaning, embedder,
                                random, talk)  # fmt: skip
                for _ in range(len(lines) // (8 * LINES_SHARE)):
                    yield _amid(None, False, taught, rubric, meaning, embedder, random, talk)
            print(f"{name} {criterion.criterion_id}", flush=True)


def _other_talk(fitted: Fitted) -> list[str]:
    """Small talk that does not itself say the wording."""
    talk = small_talk()
    return [t for t, odds in zip(talk, fitted.log_odds(talk), strict=True) if odds < 0]


def _amid(
    text: str | None, is_said: bool, criterion: Criterion, rubric: Rubric,
    meaning: RubricMeaning, embedder: Embedder, random: Random, talk: list[str],
) -> Sample:  # fmt: skip
    rate = random.choice(RATES)
    heard = [_misheard_alike(t, rate) for t in random.sample(talk, random.choice(AMID_TALK))]
    heard += [mishear(text, rate, random)] if text else []
    random.shuffle(heard)
    context = context_of(heard, criterion, rubric, meaning, embedder, ALL_OPEN)
    features = features_of(criterion, context)
    return Sample(group=criterion.criterion_id, features=features, is_said=is_said, weight=1.5)


@lru_cache(maxsize=100_000)
def _misheard_alike(text: str, rate: float) -> str:
    """Small talk is misheard in the same way each time: embedded once, it costs little."""
    return mishear(text, rate, Random(f"{text}{rate}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only-taught", action="store_true")
    parser.add_argument("--only-whole", action="store_true", help="match_whole, all else held")
    arguments = parser.parse_args()
    found = load_embedder()
    if found is None:
        raise SystemExit("no sentence embedder is installed; run `make setup`")
    embedder = Kept(found)
    shipped: dict[str, dict[str, float]] = {}
    # Where a phrase counts as it is written, there is nothing to weigh.
    taught = [s for s in taught_samples(embedder) if s.features.taught is not None]
    found_taught = (
        coefficients()["taught"] if arguments.only_whole else fit(taught, (*MEANING, "match_whole"))
    )
    shipped["taught"] = {**found_taught, "match_whole": fit_whole(taught, found_taught)}
    if not (arguments.only_taught or arguments.only_whole):
        rest = [s for s in samples(embedder) if s.features.best_near is not None]
        shipped["with_meaning"] = fit(rest, TAUGHT)
    print(json.dumps(shipped))
    if arguments.write:
        _write(shipped, len(taught))


def fit(made: Sequence[Sample], left: Sequence[str]) -> dict[str, float]:
    """Coefficients of the features that are not left out; prints what the fit is worth."""
    names = [n for n in made[0].features.values() if n not in ("intercept", "forced", *left)]
    values = np.array([[s.features.values()[n] for n in names] for s in made])
    is_said = np.array([s.is_said for s in made])
    weights = np.array([s.weight for s in made])
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))
    judged = cross_val_predict(
        model, values, is_said, groups=np.array([s.group for s in made]), cv=GroupKFold(8),
        method="predict_proba", params={"logisticregression__sample_weight": weights},
    )[:, 1]  # fmt: skip
    _print(made, judged, is_said)
    model.fit(values, is_said, logisticregression__sample_weight=weights)
    scales, means = model[0].scale_, model[0].mean_
    fitted = model[1].coef_[0] / scales
    found = {n: round(float(c), 3) for n, c in zip(names, fitted, strict=True)}
    intercept = round(float(model[1].intercept_[0] - (fitted * means).sum()), 3)
    return {"intercept": intercept, **found, "forced": 1.0}


def fit_whole(made: Sequence[Sample], held: Mapping[str, float]) -> float:
    """The coefficient of `match_whole` that fits best beside the others, which are held.

    Held, since turns that are all phrase are few: what they teach is about them alone.
    """
    others = {name: weight for name, weight in held.items() if name != "match_whole"}
    values = [s.features.values() for s in made]
    known = np.array([sum(weight * v[n] for n, weight in others.items()) for v in values])
    whole = np.array([v["match_whole"] for v in values])
    is_said = np.array([s.is_said for s in made])

    def cost(coefficient: float) -> float:
        odds = known + coefficient * whole
        return float((np.logaddexp(0.0, odds) - is_said * odds).sum())

    return round(float(minimize_scalar(cost, bounds=(0, 8), method="bounded").x), 3)


def _print(made: Sequence[Sample], judged: NDArray[np.float64], is_said: NDArray[np.bool_]) -> None:
    """Criteria that the fit has not seen, by words alone and by the model."""
    words = np.array([s.features.match or 0.0 for s in made])
    kinds = {
        "all": np.full(len(made), True),
        "written lines": np.array([s.weight > 1 for s in made]),
        "rubric examples, CrossWOZ": np.array([s.weight < 1 for s in made]),
        "forbidden": np.array([s.features.forbidden for s in made]),
        "scripts": np.array([not s.features.forbidden for s in made]),
        "no phrase heard": words < SAID_ABOVE,
        "phrase heard well": words >= 0.95,
    }
    for name, chosen in kinds.items():
        for label, found in (("words", words), ("model", judged)):
            p, y = found[chosen], is_said[chosen]
            if len(set(y)) < 2:
                continue
            hits = p >= SAID_ABOVE
            right = (hits & y).sum()
            print(
                f"{name:24} {label}  {chosen.sum():5}  AUC {roc_auc_score(y, p):.3f}  "
                f"precision {right / max(1, hits.sum()):.3f}  recall {right / y.sum():.3f}"
            )


def _write(shipped: dict[str, dict[str, float]], count: int) -> None:
    kept = json.loads(MODEL.read_text(encoding="utf-8"))
    kept["fitted_on"] = f"{count} lines, python -m benchmarks.fit_phrases"
    kept["coefficients"] |= shipped
    MODEL.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
