"""What API and worker would find wrong with the settings, found before they are started."""

from __future__ import annotations

from collections.abc import Mapping

from interview.errors import ConfigError
from launcher.errors import StartError

__all__ = ["check_settings"]

_CHOICES = ("_PROVIDERS", "_API_KEY", "_BASE_URL")


def check_settings(given: Mapping[str, str]) -> None:
    """Raises `StartError` when a provider that was chosen lacks its key."""
    if not any(name.endswith(_CHOICES) for name in given):
        return  # the usual start without keys is not held up by the imports
    from interview.config import load_settings
    from interview.providers.chosen import require_keys

    try:
        require_keys(load_settings())
    except ConfigError as error:
        raise StartError(str(error)) from None
