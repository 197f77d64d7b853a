"""The codec endpoint of Temporal's UI: payloads in plain text, to those who may read them."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from google.protobuf import json_format
from temporalio.api.common.v1 import Payloads

from api.dependencies import ServicesDep
from api.temporal_ui.links import CODEC_PATH
from api.temporal_ui.visitor import VisitorDep, may_read
from interview.errors import InvalidInputError
from interview.security.codec import InterviewCodec

__all__ = ["MAX_DECODE_BYTES", "router"]

MAX_DECODE_BYTES = 4 * 1024 * 1024
"""A payload has at most 2 MiB, and a third more as base64."""

router = APIRouter(include_in_schema=False)


@router.post(f"{CODEC_PATH}/decode")
async def decode(request: Request, visitor: VisitorDep, services: ServicesDep) -> dict[str, Any]:
    """Temporal's JSON of `Payloads`, both ways. What the visitor may not read comes back as it
    went. Raises `InvalidInputError` (`temporal_ui.invalid_request`)."""
    try:
        sent = {"payloads": json.loads(await request.body())["payloads"]}
        payloads = json_format.ParseDict(sent, Payloads(), ignore_unknown_fields=True).payloads
    except (json_format.ParseError, ValueError, TypeError, KeyError, RecursionError):
        raise InvalidInputError("temporal_ui.invalid_request", "these are no payloads") from None
    if services.keys is not None:
        codec = InterviewCodec(services.keys)
        payloads = await codec.decode_readable(
            payloads, lambda interview_id: may_read(visitor, services, interview_id)
        )
    return {"payloads": [json_format.MessageToDict(payload) for payload in payloads]}
