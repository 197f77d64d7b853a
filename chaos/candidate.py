"""A candidate who holds an interview to its end, whatever happens, and can be struck on the way."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from chaos.record import Said
from chaos.tab import Answer, Tab
from demo.voice import Spoken
from interview.domain.phases import Phase
from interview.protocol.server import ServerMessage, Status, TurnCommitted

__all__ = ["AGAIN", "STAGES", "Candidate", "Stage"]

Stage = Literal["idle", "begin", "talking", "end", "generating", "speaking"]
STAGES: tuple[Stage, ...] = ("idle", "begin", "talking", "end", "generating", "speaking")

AGAIN = "Could you say that again"
"""In an answer: the interviewer says the question in other words, and the phase goes on."""

SETTLE_S = 60.0
"""An answer that is not safe by then will never be."""
REPLY_S = 12.0
"""Nothing heard for so long: the candidate loads the page anew."""
_LOADS = 5
END_S = 45.0
MAX_ANSWERS = 30
_SPEED = 8.0
"""Answers are sent so much faster than they are spoken."""


@dataclass
class Candidate:
    """`strikes` run once each, at their stage of answer number `struck` (from 0)."""

    tab: Tab
    spoken: Spoken
    random: random.Random
    struck: int = 2
    strikes: dict[Stage, Callable[[], Awaitable[None]]] = field(
        default_factory=dict[Stage, Callable[[], Awaitable[None]]]
    )
    before_answer: Callable[[int], Awaitable[None]] | None = None
    patience: float = 1.0
    """So many times as long they wait for what takes its time."""
    _given: int = 0
    _running: str = ""
    _striking: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    async def hold(self) -> None:
        """Until the interview has ended for this tab, or the candidate has given it up."""
        tab = self.tab
        tab.on_message, tab.on_sound = self._on_message, self._on_sound
        if not await self._reply_to(lambda: _finished_any(tab)):
            tab.record.gave_up = "the greeting"
        elif (foreign := tab.foreign) is not None:
            # Another tab's answer is on its way: its reply says what is asked next.
            await tab.wait(lambda: tab.utterances.get(foreign) or self._over, REPLY_S)
        await tab.wait(lambda: self._is_asked or self._over, REPLY_S)
        while not self._is_done and self._given < MAX_ANSWERS:
            if self.before_answer is not None:
                await self.before_answer(self._given)
            await self._answer()
            self._given += 1
        if not tab.record.gave_up and not await tab.wait(lambda: self._over, END_S * self.patience):
            tab.record.gave_up = "the end"
        await asyncio.gather(*self._striking)

    @property
    def _is_asked(self) -> bool:
        """The last word was the interviewer's."""
        lines = self.tab.state.transcript
        return not lines or lines[max(lines)].role == "interviewer"

    @property
    def _is_done(self) -> bool:
        said_goodbye = self.tab.state.phase is Phase.COMPLETED
        return self._over or said_goodbye or bool(self.tab.record.gave_up)

    @property
    def _over(self) -> bool:
        return self.tab.state.ended is not None or self.tab.superseded

    async def _answer(self) -> None:
        """One answer; where a spoken one is let go of, it is typed."""
        typed = self._given % 2 == 1
        answer = await self._give(typed=typed)
        settled = await self.tab.wait(
            lambda: answer.outcome or self._over, SETTLE_S * self.patience
        )
        if self._over:
            return
        if not settled:
            self.tab.record.gave_up = f"{answer.turn_id} to be safe"
            return
        if answer.outcome != "committed":
            return
        turn_id = answer.turn_id
        if not await self._reply_to(lambda: self.tab.utterances.get(turn_id)):
            self.tab.record.gave_up = f"a reply to {turn_id}"

    async def _reply_to(self, heard: Callable[[], object]) -> bool:
        """A reply that was lost on its way is found in the conversation by loading the page."""
        for _ in range(round(_LOADS * self.patience)):
            before = len(self.tab.state.transcript)
            if await self.tab.wait(lambda: heard() or self._over, REPLY_S):
                return True
            self.tab.reload()
            entered = self.tab.entered
            if not await self.tab.wait(
                lambda n=entered: self.tab.entered > n or self._over, REPLY_S
            ):
                continue  # nothing is shown of the conversation yet
            await self.tab.wait(lambda: heard() or self._over, 1.0)
            lines = self.tab.state.transcript
            last = lines[max(lines)] if lines else None
            if last is not None and last.role == "interviewer" and len(lines) >= before:
                return True
        return False

    async def _give(self, *, typed: bool) -> Answer:
        turn_id = uuid.UUID(int=self.random.getrandbits(128)).hex
        tab = self.tab
        answer = Answer(turn_id, text=self._words(turn_id) if typed else None)
        said = Said(
            turn_id,
            "typed" if typed else "voice",
            answer.text or "",
            time.monotonic(),
            tab.state.question_id,
        )
        await self._strike("idle")
        said.began = time.monotonic()
        said.shown_question_id = tab.state.question_id
        tab.record.said.append(said)
        self._running = turn_id
        await tab.begin(answer)
        await self._strike("begin")
        if typed:
            await self._strike("talking")
        else:
            await self._speak(answer)
        said.ended = time.monotonic()
        await self._strike("end")
        return answer

    async def _speak(self, answer: Answer) -> None:
        middle = len(self.spoken.chunks) // 2
        for index, (chunk, wait_s) in enumerate(self.spoken.chunks):
            if index == middle:
                await self._strike("talking")
            await asyncio.sleep(wait_s / _SPEED)
            answer.chunks.append(chunk)
            await self.tab.go_on()
        answer.ended, answer.duration_ms = True, self.spoken.duration_ms
        await self.tab.go_on()

    def _words(self, turn_id: str) -> str:
        words = f"{AGAIN}, please" if self._given in (1, 5) else "I moved it to another database"
        return f"{words}. {turn_id[:8]}"

    async def _strike(self, stage: Stage) -> None:
        if self._given == self.struck and (strike := self.strikes.pop(stage, None)) is not None:
            await strike()

    def _on_message(self, message: ServerMessage) -> None:
        generating = isinstance(message, Status) and message.state == "generating"
        committed = isinstance(message, TurnCommitted) and message.turn_id == self._running
        if generating or committed:
            self._strike_beside("generating")

    def _on_sound(self, turn_id: str) -> None:
        if turn_id == self._running:
            self._strike_beside("speaking")

    def _strike_beside(self, stage: Stage) -> None:
        if self._given == self.struck and stage in self.strikes:
            self._striking.append(asyncio.create_task(self._strike(stage)))


def _finished_any(tab: Tab) -> bool:
    return any(tab.utterances.values())
