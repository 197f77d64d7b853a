"""What is said of memory, and what is not."""

from __future__ import annotations

import os

import pytest

from chaos import memory
from chaos.memory import Growth, MemoryLog, anonymous_kb


def growth_of(*seen: tuple[float, int, int], monkeypatch: pytest.MonkeyPatch) -> Growth:
    """Of `(done, pid, MB)`."""
    held: list[int] = []

    def told(_: int) -> int:
        return held.pop() * 1024

    monkeypatch.setattr(memory, "anonymous_kb", told)
    log = MemoryLog()
    for done, pid, mb in seen:
        held.append(mb)
        log.note(done, {"api-1": pid})
    return log.growth()["api-1"]


def test_the_end_beside_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    lived = growth_of((0.0, 1, 10), (0.5, 1, 100), (0.95, 1, 120), monkeypatch=monkeypatch)

    assert (lived.lives, lived.middle_mb, lived.end_mb) == (1, 100, 120)
    assert lived.over == pytest.approx(1.2)


def test_one_that_was_too_young_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would have grown whatever it does: it was loading."""
    killed = growth_of(
        *((0.0, 1, 100), (0.49, 2, 20), (0.51, 2, 90), (0.95, 2, 100)), monkeypatch=monkeypatch
    )

    assert killed.lives == 2
    assert killed.middle_mb is None
    assert killed.over is None


def test_one_that_died_since(monkeypatch: pytest.MonkeyPatch) -> None:
    killed = growth_of(
        *((0.0, 1, 90), (0.5, 1, 100), (0.7, 2, 60), (0.95, 2, 80)), monkeypatch=monkeypatch
    )

    assert killed.over == pytest.approx(0.8)


def test_of_a_process_that_is_there_and_one_that_is_not() -> None:
    assert (anonymous_kb(os.getpid()) or 0) > 1024
    assert anonymous_kb(2**22 + 1) is None
