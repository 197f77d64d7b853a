"""A missing key is found without starting anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.errors import StartError
from launcher.settings import check_settings


@pytest.fixture(autouse=True)
def _no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("setting", "provider", "key"),
    [
        ("STT_PROVIDERS", "openai", "OPENAI_API_KEY"),
        ("TTS_PROVIDERS", "openai", "OPENAI_API_KEY"),
        ("LLM_PROVIDERS", "scripted,anthropic", "ANTHROPIC_API_KEY"),
        ("LLM_PROVIDERS", "openai", "OPENAI_API_KEY"),
    ],
)
def test_a_chosen_provider_wants_its_key(
    monkeypatch: pytest.MonkeyPatch, setting: str, provider: str, key: str
) -> None:
    monkeypatch.setenv(setting, provider)
    with pytest.raises(StartError, match=rf"^{key} not set: put it into .env"):
        check_settings({setting: provider})
    monkeypatch.setenv(key, "sk-test")
    check_settings({setting: provider})


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"STT_PROVIDERS": "openai", "STT_BASE_URL": "http://localhost:9000/v1"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    check_settings(given)


def test_an_unknown_provider_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTS_PROVIDERS", "gramophone")
    with pytest.raises(StartError, match="TTS_PROVIDERS"):
        check_settings({"TTS_PROVIDERS": "gramophone"})


def test_without_keys_there_is_nothing_to_check() -> None:
    check_settings({"PORT": "8000"})
