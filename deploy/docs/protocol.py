"""The protocol's page, from the schema that clients are generated from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interview.protocol import frames
from interview.protocol.export import schema

__all__ = ["page"]

_HEAD = """# Protocol

`/ws/interview/{session_id}`, in JSON, and in binary frames for sound. A client asks for version 2
with the subprotocol `intervue.v2`; without it everything is version 1. This page is written from
the models in `interview/protocol/`.

**To connect** where people sign in: `POST /api/v1/interviews/{id}/ticket` gives a ticket for one
connection, which goes into `hello`.

**Version 2 in order.** `hello` first, with the last `seq` that was seen; `session_started` with a
`snapshot` answers. An answer is `turn_start`, binary frames, `turn_end`; keep it until
`turn_committed`, and send it again from `from_chunk` when `turn_resend` asks. Send
`playback_complete` when an utterance has been heard. Send `ping` every few seconds: a server that
stands still closes nothing.

## Binary frames

"""
_GROUPS = (
    ("From the client, version 1", "ClientMessageV1"),
    ("From the client, version 2", "ClientMessageV2"),
    ("From the server", "ServerMessage"),
)


def page() -> str:
    document = schema()
    definitions: dict[str, Any] = document["$defs"]
    constants: dict[str, Any] = document["x-constants"]
    parts = [_HEAD + str(frames.__doc__).partition("\n\n")[2].replace("::\n", ":\n")]
    shared: set[str] = set()
    for title, union in _GROUPS:
        parts.append(f"## {title}\n")
        for name in _names(definitions[union]):
            parts.extend(_message(name, definitions[name], level="###"))
            shared |= set(_referred(definitions[name]))
    messages = {name for _, union in _GROUPS for name in _names(definitions[union])}
    parts.append("## Parts\n")
    for name in sorted(_closure(shared, definitions) - messages):
        parts.extend(_message(name, definitions[name], level="###"))
    parts.append("## Numbers\n\n| | |\n|---|---|")
    parts.extend(f"| `{name}` | {value} |" for name, value in sorted(constants.items()))
    return "\n".join(parts) + "\n"


def _names(union: dict[str, Any]) -> list[str]:
    return [member["$ref"].rpartition("/")[2] for member in union["oneOf"]]


def _referred(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():  # pyright: ignore[reportUnknownVariableType] JSON
            if key == "$ref":
                yield str(value).rpartition("/")[2]  # pyright: ignore[reportUnknownArgumentType] JSON
            else:
                yield from _referred(value)  # pyright: ignore[reportUnknownArgumentType] JSON
    elif isinstance(schema, list):
        for value in schema:  # pyright: ignore[reportUnknownVariableType] JSON
            yield from _referred(value)  # pyright: ignore[reportUnknownArgumentType] JSON


def _closure(names: set[str], definitions: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    while names:
        found |= names
        names = {other for name in names for other in _referred(definitions[name])} - found
    return found


def _message(name: str, schema: dict[str, Any], level: str) -> Iterator[str]:
    properties: dict[str, Any] = schema.get("properties", {})
    kind = properties.get("type", {}).get("const")
    yield f"{level} {f'`{kind}`' if kind else name}\n"
    if description := schema.get("description"):
        yield f"{description}\n"
    if "enum" in schema:
        yield f"{_kind(schema)}\n"
    fields = {field: value for field, value in properties.items() if field != "type"}
    if fields:
        yield "| field | | default |\n|---|---|---|"
        required = schema.get("required", [])
        for field, value in fields.items():
            default = "" if field in required else f"`{value.get('default')!r}`"
            yield f"| `{field}` | {_kind(value)} | {default} |"
        yield ""


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(member) for member in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    bounds = [f"{word} {schema[key]}" for key, word in _BOUNDS if key in schema]
    return ", ".join([schema.get("type", "any"), *bounds]).replace("|", "\\|")


_BOUNDS = (
    ("minimum", "at least"),
    ("exclusiveMinimum", "over"),
    ("maximum", "at most"),
    ("minLength", "at least characters:"),
    ("maxLength", "at most characters:"),
)
