"""Whether paraphrased and half-said scripts are told apart, on text that nobody trained on.

    python -m benchmarks.accuracy_lines [--calls | --literal] [--share N]

Pass c of benchmarks/lines (held back whole), line by line, each amid six turns of other
talk, misheard at 0, 10, 20 and 30 % of the characters: precision, recall and F1 at the
cut point, and ECE, with the layers added one by one. With --calls: the whole calls of
benchmarks/retired, to choose by: `accuracy_phrases` judges those that are held out. With
--literal: the default rubrics' own phrases and `said` examples, misheard amid other talk,
against as much other talk without them.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np

from benchmarks.fit_phrases import Kept, context_of, features_of
from benchmarks.fit_taught import small_talk
from benchmarks.held_out_calls import print_calls
from benchmarks.lines_data import HELD_BACK, lines_of
from benchmarks.mishearing import mishear
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.literal import said_alone
from qa_pipeline.detect.meaning import RubricMeaning
from qa_pipeline.detect.phrase_model import probability_of
from qa_pipeline.domain.rubric import Criterion, Rubric
from qa_pipeline.embed import load_embedder
from qa_pipeline.rubric_files import load_rubric
from tests.builders import meaning_of

HERE = Path(__file__).parent
RATES = (0.0, 0.10, 0.20, 0.30)
BESIDE = 6
SAID_ABOVE = 0.60
RETIRED = HERE / "retired" / "calls.yaml"
SEEDS = ("", "1", "2")


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer: the wording, whether it was said, and the probability by layer."""

    wording: str
    is_said: bool
    probability: dict[str, float]


LAYERS = ("words", "words + meaning", "taught alone", "words + taught, no embedder", "all")


def by_layer(criterion: Criterion, context: DetectionContext) -> dict[str, float]:
    """The probability that each layer gives, alone or with those before it."""
    untaught = features_of(replace(criterion, taught=None), context)
    words = replace(untaught, best_near=None)
    call = replace(context.call, embeddings=None)
    bare = DetectionContext(call=call, rubric=context.rubric, meaning=None)
    place = features_of(criterion, context)
    found = (words, untaught, replace(place, match=None, coverage=0.0, length=0, whole=0.0,
             at_taught=0.0),
             features_of(criterion, bare), place)  # fmt: skip
    return dict(zip(LAYERS, map(probability_of, found), strict=True))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", action="store_true")
    parser.add_argument("--literal", action="store_true")
    parser.add_argument("--share", type=int, default=1, help="judge one line in so many")
    options = parser.parse_args()
    found = load_embedder()
    if found is None:
        raise SystemExit("no sentence embedder is installed; run `make setup`")
    embedder = Kept(found)
    if options.calls:
        print_calls(RETIRED, embedder, SEEDS)
        return
    judge = _judged_literal if options.literal else _judged_lines
    for rate in RATES:
        _print_lines(rate, list(judge(rate, embedder, options.share)))


def _criteria() -> dict[str, tuple[Rubric, Criterion]]:
    """The criterion of each wording; of two rubrics' the first."""
    found: dict[str, tuple[Rubric, Criterion]] = {}
    for name in ("inbound_service", "outbound_sales"):
        rubric = load_rubric(HERE.parent / "rubrics" / f"{name}.yaml")
        for criterion in rubric.criteria:
            if criterion.taught is not None:
                found.setdefault(criterion.taught.name, (rubric, criterion))
    return found


def _judged_lines(rate: float, embedder: Kept, share: int) -> Iterable[Judged]:
    random, talk = Random(f"lines {rate}"), small_talk()
    meanings: dict[str, RubricMeaning] = {}
    for wording, (rubric, criterion) in _criteria().items():
        if rubric.rubric_id not in meanings:
            meanings[rubric.rubric_id] = meaning_of(rubric, embedder)
        anywhere = replace(criterion, where=None)
        for line in lines_of((HELD_BACK,)).get(wording, [])[::share]:
            beside = [t for t in random.sample(talk, 3 * BESIDE) if not _says(wording, t)][:BESIDE]
            lines = [mishear(t, rate, random) for t in (*beside, line.text)]
            random.shuffle(lines)
            context = context_of(lines, anywhere, rubric, meanings[rubric.rubric_id], embedder)
            yield Judged(wording, line.is_said, by_layer(anywhere, context))


