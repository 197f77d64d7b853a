"""Our errors in HTTP's and the socket's terms: one of the two places where they are translated."""

from __future__ import annotations

from math import ceil
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from interview.errors import InterviewError, RateLimitedError
from interview.protocol.server import ErrorMessage

__all__ = ["ErrorBody", "add_error_handlers", "error_body", "error_message", "responses"]

log = structlog.stdlib.get_logger(__name__)

_HTTP_CODES = {
    404: "http.not_found",
    405: "http.method_not_allowed",
    413: "request.too_large",
}
_SHOWN_PROBLEMS = 5

_MEANINGS = {
    400: "The request is not valid",
    401: "Who asks was not proved: `auth.missing`, `auth.invalid`, `auth.expired`, `auth.revoked`",
    403: "Who asks may not do this",
    404: "There is no such thing, or not for whoever asks",
    405: "The path knows other methods",
    409: "It does not fit the state of things",
    413: "The request is too large",
    429: "Too many requests; `Retry-After` says when the next one is welcome",
    502: "A service that this depends on did not answer as it should",
    503: "Something that is needed is away for the moment",
}


class ErrorDetail(BaseModel):
    code: str
    message: str
    recoverable: bool


class ErrorBody(BaseModel):
    """Every answer that is not a success. `code` is dotted and stable, `message` is for people."""

    error: ErrorDetail


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses=`: the statuses it may answer with beside its success."""
    return {
        status: {"model": ErrorBody, "description": _MEANINGS[status]}
        for status in sorted(statuses)
    }


def error_body(code: str, message: str, *, recoverable: bool) -> dict[str, Any]:
    """The body of every answer that is not a success."""
    return {"error": {"code": code, "message": message, "recoverable": recoverable}}


def error_message(
    error: InterviewError, *, turn_id: str | None = None, recoverable: bool = True
) -> ErrorMessage:
    """`recoverable`: the interview goes on."""
    return ErrorMessage(
        code=error.code, message=_sentence(error.message), recoverable=recoverable, turn_id=turn_id
    )


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(InterviewError, _interview_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _crash)


async def _interview_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, InterviewError)
    if error.http_status >= 500:
        log.warning("request.failed", code=error.code, path=request.url.path)
    wait_s = error.retry_after_s if isinstance(error, RateLimitedError) else 1.0
    return JSONResponse(
        error_body(error.code, _sentence(error.message), recoverable=error.retryable),
        error.http_status,
        headers={"Retry-After": str(ceil(wait_s))} if error.retryable else None,
    )


async def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # The input is left out: it may hold what somebody said.
    problems = error.errors()
    lines = [f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems[:_SHOWN_PROBLEMS]]
    message = _sentence("; ".join(lines))
    return JSONResponse(error_body("request.invalid", message, recoverable=False), 400)


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, f"http.{error.status_code}")
    return JSONResponse(
        error_body(code, _sentence(error.detail), recoverable=False),
        error.status_code,
        headers=error.headers,
    )


async def _crash(request: Request, error: Exception) -> JSONResponse:
    log.error("request.crashed", path=request.url.path, exc_info=error)
    body = error_body("internal", "Something went wrong on our side.", recoverable=True)
    return JSONResponse(body, 500)


def _sentence(text: str) -> str:
    """Messages are written for a log line; people get them as a sentence."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
