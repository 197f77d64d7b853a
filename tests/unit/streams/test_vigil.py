"""Telling dead workers from their counts."""

from __future__ import annotations

from interview.streams.pulse import DEAD_AFTER_S, HeldTurn, Signs, Vigil

STEP_S = 0.1


class Watch:
    """A vigil and its clock."""

    def __init__(self) -> None:
        self.vigil = Vigil()
        self.now = 1000.0

    def look(self, beats: dict[str, int], *, times: int = 1, step_s: float = STEP_S) -> list[str]:
        died: list[str] = []
        for _ in range(times):
            self.now += step_s
            died += self.vigil.look(beats, self.now)
        return died


def test_a_count_that_stands_still_is_a_dead_workers_and_is_told_once() -> None:
    watch = Watch()
    for count in range(20):
        assert watch.look({"alive": count, "dying": count}) == []
    beats = {"alive": 20, "dying": 19}
    died: list[str] = []
    for count in range(20):
        died += watch.look(beats | {"alive": 20 + count})
    assert died == ["dying"]


def test_a_worker_gets_the_whole_time() -> None:
    watch = Watch()
    steps = round(DEAD_AFTER_S / STEP_S)
    assert watch.look({"slow": 1}, times=steps) == []
    assert watch.look({"slow": 2}, times=steps) == []


def test_who_was_not_looking_does_not_judge() -> None:
    watch = Watch()
    watch.look({"frozen": 1}, times=3)
    # This process stood still, and cannot know what the worker did meanwhile.
    assert watch.look({"frozen": 1}, step_s=5.0) == []
    assert watch.look({"frozen": 1}, times=3) == []
    assert watch.look({"frozen": 1}, times=3) == ["frozen"]


def test_a_worker_that_was_dead_before_the_first_look_is_found() -> None:
    assert Watch().look({"old": 7}, times=10) == ["old"]


def test_one_that_was_alive_after_all_may_die_again() -> None:
    watch = Watch()
    assert watch.look({"w": 7}, times=10) == ["w"]
    assert watch.look({}, times=2) == []
    assert watch.look({"w": 1}) == []
    assert watch.look({"w": 1}, times=10) == ["w"]


def test_a_held_turn_survives_any_turn_id() -> None:
    held = HeldTurn("0b6f5a52-6f0a-4d3e-9f5e-0b8f6f0f6f01", "a/b c/äß", "turn.speak")
    assert HeldTurn.parse(str(held)) == held


class Roll(Watch):
    """Of those that are told of, whether or not they are alive."""

    def call(
        self, beats: dict[str, int], *, leaving: frozenset[str] = frozenset(), times: int = 1
    ) -> list[str]:
        vanished: list[str] = []
        for _ in range(times):
            self.look(beats)
            vanished += self.vigil.vanished(Signs(beats, leaving), self.now)
        return vanished


def test_who_was_dead_when_redis_forgot_everybody_is_missed_once() -> None:
    roll = Roll()
    assert roll.call({"alive": 1, "dying": 1}) == []
    # The living say so again with their next beat.
    assert roll.call({}) == []
    assert roll.call({"alive": 1}, times=30) == ["dying"]


def test_who_leaves_is_not_missed_nor_is_who_is_known_to_be_dead() -> None:
    roll = Roll()
    assert roll.call({"leaver": 1, "dead": 1}) == []
    assert roll.call({"leaver": 2, "dead": 1}, leaving=frozenset({"leaver"})) == []
    assert roll.call({"dead": 1}, leaving=frozenset({"leaver"}), times=10) == []
    assert roll.call({}, times=10) == []


def test_one_that_comes_back_in_time_is_not_missed() -> None:
    roll = Roll()
    for count in range(20):
        assert roll.call({"w": count}) == []
        assert roll.call({}, times=2) == []
