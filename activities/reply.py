"""One reply on its way into the sentence stream."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from activities.watchdog import each_in_time
from interview.domain.directives import Brief, Directive, Standing
from interview.domain.manners import Manners
from interview.domain.openers import without_opener
from interview.domain.sentences import SentenceSplitter
from interview.errors import ProviderOutputInvalid
from interview.ports import CodeSeen, DirectiveChosen, Line, ReplyEvent, ReplyRequest, TextDelta
from interview.streams.sentences import (
    DirectiveFrame,
    EndFrame,
    Published,
    SentenceFrame,
    SentenceWriter,
)
from interview.telemetry import tracing

__all__ = ["Reply"]

HEAD_START_S = 0.002
"""What follows the first sentence is written behind the beginning of its sound, which is made on
the same event loop: it is not due before that sentence has been heard."""


@dataclass(slots=True)
class Reply:
    """A reply being made, on top of what earlier runs have published of it.

    `revision` is 0 for one that is said as it comes. Another one is held by its readers until
    it is released.
    """

    writer: SentenceWriter
    brief: Brief
    published: Published
    revision: int = 0
    opener: str = field(init=False, default="")
    """What it has begun with, before it was known."""
    directive: Directive | None = field(init=False, default=None)
    sentences: list[str] = field(init=False)
    prompt_version: str = field(init=False, default="")
    """Known once it is finished."""
    provider: str = field(init=False, default="")
    """Who made the last of it, in this run."""
    first_at: float = field(init=False, default=0.0)
    """When its first words were here: monotonic, in seconds."""
    _own: list[str] = field(init=False)
    """Of the sentences, the model's."""
    _announced: bool = field(init=False, default=False)
    _manners: Manners | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.sentences = [s.text for s in self.published.sentences]
        self.opener = "".join(s.text for s in self.published.sentences if s.kind == "opener")
        self._own = [s.text for s in self.published.sentences if s.kind == "own"]
        if self.published.directive is not None:
            self.directive = self.published.directive.directive
            self._announced = True
        if self.published.end is not None:
            self.prompt_version = self.published.end.prompt_version

    def request(self, lines: Sequence[Line], code: CodeSeen | None = None) -> ReplyRequest:
        return ReplyRequest(
            brief=self.brief,
            conversation=lines,
            already_said=tuple(self._own),
            opener=self.opener,
            directive=self.directive,
            code=code,
        )

    async def open(self, opener: str) -> None:
        """Says something at once, whatever it will lead to. Nothing has been said before."""
        frame = SentenceFrame(len(self.sentences), opener, "opener")
        self.opener = opener
        self.sentences.append(opener)
        await self.writer.write(frame, revision=self.revision)

    def choose(self, directive: Directive) -> None:
        """Raises `ProviderOutputInvalid` for a directive the brief does not allow."""
        if directive not in self.brief.allowed:
            raise ProviderOutputInvalid(
                "provider.output_invalid",
                "the model chose a directive that is not open now",
                provider="",
                category="llm",
            )
        if self.directive is None:
            self.directive = directive

    async def take(self, events: AsyncIterator[ReplyEvent], stall_s: float, model: str) -> None:
        """Speaks the model's own words as they come. They are those of `model` where they do not
        say whose they are. Raises `ProviderError`, also when nothing comes for `stall_s`."""
        if any(s.kind == "planned" for s in self.published.sentences):
            return  # its words are out already, only planned ones are left
        splitter = SentenceSplitter(first_clause=not self._own)
        async with aclosing(each_in_time(events, stall_s, "llm")) as coming:
            async for event in coming:
                self.provider = event.provider or model
                match event:
                    case DirectiveChosen():
                        self.choose(event.directive)
                    case TextDelta():
                        await self._say_each(splitter.feed(event.text))
        await self._say_each(splitter.finish())
        if self.directive is None:
            raise ProviderOutputInvalid(
                "provider.output_invalid", "an empty reply", provider="", category="llm"
            )
        if missing := self._watched().finish():
            await self.say(missing)

    @property
    def mended(self) -> int:
        """Sentences of the model's that were not said as it wrote them, in this run."""
        return self._manners.mended if self._manners else 0

    async def _say_each(self, sentences: Sequence[str]) -> None:
        for sentence in sentences:
            if self.opener and not self._own:
                sentence = without_opener(sentence, self.brief.language)
            if spoken := self._watched().admit(sentence):
                await self.say(spoken)

    def _watched(self) -> Manners:
        if self._manners is None:
            assert self.directive is not None, "it comes before the first word"
            self._manners = Manners(self.brief, self.directive, tuple(self._own))
        return self._manners

    async def say(self, text: str) -> None:
        if not self.first_at:
            self.first_at = time.monotonic()
            tracing.event("first_sentence")
        frame = SentenceFrame(len(self.sentences), text)
        self.sentences.append(text)
        self._own.append(text)
        if self._announced:
            await self.writer.write(frame, revision=self.revision)
        else:
            # Directive and first sentence after an opener leave in one round trip.
            self._announced = True
            await self.writer.write(self._directive_frame(), frame, revision=self.revision)
            await asyncio.sleep(HEAD_START_S)

    async def finish(self, provider: str, prompt_version: str = "") -> None:
        """Appends the planned words of where the reply leads, and the end."""
        self.prompt_version = prompt_version
        self.first_at = self.first_at or time.monotonic()
        frames: list[DirectiveFrame | SentenceFrame | EndFrame] = []
        if not self._announced:
            self._announced = True
            frames.append(self._directive_frame())
        if self.directive is self.brief.onward.directive:
            said = sum(s.kind == "planned" for s in self.published.sentences)
            for line in self.brief.onward.lines[said:]:
                frames.append(SentenceFrame(len(self.sentences), line, "planned"))
                self.sentences.append(line)
        end = EndFrame(len(self.sentences), provider, prompt_version)
        await self.writer.write(*frames, end, revision=self.revision)

    def _directive_frame(self) -> DirectiveFrame:
        assert self.directive is not None, "chosen before the first sentence"
        onward = self.brief.onward
        standing: Standing = (
            onward.standing if self.directive is onward.directive else self.brief.standing
        )
        return DirectiveFrame(self.directive, standing)
