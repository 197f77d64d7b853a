"""A candidate of the real API who types."""

from __future__ import annotations

import uuid

from demo.room import Room
from interview.protocol.server import PhaseChanged, ServerMessage

__all__ = ["Candidate"]


class Candidate:
    """Answers in writing, and knows which question is open."""

    def __init__(self, url: str, interview_id: str) -> None:
        self.room = Room(url, interview_id, on_message=self._note)
        self.question: str | None = None

    def _note(self, message: ServerMessage) -> None:
        if isinstance(message, PhaseChanged):
            self.question = message.question_id

    async def listens(self) -> None:
        """Until the interviewer has finished."""
        room = self.room
        await room.wait(
            lambda: room.ended or ((said := room.last_utterance()) is not None and said.ended)
        )

    async def answers(self) -> str:
        """Once, and hears the reply. Returns the turn."""
        turn_id, room = uuid.uuid4().hex, self.room
        await room.type(turn_id, "We measured first, and then changed one thing at a time.")
        await room.wait(lambda: room.settled(turn_id))
        await room.wait(
            lambda: room.ended or ((reply := room.reply_to(turn_id)) is not None and reply.ended)
        )
        return turn_id

    async def finishes(self) -> None:
        while self.question is not None:
            await self.answers()
        await self.room.wait(lambda: self.room.ended)
