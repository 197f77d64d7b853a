"""Providers from settings. The lists given there are taken as they are; an empty list means
whatever a key or an address is at hand for, and without any the local ones."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import structlog
from pydantic import SecretStr

from interview.audio.vad import SileroVad
from interview.config import Settings
from interview.errors import ConfigError, ProviderError
from interview.ports import LanguageModel, SpeechToText, TextToSpeech
from interview.providers.endpoint import Endpoint
from interview.providers.fallback import (
    FallbackLanguageModel,
    FallbackSpeechToText,
    FallbackTextToSpeech,
)
from interview.providers.local_stt import LocalSpeechToText
from interview.providers.local_tts import LocalTextToSpeech
from interview.providers.prompt import load_prompt
from interview.providers.scripted_llm import ScriptedLanguageModel

__all__ = ["build_language_model", "build_speech_to_text", "build_text_to_speech"]

_NO_KEY = "none"
"""SDKs want a key; servers of one's own do not."""

log = structlog.stdlib.get_logger("providers")


def build_speech_to_text(settings: Settings) -> FallbackSpeechToText:
    """Raises `ConfigError`."""
    reachable = _has(settings.stt_api_key, settings.openai_api_key, settings.stt_base_url)
    names = settings.stt_providers or (("openai",) if reachable else ("local",))
    makers: dict[str, Callable[[], SpeechToText]] = {
        "openai": lambda: _openai_stt(settings),
        "local": lambda: _local_stt(settings),
    }
    return FallbackSpeechToText([makers[n]() for n in names], on_fallback=_log_fallback)


def build_text_to_speech(settings: Settings) -> FallbackTextToSpeech:
    """Raises `ConfigError`."""
    reachable = _has(settings.tts_api_key, settings.openai_api_key, settings.tts_base_url)
    names = settings.tts_providers or (("openai",) if reachable else ("local",))
    makers: dict[str, Callable[[], TextToSpeech]] = {
        "openai": lambda: _openai_tts(settings),
        "local": lambda: _local_tts(settings),
    }
    return FallbackTextToSpeech([makers[n]() for n in names], on_fallback=_log_fallback)


def build_language_model(settings: Settings) -> FallbackLanguageModel:
    """Raises `ConfigError`."""
    names: tuple[str, ...] = settings.llm_providers
    if not names:
        anthropic = _has(
            settings.llm_anthropic_api_key,
            settings.anthropic_api_key,
            settings.llm_anthropic_base_url,
        )
        openai = _has(
            settings.llm_openai_api_key, settings.openai_api_key, settings.llm_openai_base_url
        )
        found = (("anthropic", anthropic), ("openai", openai))
        names = tuple(name for name, reachable in found if reachable) or ("scripted",)
    makers: dict[str, Callable[[], LanguageModel]] = {
        "anthropic": lambda: _anthropic_llm(settings),
        "openai": lambda: _openai_llm(settings),
        "scripted": ScriptedLanguageModel,
    }
    return FallbackLanguageModel([makers[n]() for n in names], on_fallback=_log_fallback)


# The SDKs take a second to import, and are imported only by those who use them.


def _openai_stt(settings: Settings) -> SpeechToText:
    from interview.providers.openai_stt import OpenAiSpeechToText

    key = _key(settings.stt_api_key, settings.openai_api_key, settings.stt_base_url, "STT")
    return OpenAiSpeechToText(_endpoint(settings, key, settings.stt_model, settings.stt_base_url))


def _openai_tts(settings: Settings) -> TextToSpeech:
    from interview.providers.openai_tts import OpenAiTextToSpeech

    key = _key(settings.tts_api_key, settings.openai_api_key, settings.tts_base_url, "TTS")
    endpoint = _endpoint(settings, key, settings.tts_model, settings.tts_base_url)
    return OpenAiTextToSpeech(endpoint, voice=settings.tts_voice)


def _openai_llm(settings: Settings) -> LanguageModel:
    from interview.providers.openai_llm import OpenAiLanguageModel

    base_url = settings.llm_openai_base_url
    key = _key(settings.llm_openai_api_key, settings.openai_api_key, base_url, "LLM_OPENAI")
    endpoint = _endpoint(settings, key, settings.llm_openai_model, base_url)
    return OpenAiLanguageModel(endpoint, prompt=load_prompt())


def _anthropic_llm(settings: Settings) -> LanguageModel:
    from interview.providers.anthropic_llm import AnthropicLanguageModel

    base_url = settings.llm_anthropic_base_url
    key = _key(
        settings.llm_anthropic_api_key,
        settings.anthropic_api_key,
        base_url,
        "LLM_ANTHROPIC",
        common_name="ANTHROPIC_API_KEY",
    )
    endpoint = _endpoint(settings, key, settings.llm_anthropic_model, base_url)
    return AnthropicLanguageModel(endpoint, prompt=load_prompt())


def _local_stt(settings: Settings) -> SpeechToText:
    _need_local("faster_whisper", "STT_PROVIDERS")
    return LocalSpeechToText(model=settings.stt_local_model, voice=SileroVad())


def _local_tts(settings: Settings) -> TextToSpeech:
    _need_local("espeakng_loader", "TTS_PROVIDERS")
    return LocalTextToSpeech(voice=settings.tts_local_voice)


def _endpoint(settings: Settings, key: str, model: str, base_url: str) -> Endpoint:
    if base_url and not base_url.startswith(("http://", "https://")):
        raise ConfigError("a provider's base URL must begin with http:// or https://")
    return Endpoint(
        api_key=key, model=model, base_url=base_url, timeout_s=settings.provider_timeout_s
    )


def _key(
    own: SecretStr | None,
    common: SecretStr | None,
    base_url: str,
    prefix: str,
    *,
    common_name: str = "OPENAI_API_KEY",
) -> str:
    if own is not None:
        return own.get_secret_value()
    if common is not None:
        return common.get_secret_value()
    if not base_url:
        raise ConfigError(
            f"{common_name} not set: put it into .env, or set {prefix}_BASE_URL for a server of "
            f"your own, or take the provider out of {prefix.split('_')[0]}_PROVIDERS to run "
            "without a key"
        )
    return _NO_KEY


def _has(own: SecretStr | None, common: SecretStr | None, base_url: str) -> bool:
    return own is not None or common is not None or bool(base_url)


def _need_local(package: str, setting: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise ConfigError(
            f"local speech is not installed: run `make setup`, or pip install '.[local]'; or set "
            f"{setting}=openai with a key"
        )


def _log_fallback(failed: str, asked_next: str, error: ProviderError) -> None:
    log.warning("provider.fallback", provider=failed, next_provider=asked_next, code=error.code)
