"""Stage two of a turn: the answer becomes the interviewer's reply, sentence by sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import structlog

from interview.contracts.turns import ConverseInput, ConverseResult
from interview.domain.directives import Brief, Directive, Standing
from interview.domain.sentences import SentenceSplitter
from interview.errors import ProviderError, ProviderOutputInvalid
from interview.persistence.records import Records
from interview.ports import (
    DirectiveChosen,
    LanguageModel,
    Line,
    ReplyEvent,
    ReplyRequest,
    TextDelta,
)
from interview.streams.fence import epoch_of
from interview.streams.log import StreamLog
from interview.streams.sentences import (
    DirectiveFrame,
    EndFrame,
    Published,
    SentenceFrame,
    SentenceWriter,
)
from interview.streams.text import TextReader

__all__ = ["Converse"]

log = structlog.stdlib.get_logger(__name__)

NOT_HEARD = "Sorry, I could not hear anything. Could you say that again, or type it?"
NOT_HEARD_ONWARD = "I still could not hear you, so let's go on."
CONVERSATION_LINES = 40
"""Utterances the model is shown, newest last."""


@dataclass(frozen=True, slots=True)
class Converse:
    """`last_resort` needs no network: with it, no provider's failure silences the interviewer."""

    log: StreamLog
    records: Records
    model: LanguageModel
    last_resort: LanguageModel
    timeout_s: float

    async def run(self, request: ConverseInput, attempt: int) -> ConverseResult:
        turn = request.turn
        writer = SentenceWriter(self.log, turn, epoch_of(turn.reschedule, attempt))
        published = await writer.open()
        if published.end is not None:
            return _result(_Reply(writer, request.brief, published), published.end.provider)
        # All that needs no answer happens while the candidate still talks.
        conversation = await self._conversation(request)
        warming = asyncio.create_task(self.model.warm(request.brief, conversation))
        try:
            answer = request.answer or await TextReader(self.log, turn).answer()
        finally:
            warming.cancel()
        if answer.outcome in ("cancelled", "stalled", "failed"):
            await writer.write(EndFrame(0))
            return ConverseResult(outcome="skipped")
        reply = _Reply(writer, request.brief, published)
        if answer.outcome == "no_speech":
            provider = await self._not_heard(reply)
        else:
            lines = [*conversation, Line("candidate", answer.text)]
            provider = await self._reply(request, reply, lines, attempt)
        return _result(reply, provider)

    async def _conversation(self, request: ConverseInput) -> Sequence[Line]:
        turn, cut = request.turn, request.interruption
        if cut is not None:
            await self.records.mark_heard(turn.interview_id, cut.utterance_id, cut.heard_ms)
        return await self.records.conversation(
            turn.interview_id, limit=CONVERSATION_LINES, before_sequence=turn.answer_sequence
        )

    async def _not_heard(self, reply: _Reply) -> str:
        if Directive.REPROMPT in reply.brief.allowed:
            reply.choose(Directive.REPROMPT)
            await reply.say(NOT_HEARD)
        else:
            reply.choose(reply.brief.onward.directive)
            await reply.say(NOT_HEARD_ONWARD)
        await reply.finish("fixed")
        return "fixed"

    async def _reply(
        self, request: ConverseInput, reply: _Reply, lines: Sequence[Line], attempt: int
    ) -> str:
        model = self.model
        while True:
            try:
                await reply.take(model.reply(reply.request(lines), timeout_s=self.timeout_s))
                break
            except ProviderError as error:
                final = not error.retryable or attempt >= request.provider_attempts
                if not final:
                    raise
                if model is self.last_resort:
                    raise
                log.error("llm.gave_up", code=error.code, provider=error.provider)
                model = self.last_resort
        await reply.finish(model.name)
        return model.name


def _result(reply: _Reply, provider: str) -> ConverseResult:
    if reply.directive is None:
        return ConverseResult(outcome="skipped", provider=provider)
    return ConverseResult(
        outcome="replied",
        directive=reply.directive,
        sentences=tuple(reply.sentences),
        provider=provider,
    )


@dataclass(slots=True)
class _Reply:
    """A reply being made, on top of what earlier runs have published of it."""

    writer: SentenceWriter
    brief: Brief
    published: Published
    directive: Directive | None = field(init=False, default=None)
    sentences: list[str] = field(init=False)
    _announced: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.sentences = [s.text for s in self.published.sentences]
        if self.published.directive is not None:
            self.directive = self.published.directive.directive
            self._announced = True

    def request(self, lines: Sequence[Line]) -> ReplyRequest:
        own = tuple(s.text for s in self.published.sentences if not s.fixed)
        return ReplyRequest(
            brief=self.brief, conversation=lines, already_said=own, directive=self.directive
        )

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

    async def take(self, events: AsyncIterator[ReplyEvent]) -> None:
        """Speaks the model's own words as they come."""
        if any(s.fixed for s in self.published.sentences):
            return  # its words are out already, only planned ones are left
        splitter = SentenceSplitter()
        async for event in events:
            match event:
                case DirectiveChosen():
                    self.choose(event.directive)
                case TextDelta():
                    for sentence in splitter.feed(event.text):
                        await self.say(sentence)
        for sentence in splitter.finish():
            await self.say(sentence)
        if self.directive is None:
            raise ProviderOutputInvalid(
                "provider.output_invalid", "an empty reply", provider="", category="llm"
            )

    async def say(self, text: str, *, fixed: bool = False) -> None:
        frame = SentenceFrame(len(self.sentences), text, fixed)
        self.sentences.append(text)
        if self._announced:
            await self.writer.write(frame)
        else:
            # Directive and first sentence leave in one round trip.
            self._announced = True
            await self.writer.write(self._directive_frame(), frame)

    async def finish(self, provider: str) -> None:
        """Appends the planned words of where the reply leads, and the end."""
        frames: list[DirectiveFrame | SentenceFrame | EndFrame] = []
        if not self._announced:
            self._announced = True
            frames.append(self._directive_frame())
        if self.directive is self.brief.onward.directive:
            said = sum(s.fixed for s in self.published.sentences)
            for line in self.brief.onward.lines[said:]:
                frames.append(SentenceFrame(len(self.sentences), line, fixed=True))
                self.sentences.append(line)
        await self.writer.write(*frames, EndFrame(len(self.sentences), provider))

    def _directive_frame(self) -> DirectiveFrame:
        assert self.directive is not None, "chosen before the first sentence"
        onward = self.brief.onward
        standing: Standing = (
            onward.standing if self.directive is onward.directive else self.brief.standing
        )
        return DirectiveFrame(self.directive, standing)
