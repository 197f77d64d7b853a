"""The three stages of a turn: their names, inputs and results."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal

from pydantic import BaseModel, ConfigDict
from temporalio import activity

from interview.domain.directives import Brief, Directive, Standing
from interview.domain.endpointing import Endpointing
from interview.domain.phases import Phase
from interview.protocol.client import Interruption, TurnMode

__all__ = [
    "ConverseInput",
    "ConverseResult",
    "PrepareSpeechInput",
    "SpeakInput",
    "SpeakResult",
    "TranscribeInput",
    "TranscribeResult",
    "TurnActivities",
    "TurnRef",
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class TurnRef(_Model):
    """Names one turn: an answer and its reply, or something the interviewer says by itself."""

    interview_id: str
    turn_id: str
    turn_number: int
    kind: Literal["audio", "typed", "proactive"]
    answer_sequence: int
    """Sequence of the candidate's utterance; unused when proactive."""
    reply_sequence: int
    phase: Phase
    question_id: str | None
    """The question that is being answered."""
    take: int = 0
    """Counts how often the candidate began this turn again after it had stalled; each take
    has streams of its own between the stages, and all takes share the audio stream."""
    reschedule: int = 0
    """Counts the workflow's own reruns of the turn's stages; with the attempt it makes the
    epoch that fences frames of an earlier run."""

    @property
    def stream_id(self) -> str:
        return f"{self.turn_id}.{self.take}"


class TranscribeInput(_Model):
    turn: TurnRef
    language: str
    max_answer_s: float
    stall_after_s: float
    """Without a frame, while the answer has not ended."""
    provider_attempts: int
    """Attempts of this activity after which a provider's failure is final."""
    typed_text: str | None = None
    """A typed answer; None means the answer is on the audio stream."""
    mode: TurnMode = "hold"
    """Nobody claims to have spoken in a `hands_free` turn without words: it is a cough."""
    interruption: Interruption | None = None
    """Marked as heard so far once the answer is committed."""
    endpointing: Endpointing | None = None
    """As it is for this candidate. None: of an earlier version, and by silence alone."""


class TranscribeResult(_Model):
    outcome: Literal["committed", "no_speech", "cancelled", "stalled", "failed"]
    """`stalled`: the audio stopped without an end; the client sends it again some day.
    `failed`: the recording is kept, but no provider could transcribe it."""
    text: str = ""
    confidence: float | None = None
    duration_ms: int = 0
    provider: str = ""
    spoken_ms: int = 0
    """Of speech in it that has words, with a little silence around; 0 where nobody spoke."""


class ConverseInput(_Model):
    turn: TurnRef
    brief: Brief
    provider_attempts: int
    answer: TranscribeResult | None = None
    """Given when the answer is known already; None means it is on the text stream."""
    interruption: Interruption | None = None
    """The model is shown what was heard of the utterance before."""


class ConverseResult(_Model):
    outcome: Literal["replied", "skipped"]
    """`skipped`: the turn holds no answer to reply to."""
    directive: Directive | None = None
    sentences: tuple[str, ...] = ()
    provider: str = ""
    prompt_version: str = ""
    """Of what the model was told; empty where it was told nothing."""
    mended: int = 0
    """Sentences of the model's that were left out or said in other words."""


class SpeakInput(_Model):
    turn: TurnRef
    language: str
    standing: Standing
    """Where the interview stands unless the sentence stream says otherwise."""
    provider_attempts: int
    lines: tuple[str, ...] | None = None
    """What to say; None means it is on the sentence stream."""
    directive: Directive | None = None
    endpointing: Endpointing = Endpointing()
    """As it is for this candidate."""


class SpeakResult(_Model):
    outcome: Literal["spoken", "skipped", "silent"]
    """`silent`: nothing could be synthesized; the text was shown instead."""
    utterance_id: str = ""
    duration_ms: int = 0
    provider: str = ""


class PrepareSpeechInput(_Model):
    """Fixed lines whose sound is wanted before they are said: `lines` are kept for everyone, and
    `own_lines`, which name the candidate, with the interview."""

    language: str
    lines: tuple[str, ...]
    interview_id: str = ""
    own_lines: tuple[str, ...] = ()


class TurnActivities(ABC):
    """Implemented in `activities/`; the workflow schedules all three stages together."""

    @activity.defn(name="turn.transcribe")
    @abstractmethod
    async def transcribe(self, request: TranscribeInput) -> TranscribeResult:
        """Audio stream → text stream. Stores recording and transcript row."""

    @activity.defn(name="turn.converse")
    @abstractmethod
    async def converse(self, request: ConverseInput) -> ConverseResult:
        """Text stream → sentence stream."""

    @activity.defn(name="turn.speak")
    @abstractmethod
    async def speak(self, request: SpeakInput) -> SpeakResult:
        """Sentence stream → outbound events. Stores the audio and the interviewer's row."""

    @activity.defn(name="speech.prepare")
    @abstractmethod
    async def prepare_speech(self, request: PrepareSpeechInput) -> None:
        """Fills the speech cache."""
