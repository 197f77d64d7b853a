"""Messages from the server to the candidate's client.

On a version 2 connection each message carries `seq`: an integer that grows over the
interview's life, on any API process. Messages that concern one connection only (`pong`,
`superseded`, errors about its input) repeat the last one relayed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from interview.domain.code_runs import Language
from interview.domain.coding import CodeReport
from interview.domain.directives import Standing
from interview.domain.endpointing import Endpointing, Sound
from interview.domain.phases import Phase
from interview.protocol.client import Interruption

__all__ = [
    "SERVER_MESSAGE",
    "AudioResponse",
    "CodeOutput",
    "CodePad",
    "CodeResult",
    "CodeSaved",
    "EndpointingChanged",
    "PadLanguage",
    "PadTest",
    "ErrorMessage",
    "Paused",
    "PartialTranscript",
    "PendingTurn",
    "PhaseChanged",
    "Pong",
    "Resumed",
    "Sentence",
    "ServerMessage",
    "SessionEnded",
    "SessionStarted",
    "Snapshot",
    "Status",
    "Superseded",
    "Transcript",
    "TurnAccepted",
    "TurnCommitted",
    "TurnDiscarded",
    "TurnResend",
    "UtteranceEnd",
    "UtteranceStart",
    "phase_changed",
]

Role = Literal["interviewer", "candidate"]


class _ServerMessage(BaseModel):
    model_config = ConfigDict(frozen=True)


# Version 1, as in the guide.


class Transcript(_ServerMessage):
    """One utterance, final. `sequence` counts the utterances of the interview from 1."""

    type: Literal["transcript"] = "transcript"
    role: Role
    text: str
    sequence: int
    turn_id: str = ""
    utterance_id: str = ""


class PendingTurn(BaseModel):
    """An answer the server knows of but has not committed."""

    model_config = ConfigDict(frozen=True)

    turn_id: str
    next_chunk: int
    """The client sends its chunks again from this index."""
    ended: bool
    """`turn_end` has arrived; nothing needs sending unless `turn_resend` asks for it."""


class Snapshot(BaseModel):
    """Where the interview stands. Enough to draw the room on any device."""

    model_config = ConfigDict(frozen=True)

    status: Literal["created", "active", "paused", "completed", "abandoned"]
    role: str
    title: str
    candidate_name: str
    phase: Phase
    question_id: str | None
    question_text: str
    question_number: int
    question_count: int
    transcript: list[Transcript]
    language: str = "en"
    """Of what is asked, as in `de` or `en-GB`."""
    endpointing_ms: int
    """As in `phase`."""
    pending_turn: PendingTurn | None
    committed_turns: list[str]
    """Turn ids whose answers are safe; the client forgets its copies."""


class SessionStarted(_ServerMessage):
    type: Literal["session_started"] = "session_started"
    session_id: str
    version: Literal[1, 2] = 1
    resumed_from_seq: int | None = None
    """The `last_seq` this connection continues after; None where it starts afresh."""
    snapshot: Snapshot | None = None
    """Version 2 only."""


class Status(_ServerMessage):
    """`processing_stt` and `generating` are told where they last longer than a moment."""

    type: Literal["status"] = "status"
    state: Literal["ready", "processing_stt", "generating", "speaking"]


class AudioResponse(_ServerMessage):
    """Version 1: one whole utterance. Version 2 with `audio: mp3`: one sentence."""

    type: Literal["audio_response"] = "audio_response"
    data: str
    """Base64."""
    format: Literal["mp3"] = "mp3"
    utterance_id: str = ""
    sentence: int = 0


class ErrorMessage(_ServerMessage):
    """`code` is stable and dotted; `recoverable` says whether the interview goes on."""

    type: Literal["error"] = "error"
    code: str
    message: str
    recoverable: bool
    turn_id: str | None = None


class SessionEnded(_ServerMessage):
    type: Literal["session_ended"] = "session_ended"
    session_id: str
    total_turns: int
    """Answers committed."""
    outcome: Literal["completed", "ended_by_candidate", "expired", "withdrawn"] = "completed"


# Version 2 adds:


class TurnAccepted(_ServerMessage):
    """The workflow has taken the turn up."""

    type: Literal["turn_accepted"] = "turn_accepted"
    turn_id: str


class PartialTranscript(_ServerMessage):
    """What has been recognized of the running answer so far."""

    type: Literal["partial_transcript"] = "partial_transcript"
    turn_id: str
    text: str


class TurnCommitted(_ServerMessage):
    """The answer is stored and cannot be lost; the client may forget its copy."""

    type: Literal["turn_committed"] = "turn_committed"
    turn_id: str
    sequence: int


class TurnDiscarded(_ServerMessage):
    """The turn is over and holds no answer."""

    type: Literal["turn_discarded"] = "turn_discarded"
    turn_id: str
    reason: Literal["cancelled", "no_speech", "failed"]
    resume: Interruption | None = None
    """It was only a cough: the utterance it interrupted is played on from where it stopped."""


class TurnResend(_ServerMessage):
    """Chunks are missing: send them again from this index, and `turn_end` after them."""

    type: Literal["turn_resend"] = "turn_resend"
    turn_id: str
    from_chunk: int


class UtteranceStart(_ServerMessage):
    """The interviewer begins to speak. `turn_id` is the answer it replies to."""

    type: Literal["utterance_start"] = "utterance_start"
    utterance_id: str
    turn_id: str
    sequence: int


class Sentence(_ServerMessage):
    """Caption of one sentence; its sound starts at `start_ms` of the utterance."""

    type: Literal["sentence"] = "sentence"
    utterance_id: str
    index: int
    text: str
    start_ms: int


class UtteranceEnd(_ServerMessage):
    type: Literal["utterance_end"] = "utterance_end"
    utterance_id: str
    duration_ms: int
    sentences: int


class PhaseChanged(_ServerMessage):
    """The interview stands at this question now."""

    type: Literal["phase"] = "phase"
    phase: Phase
    question_id: str | None
    question_text: str
    question_number: int
    """Of `question_count`, from 1, over the whole interview; 0 when it is over."""
    question_count: int
    budget_left_s: float
    endpointing_ms: int
    """Silence after which a hands-free client ends the answer, so that people can think."""


def phase_changed(here: Standing, endpointing: Endpointing) -> PhaseChanged:
    return PhaseChanged(
        phase=here.phase,
        question_id=here.question_id,
        question_text=here.question_text,
        question_number=here.question_number,
        question_count=here.question_count,
        budget_left_s=here.budget_left_s,
        endpointing_ms=endpointing.wait_ms(here.phase),
    )


class EndpointingChanged(_ServerMessage):
    """Hands-free: by how the answer sounds, the pause that was reported after `chunks` ends it
    after `wait_ms` of silence, at once if it has lasted that long. It says nothing of any other
    pause, nor once the usual wait is another than `usual_ms`. It may not come."""

    type: Literal["endpointing"] = "endpointing"
    turn_id: str
    chunks: int
    sounds: Sound
    wait_ms: int
    usual_ms: int
    """`endpointing_ms` as this was judged by."""


class Paused(_ServerMessage):
    type: Literal["paused"] = "paused"
    reason: Literal["candidate", "silence"] = "candidate"


class Resumed(_ServerMessage):
    type: Literal["resumed"] = "resumed"


class PadLanguage(BaseModel):
    """`available`: it can be run here now."""

    model_config = ConfigDict(frozen=True)

    language: Language
    starter: str
    available: bool


class PadTest(BaseModel):
    """A test that the candidate knows."""

    model_config = ConfigDict(frozen=True)

    name: str
    stdin: str
    expected: str


class CodeResult(_ServerMessage):
    """What came of a run."""

    type: Literal["code_result"] = "code_result"
    run_id: str
    question_id: str
    with_tests: bool
    report: CodeReport


class CodePad(_ServerMessage):
    """The interview is at a coding question: its task, and what is on the pad. Told on entering,
    and whenever such a question is asked. `revision` 0: nobody has written anything yet, and
    `text` is the starter. `over`: the interview has gone on to a question without a pad, and this
    is the last one as it was left."""

    type: Literal["code_pad"] = "code_pad"
    question_id: str
    title: str
    statement: str
    languages: list[PadLanguage]
    tests: list[PadTest]
    hidden_tests: int
    """How many there are beside."""
    revision: int
    language: Language
    text: str
    last_result: CodeResult | None
    over: bool = False


class CodeSaved(_ServerMessage):
    """The pad is stored as it was at this `edit`, as this `revision`. `late`: the question was over
    by then, and what is judged is the pad as it was left."""

    type: Literal["code_saved"] = "code_saved"
    question_id: str
    edit: int
    revision: int
    late: bool = False


class CodeOutput(_ServerMessage):
    """Output of a run as it is written, cut at any place; of `case`, the index of a test that the
    candidate knows, or None while it is compiled. The result holds what may be missing here.

    It may come twice, and cut elsewhere: `start` counts the characters (code points) of the run's
    output that come before it, over all cases and streams, so that what is known can be dropped. A
    higher `attempt` begins at 0: the program is run once more, and what an earlier attempt wrote is
    void."""

    type: Literal["code_output"] = "code_output"
    run_id: str
    case: int | None
    stream: Literal["stdout", "stderr"]
    text: str
    attempt: int = 1
    start: int = 0


class Pong(_ServerMessage):
    type: Literal["pong"] = "pong"
    nonce: int


class Superseded(_ServerMessage):
    """Another connection has taken over; this one is closed with 4409."""

    type: Literal["superseded"] = "superseded"


ServerMessage = Annotated[
    SessionStarted
    | Status
    | Transcript
    | AudioResponse
    | ErrorMessage
    | SessionEnded
    | TurnAccepted
    | PartialTranscript
    | TurnCommitted
    | TurnDiscarded
    | TurnResend
    | UtteranceStart
    | Sentence
    | UtteranceEnd
    | PhaseChanged
    | EndpointingChanged
    | Paused
    | Resumed
    | CodePad
    | CodeSaved
    | CodeOutput
    | CodeResult
    | Pong
    | Superseded,
    Field(discriminator="type"),
]

SERVER_MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)
