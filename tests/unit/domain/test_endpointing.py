"""How long a hands-free candidate may think."""

from __future__ import annotations

from interview.domain.endpointing import Endpointing
from interview.domain.phases import Phase


def test_main_questions_leave_the_longest_time_to_think() -> None:
    waits = {phase: Endpointing().wait_ms(phase) for phase in Phase}
    assert max(waits, key=waits.__getitem__) is Phase.MAIN_QUESTIONS
    assert waits[Phase.WARMUP] == waits[Phase.INTRODUCTION] == 700


def test_extra_time_stretches_every_wait() -> None:
    usual, slow = Endpointing(), Endpointing().stretched(1.5)
    assert [slow.wait_ms(p) for p in Phase] == [round(usual.wait_ms(p) * 1.5) for p in Phase]
