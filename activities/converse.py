"""Stage two of a turn: the answer becomes the interviewer's reply, sentence by sentence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from activities.drafts import Drafts
from activities.openers import Openers
from activities.pads import code_on_pad
from activities.reply import Reply
from activities.watchdog import is_final, stall_s
from interview.coding.pads import Pads
from interview.contracts.turns import ConverseInput, ConverseResult, TranscribeResult, TurnRef
from interview.domain.directives import Directive
from interview.domain.openers import is_worth_opening
from interview.domain.phrases import phrases
from interview.domain.progress import brief_for
from interview.errors import ProviderError, StreamError
from interview.persistence.records import Records
from interview.ports import LanguageModel, Line
from interview.protocol.server import Status
from interview.streams.fence import FIRST_RUN, epoch_of
from interview.streams.log import StreamLog
from interview.streams.outbound import OutboundWriter
from interview.streams.sentences import EndFrame, Published, SentenceWriter
from interview.streams.text import Ended, Final, Tentative, TextReader, Withdrawn
from interview.telemetry import tracing
from interview.telemetry.metrics import PROVIDER_GIVEN_UP, STAGE_FIRST_S

__all__ = ["Converse"]

log = structlog.stdlib.get_logger(__name__)

CONVERSATION_LINES = 40
"""Utterances the model is shown, newest last."""
SLOW_S = 0.02
"""That a reply is being made is told where its first words take longer. What is quicker is news
enough."""
JOB_CHARS = 6_000
"""Of a job description: what a candidate asks about stands near its beginning."""


@dataclass(frozen=True, slots=True)
class Converse:
    """`last_resort` needs no network: with it, no provider's failure silences the interviewer. Nor
    does it read the prompt, of which the others are told this version. Without `openers` a reply
    begins with what the model says."""

    log: StreamLog
    records: Records
    model: LanguageModel
    last_resort: LanguageModel
    timeout_s: float
    prompt_version: str = ""
    pads: Pads | None = None
    openers: Openers | None = None

    async def run(self, request: ConverseInput, attempt: int) -> ConverseResult:
        turn = request.turn
        epoch = epoch_of(turn.reschedule, attempt)
        writer = SentenceWriter(self.log, turn, epoch)
        out = OutboundWriter(
            self.log, turn.interview_id, turn_id=turn.stream_id, stage="converse", epoch=epoch
        )
        published = await writer.open()
        reply = Reply(writer, request.brief, published)
        if published.end is not None:
            return _result(reply, published.end.provider)
        if epoch > FIRST_RUN:
            await out.open()  # of the first run there is nothing to fence
            if (spoken := await self._spoken(turn)) is not None:
                await writer.write(EndFrame(len(spoken.sentences)))
                return spoken
        # All that needs no answer happens while the candidate still talks.
        before, job = await asyncio.gather(
            self.records.conversation(
                turn.interview_id,
                limit=CONVERSATION_LINES,
                before_sequence=turn.answer_sequence,
                cut=request.interruption,
            ),
            self.records.job_description(turn.interview_id, most=JOB_CHARS),
        )
        brief = request.brief.model_copy(update={"job": job})
        request = request.model_copy(update={"brief": brief})
        opener = ""
        if self.openers is not None and not reply.sentences:
            opener = await self.openers.ready(turn, brief.language, before)
        drafts = self._drafts(request, writer, before, opener)
        try:
            answer = request.answer or await self._answer(request, reply, before, drafts, opener)
            if answer.outcome in ("cancelled", "stalled", "failed"):
                # Who could not be recognized did answer: what was said to them stands.
                said = len(reply.sentences) if answer.outcome == "failed" else 0
                await writer.write(EndFrame(said))
                return ConverseResult(outcome="skipped")
            reply.brief = brief_for(request.brief, answer.confidence)
            if answer.outcome == "no_speech":
                return _result(reply, await self._not_heard(reply))
            tracing.event("answer_known")
            began, begun = time.monotonic(), None
            if (draft := await drafts.take(answer.text)) is not None:
                reply, begun = draft.reply, draft.work
            elif opener and _opens(reply, answer.spoken_ms, answer.text):
                await reply.open(opener)
            lines = _ending_with(before, answer.text)
            telling = asyncio.create_task(self._tell_if_slow(out, reply))
            try:
                provider = await self._reply(request, reply, lines, attempt, begun)
            finally:
                telling.cancel()
            # Before the answer was known, where it had been guessed.
            STAGE_FIRST_S.labels("converse").observe(max(0.0, reply.first_at - began))
            return _result(reply, provider)
        finally:
            await drafts.abandon()

    async def _spoken(self, turn: TurnRef) -> ConverseResult | None:
        """What an earlier run has said, also where the stream that told it was lost: the interview
        goes where the candidate was told it goes."""
        speech = await self.records.find_speech(turn.interview_id, turn.turn_id)
        if speech is None or speech.directive is None:
            return None
        sentences = tuple(sentence.text for sentence in speech.sentences)
        return ConverseResult(outcome="replied", directive=speech.directive, sentences=sentences)

    async def _answer(
        self,
        request: ConverseInput,
        reply: Reply,
        before: Sequence[Line],
        drafts: Drafts,
        opener: str,
    ) -> TranscribeResult:
        """Waits for it. A reply to what may be the answer is begun meanwhile; `reply` itself where
        the answer is over, and takes its time."""
        # As it is for nearly every answer, so that the cache fits.
        likely = brief_for(request.brief, None)
        warming = asyncio.create_task(self.model.warm(likely, before))
        try:
            async for frame in TextReader(self.log, request.turn).frames():
                match frame:
                    case Tentative(answer) if not reply.sentences:
                        warming.cancel()
                        await drafts.begin(answer)
                    case Tentative():
                        pass  # an earlier run knew the answer already, or that it is over
                    case Withdrawn():
                        await drafts.drop()
                    case Ended(spoken_ms) if opener and _opens(reply, spoken_ms):
                        await drafts.abandon()
                        await reply.open(opener)
                    case Ended():
                        pass
                    case Final(answer):
                        return answer
        finally:
            warming.cancel()
        raise AssertionError("the text stream ends with a final text")

    async def _tell_if_slow(self, out: OutboundWriter, reply: Reply) -> None:
        await asyncio.sleep(SLOW_S)
        if not reply.sentences:
            with suppress(StreamError):  # whoever needs it to go on meets it too
                await out.say(Status(state="generating"))

    def _drafts(
        self, request: ConverseInput, writer: SentenceWriter, before: Sequence[Line], opener: str
    ) -> Drafts:
        async def write(reply: Reply, answer: TranscribeResult) -> str:
            if opener and _opens(reply, answer.spoken_ms, answer.text):
                await reply.open(opener)
            await self._take(request, reply, _ending_with(before, answer.text), self.model)
            return await self._finish(reply, self.model)

        def new_reply(revision: int, confidence: float | None) -> Reply:
            brief = brief_for(request.brief, confidence)
            return Reply(writer, brief, Published(), revision)

        return Drafts(writer, new_reply, write)

    async def _not_heard(self, reply: Reply) -> str:
        said = phrases(reply.brief.language)
        if Directive.REPROMPT in reply.brief.allowed:
            reply.choose(Directive.REPROMPT)
            words = said.not_heard
        else:
            reply.choose(reply.brief.onward.directive)
            words = said.not_heard_onward
        if reply.sentences in ([], [reply.opener]):  # an earlier run may have said so
            await reply.say(words)
        await reply.finish("fixed")
        return "fixed"

    async def _reply(
        self,
        request: ConverseInput,
        reply: Reply,
        lines: Sequence[Line],
        attempt: int,
        begun: asyncio.Task[str] | None,
    ) -> str:
        """`begun` is at work on the reply already."""
        model = self.model
        while True:
            try:
                if begun is not None:
                    return await begun
                await self._take(request, reply, lines, model)
                break
            except ProviderError as error:
                begun = None
                if not is_final(error, attempt, request.provider_attempts):
                    raise
                if model is self.last_resort:
                    raise
                log.error("llm.gave_up", code=error.code, provider=error.provider)
                PROVIDER_GIVEN_UP.labels("llm").inc()
                model = self.last_resort
        return await self._finish(reply, model)

    async def _finish(self, reply: Reply, model: LanguageModel) -> str:
        name = reply.provider or model.name
        told = "" if name == self.last_resort.name else self.prompt_version
        await reply.finish(name, told)
        return name

    async def _take(
        self, request: ConverseInput, reply: Reply, lines: Sequence[Line], model: LanguageModel
    ) -> None:
        code = None
        if self.pads is not None and request.brief.is_coding:
            # As it is now: it was written on while they talked.
            turn, question = request.turn, request.brief.question
            code = await code_on_pad(self.pads, turn.interview_id, question.question_id)
        events = model.reply(reply.request(lines, code), timeout_s=self.timeout_s)
        await reply.take(events, stall_s(self.timeout_s), model.name)


def _opens(reply: Reply, spoken_ms: int, text: str | None = None) -> bool:
    return not reply.sentences and is_worth_opening(reply.brief, spoken_ms, text)


def _ending_with(before: Sequence[Line], answer: str) -> list[Line]:
    return [*before, Line("candidate", answer)]


def _result(reply: Reply, provider: str) -> ConverseResult:
    if reply.directive is None:
        return ConverseResult(outcome="skipped", provider=provider)
    return ConverseResult(
        outcome="replied",
        directive=reply.directive,
        sentences=tuple(reply.sentences),
        provider=provider,
        prompt_version=reply.prompt_version,
        mended=reply.mended,
    )
