"""The wire formats of OpenAI and Anthropic, as their servers write them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, cast

__all__ = [
    "FormPart",
    "allowed_in",
    "anthropic_error",
    "anthropic_events",
    "anthropic_message",
    "openai_chunks",
    "openai_completion",
    "openai_error",
    "parse_multipart",
    "pieces",
    "sse",
    "task_of",
]


@dataclass(frozen=True, slots=True)
class FormPart:
    name: str
    filename: str
    content_type: str
    data: bytes


def parse_multipart(content_type: str, body: bytes) -> list[FormPart]:
    """RFC 7578, as far as clients use it."""
    match = re.search(r'boundary="?([^";]+)"?', content_type)
    assert match, "a multipart body has a boundary"
    parts: list[FormPart] = []
    for section in body.split(b"--" + match.group(1).encode())[1:-1]:
        head, _, data = section.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = head.decode()
        name = re.search(r'[; ]name="([^"]*)"', headers)
        filename = re.search(r'filename="([^"]*)"', headers)
        kind = re.search(r"(?i)content-type: *([^\r\n]+)", headers)
        parts.append(
            FormPart(
                name=name.group(1) if name else "",
                filename=filename.group(1) if filename else "",
                content_type=kind.group(1) if kind else "",
                data=data.removesuffix(b"\r\n"),
            )
        )
    return parts


def pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def sse(data: object, event: str = "") -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {event}\n" if event else "").encode() + f"data: {text}\n\n".encode()


def openai_error(status: int, message: str, type: str, code: str, param: str = "") -> bytes:
    error = {"message": message, "type": type or _OPENAI_TYPES.get(status, "server_error")}
    return json.dumps({"error": {**error, "param": param or None, "code": code or None}}).encode()


def anthropic_error(status: int, message: str, type: str) -> bytes:
    error = {"type": type or _ANTHROPIC_TYPES.get(status, "api_error"), "message": message}
    return json.dumps({"type": "error", "error": error, "request_id": "req_fake"}).encode()


def openai_chunks(parts: list[str], model: str, finish_reason: str = "") -> list[bytes]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        head = {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1}
        return sse({**head, "model": model, "choices": [choice]})

    return [
        chunk({"role": "assistant", "content": "", "refusal": None}),
        *(chunk({"content": part}) for part in parts),
        chunk({}, finish_reason or "stop"),
        sse("[DONE]"),
    ]


def openai_completion(output: str, model: str, finish_reason: str = "") -> bytes:
    message = {"role": "assistant", "content": output, "refusal": None}
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": finish_reason or "stop",
    }
    head = {"id": "chatcmpl-fake", "object": "chat.completion", "created": 1, "model": model}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return json.dumps({**head, "choices": [choice], "usage": usage}).encode()


def anthropic_message(
    content: list[dict[str, Any]], model: str, stop_reason: str, output_tokens: int = 1
) -> bytes:
    head = {"id": "msg_fake", "type": "message", "role": "assistant", "model": model}
    usage = {"input_tokens": 10, "output_tokens": output_tokens}
    end = {"stop_reason": stop_reason, "stop_sequence": None, "usage": usage}
    return json.dumps({**head, "content": content, **end}).encode()


def anthropic_events(
    parts: list[str], model: str, *, as_text: bool = False, stop_reason: str = ""
) -> list[bytes]:
    usage = {"input_tokens": 10, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": "msg_fake",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    tool: dict[str, Any] = {"type": "tool_use", "id": "toolu_fake", "name": "reply", "input": {}}
    block: dict[str, Any] = {"type": "text", "text": ""} if as_text else tool

    def delta(part: str) -> dict[str, str]:
        if as_text:
            return {"type": "text_delta", "text": part}
        return {"type": "input_json_delta", "partial_json": part}

    def event(type: str, **fields: Any) -> bytes:
        return sse({"type": type, **fields}, event=type)

    return [
        event("message_start", message=message),
        event("content_block_start", index=0, content_block=block),
        event("ping"),
        *(event("content_block_delta", index=0, delta=delta(part)) for part in parts),
        event("content_block_stop", index=0),
        event(
            "message_delta",
            delta={"stop_reason": stop_reason or "tool_use", "stop_sequence": None},
            usage={"output_tokens": 20},
        ),
        event("message_stop"),
    ]


def allowed_in(request: dict[str, Any]) -> list[str]:
    """The directives that a request allows: by its schema, or by the brief in its text."""
    schema = json.dumps(request.get("response_format") or {})
    found = re.search(r'"enum": \[([^\]]*)\]', schema)
    if found:
        return cast(list[str], json.loads(f"[{found.group(1)}]"))
    text = re.findall(r"<allowed>([^<]*)</allowed>", json.dumps(request.get("messages")))
    return [name.strip() for name in text[-1].split(",")] if text else ["next_question"]


def task_of(request: dict[str, Any]) -> str | None:
    """What an answer in a shape is asked for: by the name of its schema or tool, or by a schema in
    the instructions; None of a reply."""
    form: dict[str, Any] = request.get("response_format") or {}
    schema: dict[str, Any] = form.get("json_schema") or {}
    tools: list[dict[str, Any]] = request.get("tools") or [{}]
    name = schema.get("name") or tools[0].get("name")
    if name is None and "nothing around it, of this schema:" in json.dumps(request["messages"]):
        return "unnamed"
    return None if name == "reply" else name


_OPENAI_TYPES = {
    400: "invalid_request_error",
    401: "invalid_request_error",
    404: "invalid_request_error",
    429: "requests",
}
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}
