"""A workflow's events, as they are asked for and given on."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from api.dependencies import Services
from api.temporal_ui import history
from api.temporal_ui.history import history_page
from api.temporal_ui.offered import Asked
from api.temporal_ui.page_tokens import PageTokens
from api.temporal_ui.upstream import AnswerTooLarge, TemporalUiUnavailable
from interview.security.keys import Key, KeyRing

PAGE = b'{"history": {"events": [{"eventId": "1"}]}}'


class FakeServer:
    """Has pages of `large` events that are too large, and next events that never come."""

    def __init__(self, large: int = 1_000) -> None:
        self.large = large
        self.asked: list[dict[str, str]] = []

    async def fetch(
        self, path: str, parameters: dict[str, str], *, most_bytes: int
    ) -> tuple[int, bytes]:
        self.asked.append(parameters)
        if parameters.get("waitNewEvent"):
            await asyncio.Event().wait()
        if int(parameters.get("maximumPageSize", "1000")) >= self.large:
            raise AnswerTooLarge
        return 200, PAGE


async def asked_for(server: FakeServer, **parameters: str) -> dict[str, Any]:
    services = SimpleNamespace(
        temporal_ui=server, page_tokens=PageTokens(KeyRing((Key("a", b"a" * 32),)))
    )
    asked = Asked("history", "/x", parameters, workflow_id="interview-1")
    response = await history_page(cast(Services, services), "/x", asked)
    return json.loads(bytes(response.body))


async def test_a_page_that_is_too_large_comes_with_fewer_events() -> None:
    server = FakeServer()
    page = await asked_for(server, pageSize="1000", maximumPageSize="1000")
    assert page == json.loads(PAGE)
    assert server.asked[1:] == [{"maximumPageSize": "10"}]
    with pytest.raises(TemporalUiUnavailable):
        await asked_for(FakeServer(large=1))


@pytest.mark.parametrize("yes", ["1", "t", "T", "true", "TRUE", "True"])
async def test_whoever_waits_is_told_that_nothing_happened(
    yes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_LONGEST_WAIT_S", 0.01)
    page = await asked_for(FakeServer(), waitNewEvent=yes)
    assert page == {"history": {"events": []}, "rawHistory": [], "nextPageToken": ""}


async def test_no_wait_is_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_LONGEST_READ_S", 0.01)
    with pytest.raises(TemporalUiUnavailable):
        await asked_for(FakeServer(), waitNewEvent="yEs")
