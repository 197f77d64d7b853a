"""What is checked, and whether it held."""

from __future__ import annotations

from collections.abc import Callable

from tests.cluster.servers import Refused

__all__ = ["Checks"]


class Checks:
    """Each is said as it is made."""

    def __init__(self) -> None:
        self.held: dict[str, bool] = {}

    def that(self, name: str, holds: bool, why: object = "") -> None:
        self.held[name] = holds
        print(f"  {'holds' if holds else 'FAILS'}  {name}{'' if holds else f': {why}'}")

    def refused(self, name: str, act: Callable[[], object], said: str = "") -> None:
        try:
            act()
        except Refused as why:
            self.that(name, said in str(why), why)
        else:
            self.that(name, False, "it was allowed")
