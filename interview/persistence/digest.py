"""One fingerprint for a transcript, wherever it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from interview.persistence.rows import TranscriptLine

__all__ = ["transcript_sha256"]


def transcript_sha256(lines: Iterable[TranscriptLine]) -> str:
    """SHA-256 over the JSON of each utterance, one a line, in order of sequence."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.model_dump_json().encode() + b"\n")
    return digest.hexdigest()
