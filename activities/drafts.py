"""Replies made ahead, while a candidate who has fallen silent may still go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from activities.reply import Reply
from interview.contracts.turns import TranscribeResult
from interview.streams.sentences import SentenceWriter

__all__ = ["Draft", "Drafts"]

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """The reply to `text`. `work` gives the provider's name once all of it is written."""

    text: str
    reply: Reply
    work: asyncio.Task[str]

    @property
    def failed(self) -> bool:
        return self.work.done() and (self.work.cancelled() or self.work.exception() is not None)


@dataclass(slots=True)
class Drafts:
    """At most one is under way. Nobody hears one unless it is taken: what fails is not reported,
    and what is dropped leaves no trace.

    `write` makes the reply to an answer.
    """

    writer: SentenceWriter
    new_reply: Callable[[int, float | None], Reply]
    """By revision, and how sure it is that the text was said."""
    write: Callable[[Reply, TranscribeResult], Coroutine[Any, Any, str]]
    _draft: Draft | None = None
    _revision: int = 0

    async def begin(self, answer: TranscribeResult) -> None:
        """Replaces a draft for another text."""
        draft, text = self._draft, answer.text
        if draft is not None and draft.text == text and not draft.failed:
            return
        await self.abandon()
        self._revision += 1
        reply = self.new_reply(self._revision, answer.confidence)
        work = asyncio.create_task(self.write(reply, answer))
        # Looked at when it is taken, and by nobody otherwise.
        work.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._draft = Draft(text, reply, work)

    async def drop(self) -> None:
        """The candidate goes on: whoever holds sentences of it lets them go."""
        if self._draft is not None:
            await self.abandon()
            await self.writer.drop(self._revision)

    async def take(self, text: str) -> Draft | None:
        """The draft for this text, released to be heard; None where there is none of use."""
        draft = self._draft
        if draft is None or draft.text != text or draft.failed:
            await self.abandon()
            return None
        await self.writer.release(self._revision)
        log.info("reply.released", complete=draft.work.done())
        return draft

    async def abandon(self) -> None:
        """Stops it. Its readers hold it until something else is said."""
        draft, self._draft = self._draft, None
        if draft is not None:
            draft.work.cancel()
            await asyncio.wait([draft.work])
