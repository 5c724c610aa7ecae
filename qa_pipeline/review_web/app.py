"""The web application: which address answers with what."""

from pathlib import Path
from threading import Lock

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.review_web import (
    agents_view,
    audit_view,
    calibration_view,
    call_actions,
    collection_pages,
    disputes_view,
    doubles_view,
    drafts_view,
    error_pages,
    library_pages,
    login,
    pages,
    quizzes_view,
    rubrics_view,
    search_view,
    sound,
    trainings_view,
    users_view,
)
from qa_pipeline.review_web.gate import AccessGate
from qa_pipeline.review_web.guard import HostGuard
from qa_pipeline.review_web.page_templates import page_templates
from qa_pipeline.review_web.passwords import Passwords
from qa_pipeline.review_web.playback import Covers, decoders
from qa_pipeline.review_web.search_memory import SearchMemory
from qa_pipeline.review_web.texts import LanguageChoice
from qa_pipeline.review_web.trials import Trials
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

_STATIC = Path(__file__).parent / "static"


def create_app(store: CallStore, settings: Settings) -> FastAPI:
    """Build the application over an open store.

    It answers loopback names and the allowed hosts only; a change must come from
    its own pages; and nobody gets at anything but the login without a session.
    """
    app = FastAPI(title="qa-pipeline", docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    app.state.store = store
    app.state.settings = settings
    app.state.templates = page_templates(settings.queue.centre_time_zone)
    app.state.decoding = Lock()
    app.state.decoders = decoders()
    app.state.covers = Covers()
    app.state.passwords = Passwords(settings.web)
    app.state.trials = Trials(store, settings)
    app.state.searches = SearchMemory()
    app.add_middleware(AccessGate)
    app.add_middleware(LanguageChoice)
    app.add_middleware(HostGuard, allowed_hosts=settings.web.allowed_hosts)
    for part in (
        doubles_view,
        agents_view,
        disputes_view,
        calibration_view,
        drafts_view,
        rubrics_view,
        login,
        sound,
        call_actions,
        pages,
        search_view,
        users_view,
        trainings_view,
        audit_view,
        quizzes_view,
        library_pages,
        collection_pages,
    ):
        # Side by side, not nested: the gate asks each route for its address.
        app.router.routes.extend(part.router.routes)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_exception_handler(NotFound, error_pages.not_found)
    app.add_exception_handler(StoreError, error_pages.store_failed)
    app.add_exception_handler(HTTPException, error_pages.refused)
    app.add_exception_handler(RequestValidationError, error_pages.bad_request)
    return app
