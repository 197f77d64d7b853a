"""Lays out JSON Schemas as kubeconform wants them: ``python schemas.py PACKAGE FOLDER``.

`PACKAGE` is the installed `kubernetes_validate`, whose schemas refer to each other by addresses on
the web: here they refer to the file beside them. Custom resources are those of `crds/`.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

KUBERNETES = "1.35.0"


def main(package: Path, folder: Path) -> None:
    source = package / "kubernetes-json-schema" / f"v{KUBERNETES}-local-strict"
    unfinished = folder.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for path in source.glob("*.json"):
        text = path.read_text().replace('"/api/_definitions.json#', '"_definitions.json#')
        schema: dict[str, Any] = json.loads(text)
        schema.pop("$id", None)
        (unfinished / path.name).write_text(json.dumps(schema))
    for path in (Path(__file__).parent / "crds").glob("*.json"):
        shutil.copy(path, unfinished)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
