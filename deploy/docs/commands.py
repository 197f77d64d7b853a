"""The commands' page, from the Makefile and from what `./intervue` says of itself."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["page", "targets"]

_ROOT = Path(__file__).resolve().parents[2]
_MAKEFILES = (_ROOT / "Makefile", _ROOT / "deploy" / "check" / "tools.mk")
_TARGET = re.compile(r"^([a-z-]+):.*?## (.*)$", re.MULTILINE)
_HEAD = """# Commands

## make

| | |
|---|---|
"""
_INTERVUE = """
## ./intervue

Reads the stack that runs here, or the one that the settings name. `--json` is for programs; the
exit code is 1 where the answer is no, and 2 where there is none.

| | |
|---|---|
| `./intervue audit INTERVIEW` | turns, retries, recoveries, providers and times of one |
| `./intervue replay INTERVIEW` | whether today's code makes the decisions of that history |
| `./intervue audit-verify` | whether the audit trail was tampered with |
| `./intervue erase INTERVIEW` | erases it for good |

## Keys

| | |
|---|---|
| `python -m interview.security.keys` | prints a new one, for `AUTH_KEYS` or `MASTER_KEYS` |
| `python -m interview.security.rotate` | wraps all data keys anew; until it exits with 0 |
"""


def targets() -> dict[str, str]:
    """What `make help` shows, by name."""
    return {name: text for path in _MAKEFILES for name, text in _TARGET.findall(path.read_text())}


def page() -> str:
    rows = [f"| `make {name}` | {text.replace('|', ', ')} |" for name, text in targets().items()]
    return _HEAD + "\n".join(rows) + "\n" + _INTERVUE
