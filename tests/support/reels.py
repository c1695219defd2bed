"""Camera, screen and sound of a session, as CMAF pieces of four seconds, made by ffmpeg."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from server.review.boxes import retimed, timescale

PIECE_S = 4

# What each stream shows: bright pictures that differ from second to second, and a tone.
_INPUTS = {
    "camera": "testsrc2=size=320x240:rate=10",
    "screen": "testsrc=size=640x360:rate=5",
    "microphone": "sine=frequency=440:beep_factor=4:sample_rate=48000",
}

# The screen has a place to begin decoding in every second piece only.
_ENCODERS = {
    "camera": "-c:v libx264 -profile:v baseline -preset ultrafast -pix_fmt yuv420p -g 40",
    "screen": "-c:v libx264 -profile:v baseline -preset ultrafast -pix_fmt yuv420p -g 40",
    "microphone": "-ac 1 -c:a libopus -b:a 16k",
}

CODECS = {"camera": "avc1.42c00d", "screen": "avc1.42c01e", "microphone": "opus"}
SIZES = {"camera": (320, 240), "screen": (640, 360), "microphone": (None, None)}


@dataclass(frozen=True)
class Reel:
    """One stream: its init segment and fragments; every ``gop``-th begins decoding."""

    stream: str
    init: bytes
    fragments: list[bytes]
    gop: int

    def fragment(self, number: int) -> bytes:
        """The ``number``-th fragment; the reel is played over and over."""
        turn, place = divmod(number, len(self.fragments))
        later = turn * len(self.fragments) * PIECE_S * 1_000_000
        return retimed(self.fragments[place], later, timescale(self.init))

    @property
    def codecs(self) -> str:
        return CODECS[self.stream]

    @property
    def size(self) -> tuple[int | None, int | None]:
        return SIZES[self.stream]


def make_reels(folder: Path, seconds: int) -> dict[str, Reel]:
    """So many seconds of every stream."""
    return {stream: _make(folder, stream, seconds) for stream in _INPUTS}


def _make(folder: Path, stream: str, seconds: int) -> Reel:
    own = folder / stream
    own.mkdir(parents=True)
    command = (
        f"ffmpeg -v error -f lavfi -i {_INPUTS[stream]}:duration={seconds} "
        f"{_ENCODERS[stream]} -sc_threshold 0 -f hls -hls_time {PIECE_S} "
        "-hls_flags split_by_time -hls_playlist_type vod -hls_segment_type fmp4 "
        f"-hls_fmp4_init_filename init.mp4 -hls_segment_filename {own}/%05d.m4s "
        f"{own}/list.m3u8"
    )
    subprocess.run(command.split(), check=True, timeout=120)
    fragments = [path.read_bytes() for path in sorted(own.glob("*.m4s"))]
    whole = seconds // PIECE_S
    gop = 2 if stream == "screen" else 1
    return Reel(stream, (own / "init.mp4").read_bytes(), fragments[:whole], gop)
