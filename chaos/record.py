"""What a client knows by itself: what it said, what it was told, what it could hear.

Nothing here trusts the server. Times are seconds of one monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from interview.domain.phases import Phase
from interview.protocol.frames import AudioFrame
from interview.protocol.server import ServerMessage, SessionStarted, UtteranceEnd

__all__ = ["Arrived", "Heard", "Record", "Said", "Stored", "StoredLine"]


@dataclass(slots=True)
class Said:
    """One answer. `text` is what was typed; a spoken one has none of its own."""

    turn_id: str
    kind: Literal["voice", "typed"]
    text: str
    began: float
    shown_question_id: str | None
    """The question on the screen when the answer was begun."""
    ended: float = 0.0
    outcome: str = ""
    """`committed`, `discarded: …` or `refused: …`; empty as long as it is open."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A server message. `seq` is None on a message that carries none."""

    at: float
    connection: int
    seq: int | None
    message: ServerMessage


@dataclass(frozen=True, slots=True)
class Heard:
    """Samples `start` to `end` of a sentence, as they went to the loudspeaker."""

    at: float
    sequence: int
    sentence: int
    start: int
    end: int


@dataclass(slots=True)
class Record:
    """One tab's. Only appended to."""

    interview_id: str
    tab: str = "tab"
    said: list[Said] = field(default_factory=list[Said])
    arrived: list[Arrived] = field(default_factory=list[Arrived])
    heard: list[Heard] = field(default_factory=list[Heard])
    changed_sound: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    """(sequence, sentence, sample) where sound that came again was another than before."""
    repeated_frames: int = 0
    """Came again and were not played."""
    reloads: int = 0
    """Times the candidate saw nothing happen and loaded the page anew."""
    gave_up: str = ""
    """What the candidate waited for in vain."""
    _sounds: dict[tuple[int, int], bytearray] = field(
        default_factory=dict[tuple[int, int], bytearray]
    )

    def hear(self, at: float, frame: AudioFrame) -> bool:
        """As the page plays it: what was received before is cut off. False: nothing was new."""
        sound = self._sounds.setdefault((frame.sequence, frame.sentence), bytearray())
        start = frame.offset_samples * 2
        known = bytes(sound[start : start + len(frame.pcm16)])
        if known != frame.pcm16[: len(known)]:
            self.changed_sound.append((frame.sequence, frame.sentence, frame.offset_samples))
        new = frame.pcm16[len(known) :]
        if not new:
            self.repeated_frames += 1
            return False
        at_sample = frame.offset_samples + len(known) // 2
        sound += bytes(max(0, at_sample * 2 - len(sound)))  # a hole is silence
        sound += new
        end = at_sample + len(new) // 2
        self.heard.append(Heard(at, frame.sequence, frame.sentence, at_sample, end))
        return True

    def messages(self) -> list[ServerMessage]:
        return [arrived.message for arrived in self.arrived]

    def entered(self) -> list[SessionStarted]:
        return [m for m in self.messages() if isinstance(m, SessionStarted)]

    def spoken_ms(self, since: float, until: float) -> int:
        """Length of the utterances whose ends arrived in that time."""
        return sum(
            arrived.message.duration_ms
            for arrived in self.arrived
            if isinstance(arrived.message, UtteranceEnd) and since <= arrived.at <= until
        )


@dataclass(frozen=True, slots=True)
class StoredLine:
    sequence: int
    speaker: Literal["interviewer", "candidate"]
    turn_id: str
    text: str
    question_id: str | None
    directive: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What PostgreSQL holds of an interview in the end, and what its plan asks, in order."""

    interview_id: str
    status: str
    outcome: str | None
    phase: Phase
    total_turns: int
    lines: tuple[StoredLine, ...]
    questions: tuple[tuple[str, str], ...]
    """(question id, text)."""
    evaluations: int = 0
    rest_differs: bool = False
    """The transcript over REST is another one."""
