"""How a run's pod stands, by what the cluster says of it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

__all__ = ["Pod", "Standing"]

Standing = Literal["coming", "running", "over"]

_HOPELESS = frozenset(
    (
        *("ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError"),
        *("CreateContainerConfigError", "CreateContainerError", "RunContainerError"),
    )
)
"""For a container, which is tried again and again."""


class _Metadata(BaseModel):
    name: str
    resourceVersion: str = ""
    deletionTimestamp: str | None = None


class _Terminated(BaseModel):
    exitCode: int = 0
    reason: str = ""


class _Waiting(BaseModel):
    reason: str = ""
    message: str = ""


class _State(BaseModel):
    waiting: _Waiting | None = None
    running: dict[str, object] | None = None
    terminated: _Terminated | None = None


class _Container(BaseModel):
    state: _State = _State()


class _Condition(BaseModel):
    type: str
    status: str
    reason: str = ""
    message: str = ""


class _Status(BaseModel):
    phase: str = "Pending"
    reason: str = ""
    message: str = ""
    conditions: list[_Condition] = Field(default_factory=list[_Condition])
    containerStatuses: list[_Container] = Field(default_factory=list[_Container])


class _Spec(BaseModel):
    runtimeClassName: str = ""
    automountServiceAccountToken: bool = True


class Pod(BaseModel):
    """What of it is read."""

    metadata: _Metadata
    spec: _Spec = _Spec()
    status: _Status = _Status()

    @property
    def _state(self) -> _State:
        found = self.status.containerStatuses
        return found[0].state if found else _State()

    @property
    def exit_code(self) -> int | None:
        return self._state.terminated.exitCode if self._state.terminated else None

    @property
    def out_of_memory(self) -> bool:
        return self._state.terminated is not None and self._state.terminated.reason == "OOMKilled"

    @property
    def out_of_time(self) -> bool:
        return self.status.reason == "DeadlineExceeded"

    @property
    def standing(self) -> Standing:
        if self.status.phase in ("Succeeded", "Failed") or self._state.terminated:
            return "over"
        return "running" if self._state.running is not None else "coming"

    @property
    def hopeless(self) -> str:
        """Why it will never run; empty as long as it may."""
        waiting = self._state.waiting
        if waiting is not None and waiting.reason in _HOPELESS:
            return f"{waiting.reason}: {waiting.message}"
        return ""

    @property
    def waits_for(self) -> str:
        """Why it does not run yet."""
        waiting = self._state.waiting
        if waiting is not None and waiting.reason:
            return f"{waiting.reason}: {waiting.message}"
        for condition in self.status.conditions:
            if condition.type == "PodScheduled" and condition.status == "False":
                return f"{condition.reason}: {condition.message}"
        return "its container does not start"
