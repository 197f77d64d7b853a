"""The settings' page, from `.env.example`, which a test holds to the code."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["page"]

_EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"
_HEAD = """# Settings

From the environment, or from `.env`, over which the environment goes. This page is written from
`.env.example`, which `make setup` copies; on Kubernetes the same names are keys of `settings` and
of Secrets.
"""


def page() -> str:
    parts = [_HEAD]
    said: list[str] = []
    opened = False
    for line in _EXAMPLE.read_text().splitlines()[4:]:
        if heading := re.match(r"# --- (.+?) -+$", line):
            parts.append(f"\n## {heading[1].strip()}\n".replace("`", ""))
            said, opened = [], False
        elif setting := re.match(r"(?:# )?([A-Z][A-Z0-9_]*)=(.*)", line):
            if not opened:
                parts.append("| setting | default | |\n|---|---|---|")
            opened = True
            text = " ".join(said).replace("|", "\\|").replace("<", "&lt;")
            parts.append(f"| `{setting[1]}` | {f'`{setting[2]}`' if setting[2] else ''} | {text} |")
            said = []
        elif line.startswith("# "):
            said.append(line[2:])
        elif said and not opened:
            parts.append(" ".join(said) + "\n")
            said = []
        else:
            said = []
    return "\n".join(parts) + "\n"
