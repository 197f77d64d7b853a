"""What of the UI server's API is offered: a list, and nothing beside it.

The UI asks Temporal's gRPC gateway. Paths are matched as they came, before any decoding, by
patterns that have no room for an escaped character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl

from interview.contracts.ids import (
    CODE_QUEUE,
    CONVERSE_QUEUE,
    INTERVIEW_QUEUE,
    PAD_QUEUE,
    SPEAK_QUEUE,
    TRANSCRIBE_QUEUE,
)
from interview.errors import AccessError, InvalidInputError

__all__ = ["Asked", "Kind", "find_asked"]

Kind = Literal[
    "plain",  # the same for everybody
    "settings",
    "namespaces",
    "list",  # narrowed by its query
    "workflow",  # about one workflow
    "history",  # of one workflow, by pages
    "query",  # of one workflow
    "write",  # to one workflow
]


@dataclass(frozen=True, slots=True)
class _Offer:
    kind: Kind
    method: Literal["GET", "POST"]
    path: re.Pattern[str]
    parameters: frozenset[str] = frozenset()


_QUEUES = (
    *(INTERVIEW_QUEUE, TRANSCRIBE_QUEUE, CONVERSE_QUEUE, SPEAK_QUEUE),
    *(PAD_QUEUE, CODE_QUEUE),
)
"""Of an interview's workflow and its activities."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`path` begins after `/api/v1`; `parameters` are those the offer has, each once."""

    kind: Kind
    path: str
    parameters: dict[str, str]
    workflow_id: str = ""
    query_type: str = ""


def _offer(kind: Kind, method: Literal["GET", "POST"], path: str, *parameters: str) -> _Offer:
    named = path.format(
        namespace=r"/namespaces/(?P<namespace>[A-Za-z0-9_-]+)",
        workflow=r"/workflows/(?P<workflow>[A-Za-z0-9_-]+)",
        name=r"[A-Za-z0-9_-]+",
        queue="|".join(_QUEUES),
    )
    return _Offer(kind, method, re.compile(named), frozenset(parameters))


_PAGES = ("pageSize", "page_size", "nextPageToken", "next_page_token")
_RUN = ("execution.runId", "execution.run_id")
_HISTORY = (*_RUN, "maximumPageSize", "waitNewEvent", "historyEventFilterType", *_PAGES)

# Not offered, because they know nothing of organizations: schedules, batch operations, archived
# workflows, deployments, nexus. Nor is what the server itself is asked to do.
_OFFERS: Sequence[_Offer] = (
    _offer("settings", "GET", "/settings"),
    _offer("plain", "GET", "/cluster-info"),
    _offer("plain", "GET", "/system-info"),
    _offer("namespaces", "GET", "/namespaces"),
    _offer("plain", "GET", "{namespace}"),
    _offer("plain", "GET", "{namespace}/search-attributes"),
    _offer("plain", "GET", "{namespace}/task-queues/(?:{queue})", "taskQueueType"),
    _offer("list", "GET", "{namespace}/workflows", "query", *_PAGES),
    _offer("list", "GET", "{namespace}/workflow-count", "query"),
    _offer("workflow", "GET", "{namespace}{workflow}", *_RUN),
    _offer("history", "GET", "{namespace}{workflow}/history", *_HISTORY),
    _offer("history", "GET", "{namespace}{workflow}/history-reverse", *_HISTORY),
    _offer("workflow", "GET", "{namespace}{workflow}/run/{name}/history\\.json"),
    _offer("query", "POST", "{namespace}{workflow}/query/(?P<query>{name})"),
    _offer("write", "POST", "{namespace}{workflow}/(?:cancel|terminate|reset)"),
    _offer("write", "POST", "{namespace}{workflow}/(?:signal|update)/{name}"),
)


def find_asked(method: str, path: str, query_string: str, namespace: str) -> Asked:
    """`path` is raw and begins after `/api/v1`. Raises `AccessError` (`temporal_ui.not_offered`)
    for all else, and `InvalidInputError` (`temporal_ui.invalid_request`)."""
    for offer in _OFFERS:
        match = offer.path.fullmatch(path) if offer.method == method else None
        if match is None:
            continue
        named = match.groupdict()
        if named.get("namespace", namespace) != namespace:
            break
        return Asked(
            offer.kind,
            path,
            _parameters(query_string, offer.parameters),
            workflow_id=named.get("workflow") or "",
            query_type=named.get("query") or "",
        )
    raise AccessError("temporal_ui.not_offered", "this is not offered here")


def _parameters(query_string: str, known: frozenset[str]) -> dict[str, str]:
    """Others are left out. One that comes twice may be read in two ways, so it is refused."""
    try:
        pairs = parse_qsl(query_string, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise _invalid() from None
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if name in parameters:
            raise _invalid()
        if name in known:
            parameters[name] = value
    return parameters


def _invalid() -> InvalidInputError:
    return InvalidInputError("temporal_ui.invalid_request", "this request cannot be understood")
