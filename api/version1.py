"""Version 1: the guide's JSON and nothing else."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from api.incoming import parse_v1
from api.outbox import Outbox
from interview.audio.mp3 import encode_mp3
from interview.protocol.client import ClientMessageV1
from interview.protocol.frames import AudioFrame
from interview.protocol.server import (
    SERVER_MESSAGE,
    ErrorMessage,
    ServerMessage,
    SessionEnded,
    SessionStarted,
    Status,
    Transcript,
    TurnAccepted,
    TurnCommitted,
    TurnDiscarded,
    TurnResend,
    UtteranceStart,
)
from interview.streams.outbound import OutEvent

__all__ = ["Version1"]

_NOT_ARRIVED = ErrorMessage(
    code="stream.lost",
    message="Your answer did not arrive. Please send it again.",
    recoverable=True,
)
_READY = Status(state="ready")


class Version1:
    """One `transcript` and one `audio_response` an utterance; ready after its playback."""

    version: Literal[1] = 1

    def __init__(
        self, outbox: Outbox, on_replied: Callable[[str], None] = lambda turn_id: None
    ) -> None:
        """`on_replied` is told the turns whose outcome the client now knows."""
        self._outbox = outbox
        self._on_replied = on_replied
        self._sentences: dict[int, bytearray] = {}
        """PCM16 of the utterance at hand."""
        self._sequence = 0
        """Of that utterance."""
        self._spoken = 0
        """Sequence of the last utterance that was sent."""
        self._replied_turn: str | None = None
        """What that one answers."""

    def parse(self, text: str) -> ClientMessageV1:
        return parse_v1(text)

    def tell(self, message: ServerMessage) -> None:
        match message:
            case SessionStarted():
                self._put(message, "type", "session_id")
            case ErrorMessage() | Status() | SessionEnded():
                self._pass_on(message)
            case TurnCommitted() | TurnDiscarded():
                self._pass_on(_READY)  # an answer that was sent again
            case TurnAccepted(turn_id=turn_id) if turn_id == self._replied_turn:
                # Sent again after its reply, which the interview is still busy to end.
                self._pass_on(_READY)
            case TurnResend():
                self._pass_on(_NOT_ARRIVED)
                self._pass_on(_READY)
            case _:
                pass  # version 1 has no word for it

    def relay(self, event: OutEvent) -> Awaitable[None] | None:
        if event.kind == "audio":
            self._hear(AudioFrame.unpack(event.data))
            return None
        message = SERVER_MESSAGE.validate_json(event.data)
        match message:
            case UtteranceStart():
                if message.sequence != self._sequence:
                    self._sequence, self._sentences = message.sequence, {}
            case Transcript(role="interviewer"):
                return self._speak(message)
            case Transcript():
                self._put(message, "type", "role", "text", "sequence")
            case TurnDiscarded():
                self._on_replied(message.turn_id)
                if message.reason != "no_speech":  # that is answered by speech
                    self._pass_on(_READY)
            case TurnResend():
                self.tell(message)
            case _:
                self._pass_on(message)
        return None

    def _hear(self, frame: AudioFrame) -> None:
        if frame.sequence == self._sequence:
            sentence = self._sentences.setdefault(frame.sentence, bytearray())
            known = len(sentence) - frame.offset_samples * 2
            sentence += frame.pcm16[max(0, known) :]

    async def _speak(self, transcript: Transcript) -> None:
        if transcript.sequence <= self._spoken:
            return  # a stage that ran again says so again
        self._spoken, self._replied_turn = transcript.sequence, transcript.turn_id
        self._on_replied(transcript.turn_id)
        self._put(transcript, "type", "role", "text", "sequence")
        pcm16 = b"".join(self._sentences[index] for index in sorted(self._sentences))
        self._sentences = {}
        if transcript.sequence != self._sequence or not pcm16:
            self._pass_on(_READY)  # shown only: there is nothing to play
            return
        mp3 = await asyncio.to_thread(encode_mp3, pcm16)
        response = {
            "type": "audio_response",
            "data": base64.b64encode(mp3).decode(),
            "format": "mp3",
        }
        self._outbox.put(json.dumps(response), is_audio=True)

    def _pass_on(self, message: ServerMessage) -> None:
        match message:
            case Status():
                self._put(message, "type", "state")
            case ErrorMessage():
                self._put(message, "type", "code", "message", "recoverable")
            case SessionEnded():
                self._put(message, "type", "session_id", "total_turns")
            case _:
                pass

    def _put(self, message: ServerMessage, *fields: str) -> None:
        values: dict[str, Any] = {name: getattr(message, name) for name in fields}
        self._outbox.put(json.dumps(values))
