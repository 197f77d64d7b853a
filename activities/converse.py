"""Stage two of a turn: the answer becomes the interviewer's reply, sentence by sentence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from activities.drafts import Drafts
from activities.pads import code_on_pad
from activities.reply import Reply
from activities.watchdog import is_final, stall_s
from interview.coding.pads import Pads
from interview.contracts.turns import ConverseInput, ConverseResult, TranscribeResult, TurnRef
from interview.domain.directives import Directive
from interview.domain.phrases import phrases
from interview.domain.progress import brief_for
from interview.errors import ProviderError
from interview.persistence.records import Records
from interview.ports import LanguageModel, Line
from interview.streams.fence import FIRST_RUN, epoch_of
from interview.streams.log import StreamLog
from interview.streams.sentences import EndFrame, Published, SentenceWriter
from interview.streams.text import Final, Tentative, TextReader, Withdrawn
from interview.telemetry import tracing
from interview.telemetry.metrics import PROVIDER_GIVEN_UP, STAGE_FIRST_S

__all__ = ["Converse"]

log = structlog.stdlib.get_logger(__name__)

CONVERSATION_LINES = 40
"""Utterances the model is shown, newest last."""
JOB_CHARS = 6_000
"""Of a job description: what a candidate asks about stands near its beginning."""


@dataclass(frozen=True, slots=True)
class Converse:
    """`last_resort` needs no network: with it, no provider's failure silences the interviewer. Nor
    does it read the prompt, of which the others are told this version."""

    log: StreamLog
    records: Records
    model: LanguageModel
    last_resort: LanguageModel
    timeout_s: float
    prompt_version: str = ""
    pads: Pads | None = None

    async def run(self, request: ConverseInput, attempt: int) -> ConverseResult:
        turn = request.turn
        epoch = epoch_of(turn.reschedule, attempt)
        writer = SentenceWriter(self.log, turn, epoch)
        published = await writer.open()
        reply = Reply(writer, request.brief, published)
        if published.end is not None:
            return _result(reply, published.end.provider)
        if epoch > FIRST_RUN and (spoken := await self._spoken(turn)) is not None:
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
        drafts = self._drafts(request, writer, before)
        try:
            answer = request.answer or await self._answer(request, published, before, drafts)
            if answer.outcome in ("cancelled", "stalled", "failed"):
                await writer.write(EndFrame(0))
                return ConverseResult(outcome="skipped")
            reply.brief = brief_for(request.brief, answer.confidence)
            if answer.outcome == "no_speech":
                return _result(reply, await self._not_heard(reply))
            tracing.event("answer_known")
            began, begun = time.monotonic(), None
            if (draft := await drafts.take(answer.text)) is not None:
                reply, begun = draft.reply, draft.work
            lines = _ending_with(before, answer.text)
            provider = await self._reply(request, reply, lines, attempt, begun)
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
        self, request: ConverseInput, published: Published, before: Sequence[Line], drafts: Drafts
    ) -> TranscribeResult:
        """Waits for it. A reply to what may be the answer is begun meanwhile."""
        # As it is for nearly every answer, so that the cache fits.
        likely = brief_for(request.brief, None)
        warming = asyncio.create_task(self.model.warm(likely, before))
        try:
            async for frame in TextReader(self.log, request.turn).frames():
                match frame:
                    case Tentative(answer) if not published.sentences:
                        warming.cancel()
                        await drafts.begin(answer.text, answer.confidence)
                    case Tentative():
                        pass  # an earlier run knew the answer already
                    case Withdrawn():
                        await drafts.drop()
                    case Final(answer):
                        return answer
        finally:
            warming.cancel()
        raise AssertionError("the text stream ends with a final text")

    def _drafts(
        self, request: ConverseInput, writer: SentenceWriter, before: Sequence[Line]
    ) -> Drafts:
        async def write(reply: Reply, text: str) -> str:
            await self._take(request, reply, _ending_with(before, text), self.model)
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
        if not reply.sentences:  # an earlier run may have said so
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
