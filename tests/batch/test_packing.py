"""A training pack of a real collection: whole, redacted, or not there."""

import hashlib
import json
import os
import subprocess
import wave
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from openpyxl import load_workbook

from qa_pipeline.batch.case_export import export_cases
from qa_pipeline.batch.packing import PackExport, export_pack
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.case_card import CardText
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.errors import NotFound, OutputError, UsageError
from qa_pipeline.store import CallStore, open_store
from tests.builders import A, C
from tests.review_web.desk import RUBRIC, an_arguing_call, write_tone

NUMBER = "13800138000"
LINES = (
    (A, 500, 2500, "您好请问有什么可以帮您"),
    (C, 3000, 9000, f"我叫张建国，手机号是{NUMBER}，暗号月亮"),
    (C, 28_000, 29_500, "你讲不讲道理"),
    (A, 30_000, 34_000, "是您自己填错了"),
    (C, 36_000, 38_000, "算了"),
)
CLIP = Interval(2000, 36_000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CallStore]:
    with open_store(tmp_path / "workspace") as opened:
        yield opened


def save_call(store: CallStore, tmp_path: Path, call_id: str) -> JudgedCall:
    judged = an_arguing_call(
        call_id, path=write_tone(tmp_path / f"{call_id}.wav", 60), lines=LINES[:4]
    )
    store.save_judged(judged, RUBRIC)
    return judged


def save_case(store: CallStore, call_id: str, case_id: str, kind: CaseKind) -> Case:
    said = LINES[3][3] if kind is CaseKind.BAD else "我来帮您查"
    case = Case(
        case_id=case_id,
        call_id=call_id,
        subject="behaviour:arguing",
        kind=kind,
        clip=CLIP,
        evidence=Interval(30_000, 34_000),
        situation=f"我叫张建国，手机号是{NUMBER}",
        quote=said,
        why=f"争辩：客户说了{NUMBER}",
        score=0.9,
    )
    store.save_candidates((case,))
    return case


@pytest.fixture
def collection(store: CallStore, tmp_path: Path) -> str:
    """A bad case and its good pair, approved, with a card that a trainer wrote."""
    save_call(store, tmp_path, "call-1")
    others = tuple((*line[:3], line[3].removesuffix("，暗号月亮")) for line in LINES[:4])
    good = an_arguing_call("call-2", path=write_tone(tmp_path / "call-2.wav", 60), lines=others)
    calm = replace(good.evaluation, detections=good.evaluation.detections[:2])
    store.save_judged(replace(good, evaluation=calm), RUBRIC)
    save_case(store, "call-1", "bad1", CaseKind.BAD)
    save_case(store, "call-2", "good1", CaseKind.GOOD)
    for case_id in ("bad1", "good1"):
        store.set_case_status(case_id, CaseStatus.APPROVED, who="t")
    card = CardText(
        why=f"别推给客户。回拨{NUMBER}\n先道歉", model_answer="我帮您核对", masks=("月亮",)
    )
    store.edit_card("bad1", card, who="t", seen_version=0)
    store.choose_partner("bad1", "good1", accepted=True, who="t")
    store.add_collection("争辩 第1期", who="t")
    store.arrange_collection("争辩 第1期", ("bad1", "good1"))
    return "争辩 第1期"


def pack(store: CallStore, name: str, out: Path | None, tmp_path: Path) -> PackExport:
    return export_pack(store, name, out, exports=tmp_path / "exports", lower_customer=False)


def test_the_pack_is_whole_and_its_manifest_knows_every_file(
    store: CallStore, collection: str, tmp_path: Path
) -> None:
    done = pack(store, collection, tmp_path / "包", tmp_path)
    assert (done.cases, done.clips, done.quiz_items, done.problems) == (2, 2, 2, ())
    files = {p.relative_to(done.path).as_posix() for p in done.path.rglob("*") if p.is_file()}
    assert files == {
        *("index.html", "quiz.html", "key.html", "key.json", "pack.css", "pack.js"),
        *("clips/bad1.wav", "clips/good1.wav", "cases.xlsx", "manifest.json"),
        *("quiz.moodle.xml", "quiz.gift.txt"),
    }
    manifest = json.loads((done.path / "manifest.json").read_text("utf-8"))
    listed = {file["path"]: file for file in manifest["files"]}
    assert listed.keys() == files - {"manifest.json"}
    for name, file in listed.items():
        content = (done.path / name).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert file["bytes"] == len(content)
    assert manifest["counts"] == {
        "cases": 2, "good": 1, "bad": 1, "pairs": 1, "clips": 2, "quiz_items": 2,
    }  # fmt: skip
    assert manifest["versions"]["rubrics"] == ["inbound_service@1"]
    assert manifest["versions"]["detectors"] == {"behaviour:arguing": "1"}
    sheet = load_workbook(done.path / "cases.xlsx").active
    assert sheet is not None
    assert [[cell.value for cell in row][:3] for row in sheet.iter_rows()] == [
        ["编号", "主题", "类别"], ["bad1", "争辩", "反例"], ["good1", "争辩", "正例"],
    ]  # fmt: skip
    assert len(ET.parse(done.path / "quiz.moodle.xml").getroot()) == 7


