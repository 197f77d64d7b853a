"""Output of runs that a connection is told twice is told to its client once."""

from __future__ import annotations

from api.code_output import CODE_OUTPUT, OutputTold
from interview.protocol.server import CodeOutput


def output(text: str, start: int, *, run_id: str = "run", attempt: int = 1) -> bytes:
    message = CodeOutput(
        run_id=run_id, case=0, stream="stdout", text=text, attempt=attempt, start=start
    )
    data = message.model_dump_json().encode()
    assert data.startswith(CODE_OUTPUT)
    return data


def test_what_was_told_is_known() -> None:
    told = OutputTold()
    assert not told.is_known(output("ab", 0))
    assert told.is_known(output("ab", 0))
    assert told.is_known(output("b", 1))
    assert not told.is_known(output("bc", 1)), "the client cuts it"
    assert told.is_known(output("c", 2))
    assert not told.is_known(output("x", 9)), "something may have been missed"


def test_attempts_begin_anew_and_replace_the_ones_before() -> None:
    told = OutputTold()
    assert not told.is_known(output("ab", 0))
    assert not told.is_known(output("a", 0, attempt=2))
    assert told.is_known(output("cd", 2)), "it was given up"
    assert not told.is_known(output("b", 1, attempt=2))
    assert told.is_known(output("ab", 0, attempt=2))


def test_each_run_has_its_own_and_few_are_remembered() -> None:
    told = OutputTold()
    for number in range(50):
        assert not told.is_known(output("ab", 0, run_id=f"run-{number}"))
    assert told.is_known(output("ab", 0, run_id="run-49"))
    assert not told.is_known(output("ab", 0, run_id="run-0"))
