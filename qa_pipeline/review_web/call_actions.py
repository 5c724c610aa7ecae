"""What the call page asks for beside itself: outline, draft, case."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from qa_pipeline.batch.drafts import save_draft
from qa_pipeline.batch.shelving import take_in
from qa_pipeline.domain.case import CaseKind
from qa_pipeline.domain.interval import Interval
from qa_pipeline.errors import QaPipelineError
from qa_pipeline.review_web.call_access import check_may_see, reviewer_of
from qa_pipeline.review_web.form import is_subject
from qa_pipeline.review_web.new_case import case_from
from qa_pipeline.review_web.playback import kept_sound, playable
from qa_pipeline.review_web.visitor import visitor_of
from qa_pipeline.review_web.waveform import kept_outline, lanes_of
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

router = APIRouter()


@router.get("/calls/{call_id:path}/peaks.json")
def peaks(request: Request, call_id: str) -> Response:
    """`{"duration_ms", "lanes": [{"role", "peaks": [0..100]}]}`, the agent's lane first."""
    store: CallStore = request.app.state.store
    settings: Settings = request.app.state.settings
    analyzed = store.judged_call(call_id).analyzed
    check_may_see(visitor_of(request), analyzed.call)
    recording = analyzed.call.recording
    if recording.audio_channels == 0:
        return PlainTextResponse("该通话只有文本，没有录音。", status_code=404)
    try:
        sound = playable(request, recording)
        outline = kept_outline(sound, kept_sound(settings.workspace, recording, ".peaks.json"))
    except QaPipelineError as error:
        return PlainTextResponse(f"录音无法读取：{error}", status_code=404)
    lanes = [
        {"role": role.value, "peaks": outline[channel]}
        for channel, role in lanes_of(analyzed.transcript, len(outline))
    ]
    return JSONResponse({"duration_ms": recording.duration_ms, "lanes": lanes})


@router.post("/calls/{call_id:path}/draft")
def keep_draft(
    request: Request,
    call_id: str,
    draft: Annotated[str, Form(max_length=65_536)],
) -> Response:
    """Keep what is being filled in; 204, or 400 for what is no draft."""
    store: CallStore = request.app.state.store
    settings: Settings = request.app.state.settings
    store.judged_call(call_id)
    is_kept = save_draft(settings.workspace, call_id, reviewer_of(visitor_of(request)), draft)
    return Response(status_code=204 if is_kept else 400)


@router.post("/calls/{call_id:path}/cases")
def add_case(
    request: Request,
    call_id: str,
    subject: Annotated[str, Form(max_length=200)],
    kind: Annotated[CaseKind, Form()],
    start_ms: Annotated[int, Form(ge=0)],
    end_ms: Annotated[int, Form(ge=0)],
    quote: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Put a stretch of the call into the case library as a candidate; 201."""
    store: CallStore = request.app.state.store
    who = visitor_of(request).account
    judged = store.judged_call(call_id)
    card = judged.evaluation.scorecard
    rubric = store.rubric(card.rubric_id, card.rubric_version)
    duration_ms = max(judged.analyzed.call.recording.duration_ms, 1)
    if end_ms <= start_ms or start_ms >= duration_ms or not is_subject(subject, judged, rubric):
        return PlainTextResponse("这一段不能加入案例库。", status_code=400)
    case = case_from(
        judged,
        rubric,
        subject=subject,
        kind=kind,
        evidence=Interval(start_ms, min(end_ms, duration_ms)),
        quote=quote,
        who=who.inspector_id or who.name,
    )
    take_in(store, (case,))
    store.audit(who=who.name, action="add case", subject=call_id, detail=case.case_id)
    return JSONResponse({"case_id": case.case_id}, status_code=201)
