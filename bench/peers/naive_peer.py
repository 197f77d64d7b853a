"""The plain loop: all in the memory of one FastAPI process, one provider after the other.

Hands-free (`?stop=silence`) it waits for 0.7 s in which nothing is loud, as such loops do.
"""

from __future__ import annotations

import audioop
import re

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

import stubs

app = FastAPI()


SILENCE_S = 0.7
LOUD_RMS = 300


@app.websocket("/")
async def talk(socket: WebSocket, stop: str = "push") -> None:
    await socket.accept()
    history: list[tuple[str, str]] = []
    audio = bytearray()
    quiet_s: float | None = None
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if (data := message.get("bytes")) is not None:
                audio += data
                if stop == "push":
                    continue
                if audioop.rms(data, 2) > LOUD_RMS:
                    quiet_s = 0.0
                elif quiet_s is not None:
                    quiet_s += len(data) / 2 / stubs.IN_HZ
                if quiet_s is None or quiet_s < SILENCE_S:
                    continue
                quiet_s = None
            elif message["text"] != "stop":
                continue
            await _reply(socket, history)
            audio.clear()
    except WebSocketDisconnect:
        pass


async def _reply(socket: WebSocket, history: list[tuple[str, str]]) -> None:
    history.append(("user", await stubs.transcribe()))
    sentence = ""
    async for token in stubs.reply():
        sentence += token
        if re.search(r"[.!?]\s$", sentence):
            await _say(socket, sentence)
            history.append(("assistant", sentence))
            sentence = ""


async def _say(socket: WebSocket, sentence: str) -> None:
    async for piece in stubs.synthesize():
        await socket.send_bytes(piece)
