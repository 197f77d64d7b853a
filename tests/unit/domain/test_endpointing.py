"""How long a hands-free candidate may think."""

from __future__ import annotations

from interview.domain.endpointing import Endpointing
from interview.domain.phases import Phase


def test_main_questions_leave_the_longest_time_to_think() -> None:
    waits = {phase: Endpointing().wait_ms(phase) for phase in Phase}
    assert max(waits, key=waits.__getitem__) is Phase.MAIN_QUESTIONS
    assert waits[Phase.WARMUP] == waits[Phase.INTRODUCTION] == 700


def test_what_sounds_complete_ends_sooner_but_in_main_questions() -> None:
    usual = Endpointing()
    waits = {phase: usual.wait_ms(phase, "complete") for phase in Phase}
    assert waits.pop(Phase.MAIN_QUESTIONS) == usual.wait_ms(Phase.MAIN_QUESTIONS)
    assert waits == {phase: round(usual.wait_ms(phase) / 2) for phase in waits}


def test_no_complete_wait_is_shorter_than_it_takes_to_know() -> None:
    hasty = Endpointing(introduction=500, warmup=200)
    assert hasty.wait_ms(Phase.INTRODUCTION, "complete") == 350
    assert hasty.wait_ms(Phase.WARMUP, "complete") == 200


def test_what_sounds_unfinished_has_half_as_long_again() -> None:
    usual = Endpointing()
    for phase in Phase:
        assert usual.wait_ms(phase, "unfinished") == usual.wait_ms(phase) * 1.5


def test_who_was_given_longer_waits_keeps_their_share() -> None:
    patient = Endpointing(warmup=3_500, main_questions=5_000)
    assert patient.wait_ms(Phase.WARMUP, "complete") == 1_750
    assert patient.wait_ms(Phase.MAIN_QUESTIONS, "complete") == 5_000


def test_extra_time_stretches_every_wait() -> None:
    usual, slow = Endpointing(), Endpointing().stretched(1.5)
    assert [slow.wait_ms(p) for p in Phase] == [round(usual.wait_ms(p) * 1.5) for p in Phase]


def test_extra_time_is_never_shortened() -> None:
    slow = Endpointing().stretched(1.25)
    for phase in Phase:
        assert slow.wait_ms(phase, "complete") == slow.wait_ms(phase)
        assert slow.wait_ms(phase, "unfinished") == round(slow.wait_ms(phase) * 1.5)
    assert Endpointing().stretched(1.0) == Endpointing()
    assert slow.stretched(1.0) == slow
