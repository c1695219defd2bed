"""CMAF: the bytes of an init segment and of a fragment (ISO/IEC 23000-19 and 14496-12).

Written here rather than by a muxer because a fragment must say exactly what we know: when
it begins on the epoch's timeline, how long each sample lasts, and whether decoding may
begin in it. Boxes are named as in ISO/IEC 14496-12.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

# Ticks a second of every video track: MPEG's own clock, as in ``recorder.capture``.
VIDEO_TIMESCALE = 90_000

# ISO/IEC 14496-12, 8.8.3.1: a sync sample depends on no other; any other does.
_SYNC = 0x0200_0000
_NOT_SYNC = 0x0101_0000

# What the pictures' numbers mean (ITU-T H.273): sRGB primaries and transfer, and OpenCV's
# RGB to YUV matrix, which is BT.601's in the narrow range.
COLOUR_PRIMARIES = 1
COLOUR_TRANSFER = 13
COLOUR_MATRIX = 6

_FIRST_TRACK = 1

# Ticks a second of what is said of a whole file.
_MOVIE_TIMESCALE = 1_000
_UNITY_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000)
_UNDETERMINED_LANGUAGE = 0x55C4


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """H.264: ``avcc`` is the decoder configuration record (ISO/IEC 14496-15, 5.3.3)."""

    width: int
    height: int
    avcc: bytes

    @property
    def timescale(self) -> int:
        """Ticks a second."""
        return VIDEO_TIMESCALE

    @property
    def codecs(self) -> str:
        """As RFC 6381 writes it: profile, constraints and level in hexadecimal."""
        return f"avc1.{self.avcc[1:4].hex().upper()}"

    @property
    def level(self) -> int:
        """What a decoder must be able to do: ``level_idc`` (ITU-T H.264, annex A)."""
        return self.avcc[3]


@dataclass(frozen=True, slots=True)
class OpusTrack:
    """Opus, one channel at 48 kHz; ``pre_skip`` samples come before the first heard one."""

    pre_skip: int

    @property
    def timescale(self) -> int:
        """Ticks a second: Opus counts at 48 kHz whatever went in (RFC 7845)."""
        return 48_000

    @property
    def codecs(self) -> str:
        """As RFC 6381 writes it."""
        return "opus"


@dataclass(frozen=True, slots=True)
class AacTrack:
    """AAC, one channel; ``config`` is the AudioSpecificConfig (ISO/IEC 14496-3)."""

    rate: int
    config: bytes

    @property
    def timescale(self) -> int:
        """Ticks a second: the sampling rate."""
        return self.rate

    @property
    def codecs(self) -> str:
        """As RFC 6381 writes it; the object type is the configuration's first 5 bits."""
        return f"mp4a.40.{self.config[0] >> 3}"


Track = VideoTrack | OpusTrack | AacTrack


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded picture or packet: ``pts`` and ``duration`` in the track's ticks.

    There are no pictures out of order, so ``pts`` is the decode time as well.
    """

    data: bytes
    pts: int
    duration: int
    sync: bool

    @property
    def end(self) -> int:
        """When the next one begins."""
        return self.pts + self.duration


def init_segment(*tracks: Track, seconds: float | None = None) -> bytes:
    """What a decoder must know before the first fragment.

    Args:
        tracks: one of a stream's; several of a file, numbered from 1.
        seconds: how long a whole file lasts, for a player's scale.
    """
    brands = b"iso6cmfcmp41"
    numbered = list(enumerate(tracks, _FIRST_TRACK))
    length = [] if seconds is None else [_extended_header(seconds)]
    defaults = [_track_defaults(number) for number, _ in numbered]
    return _box(b"ftyp", b"iso6", bytes(4), brands) + _box(
        b"moov",
        _movie_header(_FIRST_TRACK + len(tracks)),
        *(_track_box(number, track) for number, track in numbered),
        _box(b"mvex", *length, *defaults),
    )


def fragment(sequence: int, samples: Sequence[Sample], track: int = _FIRST_TRACK) -> bytes:
    """A fragment of samples that follow on each other.

    Args:
        sequence: from 1, rising by one with each fragment of a stream or file.
        samples: at least one; each begins where the one before ends.
        track: the number of the track in its file.
    """
    header = _full(b"mfhd", 0, 0, struct.pack(">I", sequence))
    decode_time = _full(b"tfdt", 1, 0, struct.pack(">Q", samples[0].pts))
    even = all(sample.duration == samples[0].duration for sample in samples)
    defaults = _fragment_defaults(track, samples, even)
    run = _run(samples, even, data_offset=0)
    offset = 8 + len(header) + 8 + len(defaults) + len(decode_time) + len(run) + 8
    run = _run(samples, even, data_offset=offset)
    moof = _box(b"moof", header, _box(b"traf", defaults, decode_time, run))
    return moof + _box(b"mdat", *(sample.data for sample in samples))


def _fragment_defaults(track: int, samples: Sequence[Sample], even: bool) -> bytes:
    """``tfhd``: offsets count from ``moof``; flags are those of all but the first sample."""
    flags = 0x02_0000 | 0x20 | (0x08 if even else 0)
    duration = struct.pack(">I", samples[0].duration) if even else b""
    rest = _flags_of(samples[-1])
    return _full(b"tfhd", 0, flags, struct.pack(">I", track), duration, rest)


def _run(samples: Sequence[Sample], even: bool, data_offset: int) -> bytes:
    """``trun``: sizes; durations where they differ; the first sample's flags if they do."""
    first_differs = samples[0].sync != samples[-1].sync
    flags = 0x01 | 0x200 | (0 if even else 0x100) | (0x04 if first_differs else 0)
    parts = [struct.pack(">Ii", len(samples), data_offset)]
    if first_differs:
        parts.append(_flags_of(samples[0]))
    for sample in samples:
        if not even:
            parts.append(struct.pack(">I", sample.duration))
        parts.append(struct.pack(">I", len(sample.data)))
    return _full(b"trun", 0, flags, *parts)


