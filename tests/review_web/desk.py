"""A small judged call with sound, its rubric, and a review desk over a real store."""

import math
import re
import wave
from array import array
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import av
from fastapi.testclient import TestClient
from httpx import Response

from qa_pipeline.domain.detection import Detection, Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric, Section, Step
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.transcript import Word
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.app import create_app
from qa_pipeline.review_web.passwords import Passwords
from qa_pipeline.settings import Settings, WebSettings
from qa_pipeline.store import CallStore
from tests.builders import A, C, Line, a_criterion_score, a_detection, a_judged_call, an_evidence

DAY = date(2026, 3, 2)
HOME = "http://127.0.0.1:8765"
ARGUING = "evidence:behaviour:arguing:0"

RUBRIC = Rubric(
    rubric_id="inbound_service",
    version=1,
    title="呼入服务质检评分表",
    pass_percent=85,
    digest="0" * 64,
    sections=(
        Section(
            section_id="opening",
            title="开场",
            criteria=(
                Criterion(
                    criterion_id="greeting",
                    title="规范问候",
                    points=4,
                    kind=CriterionKind.SCRIPT,
                    steps=(Step(any_of=("您好",)),),
                ),
                Criterion(
                    criterion_id="closing",
                    title="规范结束语",
                    points=3,
                    kind=CriterionKind.SCRIPT,
                    steps=(Step(any_of=("再见",)),),
                ),
            ),
        ),
        Section(
            section_id="attitude",
            title="服务态度",
            criteria=(
                Criterion(
                    criterion_id="no_arguing",
                    title="不与客户争辩",
                    points=6,
                    kind=CriterionKind.BEHAVIOUR,
                    behaviour="arguing",
                ),
                Criterion(
                    criterion_id="correct",
                    title="解答准确",
                    points=4,
                    kind=CriterionKind.MANUAL,
                    guidance="对照知识库",
                ),
            ),
        ),
    ),
)
LINES = (
    (A, 500, 2500, "您好请问有什么可以帮您"),
    (C, 3000, 6000, "我的订单没收到"),
    (C, 28_000, 29_500, "你讲不讲道理"),
    (A, 30_000, 34_000, "是您自己填错了"),
    (C, 36_000, 38_000, "嗯嗯嗯"),
)


def an_arguing_call(
    call_id: str = "call-1",
    *,
    path: Path | None = None,
    lines: Sequence[Line] = LINES,
    **facts: Any,
) -> JudgedCall:
    """One argument at 0:30 provoked at 0:28, a closing not said, one manual criterion.

    Without `path` the call is a ready transcript without sound.
    """
    greeting = a_detection(
        "script:greeting", Outcome.FOUND, 0.97, an_evidence(500, 1500, "您好", "听到“您好”")
    )
    closing = a_detection(
        "script:closing", Outcome.NOT_FOUND, 0.2, an_evidence(40_000, 60_000, "", "未听到“再见”")
    )
    arguing = Detection(
        detector_id="behaviour:arguing",
        version="1",
        outcome=Outcome.FOUND,
        probability=0.93,
        evidence=(
            an_evidence(30_000, 34_000, "是您自己填错了", "归咎客户"),
            an_evidence(30_000, 34_000, "是您自己填错了", "打断客户"),
        ),
        provoked_by=(an_evidence(28_000, 29_500, "你讲不讲道理", "客户不满", C),),
    )
    judged = a_judged_call(
        call_id,
        lines=lines,
        detections=(greeting, closing, arguing),
        scores=(
            a_criterion_score("greeting", CriterionOutcome.PASS, 4, greeting),
            a_criterion_score("closing", CriterionOutcome.FAIL, 3, closing),
            a_criterion_score("no_arguing", CriterionOutcome.FAIL, 6, arguing),
            a_criterion_score("correct", CriterionOutcome.NEEDS_HUMAN, 4),
        ),
        percent=72.5,
        agent_name="孙浩",
        **facts,
    )
    return with_doubts(_recorded(judged, path))


def with_doubts(judged: JudgedCall) -> JudgedCall:
    """The second utterance has a doubtful word, the last one is quarantined."""
    transcript = judged.analyzed.transcript
    utterances = list(transcript.utterances)
    if len(utterances) == len(LINES):
        words = (
            Word(text="我的", interval=Interval(3000, 4000), probability=0.9),
            Word(text="订单", interval=Interval(4000, 5000), probability=0.1),
            Word(text="没收到", interval=Interval(5000, 6000), probability=0.9),
        )
        utterances[1] = replace(utterances[1], words=words)
        utterances[-1] = replace(utterances[-1], quarantined_because="可能无人说话")
    analyzed = replace(
        judged.analyzed, transcript=replace(transcript, utterances=tuple(utterances))
    )
    return replace(judged, analyzed=analyzed)


