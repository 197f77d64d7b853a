"""Which of the server's refusals are waited out."""

from __future__ import annotations

from typing import cast

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from api.engine import Engine
from interview.errors import InterviewError
from interview.persistence.records import Records
from interview.persistence.rows import InterviewRecord


class Server:
    """Refuses the first call."""

    def __init__(self, status: RPCStatusCode) -> None:
        self.status = status
        self.calls = 0

    async def update(self) -> str:
        self.calls += 1
        if self.calls == 1:
            raise RPCError("workflow is not ready", self.status, b"")
        return "accepted"


async def persist(server: Server) -> str:
    engine = Engine(cast(Client, None), cast(InterviewRecord, None), "", cast(Records, None))
    return await engine._persist(server.update, lambda: None)  # pyright: ignore[reportPrivateUsage] the rest needs a server


@pytest.mark.parametrize(
    "status",
    [
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.DEADLINE_EXCEEDED,
        # While the workflow's decisions time out: a dying worker, an overloaded machine.
        RPCStatusCode.FAILED_PRECONDITION,
    ],
)
async def test_a_server_that_is_not_ready_is_asked_again(status: RPCStatusCode) -> None:
    server = Server(status)
    assert await persist(server) == "accepted"
    assert server.calls == 2


async def test_a_call_that_can_never_succeed_is_refused_at_once() -> None:
    server = Server(RPCStatusCode.PERMISSION_DENIED)
    with pytest.raises(InterviewError) as refused:
        await persist(server)
    assert (refused.value.code, server.calls) == ("temporal.refused", 1)
