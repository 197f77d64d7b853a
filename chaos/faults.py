"""Everything that can go wrong, each as one object: applied, kept for a while, healed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from redis.exceptions import RedisError

from chaos.link import Weather
from chaos.stack import LINKS, PROCESSES, ChaosStack, Process
from chaos.tab import Tab
from tests.fakes.behaviours import Behaviour, Body, Cut, ErrorInStream, Hang, Status

__all__ = [
    "STORMS",
    "ClockJump",
    "Drop",
    "Fault",
    "Flush",
    "Forget",
    "Freeze",
    "FullDisk",
    "Kill",
    "Net",
    "Reload",
    "Storm",
    "any_fault",
]


class Fault(Protocol):
    @property
    def name(self) -> str: ...

    async def run(self, stack: ChaosStack, tab: Tab | None, applied: Callable[[], None]) -> None:
        """Until it is healed; calls `applied` once it works. `tab` is the one that is struck."""
        ...


@dataclass(frozen=True, slots=True)
class Kill:
    """SIGKILL; the launcher starts it again."""

    process: Process

    @property
    def name(self) -> str:
        return f"kill {self.process}"

    async def run(self, stack: ChaosStack, tab: Tab | None, applied: Callable[[], None]) -> None:
        stack.kill(self.process)
        applied()


@dataclass(frozen=True, slots=True)
class Freeze:
    """SIGSTOP: nothing answers, and nothing is closed."""

    process: Process
    seconds: float = 2.5

    @property
    def name(self) -> str:
        return f"freeze {self.process}"

    async def run(self, stack: ChaosStack, tab: Tab | None, applied: Callable[[], None]) -> None:
        pids = stack.freeze(self.process)
        applied()
        try:
            await asyncio.sleep(self.seconds)
        finally:
            stack.thaw(pids)


@dataclass(frozen=True, slots=True)
class Net:
    link: str
    weather: Weather
    seconds: float = 3.0

    @property
    def name(self) -> str:
        return f"{self.weather} {self.link}"

    async def run(self, stack: ChaosStack, tab: Tab | None, applied: Callable[[], None]) -> None:
        await stack.links.turn(self.link, self.weather)
        applied()
        try:
            if self.weather != "resets":
                await asyncio.sleep(self.seconds)
        finally:
            await stack.links.turn(self.link, "fine")


@dataclass(frozen=True, slots=True)
class Flush:
    """All streams are gone, from one moment to the next."""

    name: str = "flush valkey"

    async def run(self, stack: ChaosStack, tab: Tab | None, applied: Callable[[], None]) -> None:
        try:
            await stack.flush()
        except RedisError:
            pass  # it is down: another fault was faster
        finally:
            applied()


@dataclass(frozen=True, slots=True)
class Forget:
    """All streams are gone, and the candidate's network with them: what they were told last, nobody
    can tell them again."""

    name: str = "flush valkey and drop socket"

    async def run(self, stack: ChaosStack, tab: Tab | None, applied: Callable[[], None]) -> None:
        await Flush().run(stack, tab, lambda: None)
        await Drop().run(stack, tab, applied)


@dataclass(frozen=True, slots=True)
class FullDisk:
    """The object store has no byte left."""

    seconds: float = 3.0
    name: str = "full disk"

    async def run(self, stack: ChaosStack, tab: Tab | None, applied: Callable[[], None]) -> None:
        assert stack.disk is not None
        await asyncio.to_thread(stack.disk.fill)
        applied()
        try:
            await asyncio.sleep(self.seconds)
        finally:
            stack.disk.free()


@dataclass(frozen=True, slots=True)
class ClockJump:
    process: str
    offset_s: int
    seconds: float = 5.0

    @property
    def name(self) -> str:
        return f"clock of {self.process} {self.offset_s:+d} s"

    async def run(self, stack: ChaosStack, tab: Tab | None, applied: Callable[[], None]) -> None:
        stack.clock[self.process].set(self.offset_s)
        applied()
        try:
            await asyncio.sleep(self.seconds)
        finally:
            stack.clock[self.process].set(0)


@dataclass(frozen=True, slots=True)
class Storm:
    """The next `times` requests to the provider fail in this way."""

    what: str
    behaviour: Behaviour
    endpoints: tuple[str, ...]
    times: int = 3

    @property
    def name(self) -> str:
        return f"{self.what} from {'+'.join(self.endpoints)} x{self.times}"

    async def run(self, stack: ChaosStack, tab: Tab | None, applied: Callable[[], None]) -> None:
        for endpoint in self.endpoints:
            stack.mount.fake.will(endpoint, *([self.behaviour] * self.times))
        applied()


@dataclass(frozen=True, slots=True)
class Drop:
    """The candidate's network is gone for a moment."""

    name: str = "drop socket"

    async def run(self, stack: ChaosStack, tab: Tab | None, applied: Callable[[], None]) -> None:
        if tab is not None:
            tab.drop()
        applied()


@dataclass(frozen=True, slots=True)
class Reload:
    """The candidate loads the page anew: it knows nothing but the answer that is not safe yet."""

    name: str = "reload page"

    async def run(self, stack: ChaosStack, tab: Tab | None, applied: Callable[[], None]) -> None:
        if tab is not None:
            tab.reload()
        applied()


_BEHAVIOURS: dict[str, Behaviour] = {
    "429": Status(429, {"retry-after": "1"}),
    "500": Status(500),
    "timeout": Hang(),
    "garbage": Body(b"\x00\xff not what was asked for"),
    "cut": Cut(1),
}
STORMS: tuple[Storm, ...] = tuple(
    Storm(what, behaviour, endpoints)
    for endpoints in (("stt",), ("tts",), ("messages",), ("messages", "chat"))
    for what, behaviour in _BEHAVIOURS.items()
) + (
    Storm("error in stream", ErrorInStream("overloaded_error"), ("messages",)),
    Storm("500", Status(500), ("stt",), times=12),
    Storm("500", Status(500), ("tts",), times=12),
    Storm("timeout", Hang(), ("messages", "chat"), times=6),
)


def any_fault(randomness: random.Random, stack: ChaosStack) -> Fault:
    """Of all that this stack can suffer; each family as likely as another."""
    seconds = randomness.uniform(0.3, 4.0)
    weathers: Sequence[Weather] = ("cut", "half_open", "deaf", "slow", "resets")
    families: list[Callable[[], Fault]] = [
        lambda: Kill(randomness.choice(PROCESSES)),
        lambda: Kill(randomness.choice(("worker", "api"))),
        lambda: Freeze(randomness.choice(PROCESSES), seconds),
        lambda: Net(randomness.choice(LINKS), randomness.choice(weathers), seconds),
        lambda: Net(randomness.choice(LINKS), randomness.choice(weathers), seconds),
        Flush,
        Forget,
        Drop,
        Reload,
        lambda: randomness.choice(STORMS),
    ]
    if stack.disk is not None:
        families.append(lambda: FullDisk(seconds))
    if stack.clock:
        jump = randomness.choice((-3600, -30, 30, 3600))
        families.append(lambda: ClockJump(randomness.choice(("worker", "api")), jump, seconds))
    return randomness.choice(families)()
