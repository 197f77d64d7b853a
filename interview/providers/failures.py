"""Failures of providers, named after them.

Messages say which provider and what happened, never what it answered: answers repeat the
request, and so what a candidate said.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from interview.errors import (
    InterviewError,
    ProviderCategory,
    ProviderError,
    ProviderOutputInvalid,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
)

__all__ = ["Failures"]


@dataclass(frozen=True, slots=True)
class Failures:
    """The failures of one provider."""

    provider: str
    category: ProviderCategory

    @contextmanager
    def translated(self) -> Generator[None]:
        """Anything raised inside leaves as a `ProviderError`."""
        try:
            yield
        except InterviewError:
            raise
        except Exception as error:
            # `from None`: an SDK's exception holds the response, and with it the request.
            raise self.translate(error) from None

    def translate(self, error: Exception) -> ProviderError:
        if isinstance(error, TimeoutError):
            return self.timeout()
        return self.unavailable(f"fails with {type(error).__name__}")

    def timeout(self) -> ProviderTimeout:
        return ProviderTimeout(
            "provider.timeout",
            f"{self.provider} did not answer in time",
            provider=self.provider,
            category=self.category,
        )

    def unavailable(self, what: str) -> ProviderUnavailable:
        return ProviderUnavailable(
            "provider.unavailable",
            f"{self.provider} {what}",
            provider=self.provider,
            category=self.category,
        )

    def rejected(self, what: str) -> ProviderRejected:
        return ProviderRejected(
            "provider.rejected",
            f"{self.provider} {what}",
            provider=self.provider,
            category=self.category,
        )

    def output_invalid(self, what: str) -> ProviderOutputInvalid:
        """`what` continues "<provider> gave"."""
        return ProviderOutputInvalid(
            "provider.output_invalid",
            f"{self.provider} gave {what}",
            provider=self.provider,
            category=self.category,
        )

    def rate_limited(self, what: str, wait_s: float | None) -> ProviderRateLimited:
        return ProviderRateLimited(
            "provider.rate_limited",
            f"{self.provider} {what}",
            provider=self.provider,
            category=self.category,
            retry_after_s=wait_s,
        )
