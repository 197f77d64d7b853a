"""The codec endpoint of Temporal's UI: payloads in plain text, to those who may read them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, cast

from fastapi import APIRouter, Request
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from api.dependencies import Services, ServicesDep
from api.temporal_ui.links import CODEC_PATH
from api.temporal_ui.visitor import VisitorDep, may_read
from interview.errors import InvalidInputError
from interview.security.codec import InterviewCodec, interviews_of
from interview.security.principal import Principal

__all__ = ["MAX_DECODE_BYTES", "router"]

MAX_DECODE_BYTES = 4 * 1024 * 1024
"""A payload has at most 2 MiB, and a third more as base64."""

MAX_PAYLOADS = 1_000
MAX_INTERVIEWS = 100
"""That the payloads of one request belong to: each is looked for, and has a key of its own."""
MAX_METADATA = 16
"""Entries of one payload; ours have three."""

_MARKS = (b"{", b"[", b",")
"""That begin something in JSON."""

router = APIRouter(include_in_schema=False)


@router.post(f"{CODEC_PATH}/decode")
async def decode(request: Request, visitor: VisitorDep, services: ServicesDep) -> dict[str, Any]:
    """Temporal's JSON of `Payloads`, both ways. What the visitor may not read comes back as it
    went. Raises `InvalidInputError` (`temporal_ui.invalid_request`)."""
    body = await request.body()
    async with services.decoding:
        return await _decoded(body, visitor, services)


async def _decoded(body: bytes, visitor: Principal, services: Services) -> dict[str, Any]:
    try:
        payloads = await asyncio.to_thread(_parsed, body)
    except (
        json_format.ParseError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
    ):
        raise InvalidInputError("temporal_ui.invalid_request", "these are no payloads") from None
    if services.keys is not None:
        codec = InterviewCodec(services.keys)
        payloads = await codec.decode_readable(
            payloads, lambda interview_id: may_read(visitor, services, interview_id)
        )
    return {"payloads": await asyncio.to_thread(_shown, payloads)}


def _parsed(body: bytes) -> Sequence[Payload]:
    """Raises `ValueError` and its like."""
    # Before it is parsed, which no other thread gets a turn in: data has none of these.
    if sum(map(body.count, _MARKS)) > MAX_PAYLOADS * (MAX_METADATA + 4):
        raise ValueError("more than any page of the UI shows")
    listed: list[Any] = json.loads(body)["payloads"]
    if len(listed) > MAX_PAYLOADS or any(
        not isinstance(payload, dict)
        or len(cast(Any, payload).get("metadata") or ()) > MAX_METADATA
        for payload in listed
    ):
        raise ValueError("more than any page of the UI shows")
    sent = {"payloads": listed}
    payloads = json_format.ParseDict(sent, Payloads(), ignore_unknown_fields=True).payloads
    if len(interviews_of(payloads)) > MAX_INTERVIEWS:
        raise ValueError("more than any page of the UI shows")
    return payloads


def _shown(payloads: Sequence[Payload]) -> list[dict[str, Any]]:
    return [json_format.MessageToDict(payload) for payload in payloads]
