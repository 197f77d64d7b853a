"""Every failure of an SDK or its transport becomes one of our provider errors, here only."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, cast

import anthropic
import httpx2
import openai
from pydantic import ValidationError

from interview.errors import ProviderError
from interview.providers.failures import Failures

__all__ = ["SdkFailures", "retry_after_s"]

_OVERLOADED = 529
"""Anthropic's own status for "everybody asks at once"."""

_NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""OpenAI's 429 that no waiting cures."""

# Errors told inside of a stream that began with 200: by their type or code.
_RATE_LIMITED = frozenset({"rate_limit_error", "rate_limit_exceeded", "overloaded_error"})
_REJECTED = frozenset(
    {
        "invalid_request_error",
        "authentication_error",
        "permission_error",
        "not_found_error",
        "billing_error",
        "request_too_large",
        "invalid_api_key",
        "model_not_found",
    }
    | _NO_CREDIT
)
_TIMED_OUT = frozenset({"timeout_error", "server_timeout"})


class SdkFailures(Failures):
    """Knows what the two SDKs and httpx2 raise."""

    __slots__ = ()

    def translate(self, error: Exception) -> ProviderError:
        match error:
            case openai.APITimeoutError() | anthropic.APITimeoutError():
                return self.timeout()
            case httpx2.TimeoutException() | TimeoutError():
                return self.timeout()
            case openai.APIResponseValidationError() | anthropic.APIResponseValidationError():
                return self.output_invalid("an answer of another shape")
            case openai.APIStatusError() | anthropic.APIStatusError():
                return self._status(error.status_code, error.response.headers, error)
            case openai.APIConnectionError() | anthropic.APIConnectionError():
                return self._disconnected(error.__cause__)
            case openai.APIError() | anthropic.APIError():
                return self._told_in_stream(error)
            case httpx2.DecodingError() | ValidationError() | ValueError():
                return self.output_invalid("an answer that cannot be read")
            case httpx2.HTTPError() | OSError():
                return self._disconnected(error)
            case _:
                # SDKs trip over answers of unforeseen shape in ways of their own.
                return self.output_invalid(
                    f"an answer its client fails on ({type(error).__name__})"
                )

    def _status(self, status: int, headers: Mapping[str, str], error: Exception) -> ProviderError:
        said = f"answered with status {status}"
        if status < 400:
            return self._told_in_stream(error)
        if status == 429 and _names(error) & _NO_CREDIT:
            return self.rejected("has no credit left for this key")
        if status in (429, _OVERLOADED):
            return self.rate_limited(said, retry_after_s(headers))
        if status in (408, 504):
            return self.timeout()
        if status >= 500 or status == 409:
            return self.unavailable(said)
        return self.rejected(said)

    def _told_in_stream(self, error: Exception) -> ProviderError:
        names = _names(error)
        if names & _RATE_LIMITED:
            return self.rate_limited("is overloaded", None)
        if names & _TIMED_OUT:
            return self.timeout()
        if names & _REJECTED:
            return self.rejected("refused in the middle of its answer")
        return self.unavailable("broke off with an error of its own")

    def _disconnected(self, cause: BaseException | None) -> ProviderError:
        if isinstance(cause, httpx2.DecodingError):
            return self.output_invalid("an answer that cannot be read")
        if isinstance(cause, httpx2.ConnectError):
            return self.unavailable("cannot be reached")
        return self.unavailable("closed the connection")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The wait that was asked for, in seconds, never negative; None when there is none.

    Reads `retry-after-ms` (milliseconds, OpenAI), then `Retry-After` as seconds or as an
    HTTP date (RFC 9110, 10.2.3).
    """
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            wait_s = float(headers[name]) * unit_s
        except (KeyError, ValueError):
            continue
        if math.isfinite(wait_s):
            return max(0.0, wait_s)
    try:
        date = parsedate_to_datetime(headers["retry-after"])
    except (KeyError, ValueError):
        return None
    return max(0.0, date.timestamp() - time.time())


def _names(error: Exception) -> frozenset[str]:
    """Type and code of an error as its body tells them, the two SDKs' ways."""
    body: Any = getattr(error, "body", None)
    found: list[Any] = [getattr(error, "type", None), getattr(error, "code", None)]
    if isinstance(body, dict):
        told = cast(dict[str, Any], body).get("error", body)
        if isinstance(told, dict):
            told = cast(dict[str, Any], told)
            found += [told.get("type"), told.get("code")]
    return frozenset(name for name in found if isinstance(name, str))
