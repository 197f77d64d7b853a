"""One Job and its pod, from when it is made to when it is gone."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import structlog
from pydantic import ValidationError

from interview.sandbox.bubblewrap.job import StepEnd
from interview.sandbox.kubernetes.client import ApiServer, ClusterFailure
from interview.sandbox.kubernetes.journal import Journal
from interview.sandbox.kubernetes.manifest import COMING_S, HOLDER, selector
from interview.sandbox.kubernetes.pods import Pod

__all__ = ["TheJob"]

log = structlog.stdlib.get_logger(__name__)

_AWAY_S = 30.0
"""The API server, or the way to a pod's log: for this long a run waits for them."""
_LOOK_EVERY_S = 0.2
_GONE_S = 10.0
_SIGNALLED = 128
_TAKEN = "its pod was taken away"


class TheJob:
    """By its name. `holder` is this attempt at it."""

    def __init__(self, api: ApiServer, name: str) -> None:
        self._api = api
        self.name = name
        self.holder = uuid.uuid4().hex

    async def made(self, body: dict[str, Any]) -> dict[str, Any]:
        """As it is there now, made by this attempt or an earlier one. Raises `ClusterFailure`."""
        give_up_at = time.monotonic() + _GONE_S
        while True:
            try:
                return await self._api.create("jobs", body)
            except ClusterFailure as failure:
                if failure.status != 409 or time.monotonic() > give_up_at:
                    raise
            try:
                hold = {"metadata": {"annotations": {HOLDER: self.holder}}}
                found = await self._api.patch("jobs", self.name, hold)
                if not found["metadata"].get("deletionTimestamp"):
                    return found
            except ClusterFailure as failure:
                if failure.status != 404:
                    raise
            await asyncio.sleep(_LOOK_EVERY_S)

    async def begun(self) -> Pod:
        """Its pod, once its container runs or has ended. Raises `ClusterFailure`."""
        seen: list[Pod] = []

        def begun(pod: Pod) -> bool:
            seen[:] = [pod]
            return bool(pod.hopeless) or pod.standing != "coming"

        try:
            async with asyncio.timeout(COMING_S):
                pod = await self._until(begun)
        except TimeoutError:
            why = seen[0].waits_for if seen else "no pod was made for it (quota, or admission)"
            raise ClusterFailure(f"its pod does not start: {why}") from None
        if pod.hopeless:
            raise ClusterFailure(f"its pod does not start: {pod.hopeless}")
        return pod

    async def followed(self, pod: Pod, journal: Journal) -> None:
        """Until all is said, or the pod is over or gone. Raises `ClusterFailure`."""
        give_up_at = time.monotonic() + _AWAY_S
        while True:
            heard = journal.heard
            try:
                await journal.read(pod.metadata.name, follow=True)
                if journal.over:
                    return
                last = ClusterFailure("its log ends before it does")
                found = await self._pods()
                if not found or found[0].standing == "over":
                    # What was written between the two answers.
                    return await journal.read(pod.metadata.name, follow=False)
            except ClusterFailure as failure:
                if failure.status == 404:
                    return
                # A container that is just about to start has no log yet.
                if not failure.passing and failure.status != 400:
                    raise
                last = failure
            if journal.heard > heard:
                give_up_at = time.monotonic() + _AWAY_S
            if time.monotonic() > give_up_at:
                raise last
            await asyncio.sleep(_LOOK_EVERY_S)

    async def end(self, begun: bool) -> StepEnd:
        """How the step ended with which its pod ended. Raises `ClusterFailure` where it was no
        step that ended it."""
        try:
            async with asyncio.timeout(_GONE_S):
                pod = await self._until(lambda pod: pod.standing == "over", there=True)
        except TimeoutError:
            raise ClusterFailure("its pod went silent") from None
        except ClusterFailure:
            # Beyond the Job's own deadline its pods are taken away.
            if await self._out_of_time():
                return StepEnd(None, "time_limit", 0, 0)
            raise
        if pod.out_of_time:
            return StepEnd(None, "time_limit", 0, 0)
        if pod.out_of_memory:
            return StepEnd(None, "memory_limit", 0, 0)
        code, why = pod.exit_code, pod.status.reason
        if begun and code is not None and not why:
            # Its supervisor is of the program's user: what ends the one, the other may have done.
            log.warning("sandbox.supervisor_ended", job=self.name, status=code)
            return StepEnd(_SIGNALLED - code if code > _SIGNALLED else None, None, 0, 0)
        why = f"{why}: {pod.status.message}" if why else f"status {code}"
        raise ClusterFailure(f"its pod ended: {why}")

    async def remove(self, *, wait: bool) -> None:
        """Unless a later attempt holds it. Never raises: what is left goes by itself, later."""
        try:
            async with asyncio.timeout(_GONE_S):
                removed = await self._remove()
                while wait and removed:
                    if not await self._pods():
                        return
                    await asyncio.sleep(_LOOK_EVERY_S)
        except (ClusterFailure, TimeoutError) as error:
            log.warning("sandbox.left_behind", job=self.name, reason=str(error) or "it stays")

    async def _remove(self) -> bool:
        while True:
            try:
                metadata = (await self._api.get("jobs", self.name))["metadata"]
                if metadata.get("annotations", {}).get(HOLDER) != self.holder:
                    return False
                version = metadata["resourceVersion"]
                await self._api.delete("jobs", self.name, resourceVersion=version)
                return True
            except ClusterFailure as failure:
                if failure.status == 404:
                    return True
                if failure.status != 409:
                    raise

    async def _until(self, holds: Callable[[Pod], bool], *, there: bool = False) -> Pod:
        """For as long as it takes. Raises `ClusterFailure`, also where its pod is taken away;
        `there`: it has one."""
        while True:
            try:
                found = await self._api.list("pods", selector(self.name))
                pods = [_pod(item) for item in found.get("items", [])]
                for pod in filter(holds, pods):
                    return pod
                if there and not pods:
                    raise ClusterFailure(_TAKEN)
                there = there or bool(pods)
                version = str(found["metadata"]["resourceVersion"])
                async with aclosing(
                    self._api.watch("pods", selector(self.name), version)
                ) as events:
                    async for event in events:
                        if event.get("type") == "DELETED":
                            raise ClusterFailure(_TAKEN)
                        if event.get("type") not in ("ADDED", "MODIFIED"):
                            break  # what was listed is too old: it is listed again
                        if holds(pod := _pod(event["object"])):
                            return pod
            except ClusterFailure as failure:
                if not failure.passing:
                    raise
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _pods(self) -> list[Pod]:
        found = await self._api.list("pods", selector(self.name))
        return [_pod(item) for item in found.get("items", [])]

    async def _out_of_time(self) -> bool:
        found = await self._api.get("jobs", self.name)
        return any(
            condition.get("type") == "Failed" and condition.get("reason") == "DeadlineExceeded"
            for condition in found.get("status", {}).get("conditions", [])
        )


def _pod(item: Any) -> Pod:
    try:
        return Pod.model_validate(item)
    except ValidationError:
        raise ClusterFailure("what it says of a pod has another shape") from None
