"""Each résumé of ours is read, or refused for the right reason, in a process of its own."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
import sys
import unicodedata

import pytest

from interview.documents.extractor import Extractor
from interview.documents.limits import MAX_DOCUMENT_BYTES, MAX_TEXT_CHARS, MEMORY_BYTES
from interview.documents.results import ERROR_CODES, Extraction
from interview.errors import InvalidInputError
from tests.documents.corpus import CORPUS, GOOD, REFUSED, Sample


@pytest.mark.parametrize("name", GOOD)
async def test_it_is_read(name: str) -> None:
    sample = CORPUS[name]
    found = await Extractor().extract(sample.data)
    assert found.format == sample.becomes
    at = 0
    for seen in sample.holds:
        assert seen in found.text[at:]
        at = found.text.index(seen, at)
    assert tuple((span.reason, span.text) for span in found.hidden) == sample.hides
    for span in found.hidden:
        assert span.text not in found.text
    is_sound(found)


@pytest.mark.parametrize("name", REFUSED)
async def test_it_is_refused(name: str) -> None:
    sample = CORPUS[name]
    with pytest.raises(InvalidInputError) as caught:
        await Extractor().extract(sample.data)
    assert caught.value.code == sample.becomes
    assert not caught.value.retryable


def is_sound(found: Extraction) -> None:
    """Whatever it was made of."""
    text = found.text
    assert 0 < len(text) <= MAX_TEXT_CHARS
    assert text == text.strip() == unicodedata.normalize("NFC", text)
    assert "\n\n\n" not in text
    assert "  " not in text
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"]
    for span in found.hidden:
        assert span.text
        assert 0 <= span.offset <= len(text)


def test_the_corpus_meets_every_end() -> None:
    ends = {sample.becomes for sample in CORPUS.values()}
    # The last one takes a clock: see test_extractor.
    assert ends == {"pdf", "docx", "text", *ERROR_CODES} - {"document.timeout"}
    assert len(CORPUS) >= 40


async def test_the_place_of_what_is_hidden() -> None:
    word = await Extractor().extract(CORPUS["docx hidden runs"].data)
    for span, before in zip(word.hidden, ("Before.", "Between.", "After."), strict=True):
        assert word.text[: span.offset].endswith(before)
    layered = await Extractor().extract(CORPUS["pdf tiny"].data)
    assert [(span.page, span.offset) for span in layered.hidden] == [(1, 0)]


# Its memory and what it reports of it

_MEASURED = """
import json, resource, subprocess, sys
read = subprocess.run([sys.executable, "-m", "interview.documents.extract"], stdin=sys.stdin,
                      capture_output=True)
print(json.dumps([read.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024]))
"""


# By name: to look at what they hold, all would be made wherever tests are collected.
@pytest.mark.parametrize("name", [name for name in CORPUS if name not in {"empty", "too large"}])
async def test_its_memory_is_bounded(name: str) -> None:
    """By a small process, which measures the one that it starts: a child of this one would be
    counted with what it has before it becomes itself."""
    sample = CORPUS[name]
    assert 0 < len(sample.data) <= MAX_DOCUMENT_BYTES
    status, peak = await asyncio.to_thread(_measured, sample)
    assert status == 0
    assert peak < MEMORY_BYTES


def _measured(sample: Sample) -> tuple[int, int]:
    argv = (sys.executable, "-c", _MEASURED)
    found = subprocess.run(argv, input=sample.data, capture_output=True, check=True, timeout=60)
    status, peak = json.loads(found.stdout)
    return status, peak


def test_results_are_plain() -> None:
    """What crosses from process to process has no type that JSON does not have."""
    found = Extraction("text", "Ada")
    assert json.loads(json.dumps(dataclasses.asdict(found)))["text"] == "Ada"
