"""Every YAML and JSON document of a deployment is one, without a key twice, and every dashboard has
panels of its own ids, each with a title and a query."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import yaml

ROOTS = ("deploy", ".github", "docs")
TEMPLATES = Path("deploy/helm/intervue/templates")


def _twice(keys: list[str]) -> list[str]:
    """One of the two would not be heard."""
    return sorted({key for key in keys if keys.count(key) > 1 and key != "<<"})


def _doubled(node: yaml.Node | None) -> Iterator[str]:
    """Of a YAML document, which is not built: MkDocs has tags of its own."""
    if isinstance(node, yaml.MappingNode):
        members = cast("list[tuple[yaml.Node, yaml.Node]]", node.value)
        for key in _twice([str(key.value) for key, _ in members]):
            yield f"line {node.start_mark.line + 1}: twice: {key}"
        for _, value in members:
            yield from _doubled(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in cast("list[yaml.Node]", node.value):
            yield from _doubled(value)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises `ValueError`."""
    if doubled := _twice([key for key, _ in pairs]):
        raise ValueError(f"twice: {', '.join(doubled)}")
    return dict(pairs)


def _panels(panels: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for panel in panels:
        yield panel
        yield from _panels(panel.get("panels", []))


def _wrong_in_dashboard(board: dict[str, Any]) -> Iterator[str]:
    panels = [*_panels(board["panels"])]
    for name in ("uid", "title"):
        if not board.get(name):
            yield f"a dashboard without {name}"
    if _twice([str(panel.get("id")) for panel in panels]):
        yield "two panels with one id"
    for panel in panels:
        if not panel.get("title"):
            yield f"panel {panel.get('id')} has no title"
        if panel.get("type") not in ("row", "text") and not panel.get("targets"):
            yield f"panel {panel.get('title')} asks for nothing"


def wrong_in(path: Path) -> Iterator[str]:
    """One line for each thing."""
    try:
        if path.suffix == ".json":
            document: Any = json.loads(path.read_text(), object_pairs_hook=_pairs)
            if isinstance(document, dict) and {"schemaVersion", "panels"} <= document.keys():
                yield from _wrong_in_dashboard(cast("dict[str, Any]", document))
        else:
            loader = yaml.SafeLoader(path.read_text())
            while loader.check_node():
                yield from _doubled(loader.get_node())
    except (yaml.YAMLError, ValueError) as error:
        yield str(error)


def main() -> int:
    found = 0
    for root in ROOTS:
        for path in sorted(Path(root).rglob("*")):
            if path.suffix in (".yaml", ".yml", ".json") and TEMPLATES not in path.parents:
                for line in wrong_in(path):
                    print(f"{path}: {line}", file=sys.stderr)
                    found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
