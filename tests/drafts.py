"""Replies that are made ahead of the end of an answer, as their stream tells."""

from __future__ import annotations

import asyncio

from interview.streams.log import StreamLog

__all__ = ["drafted", "sentences_key"]


def sentences_key(interview_id: str, turn_id: str) -> str:
    return f"intervue:{{{interview_id}}}:turn:{turn_id}.0:sentences"


async def drafted(streams: StreamLog, key: str, revision: int, patience_s: float) -> None:
    """This draft is complete: one that was withdrawn before it was begun is never made."""
    async with asyncio.timeout(patience_s):
        while True:
            entries = await streams.read(key, b"0-0")
            complete = [int(e.fields.get(b"v", b"0")) for e in entries if e.fields[b"k"] == b"end"]
            if max(complete, default=0) >= revision:
                return
            await asyncio.sleep(0.01)
