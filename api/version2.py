"""Version 2: events go out as they are, with their seq spliced in."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable
from typing import Literal

from api.incoming import parse_v2
from api.outbox import Outbox
from interview.audio.mp3 import encode_mp3
from interview.protocol.client import ClientMessageV2
from interview.protocol.frames import AudioFrame, with_seq
from interview.protocol.server import (
    SERVER_MESSAGE,
    AudioResponse,
    Sentence,
    ServerMessage,
    UtteranceStart,
)
from interview.streams.outbound import OutEvent

__all__ = ["Version2", "Version2Mp3"]


class Version2:
    """PCM16 in binary frames. No event is parsed or copied more than once on its way."""

    version: Literal[2] = 2

    def __init__(self, outbox: Outbox, seq: int) -> None:
        """`seq`: of the last event the client has."""
        self._outbox = outbox
        self._seq = seq

    def parse(self, text: str) -> ClientMessageV2:
        return parse_v2(text)

    def tell(self, message: ServerMessage) -> None:
        self._put(message.model_dump_json(), self._seq)

    def relay(self, event: OutEvent) -> Awaitable[None] | None:
        self._seq = seq = event.seq
        if event.kind == "audio":
            self._outbox.put(with_seq(event.data, seq), is_audio=True)
        else:
            self._outbox.put('{"seq":%d,%s' % (seq, event.data[1:].decode()))  # noqa: UP031 fastest
        return None

    def _put(self, body: str, seq: int, *, is_audio: bool = False) -> None:
        self._outbox.put(f'{{"seq":{seq},{body[1:]}', is_audio=is_audio)


class Version2Mp3(Version2):
    """Each sentence as one `audio_response`.

    It is sent once whatever follows the sentence shows that it is complete, with a seq just
    before that. To be whole, the sentence a client was in when it left is read again from its
    utterance's start: events up to `sent_seq` are taken in and not sent.
    """

    def __init__(self, outbox: Outbox, seq: int) -> None:
        super().__init__(outbox, seq)
        self._sent_seq = seq
        self._utterance_ids: dict[int, str] = {}
        self._place = (0, 0)
        """Sequence and sentence of the sound at hand."""
        self._pcm16 = bytearray()

    def relay(self, event: OutEvent) -> Awaitable[None] | None:
        if event.kind == "audio":
            frame = AudioFrame.unpack(event.data)
            place = (frame.sequence, frame.sentence)
            if place == self._place:
                self._hear(frame)
                return None
            return self._next_sentence(event.seq, frame)
        if event.data.startswith((b'{"type":"sentence"', b'{"type":"utterance_')):
            return self._boundary(event)
        self._forward(event)
        return None

    async def _boundary(self, event: OutEvent) -> None:
        sequence, sentence = self._place
        match SERVER_MESSAGE.validate_json(event.data):
            # A stage that runs again announces once more what it goes on with.
            case UtteranceStart() as start:
                self._utterance_ids[start.sequence] = start.utterance_id
                complete = start.sequence != sequence
            case Sentence() as caption:
                complete = caption.index != sentence
            case _:
                complete = True
        if complete:
            await self._flush(event.seq)
        self._forward(event)

    async def _next_sentence(self, seq: int, frame: AudioFrame) -> None:
        await self._flush(seq)
        self._place = (frame.sequence, frame.sentence)
        self._hear(frame)

    def _hear(self, frame: AudioFrame) -> None:
        known = len(self._pcm16) - frame.offset_samples * 2
        self._pcm16 += frame.pcm16[max(0, known) :]

    async def _flush(self, before_seq: int) -> None:
        (sequence, sentence), pcm16 = self._place, bytes(self._pcm16)
        self._place, self._pcm16 = (0, 0), bytearray()
        seq = before_seq - 1
        if not pcm16 or seq <= self._sent_seq:
            return
        mp3 = await asyncio.to_thread(encode_mp3, pcm16)
        response = AudioResponse(
            data=base64.b64encode(mp3).decode(),
            utterance_id=self._utterance_ids.get(sequence, ""),
            sentence=sentence,
        )
        self._put(response.model_dump_json(), seq, is_audio=True)

    def _forward(self, event: OutEvent) -> None:
        if event.seq > self._sent_seq:
            super().relay(event)
