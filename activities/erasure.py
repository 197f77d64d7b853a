"""The steps of an erasure. What each one erases is counted before it is gone."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

import structlog
from temporalio import activity

from activities.histories import Histories, Refused
from activities.voice import Voice
from interview.contracts.erasure import (
    Due,
    EraseInput,
    ErasureActivities,
    LookInput,
    RetentionActivities,
    RetimeInput,
    StopInput,
)
from interview.domain.scripts import fixed_lines, says_name
from interview.erasing import Erasing
from interview.mail import Mailer
from interview.persistence import retention
from interview.persistence.database import Database
from interview.persistence.erasures import ErasureRecords
from interview.ports import BlobStore
from interview.security.data_keys import DataKeys
from interview.streams.client import Redis
from interview.streams.erase import delete_keys, find_keys

__all__ = ["Erase", "Retime"]

log = structlog.stdlib.get_logger(__name__)

_PAGE = 100
_AT_ONCE = 10


@dataclass(frozen=True)
class Erase(ErasureActivities):
    records: ErasureRecords
    histories: Histories
    blobs: BlobStore
    redis: Redis
    voice: Voice
    keys: DataKeys | None
    mailer: Mailer

    @activity.defn(name="erasure.look")
    async def look(self, request: LookInput) -> Due:
        # One that was just begun may still be called unbegun.
        is_running = await self.histories.is_running(request.interview_id)
        return await self.records.look(request.interview_id, request.at, is_running=is_running)

    @activity.defn(name="erasure.stop")
    async def stop(self, request: StopInput) -> None:
        await self.histories.stop(request.interview_id, request.grace_s)

    @activity.defn(name="erasure.delete_rows")
    async def delete_rows(self, request: EraseInput) -> None:
        said = await self.records.what_was_said(request.interview_id)
        if said is not None and said.candidate_name:
            # Before, the sound of the lines that say it was kept for everyone.
            for line in fixed_lines(said.plan, said.candidate_name):
                if says_name(line, said.candidate_name):
                    await self.voice.forget(line)
        addresses = await self.records.only_addresses(request.interview_id)
        if addresses:
            await self.records.count(
                request.interview_id, {"mails": await self.mailer.forget(addresses)}
            )
        await self.records.delete_rows(request.interview_id)

    @activity.defn(name="erasure.delete_objects")
    async def delete_objects(self, request: EraseInput) -> None:
        folder = f"interviews/{request.interview_id}"
        found = await self.blobs.find(folder)
        await self.records.count(
            request.interview_id,
            {"objects": len(found), "object_bytes": sum(blob.size_bytes for blob in found)},
        )
        await self.blobs.delete_all(folder)

    @activity.defn(name="erasure.delete_streams")
    async def delete_streams(self, request: EraseInput) -> None:
        keys = await find_keys(self.redis, request.interview_id)
        await self.records.count(request.interview_id, {"redis_keys": len(keys)})
        await delete_keys(self.redis, keys)

    @activity.defn(name="erasure.destroy_key")
    async def destroy_key(self, request: EraseInput) -> None:
        await self.records.destroy_key(request.interview_id)
        if self.keys is not None:
            self.keys.forget(request.interview_id)

    @activity.defn(name="erasure.delete_history")
    async def delete_history(self, request: EraseInput) -> None:
        runs = await self.histories.runs(request.interview_id)
        await self.records.count(request.interview_id, {"workflow_runs": len(runs)})
        refused = Counter[str]()
        for run in runs:
            try:
                await self.histories.delete(run)
            except Refused:
                refused["workflow_runs_kept"] += 1
        if refused:
            log.warning("erasure.history_kept", runs=refused.total())
            await self.records.count(request.interview_id, dict(refused))

    @activity.defn(name="erasure.finish")
    async def finish(self, request: EraseInput) -> None:
        await self.records.finish(request.interview_id)


@dataclass(frozen=True)
class Retime(RetentionActivities):
    database: Database
    erasing: Erasing

    @activity.defn(name="retention.retime")
    async def retime(self, request: RetimeInput) -> str | None:
        async with self.database.transaction() as connection:
            page, days = await retention.retime(
                connection, request.organization_id, after=request.after, limit=_PAGE
            )
        some = asyncio.Semaphore(_AT_ONCE)

        async def start(interview_id: str) -> None:
            async with some:
                await self.erasing.start(interview_id)

        if days is not None:
            await asyncio.gather(*map(start, page))
        last = page[-1] if len(page) == _PAGE else None
        async with self.database.transaction() as connection:
            await retention.note_retimed(
                *(connection, request.organization_id),
                after=request.after,
                up_to=last,
                days=days,
            )
        return last
