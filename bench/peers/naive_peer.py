"""The plain loop: all in the memory of one FastAPI process, one provider after the other."""

from __future__ import annotations

import re

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

import stubs

app = FastAPI()


@app.websocket("/")
async def talk(socket: WebSocket) -> None:
    await socket.accept()
    history: list[tuple[str, str]] = []
    audio = bytearray()
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("bytes") is not None:
                audio += message["bytes"]
            elif message["text"] == "stop":
                history.append(("user", await stubs.transcribe()))
                audio.clear()
                sentence = ""
                async for token in stubs.reply():
                    sentence += token
                    if re.search(r"[.!?]\s$", sentence):
                        await _say(socket, sentence)
                        history.append(("assistant", sentence))
                        sentence = ""
    except WebSocketDisconnect:
        pass


async def _say(socket: WebSocket, sentence: str) -> None:
    async for piece in stubs.synthesize():
        await socket.send_bytes(piece)
