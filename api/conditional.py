"""Answers that are sent only when they are another one than the client has."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

__all__ = ["etag_of", "is_known", "unchanged"]


def etag_of(*parts: object) -> str:
    """A weak tag: `parts` say when the answer is another one, not how it is written."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
    return f'W/"{digest[:32]}"'


def is_known(etag: str, if_none_match: str) -> bool:
    """Whether the client says that it has it already."""
    given = {tag.strip() for tag in if_none_match.split(",")}
    return etag in given or etag.removeprefix("W/") in given


def unchanged(etag: str) -> Response:
    return Response(status_code=304, headers={"ETag": etag})
