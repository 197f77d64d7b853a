"""Which providers the settings mean."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from interview.config import Settings
from interview.errors import ConfigError
from interview.providers import factory
from interview.providers.factory import (
    build_language_model,
    build_speech_to_text,
    build_text_to_speech,
)

KEY = SecretStr("sk-x")


ROOT = Path(factory.__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # away from a developer's .env
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def settings(**given: Any) -> Settings:
    return cast(Any, Settings)(**given)


def names(**given: Any) -> tuple[str, str, str]:
    wanted = settings(**given)
    return (
        build_speech_to_text(wanted).name,
        build_language_model(wanted).name,
        build_text_to_speech(wanted).name,
    )


def test_without_keys_everything_is_local() -> None:
    assert names() == ("local/whisper-tiny.en", "scripted", "local/espeak-ng")


def test_an_openai_key_is_for_all_three() -> None:
    assert names(openai_api_key=KEY) == (
        "openai/whisper-1",
        "openai/gpt-4o",
        "openai/gpt-4o-mini-tts",
    )


def test_anthropic_comes_first_for_replies() -> None:
    both = names(openai_api_key=KEY, anthropic_api_key=KEY)
    assert both[1] == "anthropic/claude-sonnet-4-5"
    assert names(anthropic_api_key=KEY) == (
        "local/whisper-tiny.en",
        "anthropic/claude-sonnet-4-5",
        "local/espeak-ng",
    )


def test_a_server_of_ones_own_needs_no_key() -> None:
    own = "http://localhost:9000/v1"
    assert names(
        stt_base_url=own, llm_openai_base_url=own, tts_base_url=own, tts_model="kokoro"
    ) == (
        "openai/whisper-1",
        "openai/gpt-4o",
        "openai/kokoro",
    )


def test_a_list_is_taken_as_it_is() -> None:
    given = settings(
        stt_providers=("local", "openai"), llm_providers=("scripted",), openai_api_key=KEY
    )
    assert build_speech_to_text(given).name == "local/whisper-tiny.en"
    assert build_language_model(given).name == "scripted"


@pytest.mark.parametrize(
    ("build", "given", "words"),
    [
        (build_speech_to_text, {"stt_providers": ("openai",)}, "OPENAI_API_KEY not set"),
        (build_text_to_speech, {"tts_providers": ("openai",)}, "TTS_BASE_URL"),
        (build_language_model, {"llm_providers": ("openai",)}, "LLM_PROVIDERS"),
        (build_language_model, {"llm_providers": ("anthropic",)}, "ANTHROPIC_API_KEY not set"),
        (build_speech_to_text, {"stt_base_url": "localhost:9000"}, "http://"),
    ],
)
def test_a_missing_key_says_what_to_do(
    build: Callable[[Settings], object], given: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        build(settings(**given))


@pytest.mark.parametrize("build", [build_speech_to_text, build_text_to_speech])
def test_a_missing_extra_says_what_to_install(
    build: Callable[[Settings], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_package: str) -> None:
        return None

    monkeypatch.setattr(factory.importlib.util, "find_spec", nothing)
    with pytest.raises(ConfigError, match="local"):
        build(settings())


def test_the_sdks_are_loaded_only_when_they_are_used() -> None:
    # They take seconds to import, which a start without keys need not wait for.
    code = (
        "import sys, interview.providers.factory\n"
        "assert not {'openai', 'anthropic', 'faster_whisper'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
