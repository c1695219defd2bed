"""The newest there is of a running session's streams: a picture, and a playlist of its end.

The playlist of the session's page begins at the beginning and grows by the hour; whoever
watches live needs its last half a minute alone.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import BlobRow, ExamSession, SegmentRow
from server.review.boxes import MalformedMedia
from server.review.durations import MICROS, iso
from server.review.media import NOT_THERE, Media, Part, Unplayable
from server.review.playlists import SHORTEST_TARGET_S, VERSION
from server.review.reading import segments_query, track_of
from server.review.stills import first_picture
from server.review.tracks import Piece, Track
from shared.sealing import Place

# Fragments of a stream's end that are looked at: of those of four seconds two minutes, in which
# something is delivered even where a line is slow.
END = 30

# Places to begin at in a playlist of the end: a player needs three (RFC 8216bis, 6.3.3).
WINDOW = 8


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest picture of a stream: ``n`` is its fragment's ``stream_seq``, ``at`` when the
    server had it (µs UTC).
    """

    n: int
    at: int
    init: Part
    piece: Part


async def find_newest(
    db: AsyncSession, session: ExamSession, stream: str, after: int
) -> Newest | None:
    """The newest picture of a stream that is here, if it is newer than fragment ``after``."""
    if session.purged_at is not None:
        return None
    here = segments_query(session.id).where(
        SegmentRow.stream == stream,
        BlobRow.durable_at.is_not(None),
        BlobRow.destroyed_at.is_(None),
    )
    at = SegmentRow.stream_seq
    last = here.add_columns(BlobRow.durable_at).where(
        SegmentRow.part == "fragment", SegmentRow.independent, at > after
    )
    piece = (await db.execute(last.order_by(at.desc()).limit(1))).first()
    if piece is None:
        return None
    first = here.where(SegmentRow.part == "init", at < piece.stream_seq)
    init = (await db.execute(first.order_by(at.desc()).limit(1))).first()
    if init is None:
        return None
    begin, fragment = _located(init), _located(piece)
    return Newest(
        n=piece.stream_seq,
        at=piece.durable_at,
        init=Part(session.id, session.key_ref, begin),
        piece=Part(session.id, session.key_ref, begin, (fragment,)),
    )


async def open_newest(media: Media, newest: Newest) -> bytes | Unplayable:
    """The picture, as a film of one picture."""
    init, piece = await asyncio.gather(media.open(newest.init), media.open(newest.piece))
    if isinstance(init, Unplayable):
        return init
    if isinstance(piece, Unplayable):
        return piece
    try:
        return first_picture(init, piece)
    except MalformedMedia as error:
        return Unplayable(absent=False, why=f"This picture cannot be shown: {error}.")


async def read_end(db: AsyncSession, session: ExamSession, stream: str) -> str | Unplayable:
    """The playlist of a stream's end."""
    rows = await _last_rows(db, session, stream)
    if not rows:
        return NOT_THERE
    live = session.state == "open"
    track = track_of(session, stream, rows, live=live)
    begins = [piece for piece in track.pieces if piece.independent]
    played = {one.first: one for one in track.stretches()}
    last = max(played, default=None)
    # What is not here yet may come while the player waits for it.
    begins = [piece for piece in begins if last is not None and piece.n <= last][-WINDOW:]
    if not begins:
        return NOT_THERE
    before = await _counted(db, session, stream, begins[0].n)
    return _playlist(track, begins, before, session.origin_wall or 0, live=live)


def _playlist(
    track: Track, begins: Sequence[Piece], before: tuple[int, int], origin: int, *, live: bool
) -> str:
    played = {one.first: one for one in track.stretches()}
    ends = [piece.start for piece in begins[1:]]
    final = played[begins[-1].n]
    longest = max(
        end - piece.start for piece, end in zip(begins, [*ends, final.end], strict=True)
    )
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{max(SHORTEST_TARGET_S, math.ceil(longest / MICROS))}",
        f"#EXT-X-MEDIA-SEQUENCE:{before[0]}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{before[1]}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    init: int | None = None
    for piece, end in zip(begins, [*ends, final.end], strict=True):
        if piece.init != init:
            if init is not None:
                lines.append("#EXT-X-DISCONTINUITY")
            init = piece.init
            lines.append(f'#EXT-X-MAP:URI="../{track.stream}/{init}/init.mp4"')
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{iso(origin + piece.start)}")
        if piece.n not in played:
            lines.append("#EXT-X-GAP")
        lines.append(f"#EXTINF:{(end - piece.start) / MICROS:.6f},")
        lines.append(f"../{track.stream}/{piece.n}.m4s")
    if not live:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


async def _last_rows(db: AsyncSession, session: ExamSession, stream: str) -> list[Any]:
    """The last fragments of a stream, with the init segments in force."""
    if session.purged_at is not None:
        return []
    query = segments_query(session.id).where(SegmentRow.stream == stream)
    at = SegmentRow.stream_seq
    last = (await db.execute(query.order_by(at.desc()).limit(END))).all()[::-1]
    if not last or last[0].part == "init":
        return list(last)
    in_force = query.where(SegmentRow.part == "init", at < last[0].stream_seq)
    init = (await db.execute(in_force.order_by(at.desc()).limit(1))).all()
    return [*init, *last]


async def _counted(
    db: AsyncSession, session: ExamSession, stream: str, first: int
) -> tuple[int, int]:
    """How many places to begin at, and how many init segments but one, there are before
    fragment ``first``: what the playlist counts on from.
    """
    earlier = (
        SegmentRow.session_id == session.id,
        SegmentRow.stream == stream,
        SegmentRow.stream_seq < first,
    )
    fragments = select(func.count()).where(*earlier, SegmentRow.part == "fragment")
    inits = select(func.count()).where(*earlier, SegmentRow.part == "init")
    begins = await db.scalar(fragments.where(SegmentRow.independent)) or 0
    return begins, max(0, (await db.scalar(inits) or 0) - 1)


def _located(row: Any) -> tuple[Place, str]:
    return Place(row.session_id, row.stream, row.stream_seq), row.sha256
