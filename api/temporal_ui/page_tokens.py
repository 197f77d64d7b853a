"""Tokens of a history's next page, bound to their workflow.

Temporal's own token says where the events lie, and is believed under any workflow's id: whoever got
hold of one could read on in somebody else's history. So one leaves here with a code of ours, and is
accepted with it alone.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from interview.errors import InvalidInputError
from interview.security.keys import KeyRing
from interview.security.seal import derived

__all__ = ["PageTokens"]

# At the very end of the answer, where nothing of an event's own can stand.
_TOKEN = re.compile(
    rb'"nextPageToken":\s*"([A-Za-z0-9+/_=-]+)"'
    rb'(?=\s*(?:,\s*"archived":\s*(?:true|false)\s*)?\}\s*\Z)'
)
_LONGEST_END = 64 * 1024
_PURPOSE = "intervue history pages"


class PageTokens:
    """The first of `keys` signs, all of them are accepted."""

    def __init__(self, keys: KeyRing) -> None:
        self._secrets = [derived(key.secret, _PURPOSE) for key in keys.keys]

    def bound(self, page: bytes, workflow_id: str) -> bytes:
        """Temporal's JSON of a page, with its token, if it has one, bound."""
        match = _TOKEN.search(page, max(0, len(page) - _LONGEST_END))
        if match is None:
            return page
        code = _code(self._secrets[0], match[1].decode(), workflow_id)
        return page[: match.end(1)] + b"." + code + page[match.end(1) :]

    def unbound(self, token: str, workflow_id: str) -> str:
        """Temporal's own. Raises `InvalidInputError` (`temporal_ui.invalid_request`)."""
        own, _, code = token.partition(".")
        if token and not any(
            hmac.compare_digest(_code(secret, own, workflow_id), code.encode())
            for secret in self._secrets
        ):
            raise InvalidInputError(
                "temporal_ui.invalid_request", "this page does not belong to that workflow"
            )
        return own


def _code(secret: bytes, token: str, workflow_id: str) -> bytes:
    message = f"{workflow_id}\n{token}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest().encode()
