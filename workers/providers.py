"""Who listens, thinks and speaks for a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from interview.config import Settings
from interview.ports import LanguageModel, SpeechToText, StructuredModel, TextToSpeech
from interview.providers.factory import (
    build_language_model,
    build_scorers,
    build_speech_to_text,
    build_structured_model,
    build_text_to_speech,
)
from interview.providers.scripted_llm import ScriptedLanguageModel

__all__ = ["Providers", "build_providers"]


@dataclass(frozen=True, slots=True)
class Providers:
    """`last_resort` needs no network; `structured` is None where no language model is configured;
    `scorers` are by name."""

    stt: SpeechToText
    llm: LanguageModel
    last_resort: LanguageModel
    tts: TextToSpeech
    structured: StructuredModel | None = None
    scorers: Mapping[str, StructuredModel] = field(default_factory=dict[str, StructuredModel])


def build_providers(settings: Settings) -> Providers:
    """Raises `ConfigError`."""
    return Providers(
        stt=build_speech_to_text(settings),
        llm=build_language_model(settings),
        last_resort=ScriptedLanguageModel(),
        tts=build_text_to_speech(settings),
        structured=build_structured_model(settings),
        scorers=build_scorers(settings),
    )