def test_the_key_is_in_no_file_that_a_learner_gets(
    store: CallStore, collection: str, tmp_path: Path
) -> None:
    done = pack(store, collection, tmp_path / "out", tmp_path)
    key = json.loads((done.path / "key.json").read_text("utf-8"))
    by_id = {answer["item_id"]: answer for answer in key["answers"]}
    assert by_id["bad1"]["right"] == ["争辩"]
    assert by_id["bad1"]["starts_ms"] == [28_000], "30 s of the call, the clip begins at 2 s"
    quiz = (done.path / "quiz.html").read_text("utf-8")
    assert "28000" not in quiz
    assert "别推给客户" not in quiz
    assert "我帮您核对" not in quiz


def test_nothing_unredacted_leaves(store: CallStore, collection: str, tmp_path: Path) -> None:
    done = pack(store, collection, tmp_path / "out", tmp_path)
    with zipfile.ZipFile(done.path / "cases.xlsx") as book:
        texts = [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
    texts += [p.read_text("utf-8") for p in done.path.iterdir() if p.suffix not in ("", ".xlsx")]
    joined = "\n".join(texts)
    assert "别推给客户" in joined
    for secret in (NUMBER, "张建国", "月亮", "call-1"):
        assert secret not in joined, secret
    assert "＊" * len(NUMBER) in joined


def loudness(path: Path, start_ms: int, end_ms: int) -> float:
    """The share of the sound's power at 1 kHz in a part of a clip."""
    with wave.open(str(path), "rb") as clip:
        assert clip.getframerate() == 8000
        samples = np.frombuffer(clip.readframes(clip.getnframes()), "<i2").reshape(-1, 2)
    part = samples[start_ms * 8 : end_ms * 8, 1].astype(float)
    power = np.abs(np.fft.rfft(part)) ** 2
    hertz = np.fft.rfftfreq(part.size, 1 / 8000)
    return float(power[np.abs(hertz - 1000) < 20].sum() / power.sum())


def test_the_number_is_beeped_and_the_rest_is_not(
    store: CallStore, collection: str, tmp_path: Path
) -> None:
    done = pack(store, collection, tmp_path / "out", tmp_path)
    clip = done.path / "clips" / "bad1.wav"
    assert loudness(clip, 1500, 6500) > 0.99, "the utterance has no word times: all of it"
    assert loudness(clip, 20_000, 25_000) < 0.01
    flat = export_cases(store, store.cases(), tmp_path / "flat")
    assert flat.written == 2
    assert loudness(tmp_path / "flat" / "bad1.wav", 1500, 6500) > 0.99
    table = (tmp_path / "flat" / "cases.csv").read_text("utf-8-sig")
    assert NUMBER not in table
    assert "张建国" not in table


def test_where_nobody_knows_when_it_was_said_no_sound_leaves(
    store: CallStore, collection: str, tmp_path: Path
) -> None:
    judged = an_arguing_call("call-1", path=tmp_path / "call-1.wav", lines=LINES[:4])
    analyzed = judged.analyzed
    guessed = replace(analyzed.transcript, times_are_estimated=True)
    again = replace(judged, analyzed=replace(analyzed, transcript=guessed), judgement_key="other")
    store.save_judged(again, RUBRIC)
    assert store.judged_call("call-1").analyzed.transcript.times_are_estimated
    done = pack(store, collection, tmp_path / "out", tmp_path)
    assert (done.cases, done.clips) == (2, 1)
    assert done.problems[0].startswith("bad1: 转写没有时间")
    assert "转写没有时间" in (done.path / "index.html").read_text("utf-8")


def test_a_recording_that_is_gone_costs_only_its_sound(
    store: CallStore, collection: str, tmp_path: Path
) -> None:
    (tmp_path / "call-2.wav").unlink()
    done = pack(store, collection, None, tmp_path)
    assert done.path == tmp_path / "exports" / "争辩 第1期.zip"
    assert (done.cases, done.clips, done.quiz_items) == (2, 1, 1)
    assert [p.split(":")[0] for p in done.problems] == ["good1"]
    with zipfile.ZipFile(done.path) as archive:
        assert archive.testzip() is None
        assert "clips/bad1.wav" in archive.namelist()


def test_only_approved_cases_leave_and_the_others_are_named(
    store: CallStore, collection: str, tmp_path: Path
) -> None:
    store.set_case_status("good1", CaseStatus.RETIRED, who="t")
    with pytest.raises(UsageError, match=r"not approved: good1 \(retired\)"):
        pack(store, collection, tmp_path / "out", tmp_path)
    assert not (tmp_path / "out").exists()
    with pytest.raises(NotFound, match="no collection"):
        pack(store, "没有", tmp_path / "out", tmp_path)
    store.add_collection("空", who="t")
    with pytest.raises(UsageError, match="holds no cases"):
        pack(store, "空", tmp_path / "out", tmp_path)


def test_an_older_pack_is_replaced_and_a_stranger_is_not(
    store: CallStore, collection: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    pack(store, collection, out, tmp_path)
    (out / "old.txt").write_text("x", encoding="utf-8")
    pack(store, collection, out, tmp_path)
    assert not (out / "old.txt").exists()
    (out / "manifest.json").unlink()
    with pytest.raises(UsageError, match="no training pack"):
        pack(store, collection, out, tmp_path)
    assert (out / "index.html").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk")
@pytest.mark.parametrize("name", ["pack.zip", "pack"])
def test_a_full_disk_leaves_nothing_half(
    store: CallStore, collection: str, tmp_path: Path, name: str
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("no small disk can be mounted here")
    try:
        with pytest.raises(OutputError, match="No space left") as raised:
            pack(store, collection, disk / name, tmp_path)
        assert "\n" not in str(raised.value)
        assert str(raised.value).startswith(str(disk / name))
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)
