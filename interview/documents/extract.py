"""Reads one document: bytes on stdin, JSON on stdout. A process of its own, and its last act.

    python -m interview.documents.extract

Whatever else it would say, it ends with another status, or not at all: see `extractor`.
"""

from __future__ import annotations

import dataclasses
import json
import resource
import sys
from collections.abc import Callable

from interview.documents.limits import (
    CPU_S,
    MAX_DOCUMENT_BYTES,
    MAX_OPEN_FILES,
    MEMORY_BYTES,
)
from interview.documents.results import Extraction, Refusal, RefusedDocument
from interview.documents.sniff import sniff

__all__ = ["extract", "main"]

_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")

_LIMITS = (
    (resource.RLIMIT_AS, MEMORY_BYTES, MEMORY_BYTES),
    # Over the first it is told so, and dies; the second is for who does not listen.
    (resource.RLIMIT_CPU, CPU_S, CPU_S + 1),
    (resource.RLIMIT_FSIZE, 0, 0),
    (resource.RLIMIT_NOFILE, MAX_OPEN_FILES, MAX_OPEN_FILES),
    (resource.RLIMIT_NPROC, 0, 0),
    (resource.RLIMIT_CORE, 0, 0),
)


def reader(data: bytes) -> Callable[[bytes], Extraction]:
    """What reads it. Raises `RefusedDocument`."""
    if not data:
        raise RefusedDocument("document.empty")
    if len(data) > MAX_DOCUMENT_BYTES:
        raise RefusedDocument("document.too_large")
    # Imported for their kind alone: each takes its time, and its memory.
    match sniff(data):
        case "pdf":
            from interview.documents.pdf import extract_pdf

            return extract_pdf
        case "zip":
            from interview.documents.word import extract_word

            return extract_word
        case "compound" if _ENCRYPTED_PACKAGE in data:
            raise RefusedDocument("document.encrypted")
        case "text":
            from interview.documents.plain import extract_plain

            return extract_plain
        case _:
            raise RefusedDocument("document.unsupported_format")


def extract(data: bytes, confine: Callable[[], None] = lambda: None) -> Extraction | Refusal:
    """`confine` is called before the data is touched. Raises nothing: what a library makes of
    damage is its own affair."""
    try:
        read = reader(data)
        confine()
        return read(data)
    except RefusedDocument as refused:
        return Refusal(refused.code)
    except MemoryError:
        return Refusal("document.too_large")
    except Exception:  # whatever the libraries raise
        return Refusal("document.unreadable")


def main() -> None:
    found = extract(sys.stdin.buffer.read(MAX_DOCUMENT_BYTES + 1), _confine)
    answer = json.dumps(dataclasses.asdict(found), ensure_ascii=False)
    sys.stdout.buffer.write(answer.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _confine() -> None:
    """Once everything is imported, which may write byte code."""
    for limit, soft, hard in _LIMITS:
        resource.setrlimit(limit, (soft, hard))


if __name__ == "__main__":
    main()
