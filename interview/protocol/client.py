"""Messages from the candidate's client to the server."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from interview.domain.code_runs import Language
from interview.domain.content import Identifier

__all__ = [
    "AnswerText",
    "Audio",
    "CLIENT_MESSAGE_V1",
    "CLIENT_MESSAGE_V2",
    "ClientMessageV1",
    "ClientMessageV2",
    "CodeRun",
    "CodeSnapshot",
    "EndSession",
    "Hello",
    "Interruption",
    "Pause",
    "Ping",
    "PlaybackComplete",
    "Repeat",
    "Resume",
    "SpeechPaused",
    "SpeechResumed",
    "TurnCancel",
    "TurnEnd",
    "TurnMode",
    "TurnStart",
    "UplinkFormat",
]

TurnId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
"""Made by the client, unique within the interview; resending under the same id is safe."""

UtteranceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]

UplinkFormat = Literal["webm", "ogg", "mp4", "wav", "mp3", "pcm16"]
"""`pcm16`: little-endian mono at `sample_rate_hz`; the others are containers."""

TurnMode = Literal["hold", "hands_free"]
"""Who ends the answer: a released button, or silence that the client's voice detector heard."""


class _ClientMessage(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


# Version 1, as in the guide.


class Audio(_ClientMessage):
    """One whole answer as base64."""

    type: Literal["audio"]
    data: str
    format: UplinkFormat = "webm"


class PlaybackComplete(_ClientMessage):
    """The interviewer's last utterance has been played to its end."""

    type: Literal["playback_complete"]
    utterance_id: UtteranceId | None = None


class EndSession(_ClientMessage):
    """The candidate ends the interview for good."""

    type: Literal["end_session"]


# Version 2 adds:


class Interruption(BaseModel):
    """The candidate spoke over the interviewer: what they had heard until then."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    utterance_id: UtteranceId
    heard_ms: Annotated[int, Field(ge=0, le=3_600_000)]


class Hello(_ClientMessage):
    """Must be the first message of a version 2 connection."""

    type: Literal["hello"]
    last_seq: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None
    """The last `seq` seen; the server goes on after it. None: from the current state."""
    audio: Literal["pcm16", "mp3"] = "pcm16"
    """What the client plays: binary PCM16 24 kHz frames, or `audio_response` with MP3."""
    ticket: Annotated[str, StringConstraints(max_length=128)] | None = None
    """From `POST /api/v1/interviews/{interview_id}/ticket`. None: the handshake's cookie or bearer
    token says who this is."""


class TurnStart(_ClientMessage):
    """An answer begins. Binary frames with its audio follow until `turn_end`."""

    type: Literal["turn_start"]
    turn_id: TurnId
    format: UplinkFormat
    sample_rate_hz: Annotated[int, Field(ge=8_000, le=48_000)] = 16_000
    """Of `pcm16`; containers carry their own."""
    interrupted: Interruption | None = None
    mode: TurnMode = "hold"


class SpeechPaused(_ClientMessage):
    """Hands-free: the voice detector hears silence after `chunks` binary frames. Chunks go on; a
    reply is made ahead. `turn_end` follows after `endpointing_ms` of silence, or what `endpointing`
    says of this pause."""

    type: Literal["speech_paused"]
    turn_id: TurnId
    chunks: Annotated[int, Field(ge=0, le=1_000_000)]


class SpeechResumed(_ClientMessage):
    """Hands-free: it was a pause to think; what was made ahead is dropped."""

    type: Literal["speech_resumed"]
    turn_id: TurnId


class TurnEnd(_ClientMessage):
    """The answer is complete: `chunks` binary frames were sent, indexes 0 to chunks - 1."""

    type: Literal["turn_end"]
    turn_id: TurnId
    chunks: Annotated[int, Field(ge=0, le=1_000_000)]
    duration_ms: Annotated[int, Field(ge=0, le=3_600_000)] | None = None


class TurnCancel(_ClientMessage):
    """It was only a cough: nothing of the turn is kept."""

    type: Literal["turn_cancel"]
    turn_id: TurnId


class AnswerText(_ClientMessage):
    """A typed answer."""

    type: Literal["answer_text"]
    turn_id: TurnId
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    interrupted: Interruption | None = None


class Pause(_ClientMessage):
    type: Literal["pause"]


class Resume(_ClientMessage):
    type: Literal["resume"]


class Repeat(_ClientMessage):
    """The candidate wants to hear the current question again. Refused with `turn.out_of_order`
    while somebody speaks."""

    type: Literal["repeat"]


class CodeSnapshot(_ClientMessage):
    """The whole pad of a coding question, after some keystrokes. Answered by `code_saved` with the
    same `edit` once it cannot be lost; of several on their way only the newest may be answered.
    Errors: `code.too_large`, `code.not_text`, `code.not_asked`, `code.language`, and `code.over`
    once too much came after the question."""

    type: Literal["code_snapshot"]
    question_id: Identifier
    edit: Annotated[int, Field(ge=0, le=2**31 - 1)]
    """The client's own count of its changes."""
    language: Language
    text: str


class CodeRun(_ClientMessage):
    """Runs the pad as it is given here, which is saved with it: by itself, or (`tests`) against
    the task's tests. Answered by `code_output` as it comes, and `code_result`. Errors: as of a
    snapshot, `code.over` after the question, `code.busy` while another run is under way,
    `code.too_many_runs`, `rate.exceeded`."""

    type: Literal["code_run"]
    run_id: TurnId
    question_id: Identifier
    edit: Annotated[int, Field(ge=0, le=2**31 - 1)]
    language: Language
    text: str
    tests: bool = False
    stdin: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    """What it reads, run by itself. None: what the first test of the task holds."""


class Ping(_ClientMessage):
    """Answered by `pong` with the same `nonce`; sent every few seconds to notice a dead peer."""

    type: Literal["ping"]
    nonce: Annotated[int, Field(ge=0, le=2**53 - 1)]


ClientMessageV1 = Annotated[Audio | PlaybackComplete | EndSession, Field(discriminator="type")]
ClientMessageV2 = Annotated[
    Hello
    | TurnStart
    | SpeechPaused
    | SpeechResumed
    | TurnEnd
    | TurnCancel
    | AnswerText
    | PlaybackComplete
    | Pause
    | Resume
    | Repeat
    | EndSession
    | CodeSnapshot
    | CodeRun
    | Ping,
    Field(discriminator="type"),
]

CLIENT_MESSAGE_V1: TypeAdapter[Audio | PlaybackComplete | EndSession] = TypeAdapter(ClientMessageV1)
CLIENT_MESSAGE_V2: TypeAdapter[
    Hello
    | TurnStart
    | SpeechPaused
    | SpeechResumed
    | TurnEnd
    | TurnCancel
    | AnswerText
    | PlaybackComplete
    | Pause
    | Resume
    | Repeat
    | EndSession
    | CodeSnapshot
    | CodeRun
    | Ping
] = TypeAdapter(ClientMessageV2)
