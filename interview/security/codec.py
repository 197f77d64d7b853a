"""Temporal's payloads, sealed with the key of the interview whose workflow they belong to.

A sealed payload names its key and its interview in its metadata, both bound: whoever has only the
payload, as the Temporal UI does, can tell whose it is. Payloads of no interview are sealed with a
key of the deployment. What is not sealed passes, so histories of before stay readable.

Payloads of activities on `CODE_QUEUE` are left open: see `interview.contracts.code`.
"""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Self

from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from interview.contracts.ids import CODE_QUEUE, interview_of
from interview.errors import DatabaseUnavailable, InterviewError
from interview.security.data_keys import DataKeys
from interview.security.seal import Cipher, EncryptionError

__all__ = ["InterviewCodec", "encrypted_converter", "interviews_of"]

_ENCODING = b"binary/encrypted"
_KEY_ID = "encryption-key-id"
_INTERVIEW_ID = "interview-id"
_LOOK_AGAIN_S = 0.25

MayRead = Callable[[str], Awaitable[bool]]


def encrypted_converter(keys: DataKeys, *, patience_s: float = 0.0) -> DataConverter:
    """Pydantic's, with payloads and the text of failures sealed."""
    return _SealedConverter(
        payload_converter_class=PydanticPayloadConverter,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
        payload_codec=InterviewCodec(keys, patience_s=patience_s),
    )


class _SealedConverter(DataConverter):
    """The SDK asks for a converter of each payload's own context, and would make Pydantic's part
    anew for each: a twelfth of a busy worker's time. Here only the codec knows contexts."""

    def with_context(self, context: SerializationContext) -> Self:
        assert isinstance(self.payload_codec, InterviewCodec)
        converter = copy.copy(self)
        object.__setattr__(converter, "payload_codec", self.payload_codec.with_context(context))
        return converter


class InterviewCodec(PayloadCodec, WithSerializationContext):
    """`interview_id` comes from the context. Encoding and decoding raise `EncryptionError`
    (`key.destroyed`, `key.unknown`, `sealed.invalid`) and `DatabaseUnavailable`, once the database
    has been away for `patience_s`: a worker's task that failed meanwhile would come back late."""

    def __init__(
        self,
        keys: DataKeys,
        interview_id: str | None = None,
        *,
        patience_s: float = 0.0,
        left_open: bool = False,
    ) -> None:
        self._keys = keys
        self._left_open = left_open
        self._interview_id = interview_id
        self._patience_s = patience_s

    def with_context(self, context: SerializationContext) -> Self:
        match context:
            case ActivitySerializationContext(activity_task_queue=queue) if queue == CODE_QUEUE:
                return type(self)(self._keys, left_open=True)
            case WorkflowSerializationContext() | ActivitySerializationContext():
                interview_id = interview_of(context.workflow_id)
                return type(self)(self._keys, interview_id, patience_s=self._patience_s)
            case _:
                return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        if self._left_open:
            return list(payloads)
        interview_id = self._interview_id
        cipher = (
            self._keys.deployment
            if interview_id is None
            else await self._key(interview_id, make=True)
        )
        return [_sealed(payload, cipher, interview_id or "") for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [await self._opened(payload) for payload in payloads]

    async def decode_readable(
        self, payloads: Sequence[Payload], may_read: MayRead
    ) -> list[Payload]:
        """For people. `may_read` is asked once an interview; what it denies, what was erased and
        what cannot be opened is left as it is, and so is what belongs to no interview. Raises
        `DatabaseUnavailable`."""
        answers: dict[str, bool] = {}
        readable: list[Payload] = []
        for payload in payloads:
            interview_id = _interview_id(payload)
            if interview_id and interview_id not in answers:
                answers[interview_id] = await may_read(interview_id)
            if interview_id and answers[interview_id]:
                try:
                    payload = await self._opened(payload)
                except EncryptionError:
                    pass
            readable.append(payload)
        return readable

    async def _key(self, interview_id: str, *, make: bool) -> Cipher:
        give_up_at = time.monotonic() + self._patience_s
        while True:
            try:
                return await self._keys.of(interview_id, make=make)
            except DatabaseUnavailable:
                if time.monotonic() >= give_up_at:
                    raise
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != _ENCODING:
            return payload
        key_id = payload.metadata.get(_KEY_ID, b"").decode(errors="replace")
        interview_id = _interview_id(payload)
        if interview_id:
            if (
                self._interview_id not in (None, interview_id)
                or interview_of(f"interview-{interview_id}") != interview_id
            ):
                raise _invalid()
            cipher = await self._key(interview_id, make=False)
            if cipher.key_id != key_id:
                raise _invalid()
        elif self._interview_id is not None:
            raise _invalid()
        else:
            cipher = self._keys.deployment_key(key_id)
        plain = cipher.open(payload.data, _bound(key_id, interview_id))
        try:
            return Payload.FromString(plain)
        except DecodeError:
            raise _invalid() from None


def _sealed(payload: Payload, cipher: Cipher, interview_id: str) -> Payload:
    return Payload(
        metadata={
            "encoding": _ENCODING,
            _KEY_ID: cipher.key_id.encode(),
            _INTERVIEW_ID: interview_id.encode(),
        },
        data=cipher.seal(payload.SerializeToString(), _bound(cipher.key_id, interview_id)),
    )


def interviews_of(payloads: Iterable[Payload]) -> set[str]:
    """The ids that sealed ones name, whether or not there are such interviews."""
    return {interview_id for payload in payloads if (interview_id := _interview_id(payload))}


def _interview_id(payload: Payload) -> str:
    if payload.metadata.get("encoding") != _ENCODING:
        return ""
    return payload.metadata.get(_INTERVIEW_ID, b"").decode(errors="replace")


def _bound(key_id: str, interview_id: str) -> bytes:
    return f"{key_id}/{interview_id}".encode()


def _invalid() -> InterviewError:
    return EncryptionError("sealed.invalid", "sealed data cannot be opened")
