"""Reads the string fields of one JSON object while it is written, cut at any character."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

__all__ = ["FieldText", "JsonFields", "NotJson"]

_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "/": "/"}
_REPLACEMENT = "�"
_PLAIN = re.compile(r'[^"\\]+')


class NotJson(Exception):
    """This is not a JSON object."""


@dataclass(frozen=True, slots=True)
class FieldText:
    """More of a field's string; `complete` once its closing quote has been read."""

    name: str
    text: str
    complete: bool


class _At(Enum):
    START = auto()
    KEY = auto()
    KEY_TEXT = auto()
    COLON = auto()
    VALUE = auto()
    VALUE_TEXT = auto()
    OTHER_VALUE = auto()
    COMMA = auto()
    END = auto()


class JsonFields:
    """RFC 8259, but lenient where models are not strict: bare control characters in strings
    stay as they are, lone surrogates become U+FFFD, a comma may be missing or be the last.
    Values other than strings are skipped."""

    def __init__(self) -> None:
        self._at = _At.START
        self._key = ""
        self._pending = ""
        """An escape sequence that has not come to its end."""
        self._high_surrogate = ""
        self._depth = 0
        self._in_nested_string = False

    @property
    def complete(self) -> bool:
        return self._at is _At.END

    def feed(self, text: str) -> Iterator[FieldText]:
        """Raises `NotJson`."""
        position = 0
        while position < len(text):
            if self._at in (_At.KEY_TEXT, _At.VALUE_TEXT):
                read, position, closed = self._string(text, position)
                yield from self._string_read(read, closed)
            else:
                self._structure(text[position])
                position += 1

    def _string_read(self, read: str, closed: bool) -> Iterator[FieldText]:
        if self._at is _At.KEY_TEXT:
            self._key += read
            if closed:
                self._at = _At.COLON
            return
        if closed:
            self._at = _At.COMMA
        if read or closed:
            yield FieldText(self._key, read, closed)

    def _structure(self, char: str) -> None:
        if self._at is _At.OTHER_VALUE:
            self._skip(char)
        elif char.isspace() or char == "\ufeff":
            return
        elif self._at is _At.START and char == "{":
            self._at = _At.KEY
        elif self._at in (_At.KEY, _At.COMMA) and char in '",}':
            self._between_fields(char)
        elif self._at is _At.COLON and char == ":":
            self._at = _At.VALUE
        elif self._at is _At.VALUE:
            self._value_begins(char)
        elif self._at is not _At.END:
            raise NotJson

    def _between_fields(self, char: str) -> None:
        if char == '"':
            self._at, self._key = _At.KEY_TEXT, ""
        elif char == "}":
            self._at = _At.END
        else:
            self._at = _At.KEY

    def _value_begins(self, char: str) -> None:
        if char == '"':
            self._at = _At.VALUE_TEXT
        elif char in ",}":
            raise NotJson
        else:
            self._at, self._depth, self._in_nested_string = _At.OTHER_VALUE, 0, False
            self._skip(char)

    def _skip(self, char: str) -> None:
        """Over a number, a literal, an array or an object."""
        if self._in_nested_string:
            if self._pending:
                self._pending = ""
            elif char == "\\":
                self._pending = char
            elif char == '"':
                self._in_nested_string = False
        elif char == '"':
            self._in_nested_string = True
        elif char in "[{":
            self._depth += 1
        elif char in "]}" and self._depth:
            self._depth -= 1
        elif char in ",}" and not self._depth:
            self._between_fields(char)

    def _string(self, text: str, position: int) -> tuple[str, int, bool]:
        """(what was read, where it stopped, whether the string ended)."""
        out: list[str] = []
        while position < len(text):
            if self._pending:
                self._pending += text[position]
                position += 1
                out.append(self._escape())
                continue
            plain = _PLAIN.match(text, position)
            if plain:
                out += (self._lone_surrogate(), plain.group())
                position = plain.end()
            elif text[position] == "\\":
                self._pending = "\\"
                position += 1
            else:
                out.append(self._lone_surrogate())
                return "".join(out), position + 1, True
        return "".join(out), position, False

    def _escape(self) -> str:
        """The character that the pending escape means, or nothing while it is not complete."""
        if self._pending[1] != "u":
            char, self._pending = _ESCAPES.get(self._pending[1], self._pending[1]), ""
            return self._lone_surrogate() + char
        if len(self._pending) < 6:
            return ""
        digits, self._pending = self._pending[2:], ""
        try:
            code = int(digits, 16)
        except ValueError:
            raise NotJson from None
        if 0xDC00 <= code < 0xE000 and self._high_surrogate:
            high, self._high_surrogate = self._high_surrogate, ""
            return chr(0x10000 + ((ord(high) - 0xD800) << 10) + (code - 0xDC00))
        before = self._lone_surrogate()
        if 0xD800 <= code < 0xDC00:
            self._high_surrogate = chr(code)
            return before
        return before + (_REPLACEMENT if 0xDC00 <= code < 0xE000 else chr(code))

    def _lone_surrogate(self) -> str:
        if not self._high_surrogate:
            return ""
        self._high_surrogate = ""
        return _REPLACEMENT
