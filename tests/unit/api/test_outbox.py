"""What waits for a slow socket: bounded, in order, and never without its control messages."""

from __future__ import annotations

import asyncio

from api.outbox import Close, Outbox


async def drained(outbox: Outbox) -> list[str | bytes | Close]:
    outbox.close(1000)
    items = [await outbox.take()]
    while not isinstance(items[-1], Close):
        items.append(await outbox.take())
    return items


async def test_first_in_first_out_and_the_close_last() -> None:
    outbox = Outbox()
    outbox.put("a")
    outbox.put(b"b", is_audio=True)
    outbox.close(4409)
    outbox.put("too late")
    outbox.close(1000)
    assert [await outbox.take() for _ in range(3)] == ["a", b"b", Close(4409)]


async def test_over_the_bound_the_oldest_audio_goes() -> None:
    outbox = Outbox(limit_bytes=20)
    for index in range(4):
        outbox.put(f"text{index}")
        outbox.put(b"%d" % index * 4, is_audio=True)
    # 20 bytes of text leave no room for any sound.
    assert await drained(outbox) == ["text0", "text1", "text2", "text3", Close(1000)]
    assert outbox.dropped == 4


async def test_newer_audio_stays_where_there_is_room() -> None:
    outbox = Outbox(limit_bytes=10)
    for index in range(5):
        outbox.put(b"%d" % index * 4, is_audio=True)
    assert await drained(outbox) == [b"3333", b"4444", Close(1000)]


async def test_too_many_control_messages_close_with_try_again() -> None:
    outbox = Outbox(limit_bytes=10)
    outbox.put("123456")
    outbox.put("123456")
    assert outbox.closed
    assert await outbox.take() == Close(1013)


async def test_audio_that_nobody_wants_is_dropped_at_once() -> None:
    outbox = Outbox()
    outbox.put("before")
    outbox.put(b"sound", is_audio=True)
    outbox.put("after")
    outbox.drop_audio()
    outbox.put(b"next", is_audio=True)
    assert await drained(outbox) == ["before", "after", b"next", Close(1000)]


async def test_taking_waits_for_something() -> None:
    outbox = Outbox()
    taking = asyncio.create_task(outbox.take())
    await asyncio.sleep(0)
    assert not taking.done()
    outbox.put("now")
    assert await taking == "now"
