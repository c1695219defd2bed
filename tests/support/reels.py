"""Camera, screen and sound of a session, as CMAF pieces of four seconds, made by ffmpeg."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from server.review.boxes import retimed, timescale

PIECE_S = 4

# What each stream shows: bright pictures that differ from second to second, and a tone.
_INPUTS = {
    "camera": "testsrc2=size={}x{}:rate=10",
    "screen": "testsrc=size={}x{}:rate=5",
    "microphone": "sine=frequency=440:beep_factor=4:sample_rate=48000",
}

# The screen has a place to begin decoding in every second piece only.
_PICTURES = "-c:v libx264 -profile:v baseline -pix_fmt yuv420p -g 40"
_SOUND = "-ac 1 -c:a libopus -b:a 16k"


@dataclass(frozen=True)
class Make:
    """How large each stream's pictures are, and how they are encoded."""

    sizes: Mapping[str, tuple[int, int]]
    codecs: Mapping[str, str]
    options: Mapping[str, str]


# Soon made and soon decoded.
SMALL = Make(
    {"camera": (320, 240), "screen": (640, 360)},
    {"camera": "avc1.42c00d", "screen": "avc1.42c01e"},
    {"camera": "-preset ultrafast", "screen": "-preset ultrafast"},
)
# As large, and of about as many bytes, as a recorder's.
AS_RECORDED = Make(
    {"camera": (640, 480), "screen": (1920, 1080)},
    {"camera": "avc1.42c01e", "screen": "avc1.42c028"},
    {
        "camera": "-preset veryfast -b:v 72k -maxrate 72k -bufsize 144k",
        "screen": "-preset veryfast -b:v 50k -maxrate 50k -bufsize 400k",
    },
)


@dataclass(frozen=True)
class Reel:
    """One stream: its init segment and fragments; every ``gop``-th begins decoding."""

    stream: str
    init: bytes
    fragments: list[bytes]
    gop: int
    codecs: str
    size: tuple[int | None, int | None]

    def fragment(self, number: int) -> bytes:
        """The ``number``-th fragment; the reel is played over and over."""
        turn, place = divmod(number, len(self.fragments))
        later = turn * len(self.fragments) * PIECE_S * 1_000_000
        return retimed(self.fragments[place], later, timescale(self.init))


def make_reels(folder: Path, seconds: int, make: Make = SMALL) -> dict[str, Reel]:
    """So many seconds of every stream."""
    return {stream: _reel(folder, stream, seconds, make) for stream in _INPUTS}


def _reel(folder: Path, stream: str, seconds: int, make: Make) -> Reel:
    own = folder / stream
    own.mkdir(parents=True)
    sized = _INPUTS[stream].format(*make.sizes.get(stream, ()))
    seen = stream in make.sizes
    encoder = f"{_PICTURES} {make.options[stream]}" if seen else _SOUND
    command = (
        f"ffmpeg -v error -f lavfi -i {sized}:duration={seconds} "
        f"{encoder} -sc_threshold 0 -f hls -hls_time {PIECE_S} "
        "-hls_flags split_by_time -hls_playlist_type vod -hls_segment_type fmp4 "
        f"-hls_fmp4_init_filename init.mp4 -hls_segment_filename {own}/%05d.m4s "
        f"{own}/list.m3u8"
    )
    subprocess.run(command.split(), check=True, timeout=120)
    fragments = [path.read_bytes() for path in sorted(own.glob("*.m4s"))]
    whole = seconds // PIECE_S
    gop = 2 if stream == "screen" else 1
    codecs = make.codecs.get(stream, "opus")
    size = make.sizes.get(stream, (None, None))
    return Reel(stream, (own / "init.mp4").read_bytes(), fragments[:whole], gop, codecs, size)
