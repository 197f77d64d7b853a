"""From a model's output, as it streams, to a directive and spoken text."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any, cast

from interview.domain.directives import STAYING, Directive
from interview.ports import DirectiveChosen, ReplyEvent, ReplyRequest, TextDelta
from interview.providers.continuation import Continuation
from interview.providers.failures import Failures
from interview.providers.json_fields import FieldText, JsonFields, NotJson
from interview.providers.prompt import allowed_directives
from interview.providers.waiting import closing

__all__ = ["ReplyReader", "read_reply", "reply_schema"]

_MAX_OUTPUT_CHARS = 8_000
_MAX_SPOKEN_CHARS = 1_200
_QUESTION = re.compile(r"[^.!?…]*\?[\"'”’)]*\s*$")


class _Unusable(Exception):
    """The argument continues "<provider> gave"."""


def reply_schema(directives: tuple[Directive, ...]) -> dict[str, object]:
    """JSON Schema of a reply. Models write properties in this order: what happens is decided
    before what is said, and speech starts with the first word of the reply."""
    return {
        "type": "object",
        "properties": {
            "directive": {"type": "string", "enum": [str(d) for d in directives]},
            "reply": {"type": "string"},
        },
        "required": ["directive", "reply"],
        "additionalProperties": False,
    }


async def read_reply(
    pieces: AsyncIterator[str], request: ReplyRequest, failures: Failures
) -> AsyncGenerator[ReplyEvent]:
    """`pieces`: a model's output, cut anywhere. Raises `ProviderOutputInvalid`."""
    reader = ReplyReader(request)
    # SDKs hand on what does not fit their own types, and only reading it shows that.
    with failures.translated():
        try:
            async with closing(pieces):
                async for piece in pieces:
                    for event in reader.feed(piece):
                        yield event
                    if reader.complete:
                        return
            for event in reader.finish():
                yield event
        except _Unusable as problem:
            raise failures.output_invalid(str(problem)) from None


class ReplyReader:
    """Reads `{"directive": …, "reply": …}` and, from servers that do not hold to a schema, also
    the fields in the other order, JSON within other text, and plain text. Those are repaired
    after they have ended, within bounds."""

    def __init__(self, request: ReplyRequest) -> None:
        self._allowed = allowed_directives(request)
        self._goes_on = bool(request.already_said)
        opener = (request.opener,) if request.opener and self._goes_on else ()
        self._continuation = Continuation((*opener, *request.already_said))
        self._fields: JsonFields | None = JsonFields()
        self._raw: list[str] = []
        self._raw_chars = 0
        self._directive_text = ""
        self._directive: Directive | None = None
        self._unsaid = ""
        """Of the reply, while the directive is not known."""
        self._spoken_chars = 0
        self.complete = False

    def feed(self, piece: str) -> Iterator[ReplyEvent]:
        self._raw.append(piece)
        self._raw_chars += len(piece)
        if self._raw_chars > _MAX_OUTPUT_CHARS:
            raise _Unusable("an answer without end")
        if self._fields is None:
            return
        try:
            for field in self._fields.feed(piece):
                yield from self._read(field)
        except NotJson:
            if self._directive is not None:
                raise _Unusable("JSON that breaks off") from None
            self._fields = None  # plain text: judged when it has ended

    def finish(self) -> Iterator[ReplyEvent]:
        if self._fields is None or self._directive is None:
            yield from self._repaired("".join(self._raw))
        elif not self._fields.complete:
            raise _Unusable("an answer that breaks off")
        yield from self._say(self._continuation.finish())
        # Moving on without a word is curt, but the planned words follow; a probe must be asked.
        if not self._spoken_chars and not self._goes_on and self._directive in STAYING:
            raise _Unusable("an empty reply")

    def _read(self, field: FieldText) -> Iterator[ReplyEvent]:
        if field.name == "directive" and self._directive is None:
            self._directive_text += field.text
            if field.complete:
                yield self._choose(self._directive_text)
                yield from self._heard(self._unsaid)
        elif field.name == "reply":
            if self._directive is None:
                self._unsaid += field.text
            else:
                yield from self._heard(field.text)

    def _choose(self, text: str) -> DirectiveChosen:
        chosen = text.strip().lower().replace("-", "_").replace(" ", "_")
        if chosen not in self._allowed:
            raise _Unusable("a directive that is not allowed now")
        self._directive = Directive(chosen)
        return DirectiveChosen(self._directive)

    def _heard(self, text: str) -> Iterator[ReplyEvent]:
        yield from self._say(self._continuation.feed(text))

    def _say(self, text: str) -> Iterator[ReplyEvent]:
        if not self._spoken_chars:
            text = text.lstrip()
        text = text[: _MAX_SPOKEN_CHARS - self._spoken_chars]
        if text:
            self._spoken_chars += len(text)
            self.complete = self._spoken_chars >= _MAX_SPOKEN_CHARS
            yield TextDelta(text)

    def _repaired(self, raw: str) -> Iterator[ReplyEvent]:
        """Output that names no directive, or not in the form agreed on."""
        reply = self._unsaid or raw
        try:
            value: Any = json.loads(raw[raw.index("{") : raw.rindex("}") + 1], strict=False)
        except ValueError:
            if "{" in raw or "}" in raw:
                raise _Unusable("neither JSON nor text") from None
        else:
            found = cast(dict[str, Any], value)  # what begins with a brace is an object
            if "directive" in found:
                yield self._choose(str(found["directive"]))
            reply = str(found.get("reply", ""))
        reply = reply.strip().strip("`").strip()
        if not reply and not self._goes_on:
            raise _Unusable("an empty reply")
        if self._directive is None:
            self._directive, reply = self._guessed(reply)
            yield DirectiveChosen(self._directive)
        yield from self._heard(reply)

    def _guessed(self, reply: str) -> tuple[Directive, str]:
        """What the model must have meant: a reply that asks stays, one that does not moves on.
        Where no probe is allowed its question is left out, for the planned one follows."""
        if Directive.FOLLOW_UP in self._allowed and _QUESTION.search(reply):
            return Directive.FOLLOW_UP, reply
        if Directive.CONTINUE in self._allowed:
            return Directive.CONTINUE, reply
        onward = next((d for d in self._allowed if d not in STAYING), None)
        if onward is None:
            return self._allowed[0], reply
        return onward, _QUESTION.sub("", reply).rstrip()
