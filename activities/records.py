"""Record keeping on the workflow's behalf."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio import activity

from interview.contracts.records import AnnounceInput, CloseInput, CloseResult, RecordActivities
from interview.erasing import Erasing
from interview.persistence.digest import transcript_sha256
from interview.persistence.records import Records
from interview.protocol.server import SessionEnded
from interview.streams.log import StreamLog
from interview.streams.outbound import OutboundWriter

__all__ = ["RecordKeeping"]


@dataclass(frozen=True)
class RecordKeeping(RecordActivities):
    log: StreamLog
    records: Records
    erasing: Erasing

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
        lines = await self.records.transcript(request.interview_id)
        await OutboundWriter(self.log, request.interview_id).say(
            SessionEnded(
                session_id=request.interview_id,
                total_turns=totals.total_turns,
                outcome=totals.outcome,
            )
        )
        # It waits until this workflow is closed.
        if request.outcome == "withdrawn":
            await self.erasing.request(request.interview_id, "withdrawal")
        elif totals.erase_at is not None:
            await self.erasing.start(request.interview_id)
        return CloseResult(
            interview_id=request.interview_id,
            outcome=totals.outcome,
            total_turns=totals.total_turns,
            utterances=totals.utterances,
            transcript_sha256=transcript_sha256(lines),
        )
