"""Some hundred damaged files: each is read or refused, in bounded time and memory, and nothing
else ever comes of it.

`FUZZ_DOCUMENTS` says how many. They are read by one process, in the way of the one that reads a
single document, since starting it would be most of the time.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Generator

from interview.documents.results import ERROR_CODES
from tests.documents import words
from tests.documents.corpus import CORPUS, GOOD

FILES = int(os.environ.get("FUZZ_DOCUMENTS", "400"))
SECONDS_A_FILE = 20
FORMATS = {"pdf", "docx", "text"}
LARGEST = 130_000
"""Larger ones of the corpus are bombs, which stay what they are when a byte changes."""

READS_MANY = f"""
import json, resource, signal, struct, sys
from interview.documents.extract import extract
from interview.documents.limits import MEMORY_BYTES
import interview.documents.pdf, interview.documents.word
resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
while head := sys.stdin.buffer.read(4):
    data = sys.stdin.buffer.read(struct.unpack("<I", head)[0])
    signal.alarm({SECONDS_A_FILE})  # which ends the process
    found = extract(data)
    print(json.dumps(getattr(found, "error", None) or found.format), flush=True)
"""


def mutated(seed: int) -> bytes:
    """One of the corpus with a few changes of the kinds that damage and malice make."""
    chance = random.Random(seed)
    small = [sample.data for sample in CORPUS.values() if 0 < len(sample.data) < LARGEST]
    if chance.random() < 0.3:
        # A checksum would catch what is done to a ZIP file from outside.
        file = chance.choice([sample.data for sample in GOOD.values() if sample.becomes == "docx"])
        with zipfile.ZipFile(io.BytesIO(file)) as opened:
            entries = {name: opened.read(name) for name in opened.namelist()}
        name = chance.choice([name for name, data in entries.items() if data])
        return words.archive(entries | {name: damaged(entries[name], chance, small)})
    return damaged(chance.choice(small), chance, small)


def damaged(file: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    data = bytearray(file)
    for _ in range(chance.choice((1, 1, 2, 5, 40))):
        change(data, chance, others)
    return bytes(data)


def change(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    length = min(chance.choice((1, 1, 4, 50, 1000)), len(data) - at)
    match chance.randrange(7):
        case 0:
            data[at : at + length] = chance.randbytes(length)
        case 1:
            del data[at : at + length]
        case 2:
            data[at:at] = data[at : at + length] * chance.choice((1, 2, 30))
        case 3 if length:
            data[at] ^= 1 << chance.randrange(8)
        case 4:
            other = chance.choice(others)
            begin = chance.randrange(len(other))
            data[at : at + length] = other[begin : begin + length]
        case 5:
            data[at : at + length] = chance.choice(
                (
                    b"0",
                    b"-1",
                    b"999999999999",
                    b"<<",
                    b"[",
                    b"1 0 R",
                    b"\xff\xff\xff\xff",
                    b"endobj",
                )
            )
        case _:
            del data[max(at, 200) :]


def framed() -> Generator[bytes]:
    for seed in range(FILES):
        data = mutated(seed)
        yield struct.pack("<I", len(data)) + data


async def test_whatever_is_damaged_is_read_or_refused() -> None:
    reader = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-c", READS_MANY),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
    )
    answers, errors = await reader.communicate(b"".join(framed()))
    results = [json.loads(line) for line in answers.splitlines()]
    # Where it broke off is the seed of the file that did it.
    assert len(results) == FILES, f"seed {len(results)}: {reader.returncode} {errors[-2000:]!r}"
    assert set(results) <= FORMATS | set(ERROR_CODES)
    # They are not all refused at the door.
    assert FORMATS < set(results)
    assert "document.unreadable" in results
