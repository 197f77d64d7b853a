"""Speech without keys: eSpeak NG in a thread of its own. Robotic, and instant."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

from interview.audio.resample import Resampler
from interview.ports import TTS_SAMPLE_RATE_HZ
from interview.providers.espeak import EspeakError, espeak
from interview.providers.failures import Failures
from interview.providers.pcm import whole_samples

__all__ = ["LocalTextToSpeech"]

_WORDS_PER_MINUTE = 155
_VOLUME = 115
"""Peaks 1 to 4 dB under full scale; the library's 100 is a little faint, 140 clips."""
_PITCH, _PITCH_RANGE = 45, 60
"""A little lower and livelier than the library's 50 and 50."""


class LocalTextToSpeech:
    """`voice`: an eSpeak voice, `en-us`. It speaks texts of its own language; others are spoken
    by eSpeak's voice for theirs."""

    def __init__(self, *, voice: str = "en-us") -> None:
        self._voice = voice
        self._failures = Failures(self.name, "tts")
        # The library serves one caller at a time: more threads would only wait.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="espeak")

    @property
    def name(self) -> str:
        return "local/espeak-ng"

    @property
    def voice(self) -> str:
        return f"{self.name}/{self._voice}/{_WORDS_PER_MINUTE}"

    async def warm(self) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(
                self._thread, self._speak, "Hello.", self._voice, _ignore
            )
        except (EspeakError, ImportError):
            return  # said again, and properly, when something is to be spoken

    async def synthesize(
        self, text: str, *, language: str, timeout_s: float
    ) -> AsyncGenerator[bytes]:
        empty = True
        async with aclosing(self._resampled(text, language, timeout_s)) as chunks:
            async for chunk in whole_samples(chunks):
                empty = False
                yield chunk
        if empty:
            raise self._failures.output_invalid("no sound")

    async def _resampled(self, text: str, language: str, timeout_s: float) -> AsyncGenerator[bytes]:
        resampler: Resampler | None = None
        async with aclosing(self._spoken(text, language, timeout_s)) as chunks:
            async for chunk in chunks:
                resampler = resampler or Resampler(espeak().sample_rate_hz, TTS_SAMPLE_RATE_HZ)
                if resampled := resampler.feed(chunk):
                    yield resampled
        if resampler is not None:
            yield resampler.finish()

    async def _spoken(self, text: str, language: str, timeout_s: float) -> AsyncGenerator[bytes]:
        """What the thread makes, while it makes it."""
        loop = asyncio.get_running_loop()
        made: asyncio.Queue[bytes | None] = asyncio.Queue()
        stopped = threading.Event()

        def on_samples(samples: bytes) -> bool:
            if not stopped.is_set():
                loop.call_soon_threadsafe(made.put_nowait, samples)
            return not stopped.is_set()

        job = loop.run_in_executor(
            self._thread, self._speak, text, self._voice_for(language), on_samples
        )
        job.add_done_callback(lambda _: made.put_nowait(None))
        try:
            while True:
                with self._failures.translated():
                    async with asyncio.timeout(timeout_s):
                        samples = await made.get()
                if samples is None:
                    break
                yield samples
        finally:
            stopped.set()
            job.cancel()
        failure = job.exception()
        if failure is not None:
            raise self._failures.unavailable(f"cannot speak: {failure}")

    def _speak(self, text: str, voice: str, on_samples: Callable[[bytes], bool]) -> None:
        espeak().speak(
            text,
            on_samples,
            voice=voice,
            words_per_minute=_WORDS_PER_MINUTE,
            volume=_VOLUME,
            pitch=_PITCH,
            pitch_range=_PITCH_RANGE,
        )

    def _voice_for(self, language: str) -> str:
        own = self._voice.split("-")[0].split("+")[0]
        spoken = language.lower().split("-")[0]
        return self._voice if not spoken or spoken == own else spoken

    async def aclose(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _ignore(_samples: bytes) -> bool:
    return True
