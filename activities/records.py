"""Record keeping on the workflow's behalf."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio import activity

from interview.contracts.records import AnnounceInput, CloseInput, CloseResult, RecordActivities
from interview.persistence.digest import transcript_sha256
from interview.persistence.records import Records
from interview.ports import BlobStore
from interview.protocol.server import SessionEnded
from interview.streams.log import StreamLog
from interview.streams.outbound import OutboundWriter

__all__ = ["RecordKeeping"]


@dataclass(frozen=True)
class RecordKeeping(RecordActivities):
    log: StreamLog
    records: Records
    blobs: BlobStore

    @activity.defn(name="records.announce")
    async def announce(self, request: AnnounceInput) -> None:
        if request.status is not None:
            await self.records.set_status(request.interview_id, request.status)
        out = OutboundWriter(self.log, request.interview_id)
        for message in request.messages:
            await out.say(message)

    @activity.defn(name="records.close")
    async def close(self, request: CloseInput) -> CloseResult:
        totals = await self.records.close_interview(
            request.interview_id, request.outcome, datetime.now(UTC)
        )
        if request.outcome == "withdrawn":
            for recording in await self.records.recordings(request.interview_id):
                await self.blobs.delete(recording.key)
        lines = await self.records.transcript(request.interview_id)
        await OutboundWriter(self.log, request.interview_id).say(
            SessionEnded(
                session_id=request.interview_id,
                total_turns=totals.total_turns,
                outcome=totals.outcome,
            )
        )
        return CloseResult(
            interview_id=request.interview_id,
            outcome=totals.outcome,
            total_turns=totals.total_turns,
            utterances=totals.utterances,
            transcript_sha256=transcript_sha256(lines),
        )
