"""The stages and the record keeper, scripted. Streams between the stages are futures here."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError

from interview.contracts.evaluation import (
    Due,
    EvaluationActivities,
    EvaluationInput,
    Following,
    SampleInput,
)
from interview.contracts.records import (
    AnnounceInput,
    CloseInput,
    CloseResult,
    RecordActivities,
)
from interview.contracts.turns import (
    ConverseInput,
    ConverseResult,
    PrepareSpeechInput,
    SpeakInput,
    SpeakResult,
    TranscribeInput,
    TranscribeResult,
    TurnActivities,
    TurnRef,
)
from interview.domain.directives import Brief, Directive

__all__ = [
    "ANSWER_MS",
    "SPEECH_MS",
    "FakeEvaluation",
    "FakeRecords",
    "FakeStages",
    "provider_rejected",
    "stream_lost",
]

ANSWER_MS = 4000
SPEECH_MS = 2000

T = TypeVar("T")


def stream_lost() -> ApplicationError:
    """As the activity interceptor reports `StreamError("stream.lost")` once it is final."""
    return ApplicationError("gone", type="stream.lost", non_retryable=True)


def provider_rejected() -> ApplicationError:
    return ApplicationError("no", type="provider.rejected", non_retryable=True)


class FakeEvaluation(EvaluationActivities):
    """Nothing is ever due."""

    @activity.defn(name="evaluation.begin")
    async def begin(self, request: EvaluationInput) -> Due:
        return Due()

    @activity.defn(name="evaluation.sample")
    async def sample(self, request: SampleInput) -> None:
        raise AssertionError("nothing is due")

    @activity.defn(name="evaluation.finish")
    async def finish(self, request: EvaluationInput) -> None:
        return

    @activity.defn(name="evaluation.follow")
    async def follow(self, request: EvaluationInput) -> Following:
        return Following()


class FakeStages(TurnActivities):
    """Answers are committed and the interviewer moves on, unless told otherwise by turn id."""

    def __init__(self) -> None:
        self.answers: dict[str, TranscribeResult] = {}
        self.directives: dict[str, Directive] = {}
        """What the model wants, allowed or not; the interview moves on otherwise."""
        self.sentences: dict[str, tuple[str, ...]] = {}
        self.failures: dict[tuple[str, str], list[ApplicationError]] = defaultdict(list)
        """By stage and turn id: raised one a run, then the stage succeeds."""
        self.transcribed: list[TranscribeInput] = []
        self.conversed: list[ConverseInput] = []
        self.spoken: list[SpeakInput] = []
        self.prepared: list[PrepareSpeechInput] = []
        self._holds: dict[tuple[str, str], asyncio.Event] = {}
        self._texts: dict[str, asyncio.Future[TranscribeResult]] = {}
        self._replies: dict[str, asyncio.Future[ConverseResult]] = {}
        self._arrivals = asyncio.Condition()

    def hold(self, stage: str, turn_id: str) -> asyncio.Event:
        """The stage waits until the event is set, in every run."""
        return self._holds.setdefault((stage, turn_id), asyncio.Event())

    def silent(self, turn_id: str) -> None:
        self.answers[turn_id] = TranscribeResult(outcome="no_speech", duration_ms=ANSWER_MS)

    def release(self) -> None:
        for hold in self._holds.values():
            hold.set()

    def lines(self) -> list[tuple[str, ...] | None]:
        """What the interviewer said by itself, None for a reply by stream."""
        return [request.lines for request in self.spoken]

    def briefs(self) -> list[Brief]:
        return [request.brief for request in self.conversed]

    @activity.defn(name="turn.transcribe")
    async def transcribe(self, request: TranscribeInput) -> TranscribeResult:
        self.transcribed.append(request)
        await self._pass("transcribe", request.turn)
        result = self.answers.get(
            request.turn.turn_id, TranscribeResult(outcome="committed", duration_ms=ANSWER_MS)
        )
        _put(_future(self._texts, request.turn.stream_id), result)
        return result

    @activity.defn(name="turn.converse")
    async def converse(self, request: ConverseInput) -> ConverseResult:
        self.conversed.append(request)
        await self._pass("converse", request.turn)
        answer = request.answer or await _future(self._texts, request.turn.stream_id)
        result = await self.make_reply(request, answer)
        _put(_future(self._replies, request.turn.stream_id), result)
        return result

    @activity.defn(name="turn.speak")
    async def speak(self, request: SpeakInput) -> SpeakResult:
        self.spoken.append(request)
        await self._pass("speak", request.turn)
        if request.lines is None:
            reply = await _future(self._replies, request.turn.stream_id)
            if reply.outcome == "skipped":
                return SpeakResult(outcome="skipped")
        return SpeakResult(
            outcome="spoken",
            utterance_id=request.turn.turn_id,
            duration_ms=self.play(request),
        )

    @activity.defn(name="speech.prepare")
    async def prepare_speech(self, request: PrepareSpeechInput) -> None:
        self.prepared.append(request)
        hold = self._holds.get(("prepare", ""))
        if hold is not None:
            await hold.wait()
        failures = self.failures["prepare", ""]
        if failures:
            raise failures.pop(0)

    async def seen(self, stage: str, turn_id: str, *, runs: int = 1) -> None:
        """Until the stage has been entered `runs` times for that turn."""
        async with asyncio.timeout(10), self._arrivals:
            await self._arrivals.wait_for(lambda: self.runs(stage, turn_id) >= runs)

    def runs(self, stage: str, turn_id: str) -> int:
        calls = {"transcribe": self.transcribed, "converse": self.conversed, "speak": self.spoken}
        return sum(request.turn.turn_id == turn_id for request in calls[stage])

    def play(self, request: SpeakInput) -> int:
        """How long it is heard, in ms."""
        return SPEECH_MS

    async def make_reply(self, request: ConverseInput, answer: TranscribeResult) -> ConverseResult:
        if answer.outcome not in ("committed", "no_speech"):
            return ConverseResult(outcome="skipped")
        brief = request.brief
        wanted = self.directives.get(request.turn.turn_id, brief.onward.directive)
        if answer.outcome == "no_speech" and Directive.REPROMPT in brief.allowed:
            wanted = Directive.REPROMPT
        said = self.sentences.get(request.turn.turn_id, ("I see.",))
        return ConverseResult(outcome="replied", directive=wanted, sentences=said)

    async def _pass(self, stage: str, turn: TurnRef) -> None:
        async with self._arrivals:
            self._arrivals.notify_all()
        hold = self._holds.get((stage, turn.turn_id))
        if hold is not None:
            await hold.wait()
        failures = self.failures[stage, turn.turn_id]
        if failures:
            raise failures.pop(0)


class FakeRecords(RecordActivities):
    def __init__(self) -> None:
        self.announced: list[AnnounceInput] = []
        self.closed: list[CloseInput] = []
        self._close_hold: asyncio.Event | None = None

    def hold_close(self) -> asyncio.Event:
        """Closing waits until the event is set."""
        self._close_hold = self._close_hold or asyncio.Event()
        return self._close_hold

    def release(self) -> None:
        if self._close_hold is not None:
            self._close_hold.set()

    def messages(self) -> list[str]:
        """Type of each message, with the code of an error or the reason of a pause."""
        said: list[str] = []
        for request in self.announced:
            for message in request.messages:
                detail = getattr(message, "code", None) or getattr(message, "reason", None)
                said.append(f"{message.type} {detail}" if detail else message.type)
        return said

    @activity.defn(name="records.announce")
    async def announce(self, request: AnnounceInput) -> None:
        self.announced.append(request)

    @activity.defn(name="records.close")
    async def close(self, request: CloseInput) -> CloseResult:
        self.closed.append(request)
        if self._close_hold is not None:
            await self._close_hold.wait()
        return CloseResult(
            interview_id=request.interview_id,
            outcome=request.outcome,
            total_turns=0,
            utterances=0,
            transcript_sha256="",
        )


def _future(of: dict[str, asyncio.Future[T]], key: str) -> asyncio.Future[T]:
    if key not in of:
        of[key] = asyncio.get_running_loop().create_future()
    return of[key]


def _put(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)
