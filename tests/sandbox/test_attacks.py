"""The attacks, on the real sandbox. Where bubblewrap or a language is missing, they fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from chaos.attacks.catalog import ATTACKS, LANGUAGES, Attack
from chaos.attacks.stage import Stage
from interview.domain.code_runs import Language, Limits, OutputPiece, Run
from interview.sandbox.bubblewrap.backend import Bubblewrap
from interview.sandbox.bubblewrap.selftest import _Endless  # pyright: ignore[reportPrivateUsage]

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncGenerator[Stage]:
    async with Stage() as stage:
        assert set(LANGUAGES) <= set(stage.status.available), stage.status
        yield stage


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
async def test_it_holds(stage: Stage, attack: Attack) -> None:
    # One after the other: what each leaves behind is looked for on the whole machine.
    outcomes = [await stage.play(attack, language) for language in LANGUAGES]

    assert [one for one in outcomes if not one.held] == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_is_started_as_root(stage: Stage, language: Language) -> None:
    assert (await stage.as_root(language)).held


async def test_a_neighbour_is_not_starved(stage: Stage) -> None:
    assert (await stage.starve(ATTACKS, "python")).held


async def test_ten_at_once_share_alike() -> None:
    """Each could use all there is, and none of them starves beside the others."""
    work = (
        "import time\nend, rounds = time.monotonic() + 2, 0\n"
        "while time.monotonic() < end: rounds += 1\nprint(rounds)"
    )
    run = Run(language="python", source=work, limits=Limits(cpu_s=10, wall_s=60))
    sandbox = Bubblewrap(slots=10)

    async def rounds() -> int:
        result = await sandbox.run(run, lambda _: None)
        assert result.cases[0].ending == "finished"
        return int(result.cases[0].stdout)

    try:
        assert (await sandbox.check(("python",))).available
        done = await asyncio.gather(*(rounds() for _ in range(10)))
    finally:
        await sandbox.close()

    assert min(done) > max(done) / 10


async def test_output_comes_as_it_is_written(stage: Stage) -> None:
    pieces: list[OutputPiece] = []
    source = (
        "import sys\nprint('héllo')\nprint('oh', file=sys.stderr)\nprint(sys.stdin.read()[::-1])"
    )

    result = await stage.sandbox.run(
        Run(language="python", source=source, inputs=("ab", "cd")), pieces.append
    )

    assert [case.stdout for case in result.cases] == ["héllo\nba\n", "héllo\ndc\n"]
    assert "".join(one.text for one in pieces if one.stream == "stdout") == "héllo\nba\nhéllo\ndc\n"
    assert {one.case for one in pieces} == {0, 1}


async def test_one_input_leaves_nothing_to_the_next(stage: Stage) -> None:
    source = "import os\nprint(os.listdir('/tmp'), os.listdir('/dev/shm'))\nopen('/tmp/x', 'w')"

    result = await stage.sandbox.run(
        Run(language="python", source=source, inputs=("", "")), lambda _: None
    )

    assert [case.stdout for case in result.cases] == ["[] []\n"] * 2


@pytest.mark.parametrize(
    ("language", "source"), [("cpp", "int main() { return x; }"), ("python", "def")]
)
async def test_what_is_no_program(stage: Stage, language: Language, source: str) -> None:
    result = await stage.sandbox.run(Run(language=language, source=source), lambda _: None)

    if language == "cpp":
        assert (result.ending, result.cases) == ("compile_error", ())
        assert "main.cpp:1" in result.compiler
    else:
        assert result.cases[0].ending == "runtime_error"
        assert "SyntaxError" in result.cases[0].stderr


async def test_nothing_runs_before_it_was_tried() -> None:
    sandbox = Bubblewrap(slots=1)
    try:
        result = await sandbox.run(Run(language="python", source="print(1)"), lambda _: None)
    finally:
        await sandbox.close()

    assert (result.ending, result.cases) == ("sandbox_unavailable", ())


@pytest.mark.parametrize("bwrap", ["/nowhere/bwrap", "/bin/false"])
async def test_without_bubblewrap_nothing_runs_and_it_is_said(bwrap: str) -> None:
    sandbox = Bubblewrap(slots=1, bwrap=bwrap)
    try:
        status = await sandbox.check()
        result = await sandbox.run(Run(language="python", source="print(1)"), lambda _: None)
    finally:
        await sandbox.close()

    assert status.available == ()
    assert status.reason
    assert (result.ending, result.cases) == ("sandbox_unavailable", ())


async def test_walls_that_let_something_through_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-test can fail: here a program is not stopped for what it takes."""
    monkeypatch.setattr(
        "interview.sandbox.bubblewrap.selftest._ENDLESS",
        (_Endless("memory", "memory_limit", "pass"),),
    )
    sandbox = Bubblewrap(slots=1)
    try:
        status = await sandbox.check(("python",))
    finally:
        await sandbox.close()

    assert status.available == ()
    assert "the limit on memory is not kept" in status.reason
