"""One log for all of a process: structlog's events and every library's, on standard error.

Nothing personal and no key is written. Code that follows the rules never logs any; this is
the net below it. `interview_id` and `turn_id` are on every line while `interview_context`
is open.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TextIO, cast

import pydantic
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from interview.contracts.ids import interview_of
from interview.errors import InterviewError, ProviderError

__all__ = ["configure_logging", "interview_context", "redact"]

LogFormat = Literal["console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

# On debug they write bodies, frames or headers; on info a line for each request.
_QUIET = (
    "anthropic",
    "botocore",
    "faster_whisper",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "openai",
    "sqlalchemy.engine",
    "uvicorn.access",
    "websockets",
)

_SAID_BY_WORKFLOWS = ("turn_id", "reason", "directive")
"""Fields of ours that workflows log: theirs is the standard library's logger."""

_WITHHELD = "[withheld]"
_PERSONAL = frozenset(
    "answer authorization candidate_name content cookie email password prompt resume secret"
    " sentence sentences text token transcript".split()
)
_SECRETS = (
    (re.compile(r"(://[^/\s:@]*):[^/\s@]*@"), r"\1:***@"),
    (
        re.compile(
            r"([?&](?:[\w-]*key|[\w-]*token|ticket|password|secret|[\w-]*signature"
            r"|[\w-]*credential)=)[^&\s'\"]+",
            re.IGNORECASE,
        ),
        r"\1***",
    ),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), r"\1 ***"),
    (re.compile(r"\bsk-[\w-]{8,}"), "sk-***"),
    (re.compile(r"\bivk_[\w-]{8,}"), "ivk_***"),
    (re.compile(r"\bA[KS]IA[A-Z0-9]{16}\b"), "***"),
)


def configure_logging(
    log_format: LogFormat = "console", level: LogLevel = "info", stream: TextIO | None = None
) -> None:
    """Replaces whatever was configured before. `stream` is standard error by default."""
    output = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _of_a_workflow,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _render_exception,
        _withhold,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=output.isatty())
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def interview_context(interview_id: str, turn_id: str | None = None) -> Generator[None]:
    """Every line logged inside, by this task and those it starts, names interview and turn."""
    values = {"interview_id": interview_id, **({"turn_id": turn_id} if turn_id else {})}
    with structlog.contextvars.bound_contextvars(**values):
        yield


def redact(text: str) -> str:
    """`text` without the passwords of URLs, keys, tokens and signatures."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def _of_a_workflow(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What Temporal's loggers know of where they log, as fields like ours."""
    record = event.get("_record")
    known: Mapping[str, Any] | None = getattr(record, "temporal_workflow", None)
    if known is None:
        return event
    workflow_id = str(known.get("workflow_id", ""))
    event["workflow_id"] = workflow_id
    if (interview_id := interview_of(workflow_id)) is not None:
        event["interview_id"] = interview_id
    for name in _SAID_BY_WORKFLOWS:
        if (value := getattr(record, name, None)) is not None:
            event[name] = value
    return event


def _withhold(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # `_record` and `_from_structlog` are the formatter's own and are removed by it.
    return {
        key: value if key.startswith("_") else _safe(key, value) for key, value in event.items()
    }


def _safe(key: str, value: Any) -> Any:
    if key.lower() in _PERSONAL or key.lower().endswith(("_key", "_token", "_secret")):
        return _WITHHELD
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return {name: _safe(str(name), item) for name, item in items}
    if isinstance(value, list | tuple):
        return [_safe("", item) for item in cast("Sequence[Any]", value)]
    if isinstance(value, BaseException):
        return redact(f"{type(value).__qualname__}: {_message(value)}")
    return value if isinstance(value, int | float | None) else redact(str(value))


def _render_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info
    if isinstance(error, tuple):
        error = cast("tuple[Any, ...]", error)[1]
    if isinstance(error, BaseException):
        event["exception"] = "".join(_lines(error))
    return event


def _lines(error: BaseException) -> list[str]:
    """A traceback as Python prints it, but for the messages that may quote their input."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_lines(before), "\nafter which:\n"] if before is not None else []
    lines += traceback.format_list(traceback.extract_tb(error.__traceback__))
    lines.append(f"{type(error).__module__}.{type(error).__qualname__}: {_message(error)}\n")
    if isinstance(error, BaseExceptionGroup):
        for inner in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            lines += ["one of which:\n", *_lines(inner)]
    return lines


def _message(error: BaseException) -> str:
    if isinstance(error, ProviderError):
        return f"{error.code}: {error.provider}"  # whose own words may repeat the request
    if isinstance(error, InterviewError):
        return f"{error.code}: {error.message}"
    if type(error).__module__ == "temporalio.exceptions":
        # What an activity failed with, as it went on record.
        kind = getattr(error, "type", None)
        return kind if isinstance(kind, str) and kind else type(error).__name__
    if isinstance(error, pydantic.ValidationError):
        found = error.errors(include_input=False, include_url=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in found)
    if isinstance(error, ValueError | LookupError) or type(error).__module__.startswith(
        ("openai", "anthropic", "sqlalchemy", "asyncpg")
    ):
        return _WITHHELD
    return str(error)
