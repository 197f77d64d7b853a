"""Where the local stack keeps its things."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["REPOSITORY", "Home"]

REPOSITORY = Path(__file__).resolve().parent.parent
"""The folder that holds `worker.py`; children run there."""

_KEPT_LOGS = 3


@dataclass(frozen=True, slots=True)
class Home:
    """One data folder. `root` is absolute."""

    root: Path

    @classmethod
    def default(cls) -> Home:
        """`INTERVUE_HOME`, or `.intervue` in the project."""
        given = os.environ.get("INTERVUE_HOME")
        return cls((Path(given) if given else REPOSITORY / ".intervue").absolute())

    @property
    def tools(self) -> Path:
        return self.root / "tools"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def temporal(self) -> Path:
        return self.root / "temporal"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def keys(self) -> Path:
        return self.root / "keys.env"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def create(self) -> None:
        """Makes the folders, readable for this user alone where they hold data."""
        self.root.mkdir(parents=True, exist_ok=True)
        for folder in (self.logs, self.run, self.valkey, self.temporal, self.blobs):
            folder.mkdir(exist_ok=True, mode=0o700)

    def rotate_log(self, name: str) -> None:
        """Puts the last run's log aside as `NAME.log.1` and so on."""
        current = self.log(name)
        if not current.exists():
            return
        for age in range(_KEPT_LOGS - 1, 0, -1):
            older = Path(f"{current}.{age}")
            if older.exists():
                older.replace(f"{current}.{age + 1}")
        current.replace(f"{current}.1")
