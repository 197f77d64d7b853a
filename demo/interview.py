"""One whole interview, held by the candidate in a box."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from demo.answers import answer_for
from demo.coding import is_coding, write_and_run
from demo.room import Room, Utterance
from demo.voice import CandidateVoice
from interview.domain.phases import Phase
from interview.protocol.server import PhaseChanged, ServerMessage, Transcript

__all__ = ["HeldInterview", "Turn", "create_interview", "hold_interview"]


THINKING_MS = 350
"""Shorter than any wait for the end of an answer."""


@dataclass(slots=True)
class Turn:
    """One answer and what came of it. Times in ms."""

    turn_id: str
    phase: Phase
    question_id: str
    said: str
    heard: str = ""
    first_sound_ms: float = 0.0
    """From the end of speech to the first audio byte of the reply."""
    is_typed: bool = False


@dataclass(slots=True)
class HeldInterview:
    room: Room
    turns: list[Turn] = field(default_factory=list[Turn])
    phases: list[Phase] = field(default_factory=list[Phase])
    verdicts: list[list[str]] = field(default_factory=list[list[str]])
    """Of the runs of each piece of code, in order."""
    recovery_ms: float | None = None
    """From the end of the answer that the kill fell into to the first sound of its reply."""


async def create_interview(api: httpx.AsyncClient, role: str, name: str) -> str:
    response = await api.post("/api/v1/interviews", json={"role": role, "candidate_name": name})
    response.raise_for_status()
    return response.json()["interview_id"]


async def hold_interview(
    url: str,
    interview_id: str,
    *,
    voice: CandidateVoice | None = None,
    speed: float = 1.0,
    kill_at: int | None = None,
    kill: Callable[[], Awaitable[float]] | None = None,
    on_message: Callable[[ServerMessage], None] = lambda _: None,
    patience_s: float = 90.0,
    hands_free: bool = False,
    role: str = "",
    typed: bool = False,
) -> HeldInterview:
    """Answers every question by voice until the interview closes. In answer number `kill_at`
    (from 0), half-way through, `kill` is called. `hands_free`: with a pause to think after
    each sentence, and silence at the end. `role`: whose answers are given. `typed`: by keyboard."""
    voice = voice or CandidateVoice()
    standing: PhaseChanged | None = None
    held: HeldInterview | None = None

    def note(message: ServerMessage) -> None:
        nonlocal standing
        if isinstance(message, PhaseChanged):
            standing = message
            if held is not None and message.phase not in held.phases:
                held.phases.append(message.phase)
        on_message(message)

    async with Room(url, interview_id, on_message=note) as room:
        held = HeldInterview(room)
        await room.wait(lambda: _finished(room.last_utterance()) or room.ended, patience_s)
        while room.ended is None and standing is not None and standing.question_id is not None:
            answer = await _answer(held, role, standing, patience_s)
            if typed:
                held.turns.append(await _type(room, standing, answer, patience_s))
                continue
            parts = re.split(r"(?<=[.?!]) ", answer) if hands_free else [answer]
            spoken = await voice.say(*parts, speed=speed, pause_ms=THINKING_MS)
            turn = Turn(uuid.uuid4().hex, standing.phase, standing.question_id, said=spoken.text)
            killed_at: float | None = None

            async def strike() -> None:
                nonlocal killed_at
                if kill is not None:
                    killed_at = await kill()

            middle = {len(spoken.chunks) // 2: strike} if len(held.turns) == kill_at else None
            ended_at = await room.speak(
                turn.turn_id,
                spoken.chunks,
                duration_ms=spoken.duration_ms,
                at_chunk=middle,
                hands_free=hands_free,
                silences=spoken.silences,
                trailing_ms=spoken.trailing_ms,
            )
            turn.first_sound_ms = await _replied(room, turn, ended_at, patience_s)
            if killed_at is not None and turn.first_sound_ms:
                held.recovery_ms = turn.first_sound_ms
            held.turns.append(turn)
        await room.wait(lambda: room.ended is not None, patience_s)
        lines = {line.turn_id: line.text for line in room.transcript.values() if _candidate(line)}
        for turn in held.turns:
            turn.heard = lines.get(turn.turn_id, "")
        held.phases = [p for p in held.phases if p is not Phase.COMPLETED]
    return held


async def _answer(held: HeldInterview, role: str, standing: PhaseChanged, patience_s: float) -> str:
    question_id = standing.question_id or ""
    given = sum(turn.question_id == question_id for turn in held.turns)
    of_phase = {turn.question_id for turn in held.turns if turn.phase is standing.phase}
    if is_coding(question_id) and given == 1:  # it was talked about before
        held.verdicts.append(await write_and_run(held.room, question_id, patience_s))
    return answer_for(role, standing.phase, question_id, given, len(of_phase - {question_id}))


async def _type(room: Room, standing: PhaseChanged, answer: str, patience_s: float) -> Turn:
    turn = Turn(uuid.uuid4().hex, standing.phase, standing.question_id or "", answer, is_typed=True)
    began = time.perf_counter()
    await room.type(turn.turn_id, answer)
    turn.first_sound_ms = await _replied(room, turn, began, patience_s)
    return turn


async def _replied(room: Room, turn: Turn, ended_at: float, patience_s: float) -> float:
    """Once the whole reply has come: how long after `ended_at` its sound began, in ms; 0 where it
    has none."""
    await room.wait(lambda: room.settled(turn.turn_id), patience_s)
    await room.wait(lambda: _finished(room.reply_to(turn.turn_id)) or room.ended, patience_s)
    reply = room.reply_to(turn.turn_id)
    if reply is None or reply.first_audio_at is None:
        return 0.0
    return (reply.first_audio_at - ended_at) * 1000


def _candidate(line: Transcript) -> bool:
    return line.role == "candidate"


def _finished(utterance: Utterance | None) -> bool:
    return utterance is not None and utterance.ended
