"""Providers from settings."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import structlog

from interview.audio.vad import SileroVad
from interview.config import Settings
from interview.errors import ConfigError, ProviderError
from interview.ports import LanguageModel, SpeechToText, StructuredModel, TextToSpeech
from interview.providers import chosen
from interview.providers.endpoint import Endpoint
from interview.providers.fallback import (
    FallbackLanguageModel,
    FallbackSpeechToText,
    FallbackStructuredModel,
    FallbackTextToSpeech,
)
from interview.providers.local_stt import LocalSpeechToText
from interview.providers.local_tts import LocalTextToSpeech
from interview.providers.prompt import load_prompt
from interview.providers.scripted_llm import ScriptedLanguageModel

__all__ = [
    "build_language_model",
    "build_scorers",
    "build_speech_to_text",
    "build_structured_model",
    "build_text_to_speech",
]

log = structlog.stdlib.get_logger("providers")


def build_speech_to_text(settings: Settings) -> FallbackSpeechToText:
    """Raises `ConfigError`."""
    makers: dict[str, Callable[[], SpeechToText]] = {
        "openai": lambda: _openai_stt(settings),
        "local": lambda: _local_stt(settings),
    }
    names = chosen.stt_names(settings)
    return FallbackSpeechToText([makers[n]() for n in names], on_fallback=_log_fallback)


def build_text_to_speech(settings: Settings) -> FallbackTextToSpeech:
    """Raises `ConfigError`."""
    makers: dict[str, Callable[[], TextToSpeech]] = {
        "openai": lambda: _openai_tts(settings),
        "local": lambda: _local_tts(settings),
    }
    names = chosen.tts_names(settings)
    return FallbackTextToSpeech([makers[n]() for n in names], on_fallback=_log_fallback)


def build_language_model(settings: Settings) -> FallbackLanguageModel:
    """Raises `ConfigError`."""
    makers: dict[str, Callable[[], LanguageModel]] = {
        "anthropic": lambda: _anthropic_llm(settings),
        "openai": lambda: _openai_llm(settings),
        "scripted": ScriptedLanguageModel,
    }
    names = chosen.llm_names(settings)
    return FallbackLanguageModel([makers[n]() for n in names], on_fallback=_log_fallback)


def build_structured_model(settings: Settings) -> FallbackStructuredModel | None:
    """None where no language model is configured. Raises `ConfigError`."""
    makers: dict[str, Callable[[], StructuredModel]] = {
        "anthropic": lambda: _anthropic_structured(settings, settings.llm_anthropic_model),
        "openai": lambda: _openai_structured(settings, settings.llm_openai_model),
    }
    names = [name for name in chosen.llm_names(settings) if name in makers]
    if not names:
        return None
    return FallbackStructuredModel([makers[n]() for n in names], on_fallback=_log_fallback)


def build_scorers(settings: Settings) -> dict[str, StructuredModel]:
    """Each of `chosen.scorer_names` by itself: nobody answers in its place. Raises
    `ConfigError`."""
    makers: dict[str, Callable[[Settings, str], StructuredModel]] = {
        "anthropic": _anthropic_structured,
        "openai": _openai_structured,
    }
    return {
        f"{provider}/{model}": FallbackStructuredModel([makers[provider](settings, model)])
        for provider, model in chosen.scorers(settings)
    }


# The SDKs take a second to import, and are imported only by those who use them.


def _openai_stt(settings: Settings) -> SpeechToText:
    from interview.providers.openai_stt import OpenAiSpeechToText

    return OpenAiSpeechToText(_endpoint(settings, chosen.openai_stt(settings), settings.stt_model))


def _openai_tts(settings: Settings) -> TextToSpeech:
    from interview.providers.openai_tts import OpenAiTextToSpeech

    endpoint = _endpoint(settings, chosen.openai_tts(settings), settings.tts_model)
    return OpenAiTextToSpeech(endpoint, voice=settings.tts_voice)


def _openai_llm(settings: Settings) -> LanguageModel:
    from interview.providers.openai_llm import OpenAiLanguageModel

    endpoint = _endpoint(settings, chosen.openai_llm(settings), settings.llm_openai_model)
    return OpenAiLanguageModel(endpoint, prompt=load_prompt())


def _anthropic_llm(settings: Settings) -> LanguageModel:
    from interview.providers.anthropic_llm import AnthropicLanguageModel

    endpoint = _endpoint(settings, chosen.anthropic_llm(settings), settings.llm_anthropic_model)
    return AnthropicLanguageModel(endpoint, prompt=load_prompt())


def _openai_structured(settings: Settings, model: str) -> StructuredModel:
    from interview.providers.openai_structured import OpenAiStructuredModel

    account = chosen.openai_llm(settings)
    return OpenAiStructuredModel(_endpoint(settings, account, model))


def _anthropic_structured(settings: Settings, model: str) -> StructuredModel:
    from interview.providers.anthropic_structured import AnthropicStructuredModel

    account = chosen.anthropic_llm(settings)
    return AnthropicStructuredModel(_endpoint(settings, account, model))


def _local_stt(settings: Settings) -> SpeechToText:
    _need_local("faster_whisper", "STT_PROVIDERS")
    return LocalSpeechToText(model=settings.stt_local_model, voice=SileroVad())


def _local_tts(settings: Settings) -> TextToSpeech:
    _need_local("espeakng_loader", "TTS_PROVIDERS")
    return LocalTextToSpeech(voice=settings.tts_local_voice)


def _endpoint(settings: Settings, account: chosen.Account, model: str) -> Endpoint:
    key = account.key()
    if account.base_url and not account.base_url.startswith(("http://", "https://")):
        raise ConfigError("a provider's base URL must begin with http:// or https://")
    return Endpoint(
        api_key=key,
        model=model,
        base_url=account.base_url,
        timeout_s=settings.provider_timeout_s,
    )


def _need_local(package: str, setting: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise ConfigError(
            f"local speech is not installed: run `make setup`, or pip install '.[local]'; or set "
            f"{setting}=openai with a key"
        )


def _log_fallback(failed: str, asked_next: str, error: ProviderError) -> None:
    log.warning("provider.fallback", provider=failed, next_provider=asked_next, code=error.code)
