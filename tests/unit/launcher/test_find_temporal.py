"""Where Temporal's server comes from, in this order; the last resort says what to install."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from launcher.errors import StartError
from launcher.paths import Home
from launcher.temporal import find_temporal


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    (tmp_path / "bin").mkdir()
    home = Home(tmp_path / "home")
    home.create()
    return home


def program(path: Path, script: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


async def nothing_to_download(_: Path) -> Path | None:
    return None


async def test_what_is_here_already_is_used_in_order(home: Home, tmp_path: Path) -> None:
    said: list[str] = []
    cached = program(tmp_path / "cache" / "intervue" / "tools" / "temporal")
    assert await find_temporal(home, said.append) == cached
    own = program(home.tools / "temporal")
    assert await find_temporal(home, said.append) == own
    on_path = program(tmp_path / "bin" / "temporal")
    assert await find_temporal(home, said.append) == on_path
    assert said == []


async def test_a_download_needs_no_build(home: Home) -> None:
    async def download(tools: Path) -> Path | None:
        return program(tools / "temporal")

    found = await find_temporal(home, lambda _: None, download=download, compilers=[["false"]])

    assert found.name == "temporal"


async def test_the_next_go_is_tried_when_one_is_too_old(home: Home, tmp_path: Path) -> None:
    old = program(tmp_path / "old-go", "echo 'requires go >= 1.24' >&2; exit 1")
    new = program(
        tmp_path / "new-go",
        'echo "$1 $2" > "$GOBIN/asked"; cp /bin/true "$GOBIN/temporal"',
    )

    found = await find_temporal(
        home, lambda _: None, download=nothing_to_download, compilers=[[str(old)], [str(new)]]
    )

    assert found == tmp_path / "cache" / "intervue" / "tools" / "temporal"
    asked = (found.parent / "asked").read_text()
    assert asked == "install github.com/temporalio/cli/cmd/temporal@v1.5.1\n"


async def test_the_last_failure_says_why_and_what_to_do(home: Home, tmp_path: Path) -> None:
    go = program(tmp_path / "go", "echo 'no space left on device' >&2; exit 1")

    with pytest.raises(StartError) as raised:
        await find_temporal(
            home, lambda _: None, download=nothing_to_download, compilers=[[str(go)]]
        )

    assert str(raised.value) == (
        "Temporal's server could not be downloaded, nor built (no space left on device): "
        "install the Temporal CLI (or Go 1.24 or newer), or set TEMPORAL_ADDRESS"
    )


async def test_of_two_at_once_one_builds(home: Home, tmp_path: Path) -> None:
    """On a new machine several test processes look for it in the same moment."""
    go = program(
        tmp_path / "go",
        'echo once >> "$GOBIN/asked"; sleep 0.3; cp /bin/true "$GOBIN/temporal"',
    )
    said: list[str] = []

    async def find() -> Path:
        return await find_temporal(
            home, said.append, download=nothing_to_download, compilers=[[str(go)]]
        )

    found = await asyncio.gather(find(), find(), find())

    assert len(set(found)) == 1
    assert (found[0].parent / "asked").read_text() == "once\n"
    assert "Another process is getting the tools: waiting for it …" in said
