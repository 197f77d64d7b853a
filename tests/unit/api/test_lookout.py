"""What a recovery makes of failures that are not Temporal's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import pytest
from redis.asyncio import Redis
from temporalio.client import Client

import api.lookout
from api.background import Background
from api.lookout import Lookout
from api.unsaid import Unsaid
from interview.errors import DatabaseUnavailable, InterviewError
from interview.security.seal import EncryptionError
from interview.streams.pulse import HeldTurn, PulseReader


class Pulses(PulseReader):
    """Of one dead worker that held two turns."""

    async def held(self, worker_id: str) -> set[HeldTurn]:
        return {HeldTurn(of, "turn-one", "turn.speak") for of in ("first", "second")}

    async def forget(self, worker_id: str) -> None:
        pass


class Failing(Lookout):
    """The payloads of the first interview cannot be sealed, as `failures` say."""

    failures: list[InterviewError]
    recovered: list[str]

    async def replace_dead(self, failures: Iterable[InterviewError]) -> None:
        self.failures, self.recovered = list(failures), []
        await self._replace("ghost", 7)

    async def _reschedule(self, interview_id: str, turn_id: str, death: str) -> None:
        if interview_id == "first" and self.failures:
            raise self.failures.pop(0)
        self.recovered.append(interview_id)


@pytest.fixture
def lookout(monkeypatch: pytest.MonkeyPatch) -> Failing:
    monkeypatch.setattr(api.lookout, "_RETRY_S", 0)
    monkeypatch.setattr(api.lookout, "LOOKS_S", ())
    pulses, temporal = Pulses(cast(Redis, None)), cast(Client, None)
    return Failing(pulses, temporal, Background(), Unsaid(pulses, temporal, lambda: ()))


async def test_a_turn_whose_key_cannot_be_read_for_the_moment_is_recovered_later(
    lookout: Failing,
) -> None:
    await lookout.replace_dead(
        [DatabaseUnavailable("away"), EncryptionError("key.unknown", "no master key")]
    )
    assert sorted(lookout.recovered) == ["first", "second"]


async def test_an_erased_interviews_turn_is_given_up_and_the_others_are_not(
    lookout: Failing,
) -> None:
    await lookout.replace_dead([EncryptionError("key.destroyed", "erased")] * 2)
    assert lookout.recovered == ["second"]
    assert len(lookout.failures) == 1, "it was tried once"
