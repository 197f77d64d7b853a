"""JSON Schema of the wire protocol, from which the web client's types are generated.

``python -m interview.protocol.export`` writes ``web/src/protocol/schema.json`` and, where the
web client's packages are installed, ``messages.gen.ts`` beside it. ``--check`` writes nothing
and fails when either file is not what the models say; it needs no Node, because the generated
TypeScript carries the hash of the schema it was made from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

from interview.protocol import SUBPROTOCOL_V2, limits
from interview.protocol.client import CLIENT_MESSAGE_V1, CLIENT_MESSAGE_V2
from interview.protocol.frames import DOWNLINK_HEADER_BYTES
from interview.protocol.server import SERVER_MESSAGE

__all__ = ["SCHEMA_PATH", "TYPES_PATH", "main", "schema", "schema_text", "stale"]

WEB = Path(__file__).resolve().parents[2] / "web"
SCHEMA_PATH = WEB / "src" / "protocol" / "schema.json"
TYPES_PATH = SCHEMA_PATH.with_name("messages.gen.ts")
_GENERATOR = WEB / "scripts" / "generate-messages.mjs"

_UNIONS: dict[str, tuple[JsonSchemaMode, TypeAdapter[Any]]] = {
    "ClientMessageV1": ("validation", CLIENT_MESSAGE_V1),
    "ClientMessageV2": ("validation", CLIENT_MESSAGE_V2),
    "ServerMessage": ("serialization", SERVER_MESSAGE),
}


class _Generator(GenerateJsonSchema):
    """What the server sends is always complete: fields with a default are required too,
    or the discriminator `type` would turn optional."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)


def schema() -> dict[str, Any]:
    """One document: every message and the three unions under `$defs`, and the protocol's
    numbers under `x-constants`."""
    unions, shared = TypeAdapter.json_schemas(
        [(name, mode, adapter) for name, (mode, adapter) in _UNIONS.items()],
        schema_generator=_Generator,
    )
    definitions = dict(shared.get("$defs", {}))
    for (name, _mode), union in unions.items():
        definitions[str(name)] = union
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ProtocolMessage",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in _UNIONS],
        "$defs": {name: _untitled(definitions[name]) for name in sorted(definitions)},
        "x-constants": _constants(),
    }


def schema_text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def stale() -> list[Path]:
    """The generated files that do not match the models."""
    text = schema_text()
    digest = hashlib.sha256(text.encode()).hexdigest()
    expected = {SCHEMA_PATH: text, TYPES_PATH: f"schema sha256 {digest}"}
    return [
        path
        for path, part in expected.items()
        if not path.exists() or part not in path.read_text(encoding="utf-8")
    ]


def main(argv: list[str] | None = None) -> int:
    """Exit code: 0, or 1 when `--check` finds drift."""
    parser = argparse.ArgumentParser(prog="python -m interview.protocol.export")
    parser.add_argument("--check", action="store_true", help="write nothing, fail on drift")
    if parser.parse_args(argv).check:
        for path in (drifted := stale()):
            _say(f"{path.relative_to(WEB.parent)} does not match interview/protocol")
        if drifted:
            _say("run: make protocol")
        return 1 if drifted else 0
    SCHEMA_PATH.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA_PATH.write_text(schema_text(), encoding="utf-8")
    node = shutil.which("node")
    if node is None or not (WEB / "node_modules" / "json-schema-to-typescript").exists():
        _say("schema.json written; for messages.gen.ts install the packages in web/ and run again")
        return 0
    return subprocess.run([node, str(_GENERATOR)], check=False).returncode


def _constants() -> dict[str, str | int | float]:
    numbers = {
        name: value
        for name, value in vars(limits).items()
        if name.isupper() and isinstance(value, int | float)
    }
    return {
        "SUBPROTOCOL_V2": SUBPROTOCOL_V2,
        "DOWNLINK_HEADER_BYTES": DOWNLINK_HEADER_BYTES,
        **dict(sorted(numbers.items())),
    }


def _untitled(node: Any) -> Any:
    """Without titles, which would become a type alias for every field."""
    if isinstance(node, dict):
        items = cast("dict[str, Any]", node).items()
        return {
            key: _untitled(value)
            for key, value in items
            if not (key == "title" and isinstance(value, str))
        }
    if isinstance(node, list):
        return [_untitled(item) for item in cast("list[Any]", node)]
    return node


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