def _judged_literal(rate: float, embedder: Kept, share: int) -> Iterable[Judged]:
    """Every phrase and `said` example of the taught scripts, and calls without them."""
    random = Random(f"literal {rate}")
    meanings: dict[str, RubricMeaning] = {}
    for wording, (rubric, criterion) in _criteria().items():
        if rubric.rubric_id not in meanings:
            meanings[rubric.rubric_id] = meaning_of(rubric, embedder)
        anywhere = replace(criterion, where=None)
        words = _PLAIN.get(wording) or _PLAIN_OUTBOUND.get(wording, ())
        talk = [t for t in small_talk() if not any(word in t for word in words)]
        phrases = [said_alone(p) for s in criterion.steps if not s.optional for p in s.any_of]
        for text in [*phrases, *criterion.said][::share]:
            for said in ((text,), ()):
                lines = [mishear(t, rate, random) for t in (*random.sample(talk, BESIDE), *said)]
                random.shuffle(lines)
                context = context_of(lines, anywhere, rubric, meanings[rubric.rubric_id], embedder)
                spoken = replace(
                    features_of(replace(anywhere, taught=None), context), best_near=None
                )
                found = {"words": spoken, "all": features_of(anywhere, context)}
                layers = {name: probability_of(place) for name, place in found.items()}
                yield Judged(wording, bool(said), layers)


_PLAIN = {
    "greeting": ("您好", "你好", "喂"), "offer_of_help": ("什么", "您说", "您讲", "请讲"),
    "apology": ("抱歉", "不好意思", "对不起", "歉", "麻烦"),
    "closing": ("再见", "拜拜", "愉快", "来电"),
    "hold_notice": ("等", "别挂", "不要挂"), "thanks_for_waiting": ("等",),
    "anything_else": ("还有", "其他", "别的"), "invitation_to_rate": ("评", "满意"),
    "identity_check": ("核", "证", "本人"), "hang_up": ("挂",),
    "promised_time": ("内", "之前", "小时", "分钟", "天"),
    "contact_recorded": ("号", "电话", "联系"),
}  # fmt: skip


_PLAIN_OUTBOUND = {
    "out_greeting": ("您好", "你好", "我是", "这边是"),
    "confirm_customer": ("您是", "吗", "是不是"),
    "purpose": ("给您", "联系", "打"), "permission": ("方便", "耽误", "打扰"),
    "needs_question": ("您", "你"), "price_told": ("块", "元", "钱", "费"),
    "terms_told": ("年", "月", "天", "期", "取消", "退"), "order_confirmed": ("办", "确认", "同意"),
    "respect_refusal": ("没关系", "没事", "不打扰", "理解", "不需要"),
}  # fmt: skip


def _says(wording: str, text: str) -> bool:
    """Whether the small talk may itself say the wording: such turns are left out."""
    return any(word in text for word in _PLAIN.get(wording, ()))


def _print_lines(rate: float, judged: Sequence[Judged]) -> None:
    print(f"\nmisheard {rate:.0%}: {len(judged)} lines")
    for layer in judged[0].probability:
        chosen = [(j.is_said, j.probability[layer]) for j in judged]
        print(f"  {layer:28} {_figures(chosen)}")
    for wording in dict.fromkeys(j.wording for j in judged):
        chosen = [(j.is_said, j.probability["all"]) for j in judged if j.wording == wording]
        print(f"    {wording:26} {_figures(chosen)}", flush=True)


def _figures(answers: Sequence[tuple[bool, float]]) -> str:
    said = np.array([s for s, _ in answers])
    p = np.array([p for _, p in answers])
    found = p >= SAID_ABOVE
    right = int((found & said).sum())
    precision, recall = right / max(1, found.sum()), right / max(1, said.sum())
    f1 = 2 * right / max(1, found.sum() + said.sum())
    bins = np.minimum((p * 10).astype(int), 9)
    ece = sum(
        abs(p[bins == b].mean() - said[bins == b].mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    )
    return f"precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  ECE {ece:.3f}"


if __name__ == "__main__":
    main()
