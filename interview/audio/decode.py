"""Recordings of any browser to PCM16 mono at 16 kHz, while they arrive.

Uploaded bytes are hostile: the container is chosen by magic bytes, demuxers and codecs
are on a list, and the decoded length is bounded whatever the file says of itself.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Protocol

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import InvalidDataError

from interview.audio.encode import encode_webm_opus
from interview.audio.exchange import Exchange, TooLong
from interview.audio.sniff import SNIFF_BYTES, sniff_container
from interview.errors import InvalidInputError
from interview.ports import STT_SAMPLE_RATE_HZ

__all__ = ["StreamingDecoder", "decode_all", "warm_decoder"]

_FORMAT_WHITELIST = "matroska,webm,ogg,mov,mp4,m4a,3gp,3g2,mj2,wav,mp3"
"""Without it an uploaded `ffconcat` text opens files of this machine."""

_CODECS = frozenset(
    {"opus", "libopus", "vorbis", "aac", "mp3", "mp3float", "flac", "alac"}
    | {"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_u8", "pcm_f32le", "pcm_mulaw", "pcm_alaw"}
)

_OPTIONS = {
    "format_whitelist": _FORMAT_WHITELIST,
    # A live recording is decoded from its first packets on; the header says all there is to know.
    "analyzeduration": "100000",
    "probesize": "4096",
}

_BYTES_PER_SAMPLE = 2
_RATES_HZ = (4_000, 192_000)
_MAX_CHANNELS = 8


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class StreamingDecoder:
    """Decodes one recording.

    `pcm_rate_hz`: the chunks are raw PCM16 mono at this rate; None means a container (WebM,
    Ogg, MP4, WAV, MP3), told by its first bytes. `limit_s` bounds the decoded length.

    `feed` and `finish` return PCM16 mono at 16 kHz, whole samples, everything that can be
    decoded from the bytes so far, and block while that is computed. Both raise
    `InvalidInputError`: `audio.unsupported_format`, `audio.undecodable`, `audio.too_long`.
    A recording that breaks off, or holds damage between good packets, is decoded as far as it
    goes and `damaged` is set: what was said until then is an answer too.

    A container is demuxed in a thread of the decoder's own, which `finish` or `close` ends.
    """

    def __init__(self, *, limit_s: float, pcm_rate_hz: int | None = None) -> None:
        self._limit_bytes = int(limit_s * STT_SAMPLE_RATE_HZ) * _BYTES_PER_SAMPLE
        self._pcm_rate_hz = pcm_rate_hz
        self._resampler: AudioResampler | None = None
        if pcm_rate_hz is not None and pcm_rate_hz != STT_SAMPLE_RATE_HZ:
            self._resampler = _new_resampler()
        self._head = bytearray()
        self._exchange: Exchange | None = None
        self._whole_file: bytearray | None = None
        self._decoded_bytes = 0
        self._damage = _Damage()

    @property
    def duration_ms(self) -> int:
        """Of everything returned so far."""
        return self._decoded_bytes * 1000 // (STT_SAMPLE_RATE_HZ * _BYTES_PER_SAMPLE)

    @property
    def damaged(self) -> bool:
        return self._damage.found

    def feed(self, data: bytes) -> bytes:
        return self._step(data, last=False)

    def finish(self) -> bytes:
        return self._step(b"", last=True)

    def close(self) -> None:
        """Ends the thread. Needed only when `finish` is not called; safe to call again."""
        if self._exchange is not None:
            self._exchange.abandon()

    def __del__(self) -> None:
        if getattr(self, "_exchange", None) is not None:
            self.close()

    def _step(self, data: bytes, *, last: bool) -> bytes:
        if self._pcm_rate_hz is not None:
            return self._counted(self._raw_pcm(data, last=last))
        if self._exchange is None:
            self._head += data
            if len(self._head) < SNIFF_BYTES and not last:
                return b""
            if not self._head:
                return b""
            data = bytes(self._head)
            self._head.clear()
            self._exchange = self._start(data)
        if self._whole_file is not None:
            self._whole_file += data
        pcm, error = self._exchange.feed(data, last=last)
        if error is None:
            return self._counted(pcm)
        return self._counted(pcm + self._after_failure(error, pcm, last=last))

    def _start(self, head: bytes) -> Exchange:
        demuxer = sniff_container(head)
        if demuxer is None:
            raise InvalidInputError(
                "audio.unsupported_format", "this is not a WebM, Ogg, MP4, WAV or MP3 recording"
            )
        if demuxer == "mp4":
            # Its index may come last, and only a file that can be sought in is then of use.
            self._whole_file = bytearray()
        exchange = Exchange(self._limit_bytes)
        thread = threading.Thread(
            target=_run, args=(exchange, demuxer, self._damage), name="audio-decode", daemon=True
        )
        thread.start()
        return exchange

    def _after_failure(self, error: BaseException, pcm: bytes, *, last: bool) -> bytes:
        if isinstance(error, TooLong):
            raise InvalidInputError("audio.too_long", "the recording is longer than allowed")
        if self._decoded_bytes or pcm:
            self._damage.found = True
            return b""
        if self._whole_file is not None:
            return decode_all(bytes(self._whole_file), limit_s=self._limit_s) if last else b""
        raise _undecodable()

    @property
    def _limit_s(self) -> float:
        return self._limit_bytes / (STT_SAMPLE_RATE_HZ * _BYTES_PER_SAMPLE)

    def _raw_pcm(self, data: bytes, *, last: bool) -> bytes:
        self._head += data
        whole = len(self._head) & ~1
        samples = bytes(self._head[:whole])
        del self._head[:whole]
        if self._resampler is None:
            return samples
        frames: list[AudioFrame] = []
        if samples:
            frame = AudioFrame(format="s16", layout="mono", samples=len(samples) // 2)
            frame.planes[0].update(samples)
            frame.sample_rate = self._pcm_rate_hz or STT_SAMPLE_RATE_HZ
            frames += self._resampler.resample(frame)
        if last and self._decoded_bytes + len(frames):
            frames += self._resampler.resample(None)
        return b"".join(_samples(frame) for frame in frames)

    def _counted(self, pcm: bytes) -> bytes:
        self._decoded_bytes += len(pcm)
        if self._decoded_bytes > self._limit_bytes:
            raise InvalidInputError("audio.too_long", "the recording is longer than allowed")
        return pcm


class _Damage:
    """Shared with the thread, which must not keep the decoder alive."""

    def __init__(self) -> None:
        self.found = False


def decode_all(data: bytes, *, limit_s: float, pcm_rate_hz: int | None = None) -> bytes:
    """A whole recording at once. Arguments and errors as `StreamingDecoder`."""
    if pcm_rate_hz is not None or not data:
        decoder = StreamingDecoder(limit_s=limit_s, pcm_rate_hz=pcm_rate_hz)
        return decoder.feed(data) + decoder.finish()
    demuxer = sniff_container(data[:SNIFF_BYTES])
    if demuxer is None:
        raise InvalidInputError(
            "audio.unsupported_format", "this is not a WebM, Ogg, MP4, WAV or MP3 recording"
        )
    pcm = bytearray()
    limit_bytes = int(limit_s * STT_SAMPLE_RATE_HZ) * _BYTES_PER_SAMPLE

    def put(samples: bytes) -> None:
        pcm.extend(samples)
        if len(pcm) > limit_bytes:
            raise TooLong

    try:
        _demux(io.BytesIO(data), demuxer, put, _Damage())
    except TooLong:
        raise InvalidInputError("audio.too_long", "the recording is longer than allowed") from None
    except Exception:
        if not pcm:
            raise _undecodable() from None
    return bytes(pcm)


def warm_decoder() -> None:
    """Loads the codecs: the first recording in a process costs a quarter of a second more."""
    decode_all(encode_webm_opus(bytes(STT_SAMPLE_RATE_HZ // 5 * 2)), limit_s=1.0)


def _run(exchange: Exchange, demuxer: str, damage: _Damage) -> None:
    error: BaseException | None = None
    try:
        _demux(exchange, demuxer, exchange.put, damage)
    except BaseException as caught:  # handed to the caller, who decides
        error = caught
    exchange.close(error)


def _demux(source: _Source, demuxer: str, put: Callable[[bytes], None], damage: _Damage) -> None:
    container = av.open(
        source, mode="r", format=demuxer, options=_OPTIONS, metadata_errors="ignore"
    )
    with container:
        streams = container.streams.audio
        if not streams or streams[0].codec_context.name not in _CODECS:
            raise _undecodable()
        context = streams[0].codec_context
        if context.sample_rate:  # some are known from the first frame on
            _check_shape(context)
        resampler = _new_resampler()
        decoded = False
        for packet in container.demux(streams[0]):
            try:
                frames = packet.decode()
            except InvalidDataError:
                damage.found = True
                continue
            for frame in frames:
                assert isinstance(frame, AudioFrame)
                # The stream may say otherwise than the header did.
                _check_shape(frame)
                for out in resampler.resample(frame):
                    put(_samples(out))
                decoded = True
        if decoded:
            for out in resampler.resample(None):
                put(_samples(out))
        elif damage.found:
            raise _undecodable()


def _new_resampler() -> AudioResampler:
    return AudioResampler(format="s16", layout="mono", rate=STT_SAMPLE_RATE_HZ)


def _check_shape(of: AudioCodecContext | AudioFrame) -> None:
    """A header of a few bytes must not make the resampler build a filter of a gigabyte.

    Raises `InvalidInputError` (`audio.undecodable`).
    """
    lowest, highest = _RATES_HZ
    if not lowest <= of.sample_rate <= highest or of.layout.nb_channels > _MAX_CHANNELS:
        raise _undecodable()


def _samples(frame: AudioFrame) -> bytes:
    # The plane is padded to an alignment of the decoder's choice.
    return bytes(frame.planes[0])[: frame.samples * _BYTES_PER_SAMPLE]


def _undecodable() -> InvalidInputError:
    return InvalidInputError("audio.undecodable", "the recording cannot be decoded")
