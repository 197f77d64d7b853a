"""What the adapters for answers in a shape share: the schema they show, and one repair."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from interview.ports import StructuredAnswer, StructuredRequest
from interview.providers.sdk_failures import SdkFailures

__all__ = ["Said", "StructuredAdapter", "in_words", "strict_schema"]

T = TypeVar("T", bound=BaseModel)

_SHOWN_PROBLEMS = 8
# Not every provider knows them; pydantic checks them all.
_UNKNOWN = frozenset(
    "title default minLength maxLength pattern minimum maximum exclusiveMinimum "
    "exclusiveMaximum minItems maxItems uniqueItems multipleOf format".split()
)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer, word for word, and what it took."""

    text: str
    input_tokens: int
    output_tokens: int


class StructuredAdapter(ABC):
    """Of one provider."""

    failures: SdkFailures

    @property
    @abstractmethod
    def name(self) -> str: ...

    @abstractmethod
    async def say(self, request: StructuredRequest[Any], repair: tuple[str, str] | None) -> Said:
        """`repair`: the answer before, and what was wrong with it. Raises `ProviderError`."""

    async def complete(self, request: StructuredRequest[T]) -> StructuredAnswer[T]:
        repair: tuple[str, str] | None = None
        input_tokens = output_tokens = 0
        for _ in range(2):
            said = await self.say(request, repair)
            input_tokens += said.input_tokens
            output_tokens += said.output_tokens
            try:
                value = request.schema.model_validate_json(_json_of(said.text))
            except ValidationError as error:
                repair = (said.text, _told(error))
                continue
            return StructuredAnswer(value, self.name, input_tokens, output_tokens)
        raise self.failures.output_invalid("an answer of another shape, twice")


def strict_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """As every provider takes it: each object closed, each field required."""
    return cast("dict[str, Any]", _strict(schema.model_json_schema()))


def in_words(schema: type[BaseModel]) -> str:
    """For models that take no schema but in their instructions."""
    shown = json.dumps(strict_schema(schema), separators=(",", ":"))
    return f"\n\nAnswer with one JSON object and nothing around it, of this schema:\n{shown}"


def _strict(value: Any, *, named: bool = False) -> Any:
    """`named`: the keys are fields' names, not keywords."""
    if isinstance(value, list):
        return [_strict(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, Any]", value)
    made = {
        key: _strict(item, named=key in ("properties", "$defs") and not named)
        for key, item in given.items()
        if named or key not in _UNKNOWN
    }
    if not named and "properties" in made:
        made["additionalProperties"] = False
        made["required"] = list(made["properties"])
    return made


def _json_of(text: str) -> str:
    """Without what some models put around it."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _told(error: ValidationError) -> str:
    """Places and rules; nothing of the answer, which the model has before it."""
    problems = error.errors(include_input=False, include_url=False)[:_SHOWN_PROBLEMS]
    return "\n".join(f"- {'.'.join(map(str, p['loc'])) or 'answer'}: {p['msg']}" for p in problems)
