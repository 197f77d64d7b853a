"""The error tree.

::

    InterviewError(code, retryable)
      ConflictError            409
      NotFoundError            404
      AccessError              401, 403
      InvalidInputError        400, socket close 4400
      RateLimitedError         429
      MailError                503
      IdentityProviderError    502
      StreamError              503  data-plane (Redis) trouble, always worth another try
      DatabaseUnavailable      503  PostgreSQL unreachable, restarting or too slow
      BlobStoreUnavailable     503  the object store unreachable or refusing
      TemporalUnavailable      503  Temporal unreachable, or it did not take what it was asked
      ProviderError(provider, category, retry_after_s)          502
        ProviderRateLimited, ProviderTimeout, ProviderUnavailable   retryable
        ProviderRejected                                            not retryable
        ProviderOutputInvalid                                       retryable, a few times
    ConfigError                at start only

`code` is stable and dotted; the same string appears in log fields, in
`ApplicationError.type`, in HTTP bodies and in WebSocket errors. Messages are for
people and never hold what a candidate said, a key or a document.
"""

from __future__ import annotations

from typing import ClassVar, Literal

__all__ = [
    "AccessError",
    "BlobStoreUnavailable",
    "ConfigError",
    "ConflictError",
    "DatabaseUnavailable",
    "IdentityProviderError",
    "InterviewError",
    "InvalidInputError",
    "MailError",
    "NotFoundError",
    "ProviderCategory",
    "ProviderError",
    "ProviderOutputInvalid",
    "ProviderRateLimited",
    "ProviderRejected",
    "ProviderTimeout",
    "ProviderUnavailable",
    "RateLimitedError",
    "StreamError",
    "TemporalUnavailable",
]

ProviderCategory = Literal["stt", "llm", "tts"]


class InterviewError(Exception):
    """Base of everything this project raises on purpose.

    `code` is dotted and stable; `retryable` says whether trying the same thing
    again can help.
    """

    http_status: int = 500
    default_retryable: ClassVar[bool] = False

    def __init__(self, code: str, message: str, *, retryable: bool | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = self.default_retryable if retryable is None else retryable


class ConflictError(InterviewError):
    """The request does not fit the interview's state: `interview.ended`, `turn.out_of_order`."""

    http_status = 409


class NotFoundError(InterviewError):
    """Nothing by that id: `interview.not_found`, `interview.erased`, `recording.not_found`,
    `role.not_found`, `blob.not_found`, `document.not_found`, `erasure.not_found`,
    `organization.not_found`, `code.run_lost` (the exchange forgot it)."""

    http_status = 404


class AccessError(InterviewError):
    """Not allowed. Who somebody is was not proved (401): `auth.missing`, `auth.invalid`,
    `auth.expired`, `auth.revoked`, `auth.failed` (address or password), `auth.reused` (a refresh
    token, so the session is revoked). Or it was, and is not enough (403): `auth.forbidden`,
    `registration.closed`, `oidc.no_account`, `consent.missing`, `review.first`."""

    http_status = 403

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        if code.startswith("auth.") and code != "auth.forbidden":
            self.http_status = 401


class InvalidInputError(InterviewError):
    """Hostile or broken input: `audio.undecodable`, `protocol.violation`, `audio.too_long`,
    `code.too_large`, `code.not_text`, and the codes of `interview.documents.results`."""

    http_status = 400


class RateLimitedError(InterviewError):
    """`rate.exceeded`: more than is allowed. `retry_after_s`: until the next one is."""

    http_status = 429
    default_retryable = True

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__("rate.exceeded", message)
        self.retry_after_s = retry_after_s


class MailError(InterviewError):
    """`mail.unavailable`: the mail server is unreachable or refuses."""

    http_status = 503
    default_retryable = True

    def __init__(self, message: str) -> None:
        super().__init__("mail.unavailable", message)


class IdentityProviderError(InterviewError):
    """`oidc.unavailable`: the OpenID provider is unreachable, or its answer cannot be used."""

    http_status = 502
    default_retryable = True

    def __init__(self, message: str) -> None:
        super().__init__("oidc.unavailable", message)


class StreamError(InterviewError):
    """Bytes in flight are unreachable or gone: `stream.unavailable`, `stream.lost`."""

    http_status = 503
    default_retryable = True


class DatabaseUnavailable(InterviewError):
    """`database.unavailable`: refused, lost, restarting, overloaded or too slow to answer.

    Writes are idempotent, so the same call may be made again.
    """

    http_status = 503
    default_retryable = True

    def __init__(self, message: str) -> None:
        super().__init__("database.unavailable", message)


class BlobStoreUnavailable(InterviewError):
    """`blob.unavailable`: the object store is unreachable, refuses us or has no room."""

    http_status = 503
    default_retryable = True

    def __init__(self, message: str) -> None:
        super().__init__("blob.unavailable", message)


class TemporalUnavailable(InterviewError):
    """`temporal.unavailable`: nothing was begun, or it is begun again by the same call."""

    http_status = 503
    default_retryable = True

    def __init__(self, message: str) -> None:
        super().__init__("temporal.unavailable", message)


class ProviderError(InterviewError):
    """A speech or language provider failed. `retry_after_s` is what the provider asked for."""

    http_status = 502

    def __init__(
        self,
        code: str,
        message: str,
        *,
        provider: str,
        category: ProviderCategory,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(code, message)
        self.provider = provider
        self.category = category
        self.retry_after_s = retry_after_s


class ProviderRateLimited(ProviderError):
    """`provider.rate_limited`: HTTP 429, or the provider says it is overloaded."""

    default_retryable = True


class ProviderTimeout(ProviderError):
    """`provider.timeout`: no answer, or no next byte, within the limit."""

    default_retryable = True


class ProviderUnavailable(ProviderError):
    """`provider.unavailable`: HTTP 5xx, connection refused, or a stream cut in the middle."""

    default_retryable = True


class ProviderRejected(ProviderError):
    """`provider.rejected`: HTTP 400, 401, 403, 404. Trying again cannot help."""


class ProviderOutputInvalid(ProviderError):
    """`provider.output_invalid`: an answer that cannot be used. Worth a bounded number of tries."""

    default_retryable = True


class ConfigError(Exception):
    """A setting is missing or wrong. Raised at start only; the message says what to do."""
