"""What a pod is asked to do, and how it travels: sealed, in parts that Secrets can hold."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from interview.sandbox.bubblewrap.job import Step, StepLimits
from interview.security.seal import OVERHEAD_BYTES, Cipher

__all__ = ["Task", "parts", "sealed_part"]

PART_BYTES = 768 * 1024
"""A Secret holds 1 MiB, and a request 1.5 MiB of base64."""


@dataclass(frozen=True, slots=True)
class Task:
    """`strangers` are addresses of which none may be reached; `budget_s` bounds all steps
    together."""

    files: dict[str, str]
    compile: Step | None
    run: Step
    inputs: list[str]
    budget_s: float
    strangers: list[tuple[str, int]]

    def packed(self) -> bytes:
        return zlib.compress(json.dumps(asdict(self)).encode())

    @classmethod
    def unpacked(cls, packed: bytes) -> Task:
        fields: dict[str, Any] = json.loads(zlib.decompress(packed))
        fields |= {
            "compile": fields["compile"] and _step(fields["compile"]),
            "run": _step(fields["run"]),
            "strangers": [(host, port) for host, port in fields["strangers"]],
        }
        return cls(**fields)

    @classmethod
    def opened(cls, cipher: Cipher, sealed: Sequence[bytes]) -> Task:
        """Raises `EncryptionError`."""
        whole = b"".join(cipher.open(part, _bound(at)) for at, part in enumerate(sealed))
        return cls.unpacked(whole)


def parts(packed: bytes) -> list[bytes]:
    room = PART_BYTES - OVERHEAD_BYTES
    return [packed[at : at + room] for at in range(0, len(packed), room)]


def sealed_part(cipher: Cipher, at: int, part: bytes) -> bytes:
    return cipher.seal(part, _bound(at))


def _bound(at: int) -> bytes:
    return f"task {at}".encode()


def _step(fields: dict[str, Any]) -> Step:
    fields["limits"] = StepLimits(**fields["limits"])
    return Step(**fields)
