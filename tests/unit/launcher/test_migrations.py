from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory

from interview.persistence.migrate import alembic_config
from launcher.migrations import newest_revision
from launcher.paths import REPOSITORY

VERSIONS = REPOSITORY / "interview" / "persistence" / "migrations" / "versions"


def test_the_newest_revision_is_the_one_alembic_names() -> None:
    head = ScriptDirectory.from_config(alembic_config("")).get_current_head()

    assert newest_revision(VERSIONS) == head


def test_annotated_revisions_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "1.py").write_text('revision: str = "a"\ndown_revision: str | None = None\n')
    (tmp_path / "2.py").write_text("revision: str = 'b'\ndown_revision: str | None = 'a'\n")

    assert newest_revision(tmp_path) == "b"


def test_two_heads_are_left_to_alembic(tmp_path: Path) -> None:
    for name in ("b", "c"):
        (tmp_path / f"{name}.py").write_text(f"revision = '{name}'\ndown_revision = 'a'\n")

    assert newest_revision(tmp_path) is None
