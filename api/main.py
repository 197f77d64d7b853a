"""The API process: REST, the socket, and the web client."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from api import docs, realtime
from api.background import Background
from api.dependencies import Services
from api.errors import add_error_handlers
from api.lookout import Lookout
from api.routes import audit, erasure, export, health, interviews, organization, recordings, roles
from api.security import BodyLimit, KnownHosts, SecurityHeaders
from api.static import WebClient, placeholder, web_or
from interview.config import Settings, load_settings
from interview.logging import configure_logging
from interview.streams.pulse import PulseReader

__all__ = ["create_app", "from_environment"]

log = structlog.stdlib.get_logger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """Nothing is connected before the app is started."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        services = await Services.open(settings)
        app.state.services = services
        lookout = Lookout(PulseReader(services.redis), services.temporal, services.background)
        looking = Background()
        looking.spawn(lookout.run())
        log.info("api.started", debug=settings.debug, web=settings.web_dir.is_dir())
        try:
            yield
        finally:
            await looking.aclose(0)
            await services.aclose()

    app = FastAPI(
        title="Intervue",
        description="Durable spoken interviews.",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    add_error_handlers(app)
    # The last one added is the outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", "Idempotency-Key"],
        max_age=600,
    )
    if settings.debug or settings.allowed_hosts:
        app.add_middleware(KnownHosts, names=settings.allowed_hosts)
    app.add_middleware(SecurityHeaders)
    for module in (health, roles, interviews, recordings, realtime, docs):
        app.include_router(module.router)
    for module in (export, erasure, audit, organization):
        app.include_router(module.router)
    if settings.web_dir.is_dir():
        # Not a mount, which would match before a route's wrong method does.
        app.router.default = web_or(app.router.default, WebClient(settings.web_dir))
    else:
        app.add_api_route("/", placeholder, include_in_schema=False)
    return app


def from_environment() -> FastAPI:
    """For `uvicorn --factory` and its reloader. Raises `ConfigError`."""
    settings = load_settings()
    configure_logging(settings.log_format, settings.log_level)
    return create_app(settings)
