"""The process that reads a document may do its worst."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from interview.documents.extractor import Extractor
from interview.documents.limits import MAX_DOCUMENT_BYTES, MAX_OUTPUT_BYTES
from interview.errors import InvalidInputError, RateLimitedError
from tests.documents.corpus import CORPUS

PATIENCE_S = 20.0
ENDLESS = "import time; time.sleep(600)"


def running(code: str, timeout_s: float = PATIENCE_S, **options: int) -> Extractor:
    """Whose process does this instead."""
    return Extractor(argv=(sys.executable, "-c", code), timeout_s=timeout_s, **options)


async def code_of(extractor: Extractor, data: bytes = b"Ada Lovelace") -> str:
    with pytest.raises(InvalidInputError) as caught:
        await extractor.extract(data)
    return caught.value.code


async def written(path: Path) -> str:
    async with asyncio.timeout(PATIENCE_S):
        while not (text := content(path)):  # noqa: ASYNC110 - another process is at it
            await asyncio.sleep(0.01)
    return text


def content(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


async def ended(pid: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while is_running(pid):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_one_that_never_ends_is_ended() -> None:
    assert await code_of(running(ENDLESS, timeout_s=0.5)) == "document.timeout"


async def test_one_that_does_not_even_read_is_ended() -> None:
    data = b"a" * MAX_DOCUMENT_BYTES
    assert await code_of(running(ENDLESS, timeout_s=0.5), data) == "document.timeout"


async def test_one_that_is_killed(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    extractor = running(f"import os; open({str(noted)!r}, 'w').write(str(os.getpid())); {ENDLESS}")
    reading = asyncio.create_task(code_of(extractor))
    os.kill(int(await written(noted)), signal.SIGKILL)
    assert await reading == "document.unreadable"
    # And the next one is read.
    assert (await Extractor().extract(b"Ada")).text == "Ada"


@pytest.mark.parametrize(
    "code",
    [
        "raise SystemExit(1)",
        "print('no JSON')",
        'print(\'{"format": "exe", "text": ""}\')',
        'print(\'{"error": "document.of_its_own"}\')',
        "import os; os.abort()",
        "import os; os.close(0); os.close(1)",
        f"import sys; sys.stdout.write('x' * {MAX_OUTPUT_BYTES + 1})",
    ],
)
async def test_one_that_says_something_else(code: str) -> None:
    assert await code_of(running(code)) == "document.unreadable"


async def test_one_that_talks_for_ever_is_ended() -> None:
    flood = "while True: print('x' * 65536)"
    for data in (b"Ada", b"a" * MAX_DOCUMENT_BYTES):
        assert await code_of(running(flood), data) == "document.unreadable"


async def test_one_that_takes_all_the_time_of_the_processor() -> None:
    spin = "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass"
    assert await code_of(running(spin)) == "document.timeout"


async def test_what_it_began_ends_with_it(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    child = (
        "import sys\nfrom subprocess import DEVNULL, Popen\n"
        f"begun = Popen([sys.executable, '-c', {ENDLESS!r}], stdout=DEVNULL)\n"
        f"open({str(noted)!r}, 'w').write(str(begun.pid))\n"
    )
    assert await code_of(running(child)) == "document.unreadable"
    await ended(int(await written(noted)))


async def test_who_does_not_wait_any_more_leaves_nothing_behind(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    extractor = running(
        f"import os; open({str(noted)!r}, 'w').write(str(os.getpid())); {ENDLESS}", at_once=1
    )
    reading = asyncio.create_task(extractor.extract(b"Ada"))
    pid = int(await written(noted))
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await ended(pid)
    assert await code_of(running("raise SystemExit(1)", at_once=1)) == "document.unreadable"


async def test_it_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTER_KEYS", "a:secret")
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    looks = (
        "import json, os, sys\n"
        "secret = 'MASTER_KEYS' in os.environ or len(os.listdir('/proc/self/fd')) > 4\n"
        "print(json.dumps({'format': 'text', 'text': 'leaked' if secret else 'nothing'}))"
    )
    try:
        found = await running(looks).extract(b"Ada")
    finally:
        os.close(reader)
        os.close(writer)
    assert found.text == "nothing"


async def test_it_is_confined(tmp_path: Path) -> None:
    """It writes no file, opens few, and has so much memory."""
    tries = f"""
import os
from interview.documents import extract
from interview.documents.results import Extraction
def fails(act):
    try:
        act()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "nothing"
def write():
    os.write(os.open({str(tmp_path / "file")!r}, os.O_CREAT | os.O_WRONLY), b"x")
def confined(data):
    acts = (write, lambda: [os.dup(0) for _ in range(100)], lambda: bytes(500_000_000))
    return Extraction("text", ", ".join(map(fails, acts)))
extract.reader = lambda data: confined
extract.main()
"""
    found = await running(tries).extract(b"Ada")
    assert found.text == "OSError, OSError, MemoryError"
    assert content(tmp_path / "file") == ""


async def test_so_many_at_once_and_no_more_that_wait(tmp_path: Path) -> None:
    """Each notes when it begins and ends; the others wait, or are sent away."""
    notes = tmp_path / "notes"
    code = (
        "import os, time\n"
        f"note = os.open({str(notes)!r}, os.O_CREAT | os.O_APPEND | os.O_WRONLY)\n"
        "os.write(note, b'+'); time.sleep(0.1); os.write(note, b'-'); raise SystemExit(1)"
    )
    extractor = running(code, at_once=2, waiting=4)
    results = await asyncio.gather(
        *(extractor.extract(b"Ada") for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(result, RateLimitedError) for result in results) == 4
    assert sum(isinstance(result, InvalidInputError) for result in results) == 6
    begun = most = 0
    for note in content(notes):
        begun += 1 if note == "+" else -1
        most = max(most, begun)
    assert (begun, most) == (0, 2)
    # There is room again.
    assert await code_of(extractor) == "document.unreadable"


async def test_documents_beside_each_other_are_not_mixed_up() -> None:
    extractor = Extractor(at_once=4)
    texts = [f"Candidate {number}" for number in range(12)]
    found = await asyncio.gather(*(extractor.extract(text.encode()) for text in texts))
    assert [result.text for result in found] == texts


async def test_the_name_of_a_file_is_of_no_account() -> None:
    """Only bytes come this far: what is a PDF file is read as one."""
    assert (await Extractor().extract(CORPUS["pdf"].data)).format == "pdf"
