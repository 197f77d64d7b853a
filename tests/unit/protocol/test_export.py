"""The generated files agree with the models, and drift is noticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interview.protocol import export
from tests.unit.protocol.vectors import VECTORS_PATH, vectors_text


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Copies of the generated files, to be damaged."""
    schema, types = tmp_path / "schema.json", tmp_path / "messages.gen.ts"
    schema.write_bytes(export.SCHEMA_PATH.read_bytes())
    types.write_bytes(export.TYPES_PATH.read_bytes())
    monkeypatch.setattr(export, "WEB", tmp_path / "web")
    monkeypatch.setattr(export, "SCHEMA_PATH", schema)
    monkeypatch.setattr(export, "TYPES_PATH", types)
    return schema, types


def test_committed_files_match_the_models() -> None:
    assert export.stale() == [], "run: make protocol"


def test_committed_vectors_match_the_codec() -> None:
    committed = VECTORS_PATH.read_text(encoding="utf-8")
    assert committed == vectors_text(), "run: python -m tests.unit.protocol.vectors"


def test_a_changed_schema_is_drift(files: tuple[Path, Path]) -> None:
    schema, _ = files
    schema.write_text(schema.read_text().replace('"turn_start"', '"turn_begin"'))
    assert export.stale() == [schema]


def test_types_of_another_schema_are_drift(files: tuple[Path, Path]) -> None:
    _, types = files
    types.write_text(types.read_text().replace("schema sha256 ", "schema sha256 0"))
    assert export.stale() == [types]


def test_missing_files_are_drift_and_check_says_so(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for path in files:
        path.unlink()
    assert export.main(["--check"]) == 1
    assert "make protocol" in capsys.readouterr().out
    assert not any(path.exists() for path in files)


def test_what_the_server_sends_is_complete_and_what_it_takes_has_defaults() -> None:
    definitions = export.schema()["$defs"]
    started = definitions["SessionStarted"]
    assert set(started["required"]) == set(started["properties"])
    assert definitions["Hello"]["required"] == ["type"]


def test_no_field_carries_a_title() -> None:
    schema = export.schema()
    schema.pop("title")
    assert '"title": "' not in json.dumps(schema)
