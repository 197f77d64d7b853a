"""Fixtures of every test."""

from __future__ import annotations

import gc
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest
from httpx._transports import default as httpx
from httpx2._transports import default as httpx2

from interview.config import Settings
from tests.order import in_good_order
from tests.services import services, stack

__all__ = ["env_file", "no_env_file", "services", "stack"]

ENV_FILE = Settings.model_config.get("env_file")

# A client reads all certificate authorities when it is made, even if it never speaks TLS: 40 ms of
# work, in every test that asks something over HTTP.
for library in (httpx, httpx2):
    vars(library)["create_ssl_context"] = cache(vars(library)["create_ssl_context"])


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays: looking through it again and again for what could go
    is a sixth of the work, and then something in every full collection of the run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where pytest-xdist hands out files, it does so in this order (`--no-loadscope-reorder`)."""
    if not hasattr(config, "workerinput"):
        return
    of_file: dict[str, list[pytest.Item]] = {}
    for item in items:
        of_file.setdefault(item.nodeid.partition("::")[0], []).append(item)
    items[:] = [item for file in in_good_order(of_file) for item in of_file[file]]


@pytest.fixture(scope="session", autouse=True)
def no_env_file() -> Generator[None]:
    """A developer's `.env` changes nothing of what a test makes in its own process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Settings.model_config, "env_file", None)
        yield


@pytest.fixture
def env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """It is read after all, where this one is."""
    assert ENV_FILE == ".env"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ENV_FILE)
    return tmp_path / ".env"
