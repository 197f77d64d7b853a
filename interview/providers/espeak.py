"""The eSpeak NG library through ctypes.

GPL-3, so it is loaded at run time from the optional `espeakng-loader` package and never
linked or shipped. Source of the constants and signatures: `speak_lib.h` of eSpeak NG 1.52.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import threading
from collections.abc import Callable
from typing import Any, cast

__all__ = ["EspeakError", "espeak"]

_SYNCHRONOUS = 0x02
_DONT_EXIT = 0x8000
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_POS_CHARACTER = 1
_CHARS_UTF8, _END_PAUSE = 0x01, 0x1000

_BUFFER_MS = 60

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class EspeakError(Exception):
    """The library could not do what was asked."""


class _Espeak:
    """All of the library's state is global to the process, and so is its lock."""

    def __init__(self, library: ctypes.CDLL, data_path: str) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._voice = ""
        self._on_samples: Callable[[bytes], bool] = lambda samples: False
        # Kept for as long as the library may call it
        self._callback = _Callback(self._called)
        library.espeak_Initialize.argtypes = [
            ctypes.c_int,
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_int,
        ]
        library.espeak_Synth.argtypes = [
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.c_void_p,
            ctypes.c_void_p,
        ]
        rate_hz = library.espeak_Initialize(
            _SYNCHRONOUS, _BUFFER_MS, data_path.encode(), _DONT_EXIT
        )
        if rate_hz <= 0:
            raise EspeakError("eSpeak NG does not start: its data cannot be read")
        self.sample_rate_hz = int(rate_hz)
        library.espeak_SetSynthCallback(self._callback)

    def speak(
        self,
        text: str,
        on_samples: Callable[[bytes], bool],
        *,
        voice: str,
        words_per_minute: int,
        volume: int,
        pitch: int,
        pitch_range: int,
    ) -> None:
        """Calls `on_samples` with PCM16 mono at `sample_rate_hz`, about 60 ms at a time, until
        the text ends or the callback returns False. One speaker at a time, from any thread."""
        with self._lock:
            self._set_voice(voice)
            settings = ((_RATE, words_per_minute), (_VOLUME, volume))
            for parameter, value in (*settings, (_PITCH, pitch), (_RANGE, pitch_range)):
                self._library.espeak_SetParameter(parameter, value, 0)
            self._on_samples = on_samples
            data = text.replace("\0", " ").encode()
            status = self._library.espeak_Synth(
                data, len(data) + 1, 0, _POS_CHARACTER, 0, _CHARS_UTF8 | _END_PAUSE, None, None
            )
            if status:
                raise EspeakError(f"eSpeak NG fails with status {status}")

    def _set_voice(self, voice: str) -> None:
        if voice != self._voice:
            if self._library.espeak_SetVoiceByName(voice.encode()):
                raise EspeakError("eSpeak NG does not know this voice")
            self._voice = voice

    def _called(self, samples: Any, count: int, _events: Any) -> int:
        if not samples or count <= 0:
            return 0
        return 0 if self._on_samples(ctypes.string_at(samples, count * 2)) else 1


@functools.cache
def espeak() -> _Espeak:
    """The library, loaded once a process. Raises `EspeakError`, `ImportError`."""
    loader = cast(Any, importlib.import_module("espeakng_loader"))
    try:
        return _Espeak(ctypes.CDLL(loader.get_library_path()), loader.get_data_path())
    except OSError as error:
        raise EspeakError(f"eSpeak NG cannot be loaded: {error}") from error
