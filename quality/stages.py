"""The stages of a rehearsed interview. The workflow is the real one, and so is what makes a reply:
brief, prompt, provider's wire, manners, planned words. Ears, voice and stores are on paper."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from activities.converse import Converse
from interview.contracts.turns import (
    ConverseInput,
    ConverseResult,
    SpeakInput,
    TranscribeResult,
)
from interview.errors import ProviderError
from interview.persistence.records import Records
from interview.ports import LanguageModel, Line
from interview.protocol.client import Interruption
from interview.providers.scripted_llm import ScriptedLanguageModel
from interview.streams.log import Entry, Fields, StreamLog
from quality.rehearsed import Sentence, Utterance
from tests.fakes.provider_exchange import MS_PER_CHAR
from tests.workflow.fakes import FakeStages

__all__ = ["RehearsalStages"]

_TIMEOUT_S = 60.0


class _PaperLog(StreamLog):
    """One reply's sentence stream."""

    def __init__(self) -> None:
        self.written: list[Fields] = []

    async def open(self, key: str, fields: Fields, *, maxlen: int | None = None) -> bytes:
        return b"0-1"

    async def before(self, key: str, end: bytes) -> list[Entry]:
        return []

    async def append(self, key: str, *entries: Fields, maxlen: int | None = None) -> bytes:
        self.written += entries
        return b"0-2"

    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(
            Sentence(entry[b"d"].decode(), entry[b"x"] == b"1")
            for entry in self.written
            if entry[b"k"] == b"sentence"
        )


class _PaperRecords(Records):
    def __init__(self, lines: Sequence[Line], job: str) -> None:
        self._lines, self._job = lines, job

    async def job_description(self, interview_id: str, *, most: int) -> str:
        return self._job[:most]

    async def conversation(
        self,
        interview_id: str,
        *,
        limit: int = 200,
        before_sequence: int | None = None,
        cut: Interruption | None = None,
    ) -> list[Line]:
        return list(self._lines[-limit:])

    async def find_speech(self, interview_id: str, turn_id: str) -> None:
        """Nothing is stored that a second attempt could find."""


async def _tried(converse: Converse, request: ConverseInput) -> ConverseResult:
    """As often as the workflow would have it tried. A test server's time is not skipped any more
    once it has tried an activity again."""
    attempt = 0
    while True:
        attempt += 1
        try:
            return await converse.run(request, attempt)
        except ProviderError as error:
            await asyncio.sleep(error.retry_after_s or 0.02)


class RehearsalStages(FakeStages):
    """`said` grows with what the interviewer says; `conversation` with what both say."""

    def __init__(
        self, model: LanguageModel, conversation: Sequence[Line] = (), job: str = ""
    ) -> None:
        super().__init__()
        self._job = job
        self.said: list[Utterance] = []
        self.conversation = list(conversation)
        self.results: list[ConverseResult] = []
        self.seconds = 0.0
        """That replies took."""
        self._model = model
        self._made: dict[str, Utterance] = {}
        self._spoke = asyncio.Event()
        self._broken: Exception | None = None

    async def make_reply(self, request: ConverseInput, answer: TranscribeResult) -> ConverseResult:
        log = _PaperLog()
        records = _PaperRecords(tuple(self.conversation), self._job)
        converse = Converse(log, records, self._model, ScriptedLanguageModel(), _TIMEOUT_S)
        known = request.model_copy(update={"answer": answer})
        began = time.monotonic()
        try:
            result = await _tried(converse, known)
        except Exception as error:
            # Tried again, it would stand still: who waits for the reply is told.
            self._broken = error
            self._spoke.set()
            raise
        finally:
            self.seconds += time.monotonic() - began
        if answer.text:
            self.conversation.append(Line("candidate", answer.text))
        self.results.append(result)
        self._made[request.turn.stream_id] = Utterance(
            sentences=log.sentences(),
            directive=result.directive,
            onward=request.brief.onward.directive,
            question=request.brief.question,
            provider=result.provider,
        )
        return result

    async def says_more_than(self, heard: int) -> None:
        while len(self.said) <= heard:
            if self._broken is not None:
                raise self._broken
            self._spoke.clear()
            await self._spoke.wait()

    def play(self, request: SpeakInput) -> int:
        if request.lines is None:
            utterance = self._made[request.turn.stream_id]
        else:
            sentences = tuple(Sentence(line, planned=True) for line in request.lines)
            utterance = Utterance(sentences, request.directive)
        self.said.append(utterance)
        self.conversation.append(Line("interviewer", utterance.text))
        self._spoke.set()
        return len(utterance.text) * MS_PER_CHAR
