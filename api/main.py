"""The API process: REST, the socket, and the web client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from api import docs, openapi, realtime
from api.authorization import PUBLIC, requires
from api.background import Background
from api.cookie_names import ACCESS_COOKIE, cookie_name
from api.dependencies import Services
from api.errors import add_error_handlers
from api.lookout import Lookout
from api.presence import Marking
from api.routes import (
    accommodations,
    account,
    agreement,
    api_keys,
    audit,
    auth,
    code,
    comparisons,
    consents,
    corrections,
    documents,
    erasure,
    evaluations,
    export,
    feedback,
    health,
    interview_plan,
    interviews,
    invitations,
    live,
    members,
    openid,
    organization,
    organization_roles,
    plan_drafts,
    plan_versions,
    proposals,
    recordings,
    reevaluations,
    reports,
    reviews,
    roles,
    tailorings,
    tickets,
    timeline,
    webhooks,
)
from api.security import BodyLimit, KnownHosts, SecurityHeaders
from api.static import WebClient, placeholder, web_or
from api.temporal_ui import codec as temporal_codec
from api.temporal_ui import routes as temporal_ui
from api.temporal_ui.links import CODEC_PATH
from api.unsaid import Unsaid
from interview.config import Settings, load_settings
from interview.documents.limits import MAX_DOCUMENT_BYTES
from interview.logging import configure_logging
from interview.security.production import check_production
from interview.streams.pulse import PulseReader
from interview.telemetry.exposition import exposed
from interview.telemetry.lag import watch_lag
from interview.telemetry.tracing import start_tracing, stop_tracing

__all__ = ["create_app", "from_environment"]

log = structlog.stdlib.get_logger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """Nothing is connected before the app is started. Raises `ConfigError`."""
    check_production(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        start_tracing(settings, "intervue-api")
        exposition = exposed(settings.metrics_host, settings.api_metrics_port)
        services = await Services.open(settings, exposition and exposition.runtime)
        app.state.services = services
        pulses = PulseReader(services.redis)
        unsaid = Unsaid(pulses, services.temporal, lambda: services.attendance.interviews)
        lookout = Lookout(pulses, services.temporal, services.background, unsaid)
        looking = Background()
        looking.spawn(lookout.run())
        looking.spawn(services.attendance.run())
        looking.spawn(Marking(services.attendance, services.presence, services.returns).run())
        looking.spawn(watch_lag())
        log.info("api.started", debug=settings.debug, web=settings.web_dir.is_dir())
        try:
            yield
        finally:
            await looking.aclose(0)
            await services.aclose()
            if exposition is not None:
                exposition.close()
            await asyncio.to_thread(stop_tracing)

    app = FastAPI(
        title="Intervue",
        description="Durable spoken interviews.",
        version="1",
        lifespan=lifespan,
        openapi_url=None,  # `api.docs` has both
        docs_url=None,
        redoc_url=None,
    )
    app.openapi = partial(
        openapi.document,
        app,
        open_house=settings.debug,
        cookie=cookie_name(settings, ACCESS_COOKIE),
    )
    add_error_handlers(app)
    # The last one added is the outermost.
    more = {f"{CODEC_PATH}/decode": temporal_codec.MAX_DECODE_BYTES}
    app.add_middleware(BodyLimit, more=more, documents=MAX_DOCUMENT_BYTES)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        # To every origin at once would be to any page that somebody signed in opens.
        allow_credentials="*" not in settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"],
        expose_headers=["ETag"],
        max_age=600,
    )
    if settings.debug or settings.allowed_hosts:
        app.add_middleware(KnownHosts, names=settings.allowed_hosts)
    stack, https = app.build_middleware_stack, settings.public_url.startswith("https://")
    # Around Starlette's own outermost one, too, which answers for a crash.
    app.build_middleware_stack = lambda: SecurityHeaders(stack(), https=https)
    people = (auth, openid, account, members, api_keys, organization, webhooks)
    # The codec before the UI, which takes every path under its own.
    for module in (
        *(health, roles, interviews, interview_plan, live, timeline, recordings),
        *(tickets, export, erasure, audit),
        invitations,
        consents,
        accommodations,
        documents,
        corrections,
        code,
        *(evaluations, reports, feedback, reviews, agreement, comparisons),
        reevaluations,
        *(organization_roles, proposals, plan_drafts, plan_versions, tailorings),
        *(*people, realtime, docs),
        *(temporal_codec, temporal_ui),
    ):
        app.include_router(module.router)
    app.include_router(accommodations.organization_router)
    app.include_router(members.colleagues_router)
    if settings.web_dir.is_dir():
        # Not a mount, which would match before a route's wrong method does.
        app.router.default = web_or(app.router.default, WebClient(settings.web_dir))
    else:
        app.add_api_route(
            "/", placeholder, include_in_schema=False, dependencies=[requires(PUBLIC)]
        )
    return app


def from_environment() -> FastAPI:
    """For `uvicorn --factory` and its reloader. Raises `ConfigError`."""
    settings = load_settings()
    configure_logging(settings.log_format, settings.log_level)
    return create_app(settings)
