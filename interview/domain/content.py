"""Immutable content, known by its hash: plans and rubrics."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

__all__ = ["Content", "ContentHash", "Identifier", "Words", "canonical_json", "content_hash"]

_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def _speakable(text: str) -> str:
    if _UNSPEAKABLE.search(text):
        raise ValueError("control characters are not words")
    return text


Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
ContentHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal."""
Words = Annotated[str, AfterValidator(_speakable)]
"""Text that every store keeps as it is, so that its hash stays true."""


class Content(BaseModel):
    """Never changes once made. A new field needs a default, and a default never changes: see
    `canonical_json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def canonical_json(content: Content) -> bytes:
    """The one spelling of `content`: keys sorted, no blanks, ASCII, and nothing that equals its
    default, so that a field added later changes the hash of nothing that is stored."""
    values = content.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii")


def content_hash(content: Content) -> str:
    """SHA-256 of `canonical_json`, in hexadecimal."""
    return hashlib.sha256(canonical_json(content)).hexdigest()
