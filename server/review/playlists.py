"""HLS playlists (RFC 8216bis) over a session's evidence, as text.

Every media playlist begins at session time zero and leaves nothing out: what cannot be
played is there as ``EXT-X-GAP``. So a position in any stream *is* session time, and two
players are in step when they show the same number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from server.review.durations import MICROS, iso
from server.review.tracks import Entry, Hole, Stretch, Track, cuts

VERSION = 8  # EXT-X-GAP
MEDIA_TYPE = "application/vnd.apple.mpegurl"

# A player asks for a live list again after one target duration; evidence comes in fours.
SHORTEST_TARGET_S = 4

_CODEC = re.compile(r"[A-Za-z0-9]{4}(\.[A-Za-z0-9]+)*")

# Said of a stream whose fragments nobody measured yet (bits per second).
NOMINAL_BANDWIDTH = 100_000


def media_playlist(track: Track, together: Sequence[Track], origin_wall: int) -> str:
    """One stream's playlist.

    Args:
        track: the stream.
        together: the streams played in one player with it, itself included; a new init
            segment of any of them is a discontinuity in all, so that they count alike.
        origin_wall: microseconds since 1970 at session time zero.
    """
    entries = track.entries()
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{_target(entries)}",
        f"#EXT-X-PLAYLIST-TYPE:{'EVENT' if track.live else 'VOD'}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    lines += _body(track.stream, entries, cuts(together), origin_wall)
    if not track.live:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _body(
    stream: str, entries: Iterable[Entry], breaks: list[int], origin_wall: int
) -> Iterable[str]:
    init: int | None = None
    passed, dated = 0, False
    for entry in entries:
        while passed < len(breaks) and breaks[passed] <= entry.start:
            yield "#EXT-X-DISCONTINUITY"
            passed, dated = passed + 1, False
        if not dated:
            yield f"#EXT-X-PROGRAM-DATE-TIME:{iso(origin_wall + entry.start)}"
        # After a hole the date is said again: nothing need be added up across it.
        dated = isinstance(entry, Stretch)
        if isinstance(entry, Stretch) and entry.init != init:
            init = entry.init
            yield f'#EXT-X-MAP:URI="{stream}/{init}/init.mp4"'
        yield from _entry(stream, entry)


def _entry(stream: str, entry: Entry) -> Iterable[str]:
    if isinstance(entry, Hole):
        yield "#EXT-X-GAP"
    yield f"#EXTINF:{(entry.end - entry.start) / MICROS:.6f},"
    # A gap must name an address too, which nobody may ask for (RFC 8216bis, 4.4.4.7).
    yield f"{stream}/{'gap' if isinstance(entry, Hole) else entry.first}.m4s"


def _target(entries: Iterable[Entry]) -> int:
    longest = max((entry.end - entry.start for entry in entries), default=0)
    # Durations are rounded to the nearest second before they are compared with this.
    return max(SHORTEST_TARGET_S, math.ceil(longest / MICROS))


def master_playlist(camera: Track | None, microphone: Track | None) -> str:
    """Camera with the microphone as its sound, or whichever of the two there is."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if camera is not None and microphone is not None:
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Microphone",DEFAULT=YES,'
            f'AUTOSELECT=YES,CHANNELS="1",URI="{microphone.stream}.m3u8"'
        )
    main = camera or microphone
    if main is not None:
        lines += [_variant(main, microphone), f"{main.stream}.m3u8"]
    return "\n".join(lines) + "\n"


def _variant(main: Track, microphone: Track | None) -> str:
    tracks = [main] if microphone in {None, main} else [main, microphone]
    present = [track for track in tracks if track is not None]
    codecs = ",".join(filter(None, map(_codecs, present)))
    attributes = [f"BANDWIDTH={sum(map(_peak, present))}"]
    if codecs:
        attributes.append(f'CODECS="{codecs}"')
    first = main.inits[0]
    if first.width and first.height:
        attributes.append(f"RESOLUTION={first.width}x{first.height}")
    if len(present) > 1:
        attributes.append('AUDIO="sound"')
    return "#EXT-X-STREAM-INF:" + ",".join(attributes)


def _codecs(track: Track) -> str:
    """The codecs as RFC 6381 writes them; nothing else that a record may hold gets in."""
    named = dict.fromkeys(init.codecs for init in track.inits if _CODEC.fullmatch(init.codecs))
    # MSE and HLS write "opus" small; the sample entry of ISO/IEC 14496-12 is "Opus".
    return ",".join(named).replace("Opus", "opus")


def _peak(track: Track) -> int:
    """The highest bit rate of a stretch of at least half a second."""
    rates = [
        stretch.size * 8 * MICROS // (stretch.end - stretch.start)
        for stretch in track.stretches()
        if stretch.end - stretch.start >= MICROS // 2
    ]
    return max(rates, default=NOMINAL_BANDWIDTH)
