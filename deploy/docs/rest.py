"""The REST page, from the API's own description."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from api.main import create_app
from interview.config import Settings

__all__ = ["page"]

_HEAD = """# REST

Every installation describes itself at `/docs` and `/openapi.json`, with the models of requests and
answers. This list is written from that description. Errors are
`{"error": {"code", "message", "recoverable"}}` with a code that does not change.
`Authorization: Bearer` carries an access token or an API key.
"""


def page() -> str:
    described: dict[str, Any] = create_app(Settings(_env_file=None, debug=True)).openapi()  # pyright: ignore[reportCallIssue] an argument that pydantic-settings adds
    by_tag: dict[str, list[str]] = defaultdict(list)
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            text = operation.get("description") or operation.get("summary", "")
            first = text.split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
            by_tag[tag].append(f"| `{method.upper()}` | `{path}` | {first} |")
    parts = [_HEAD]
    for tag, rows in sorted(by_tag.items()):
        parts += [f"\n## {tag.replace('_', ' ').capitalize()}\n", "| | | |\n|---|---|---|", *rows]
    return "\n".join(parts) + "\n"
