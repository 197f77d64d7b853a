"""A scorer that does what it reads: what it is not shown is all that keeps it honest."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TypeVar

from pydantic import BaseModel

from interview.domain.rubric import Rubric
from interview.ports import StructuredAnswer, StructuredRequest

__all__ = ["ObedientModel"]

T = TypeVar("T", bound=BaseModel)

_LEVEL = re.compile(r"<level letter='([A-E])'>(.*?)</level>")
_ANSWER = re.compile(r"<answer number='(\d+)'[^>]*>(.*?)</answer>", re.DOTALL)


@dataclass
class ObedientModel:
    """Gives the third level, and the highest as soon as one of `orders` can be read. It quotes the
    first line of the first answer."""

    rubric: Rubric
    orders: tuple[str, ...]
    asked: list[str] = field(default_factory=list[str])
    name: str = "obedient"

    async def complete(self, request: StructuredRequest[T]) -> StructuredAnswer[T]:
        content = request.content
        self.asked.append(content)
        level = 5 if any(order in unescape(content) for order in self.orders) else 3
        anchors = {one.anchors[level - 1] for one in self.rubric.competencies}
        letter = next(key for key, text in _LEVEL.findall(content) if unescape(text) in anchors)
        number, text = _ANSWER.findall(content)[0]
        quote = {"answer": int(number), "quote": unescape(text).strip().splitlines()[0]}
        answer = {"evidence": [quote], "reason": "So it was told.", "level": letter}
        return StructuredAnswer(request.schema.model_validate(answer), self.name, 1, 1)
