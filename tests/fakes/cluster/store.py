"""What the API server keeps: objects with versions, and who watches them."""

from __future__ import annotations

import copy
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

__all__ = ["Conflict", "Missing", "Object", "Store", "merged"]

Object = dict[str, Any]


class Missing(Exception):
    """It is not there."""


class Conflict(Exception):
    """It is there already, or is not what it was thought to be."""


class Store:
    """Of one namespace."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._objects: dict[tuple[str, str], Object] = {}
        self._events: list[tuple[int, str, str, Object]] = []
        self._version = 100
        self._oldest = 0

    def add(self, kind: str, body: Object) -> Object:
        with self._changed:
            key = kind, body["metadata"]["name"]
            if key in self._objects:
                raise Conflict
            one = copy.deepcopy(body)
            one["metadata"].update(
                uid=str(uuid.uuid4()),
                creationTimestamp=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            )
            self._objects[key] = one
            return self._note("ADDED", kind, one)

    def get(self, kind: str, name: str) -> Object:
        with self._changed:
            try:
                return copy.deepcopy(self._objects[kind, name])
            except KeyError:
                raise Missing from None

    def list(self, kind: str, labels: dict[str, str]) -> tuple[list[Object], int]:
        with self._changed:
            found = [one for (of, _), one in self._objects.items() if of == kind]
            return [copy.deepcopy(one) for one in found if _has(one, labels)], self._version

    def change(self, kind: str, name: str, patch: Object) -> Object:
        with self._changed:
            if (kind, name) not in self._objects:
                raise Missing
            self._objects[kind, name] = merged(self._objects[kind, name], patch)
            return self._note("MODIFIED", kind, self._objects[kind, name])

    def remove(self, kind: str, name: str, version: str | None = None) -> Object:
        with self._changed:
            if (kind, name) not in self._objects:
                raise Missing
            if version not in (None, self._objects[kind, name]["metadata"]["resourceVersion"]):
                raise Conflict
            return self._note("DELETED", kind, self._objects.pop((kind, name)))

    def date_back(self, kind: str, name: str, date: str) -> None:
        self.change(kind, name, {"metadata": {"creationTimestamp": date}})

    def everything(self) -> dict[tuple[str, str], Object]:
        with self._changed:
            return copy.deepcopy(self._objects)

    def names(self, kind: str) -> list[str]:
        with self._changed:
            return [name for of, name in self._objects if of == kind]

    def forget_events(self) -> None:
        """As etcd does, when it compacts: whoever watches from before has to list again."""
        with self._changed:
            self._oldest = self._version + 1
            self._version += 2
            self._changed.notify_all()

    def watch(
        self, kind: str, labels: dict[str, str], since: int, stop: threading.Event
    ) -> Iterator[Object | None]:
        """Events; None where there was none for a moment."""
        while not stop.is_set():
            with self._changed:
                if since < self._oldest:
                    yield {"type": "ERROR", "object": _gone(since)}
                    return
                new = [one for one in self._events if one[0] > since and one[2] == kind]
                if not new:
                    self._changed.wait(0.1)
                    new = [one for one in self._events if one[0] > since and one[2] == kind]
            yield None
            for version, what, _, one in new:
                since = version
                if _has(one, labels):
                    yield {"type": what, "object": one}

    def wait(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait(seconds)

    def _note(self, what: str, kind: str, one: Object) -> Object:
        self._version += 1
        one["metadata"]["resourceVersion"] = str(self._version)
        self._events.append((self._version, what, kind, copy.deepcopy(one)))
        self._changed.notify_all()
        return copy.deepcopy(one)


def merged(one: Object, patch: Object) -> Object:
    """RFC 7396."""
    result = dict(one)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            below = result.get(key)
            result[key] = merged(below if isinstance(below, dict) else {}, value)  # pyright: ignore[reportUnknownArgumentType] JSON
        else:
            result[key] = value
    return result


def _has(one: Object, labels: dict[str, str]) -> bool:
    return labels.items() <= one["metadata"].get("labels", {}).items()


def _gone(version: int) -> Object:
    return {
        **{"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"},
        **{"message": f"too old resource version: {version}", "reason": "Expired", "code": 410},
    }
