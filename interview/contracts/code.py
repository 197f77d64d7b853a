"""Running code, on a queue whose workers hold no secrets: neither database nor keys.

What is run and what it wrote lie in Redis for minutes, sealed by a key of this run alone, which
travels here (`interview.sandbox.exchange`). So neither tells anything by itself, and what
histories keep opens nothing once Redis has forgotten. Payloads on `CODE_QUEUE` are not sealed any
further: its workers could not open them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from pydantic import BaseModel, ConfigDict, Field
from temporalio import activity

from interview.domain.code_runs import Ending

__all__ = ["CodeActivities", "CodeRan", "CodeRun"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class CodeRun(_Model):
    """`key`: of this run, as `CodeExchange.offer` gave it."""

    run_id: str
    key: str = Field(repr=False)


class CodeRan(_Model):
    """The rest is in the exchange: `CodeExchange.result`."""

    ending: Ending


class CodeActivities(ABC):
    @activity.defn(name="code.run")
    @abstractmethod
    async def run(self, request: CodeRun) -> CodeRan:
        """Scheduled with `workflows.options.code_options`. Run twice, the first result stands.
        Raises `code.run_lost` when the exchange no longer has it: offer it again."""
        ...
