"""`/ws/interview/{session_id}`: who may come in, and in which version."""

from __future__ import annotations

import uuid
from math import ceil

import structlog
from fastapi import APIRouter
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket

from api.clients import client_address, client_network
from api.connection import Connection
from api.dependencies import ServicesDep
from api.errors import error_body, error_message
from api.rate_limits import CONNECTING
from api.security import origin_allowed
from interview.errors import InterviewError, RateLimitedError
from interview.logging import interview_context
from interview.persistence.interviews import no_interview
from interview.persistence.rows import canonical_uuid
from interview.protocol import SUBPROTOCOL_V2, limits
from interview.telemetry.metrics import SOCKETS_REFUSED, code_label

__all__ = ["router"]

log = structlog.stdlib.get_logger(__name__)

router = APIRouter()

_INTERNAL_ERROR = 1011


@router.websocket("/ws/interview/{session_id}")
async def interview_room(socket: WebSocket, session_id: str, services: ServicesDep) -> None:
    """Version 2 where the client offers the subprotocol `intervue.v2`, else version 1. Who it is
    is asked in the room's door (`api.admission`): a ticket comes in the first message only."""
    if not origin_allowed(socket.headers, services.settings.cors_origins):
        body = error_body("auth.forbidden", "This page may not connect here.", recoverable=False)
        await socket.send_denial_response(JSONResponse(body, 403))
        return
    caller = client_network(client_address(socket, services.trusted_proxies))
    try:
        await services.throttle.hit(CONNECTING, caller)
    except RateLimitedError as error:
        # Before it is accepted: pages and other clients take it for a network that is away.
        log.warning("connection.too_many")
        SOCKETS_REFUSED.labels(code_label(error.code)).inc()
        body = error_body(error.code, "Too many connections, try again later.", recoverable=True)
        wait = {"Retry-After": str(ceil(error.retry_after_s))}
        await socket.send_denial_response(JSONResponse(body, error.http_status, wait))
        return
    is_v2 = SUBPROTOCOL_V2 in socket.scope["subprotocols"]
    await socket.accept(subprotocol=SUBPROTOCOL_V2 if is_v2 else None)
    interview_id = canonical_uuid(session_id) if is_v2 else _any_uuid(session_id)
    if interview_id is None:
        await _refuse(socket, no_interview(), limits.CLOSE_NOT_FOUND, is_v2=is_v2)
        return
    with interview_context(interview_id):
        try:
            await Connection(socket, services, interview_id, 2 if is_v2 else 1).run()
        except Exception:
            log.exception("connection.crashed")
            await socket.close(_INTERNAL_ERROR)


async def _refuse(
    socket: WebSocket, error: InterviewError, close_code: int, *, is_v2: bool
) -> None:
    message = error_message(error, recoverable=False)
    fields = message.model_dump(exclude={"turn_id"})
    await socket.send_json({"seq": 0, **message.model_dump()} if is_v2 else fields)
    await socket.close(close_code)


def _any_uuid(session_id: str) -> str | None:
    """Version 1 clients make their own ids; however spelled, one UUID is one interview."""
    try:
        return str(uuid.UUID(session_id))
    except ValueError:
        return None
