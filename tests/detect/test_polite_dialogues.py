"""Five hundred polite dialogues must stay silent (CrossWOZ; skipped where it is not there)."""

import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from qa_pipeline.detect import BEHAVIOURS
from qa_pipeline.domain.detection import Outcome
from tests.detect.dialogues import spoken

CROSSWOZ = Path(__file__).parents[3] / "shared/data/text/crosswoz_test.json.zip"


@pytest.mark.skipif(not CROSSWOZ.exists(), reason="the shared data is not here")
@pytest.mark.parametrize("estimated", [True, False])
def test_at_most_one_percent_is_flagged(estimated: bool) -> None:
    with zipfile.ZipFile(CROSSWOZ) as archive:
        dialogues = json.loads(archive.read("test.json")).values()
    flagged: Counter[str] = Counter()
    for dialogue in list(dialogues)[::4]:
        lines = [
            ("a: " if m["role"] == "sys" else "c: ") + m["content"].replace("\n", " ")
            for m in dialogue["messages"]
        ]
        context = spoken(*lines, estimated=estimated)
        for behaviour in BEHAVIOURS:
            flagged[behaviour.name] += behaviour.detect(context).outcome is Outcome.FOUND
    assert max(flagged.values()) <= 0.01 * len(dialogues) / 4