def _recorded(judged: JudgedCall, path: Path | None) -> JudgedCall:
    recording = judged.analyzed.call.recording
    recording = (
        replace(recording, path=str(path), name=path.name)
        if path
        else replace(recording, audio_channels=0, name=f"{judged.call_id}.transcript.json")
    )
    call = replace(judged.analyzed.call, recording=recording)
    return replace(judged, analyzed=replace(judged.analyzed, call=call))


def write_tone(path: Path, seconds: int = 60) -> Path:
    """A stereo 8 kHz WAV with a quiet 220 Hz tone on both channels."""
    second = array("h")
    for i in range(8000):
        second.extend([int(800 * math.sin(2 * math.pi * 220 * i / 8000))] * 2)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(second.tobytes() * seconds)
    return path


def write_mp3(path: Path, seconds: int) -> Path:
    """A stereo 8 kHz MP3 of 32 kbit/s, as many recorders keep them."""
    tone = write_tone(path.with_suffix(".wav"), seconds)
    with av.open(str(tone)) as read, av.open(str(path), "w") as written:
        stream = written.add_stream("mp3", rate=8000, layout="stereo", bit_rate=32_000)
        resampler = av.AudioResampler(format="s16p", layout="stereo", rate=8000)
        for frame in read.decode(audio=0):
            for piece in resampler.resample(frame):
                written.mux(stream.encode(piece))
        written.mux(stream.encode(None))
    tone.unlink()
    return path


def a_task(
    call_id: str, position: int = 1, inspector_id: str = "me", blind: bool = False
) -> ReviewTask:
    return ReviewTask(
        call_id=call_id,
        inspector_id=inspector_id,
        day=DAY,
        reason="争辩 p=0.93（0:30）；未说：规范结束语 p=0.80",
        inclusion_probability=0.25,
        design_id="mix-1",
        seed=1,
        expected_review_ms=180_000,
        position=position,
        blind=blind,
    )


def fill(store: CallStore, *tasks: ReviewTask, path: Path | None = None) -> None:
    """Store a call for each task, and the plan."""
    for call_id in sorted({t.call_id for t in tasks}):
        store.save_judged(an_arguing_call(call_id, path=path), RUBRIC)
    store.save_plan(DAY, tasks)


PASSWORD = "audible-kingfisher-42"
FAST = WebSettings(argon2_memory_kib=64, argon2_passes=1)
"""Hashes that cost no time; a test of the real ones says so."""


def account(store: CallStore, role: AccountRole, person_id: str | None = None) -> str:
    """Make sure of an account of this role and return its name: `me`, or after the role."""
    name = person_id if role is AccountRole.INSPECTOR and person_id else role.value
    name = re.sub(r"\W", "_", name)
    if name not in {known.name for known in store.accounts()}:
        store.add_account(
            name,
            role,
            Passwords(FAST).hash(PASSWORD),
            inspector_id=person_id if role is not AccountRole.AGENT else None,
            agent_id=person_id if role is AccountRole.AGENT else None,
        )
    return name


def settings(workspace: Path, **web: Any) -> Settings:
    return Settings(workspace=workspace, web=FAST.model_copy(update=web))


def visit(store: CallStore, workspace: Path, **web: Any) -> TestClient:
    """A browser in which nobody has logged in."""
    app = create_app(store, settings(workspace, **web))
    accepts = {"Accept": "text/html"}
    return TestClient(app, base_url=HOME, follow_redirects=False, headers=accepts)


def log_in(web: TestClient, name: str, password: str = PASSWORD, **fields: str) -> Response:
    """Fill in the login form as a browser does."""
    token = csrf_in(web.get("/login").text)
    return web.post(
        "/login",
        data={"name": name, "password": password, "csrf_token": token, **fields},
        headers={"Origin": HOME},
    )


def csrf_in(page: str) -> str:
    """The token in the page's first form; nothing where there is none."""
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page)
    return found[1] if found else ""


def browse(
    store: CallStore,
    workspace: Path,
    role: AccountRole = AccountRole.INSPECTOR,
    person_id: str | None = "me",
    **web: Any,
) -> TestClient:
    """A browser in which somebody of this role is logged in."""
    client = visit(store, workspace, **web)
    answer = log_in(client, account(store, role, person_id))
    assert answer.status_code == 303, answer.text
    return client


def send(web: TestClient, address: str, fields: dict[str, str], origin: str | None = HOME):
    """Submit a form with the session's own token."""
    token = csrf_in(web.get("/password").text)
    headers = {"Origin": origin} if origin else {}
    return web.post(address, data={"csrf_token": token, **fields}, headers=headers)


def post(web: TestClient, call_id: str, fields: dict[str, str], origin: str | None = HOME):
    return send(web, f"/calls/{call_id}/review", fields, origin)
