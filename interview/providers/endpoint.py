"""Where a provider is asked, and for what."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Endpoint"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`base_url` empty means the provider's own."""

    api_key: str = field(repr=False)
    model: str
    base_url: str = ""
    timeout_s: float = 15.0
    """The transport's limit; each call brings its own as well."""
