"""How well sentence embeddings alone tell said from not said, and what they cost.

    python -m benchmarks.accuracy_meaning [--workspace DIR]

AUC over benchmarks/meaning_scripts.yaml, each sentence alone and between two
other sentences of one breath, by a soft-max margin of prototypes against all
decoys and the other scripts' prototypes. With a workspace: rows, bytes and time
for its stored calls. No floors: the phrase benchmark judges what comes of it.
"""

import argparse
import random
import time
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from qa_pipeline.domain.embeddings import TextVectors
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.embed import (
    Embedder,
    embed_texts,
    embed_utterances,
    load_embedder,
    prototypes,
    similarities,
)
from qa_pipeline.store import open_store
from tests.builders import A, a_transcript

SCRIPTS = Path(__file__).with_name("meaning_scripts.yaml")
SOFTNESS = 0.08
BESIDE = (
    "好的这边帮您看到了您这个订单是昨天下午三点下的对吧",
    "系统显示商家已经接单但是骑手还没有取到餐",
    "您这个套餐是每个月五十九块钱包含十个G的流量",
    "那边师傅说他已经放在门口的柜子里面了",
    "这个活动是上个月底就已经结束了的",
    "因为这个是第三方商家发货的我们只能帮您联系",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path)
    workspace = parser.parse_args().workspace
    embedder = load_embedder()
    if embedder is None:
        raise SystemExit("no sentence embedder is installed; run `make setup`")
    embedder.load()
    scripts = yaml.safe_load(SCRIPTS.read_text(encoding="utf-8"))
    print("script                alone  in a breath   (AUC, said against all else)")
    figures = {name: _aucs(embedder, name, scripts) for name in scripts}
    for name, (alone, beside) in figures.items():
        print(f"{name:20}  {alone:.3f}  {beside:.3f}")
    alone, beside = np.mean(list(figures.values()), axis=0)
    print(f"{'mean':20}  {alone:.3f}  {beside:.3f}")
    if workspace is not None:
        _cost(embedder, workspace)


def _aucs(embedder: Embedder, name: str, scripts: dict[str, dict[str, list[str]]]) -> list[float]:
    script = scripts[name]
    others = [s for key, other in scripts.items() if key != name for s in other["said"]]
    against = script["decoys"] + [
        p for key, other in scripts.items() if key != name for p in other["prototypes"]
    ]
    texts = script["said"] + script["not_said"] + others
    is_said = np.arange(len(texts)) < len(script["said"])
    rng = random.Random(name)
    breaths = ["，".join(rng.sample([t, *rng.sample(BESIDE, 2)], 3)) for t in texts]
    return [
        float(roc_auc_score(is_said, _margins(embedder, asked, script["prototypes"], against)))
        for asked in (texts, breaths)
    ]


def _margins(
    embedder: Embedder, texts: list[str], wanted: list[str], against: list[str]
) -> NDArray[np.float64]:
    """The best span's margin of each text."""
    lines = [(A, 1000 * i, 1000 * i + 900, text) for i, text in enumerate(texts)]
    said: tuple[Utterance, ...] = a_transcript(lines).utterances
    made = embed_utterances(embedder, said)
    vectors = TextVectors(
        model_digest=embedder.model_digest,
        dimensions=embedder.dimensions,
        vectors=embed_texts(embedder, wanted + against),
    )
    near, far = (prototypes(each, vectors) for each in (wanted, against))
    assert near is not None
    assert far is not None
    margin = _soft_max(similarities(near, made)) - _soft_max(similarities(far, made))
    best = {utterance.utterance_id: -np.inf for utterance in said}
    for span, value in zip(made.spans, margin, strict=True):
        best[span.utterance_id] = max(best[span.utterance_id], value)
    return np.array(list(best.values()))


def _soft_max(found: NDArray[np.float64]) -> NDArray[np.float64]:
    soft: NDArray[np.float64] = SOFTNESS * np.log(np.exp(found / SOFTNESS).sum(axis=0))
    return soft


def _cost(embedder: Embedder, workspace: Path) -> None:
    print("\ncall                 utterances  rows  bytes   ms    % of the audio  ms/row")
    with open_store(workspace, create=False) as store:
        for judged in store.judged_calls():
            call, said = judged.analyzed.call, judged.analyzed.transcript.utterances
            begun = time.process_time()
            made = embed_utterances(embedder, said)
            ms = (time.process_time() - begun) * 1000
            rows = len(made.vectors) // made.dimensions
            share = 100 * ms / max(call.recording.duration_ms, 1)
            print(
                f"{judged.call_id:20} {len(said):10} {rows:5} {len(made.vectors):6}"
                f" {ms:6.1f} {share:12.3f} {ms / max(rows, 1):10.2f}"
            )


if __name__ == "__main__":
    main()