def _flags_of(sample: Sample) -> bytes:
    return struct.pack(">I", _SYNC if sample.sync else _NOT_SYNC)


def _box(kind: bytes, *parts: bytes) -> bytes:
    payload = b"".join(parts)
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _movie_header(next_track: int) -> bytes:
    times = struct.pack(">IIII", 0, 0, _MOVIE_TIMESCALE, 0)
    loudness_and_speed = struct.pack(">IH10x", 0x10000, 0x0100)
    last = struct.pack(">I", next_track)
    return _full(b"mvhd", 0, 0, times, loudness_and_speed, _UNITY_MATRIX, bytes(24), last)


def _extended_header(seconds: float) -> bytes:
    """``mehd``: how long all fragments are together."""
    return _full(b"mehd", 0, 0, struct.pack(">I", round(seconds * _MOVIE_TIMESCALE)))


def _track_defaults(number: int) -> bytes:
    return _full(b"trex", 0, 0, struct.pack(">5I", number, 1, 0, 0, 0))


def _track_box(number: int, track: Track) -> bytes:
    media = _box(b"mdia", _media_header(track), _handler(track), _media_information(track))
    return _box(b"trak", _track_header(number, track), media)


def _track_header(number: int, track: Track) -> bytes:
    """``tkhd`` with the flags enabled, in movie and in preview."""
    width, height, volume = 0, 0, 0x0100
    if isinstance(track, VideoTrack):
        width, height, volume = track.width << 16, track.height << 16, 0
    times = struct.pack(">5I8x", 0, 0, number, 0, 0)
    layout = struct.pack(">HHHH", 0, 0, volume, 0)
    return _full(b"tkhd", 0, 7, times, layout, _UNITY_MATRIX, struct.pack(">II", width, height))


def _media_header(track: Track) -> bytes:
    times = struct.pack(">4I", 0, 0, track.timescale, 0)
    return _full(b"mdhd", 0, 0, times, struct.pack(">HH", _UNDETERMINED_LANGUAGE, 0))


def _handler(track: Track) -> bytes:
    kind = b"vide" if isinstance(track, VideoTrack) else b"soun"
    return _full(b"hdlr", 0, 0, bytes(4), kind, bytes(12), b"Invigil\0")


def _media_information(track: Track) -> bytes:
    if isinstance(track, VideoTrack):
        header = _full(b"vmhd", 0, 1, bytes(8))
    else:
        header = _full(b"smhd", 0, 0, bytes(4))
    here = _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1))
    return _box(b"minf", header, _box(b"dinf", here), _sample_table(track))


def _sample_table(track: Track) -> bytes:
    """``stbl``: how samples are coded; there are none outside fragments."""
    description = _full(b"stsd", 0, 0, struct.pack(">I", 1), _sample_entry(track))
    empty = [_full(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc", b"stco")]
    return _box(b"stbl", description, *empty, _full(b"stsz", 0, 0, bytes(8)))


def _sample_entry(track: Track) -> bytes:
    if isinstance(track, VideoTrack):
        return _avc_entry(track)
    if isinstance(track, OpusTrack):
        return _audio_entry(b"Opus", 48_000, _opus_box(track))
    return _audio_entry(b"mp4a", track.rate, _aac_box(track))


def _avc_entry(track: VideoTrack) -> bytes:
    """``avc1``: size, 72 dots an inch, one picture a sample, 24 bits a dot."""
    size = struct.pack(">HH", track.width, track.height)
    form = struct.pack(">III H 32x Hh", 0x48_0000, 0x48_0000, 0, 1, 24, -1)
    colour = struct.pack(
        ">4sHHHB", b"nclx", COLOUR_PRIMARIES, COLOUR_TRANSFER, COLOUR_MATRIX, 0
    )
    reference = struct.pack(">6xH16x", 1)
    return _box(
        b"avc1", reference, size, form, _box(b"avcC", track.avcc), _box(b"colr", colour)
    )


def _audio_entry(kind: bytes, rate: int, configuration: bytes) -> bytes:
    """One channel, 16 bits; the rate is a 16.16 number."""
    return _box(kind, struct.pack(">6xH8xHHIHH", 1, 1, 16, 0, rate, 0), configuration)


def _opus_box(track: OpusTrack) -> bytes:
    """``dOps`` (Encapsulation of Opus in ISO BMFF, 4.3.2): mapping family 0, no gain."""
    return _box(b"dOps", struct.pack(">BBHIhB", 0, 1, track.pre_skip, 48_000, 0, 0))


def _aac_box(track: AacTrack) -> bytes:
    """``esds`` (ISO/IEC 14496-1, 7.2.6): MPEG-4 audio; rates are left open."""
    decoder = _descriptor(4, struct.pack(">BB11x", 0x40, 0x15), _descriptor(5, track.config))
    stream = _descriptor(3, bytes(3), decoder, _descriptor(6, b"\x02"))
    return _full(b"esds", 0, 0, stream)


def _descriptor(tag: int, *parts: bytes) -> bytes:
    payload = b"".join(parts)
    return bytes((tag, len(payload))) + payload
