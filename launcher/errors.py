"""The one error of the launcher."""

from __future__ import annotations

from interview.errors import ConfigError

__all__ = ["StartError"]


class StartError(ConfigError):
    """The stack cannot start. The message is one line that says what to do about it."""
