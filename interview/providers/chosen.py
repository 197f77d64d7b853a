"""Which providers the settings ask for, and the key of each.

The lists given there are taken as they are; an empty list means whatever a key or an address is
at hand for, and without any the local ones. Nothing here loads a provider, so that whoever
starts things can ask first.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from interview.config import Settings
from interview.errors import ConfigError

__all__ = [
    "Account",
    "anthropic_llm",
    "llm_names",
    "openai_llm",
    "openai_stt",
    "openai_tts",
    "require_keys",
    "scorer_names",
    "scorers",
    "stt_names",
    "tts_names",
]

_NO_KEY = "none"
"""SDKs want a key; servers of one's own do not."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where a provider is reached and what with. `own` goes before `common`."""

    own: SecretStr | None
    common: SecretStr | None
    base_url: str
    prefix: str
    common_name: str = "OPENAI_API_KEY"

    @property
    def reachable(self) -> bool:
        return self.own is not None or self.common is not None or bool(self.base_url)

    def key(self) -> str:
        """Raises `ConfigError` with what to do when there is none."""
        for given in (self.own, self.common):
            if given is not None:
                return given.get_secret_value()
        if not self.base_url:
            raise ConfigError(
                f"{self.common_name} not set: put it into .env, or set {self.prefix}_BASE_URL for "
                f"a server of your own, or take the provider out of "
                f"{self.prefix.split('_')[0]}_PROVIDERS to run without a key"
            )
        return _NO_KEY


def openai_stt(settings: Settings) -> Account:
    return Account(
        settings.stt_api_key, settings.openai_api_key, settings.stt_base_url, prefix="STT"
    )


def openai_tts(settings: Settings) -> Account:
    return Account(
        settings.tts_api_key, settings.openai_api_key, settings.tts_base_url, prefix="TTS"
    )


def openai_llm(settings: Settings) -> Account:
    return Account(
        settings.llm_openai_api_key,
        settings.openai_api_key,
        settings.llm_openai_base_url,
        prefix="LLM_OPENAI",
    )


def anthropic_llm(settings: Settings) -> Account:
    return Account(
        settings.llm_anthropic_api_key,
        settings.anthropic_api_key,
        settings.llm_anthropic_base_url,
        prefix="LLM_ANTHROPIC",
        common_name="ANTHROPIC_API_KEY",
    )


def stt_names(settings: Settings) -> tuple[str, ...]:
    return settings.stt_providers or (("openai",) if openai_stt(settings).reachable else ("local",))


def tts_names(settings: Settings) -> tuple[str, ...]:
    return settings.tts_providers or (("openai",) if openai_tts(settings).reachable else ("local",))


def llm_names(settings: Settings) -> tuple[str, ...]:
    if settings.llm_providers:
        return settings.llm_providers
    accounts = (("anthropic", anthropic_llm(settings)), ("openai", openai_llm(settings)))
    return tuple(name for name, account in accounts if account.reachable) or ("scripted",)


def scorers(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Providers, each with a model of theirs, that may be named to score interviews once more:
    those that are asked anyway first."""
    asked = (
        ("anthropic", settings.llm_anthropic_model),
        ("openai", settings.llm_openai_model),
    )
    names = llm_names(settings)
    found = [pair for pair in asked if pair[0] in names]
    for name in settings.evaluation_models:
        provider, _, model = name.partition("/")
        found.append((provider, model))
    return tuple(dict.fromkeys(found))


def scorer_names(settings: Settings) -> list[str]:
    """The same as `provider/model`."""
    return [f"{provider}/{model}" for provider, model in scorers(settings)]


def require_keys(settings: Settings) -> None:
    """Raises `ConfigError` for the first chosen provider that lacks its key."""
    structured = {provider for provider, _ in scorers(settings)}
    chosen = (
        ("openai" in stt_names(settings), openai_stt(settings)),
        ("openai" in structured, openai_llm(settings)),
        ("anthropic" in structured, anthropic_llm(settings)),
        ("openai" in tts_names(settings), openai_tts(settings)),
    )
    for wanted, account in chosen:
        if wanted:
            account.key()
