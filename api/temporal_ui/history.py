"""A workflow's events, page by page."""

from __future__ import annotations

import asyncio

from starlette.responses import JSONResponse, Response

from api.dependencies import Services
from api.temporal_ui.offered import Asked

__all__ = ["history_page"]

_MOST_BYTES = 32 * 1024 * 1024
"""Temporal's own answers have at most 4 MiB; as JSON they are a few times as long."""
_LONGEST_WAIT_S = 4.0
"""A process that is to end is not held up by a page that waits for the next event."""
_TOKEN_NAMES = ("nextPageToken", "next_page_token")
_HEADERS = {"Cache-Control": "no-store"}


async def history_page(services: Services, path: str, asked: Asked) -> Response:
    """Of a workflow that may be read. Raises `InvalidInputError` for a page of another one, and
    `TemporalUiUnavailable`."""
    tokens = services.page_tokens
    parameters = dict(asked.parameters)
    token = ""
    for name in _TOKEN_NAMES:
        if name in parameters:
            token = token or parameters[name]
            parameters[name] = tokens.unbound(parameters[name], asked.workflow_id)
    waits = bool(token) and parameters.get("waitNewEvent") == "true"
    try:
        async with asyncio.timeout(_LONGEST_WAIT_S if waits else None):
            status, page = await services.temporal_ui.fetch(
                path, parameters, most_bytes=_MOST_BYTES
            )
    except TimeoutError:
        # As Temporal says it after its own 20 s: nothing has happened, ask again.
        return JSONResponse(
            {"history": {"events": []}, "rawHistory": [], "nextPageToken": token}, headers=_HEADERS
        )
    return Response(
        tokens.bound(page, asked.workflow_id),
        status,
        media_type="application/json",
        headers=_HEADERS,
    )
