"""A workflow's events, page by page."""

from __future__ import annotations

import asyncio

from starlette.responses import JSONResponse, Response

from api.dependencies import Services
from api.temporal_ui.offered import Asked
from api.temporal_ui.upstream import AnswerTooLarge, TemporalUiUnavailable, UiServer

__all__ = ["history_page"]

_MOST_BYTES = 8 * 1024 * 1024
_SMALLER_PAGE = "10"
"""Events, of a page that would be larger. Temporal ends a page where a batch of events does."""
_LONGEST_WAIT_S = 4.0
"""A process that is to end is not held up by a page that waits for the next event."""
_LONGEST_READ_S = 20.0
_WAITS = frozenset({"1", "t", "T", "true", "TRUE", "True"})
"""All spellings that Temporal's gateway takes for yes."""
_SIZE_NAMES = ("pageSize", "page_size")
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
    waits = parameters.get("waitNewEvent") in _WAITS
    try:
        async with asyncio.timeout(_LONGEST_WAIT_S if waits else _LONGEST_READ_S):
            status, page = await _fetched(services.temporal_ui, path, parameters)
    except TimeoutError:
        if not waits:
            raise TemporalUiUnavailable from None
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


async def _fetched(server: UiServer, path: str, parameters: dict[str, str]) -> tuple[int, bytes]:
    """A page that is too large to be held is asked for again with fewer events."""
    try:
        return await server.fetch(path, parameters, most_bytes=_MOST_BYTES)
    except AnswerTooLarge:
        fewer = {name: value for name, value in parameters.items() if name not in _SIZE_NAMES}
        fewer["maximumPageSize"] = _SMALLER_PAGE
        return await server.fetch(path, fewer, most_bytes=_MOST_BYTES)
