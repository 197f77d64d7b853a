"""What the documentation tells people to type is there to be typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.__main__ import main as intervue
from deploy.docs.commands import targets
from interview.config import Settings

_PAGES = sorted(Path("docs").rglob("*.md"))
_TEXT = {page: page.read_text() for page in _PAGES}
_COMPOSE: dict[str, Any] = yaml.safe_load(Path("docker-compose.yml").read_text())


def _found(pattern: str) -> Iterator[tuple[Path, str]]:
    for page, text in _TEXT.items():
        for match in re.finditer(pattern, text, re.MULTILINE):
            yield page, match[1]


def test_targets_of_make() -> None:
    told = [*_found(r"^\s*make ([a-z-]+)"), *_found(r"`make ([a-z-]+)[^`]*`")]
    assert told
    assert not [(str(page), name) for page, name in told if name not in targets()]


def test_commands_of_intervue(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        intervue(["--help"])
    known = set(re.findall(r"^    ([a-z-]+)(?: |$)", capsys.readouterr().out, re.MULTILINE))
    told = [*_found(r"\./intervue ([a-z-]+)")]
    assert told
    assert not [(str(page), name) for page, name in told if name not in known]


def test_services_of_compose() -> None:
    told = [
        *_found(r"docker compose run --rm (?:-e \S+ )?([a-z-]+)"),
        *_found(r"docker compose up --detach ([a-z]+)\b"),
    ]
    assert told
    assert not [(str(page), name) for page, name in told if name not in _COMPOSE["services"]]


def test_settings() -> None:
    """In the blocks that are for a settings file, and where a setting is shown with a value."""
    known = {name.upper() for name in Settings.model_fields}
    known |= set(re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", Path(".env.example").read_text(), re.M))
    known |= set(_COMPOSE["services"]["code"]["cap_add"])
    known |= {"COMPOSE_FILE", "KILL", "FORCE", "ROLE", "N", "TURNS", "SPEED"}
    known |= {"PERMISSION_DENIED", "SYS_ADMIN"}  # Temporal's, and the kernel's
    told = [*_found(r"^ *([A-Z][A-Z0-9_]{2,})="), *_found(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`")]
    assert told
    assert not [(str(page), name) for page, name in told if name not in known]


def test_files() -> None:
    """Paths of this project, in code. A link that leads nowhere fails the site's build."""
    told = _found(r"`((?:deploy|tests|api|interview|workflows|docs|web|\.github)/[\w./-]+)`")
    assert not [(str(page), name) for page, name in told if not Path(name).exists()]


@pytest.mark.parametrize("page", ["protocol", "settings", "rest", "commands"])
def test_generated_pages_are_whole(page: str) -> None:
    """Whatever the code says is there."""
    module = __import__(f"deploy.docs.{page}", fromlist=["page"])
    text: str = module.page()
    wanted = {
        "protocol": ["`turn_start`", "`session_started`", "| `heard_ms` |", "u32  chunk index"],
        "settings": [f"| `{name.upper()}` |" for name in Settings.model_fields],
        "rest": ["| `GET` | `/health/ready` |", "/api/v1/interviews/{interview_id}"],
        "commands": [f"| `make {name}` |" for name in targets()],
    }[page]
    assert not [part for part in wanted if part not in text]


def test_every_page_is_in_the_navigation() -> None:
    navigation = Path("mkdocs.yml").read_text().partition("\nnav:\n")[2]
    pages = {str(page.relative_to("docs")) for page in _PAGES if page.parent.name != "adr"}
    assert not [page for page in pages if f" {page}\n" not in navigation]
