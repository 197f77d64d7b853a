"""Temporal's payloads, sealed and opened."""

from __future__ import annotations

import uuid

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from interview.contracts.ids import CODE_QUEUE, interview_of, workflow_id
from interview.errors import DatabaseUnavailable
from interview.persistence.data_keys import DataKeyRows, WrappedKey
from interview.persistence.database import Database
from interview.security.codec import InterviewCodec, encrypted_converter
from interview.security.data_keys import DataKeys
from interview.security.keys import KeyRing
from interview.security.seal import EncryptionError
from interview.security.wrapping import RingKeyWrapper
from tests.integration.security.conftest import keys_of, new_ring

pytestmark = pytest.mark.integration

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"Zanzibar"')


def context(interview_id: str) -> WorkflowSerializationContext:
    return WorkflowSerializationContext("default", workflow_id(interview_id))


@pytest.fixture
def codec(keys: DataKeys, interview_id: str) -> InterviewCodec:
    return InterviewCodec(keys).with_context(context(interview_id))


async def test_what_is_sealed_is_opened_with_and_without_its_context(
    codec: InterviewCodec, keys: DataKeys, interview_id: str
) -> None:
    (sealed,) = await codec.encode([PLAIN])
    activity = ActivitySerializationContext(
        "default", "1", "speech.speak", "q", workflow_id(interview_id), None, False
    )

    assert b"Zanzibar" not in sealed.SerializeToString()
    assert sealed.metadata["interview-id"] == interview_id.encode()
    for reader in (codec, InterviewCodec(keys), InterviewCodec(keys).with_context(activity)):
        assert await reader.decode([sealed]) == [PLAIN]


async def test_what_goes_to_a_worker_without_keys_is_left_open(
    keys: DataKeys, interview_id: str
) -> None:
    activity = ActivitySerializationContext(
        "default", "1", "code.run", CODE_QUEUE, workflow_id(interview_id), None, False
    )

    assert await InterviewCodec(keys).with_context(activity).encode([PLAIN]) == [PLAIN]


async def test_plain_payloads_pass(codec: InterviewCodec) -> None:
    assert await codec.decode([PLAIN]) == [PLAIN]


async def test_what_belongs_to_no_interview_is_sealed_too(keys: DataKeys) -> None:
    codec = InterviewCodec(keys)
    (sealed,) = await codec.encode([PLAIN])
    assert b"Zanzibar" not in sealed.SerializeToString()
    assert await codec.decode([sealed]) == [PLAIN]


@pytest.mark.parametrize("what", ["data", "key", "interview", "short", "nonsense"])
async def test_a_changed_payload_is_refused(
    codec: InterviewCodec, keys: DataKeys, what: str
) -> None:
    (sealed,) = await codec.encode([PLAIN])
    other = str(uuid.uuid4())
    match what:
        case "data":
            sealed.data = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
        case "key":
            sealed.metadata["encryption-key-id"] = (await keys.of(other, make=True)).key_id.encode()
        case "interview":
            sealed.metadata["interview-id"] = other.encode()
            sealed.metadata["encryption-key-id"] = (await keys.of(other, make=True)).key_id.encode()
        case "short":
            sealed.data = b"abc"
        case _:
            sealed.metadata["interview-id"] = b"../../\xff"
    with pytest.raises(EncryptionError) as caught:
        await InterviewCodec(keys).decode([sealed])
    assert caught.value.code == "sealed.invalid"


async def test_a_payload_of_another_interview_is_refused_in_this_ones_history(
    codec: InterviewCodec, keys: DataKeys
) -> None:
    (sealed,) = await codec.encode([PLAIN])
    elsewhere = InterviewCodec(keys).with_context(context(str(uuid.uuid4())))
    with pytest.raises(EncryptionError):
        await elsewhere.decode([sealed])


async def test_a_payload_of_no_interview_is_refused_in_an_interviews_history(
    codec: InterviewCodec, keys: DataKeys
) -> None:
    """Whoever may start workflows of their own has such payloads sealed for them."""
    (sealed,) = await InterviewCodec(keys).encode([PLAIN])
    with pytest.raises(EncryptionError) as caught:
        await codec.decode([sealed])
    assert caught.value.code == "sealed.invalid"


async def test_another_master_key_opens_nothing(codec: InterviewCodec, database: Database) -> None:
    (sealed,) = await codec.encode([PLAIN])
    with pytest.raises(EncryptionError) as caught:
        await InterviewCodec(keys_of(database, new_ring()[1])).decode([sealed])
    assert caught.value.code == "key.unknown"


async def test_a_worker_waits_for_the_database_and_others_do_not(
    codec: InterviewCodec, ring: KeyRing, database: Database
) -> None:
    class Away(DataKeyRows):
        tries = 0

        async def find(self, interview_id: str) -> WrappedKey | None:
            self.tries += 1
            if self.tries < 3:
                raise DatabaseUnavailable("away")
            return await super().find(interview_id)

    (sealed,) = await codec.encode([PLAIN])
    patient = InterviewCodec(DataKeys(Away(database), RingKeyWrapper(ring), ring), patience_s=60.0)
    assert await patient.decode([sealed]) == [PLAIN]
    hasty = InterviewCodec(DataKeys(Away(database), RingKeyWrapper(ring), ring))
    with pytest.raises(DatabaseUnavailable):
        await hasty.decode([sealed])


async def test_people_read_what_they_may(keys: DataKeys, ring: KeyRing, database: Database) -> None:
    mine, theirs, erased = (str(uuid.uuid4()) for _ in range(3))
    sealed = [
        *await InterviewCodec(keys).encode([PLAIN]),
        *[
            (await InterviewCodec(keys).with_context(context(i)).encode([PLAIN]))[0]
            for i in (mine, theirs, erased, mine)
        ],
        PLAIN,
    ]
    await keys.destroy(erased)
    asked: list[str] = []

    async def may_read(interview_id: str) -> bool:
        asked.append(interview_id)
        return interview_id != theirs

    reader = InterviewCodec(keys_of(database, ring))
    read = await reader.decode_readable(sealed, may_read)

    assert read == [sealed[0], PLAIN, sealed[2], sealed[3], PLAIN, PLAIN]
    assert sorted(asked) == sorted([mine, theirs, erased])


async def test_the_text_of_a_failure_is_sealed(keys: DataKeys, interview_id: str) -> None:
    converter = encrypted_converter(keys).with_context(context(interview_id))
    failure = Failure()
    try:
        raise ApplicationError("Zanzibar", "Zanzibar", type="internal")
    except ApplicationError as error:
        await converter.encode_failure(error, failure)

    assert b"Zanzibar" not in failure.SerializeToString()
    assert failure.application_failure_info.type == "internal"
    restored = await converter.decode_failure(failure)
    assert isinstance(restored, ApplicationError)
    assert restored.message == "Zanzibar"


def test_an_interviews_id_is_read_from_its_workflows_and_their_childrens() -> None:
    interview_id = str(uuid.uuid4())
    assert interview_of(workflow_id(interview_id)) == interview_id
    assert interview_of(f"interview-{interview_id}-evaluation") == interview_id
    for other in (
        None,
        "",
        "interview-",
        f"interview-{interview_id}0",
        f"x-{interview_id}",
        f"interview-{interview_id}/x",
    ):
        assert interview_of(other) is None
