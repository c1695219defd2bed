"""What of a stream can be played, when: pieces of evidence laid out on session time.

A *piece* is one fragment as its record committed to it. Decoding may begin only at an
independent piece, so pieces are played in *stretches*: from an independent one up to the
next. Whatever cannot be played is a hole, and a hole is said, not closed up: positions on
the media timeline are session time, in every stream, always.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from server.review.durations import united

# Two pieces this close follow on one another: an encoder's rounding, less than a frame at
# 10 per second. Microseconds.
JOIN = 100_000

# After a restart the streams begin again within this time of one another. Microseconds.
TOGETHER = 3_000_000


@dataclass(frozen=True, slots=True)
class Init:
    """An init segment. ``n`` is its ``stream_seq``; ``origin`` the session time (µs) of
    media time zero; ``there`` whether its blob is on the server's disk.
    """

    n: int
    origin: int
    codecs: str
    there: bool
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A fragment. ``start`` is session time, ``duration`` its length (µs), ``size`` bytes;
    ``init`` the ``stream_seq`` of the init segment in force.
    """

    n: int
    init: int
    start: int
    duration: int
    independent: bool
    there: bool
    size: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pieces ``first`` … ``last`` that play together, from ``start`` to ``end`` (µs)."""

    first: int
    last: int
    init: int
    start: int
    end: int
    size: int


@dataclass(frozen=True, slots=True)
class Hole:
    """Nothing can be played from ``start`` to ``end`` (µs)."""

    start: int
    end: int


Entry = Stretch | Hole


@dataclass(frozen=True, slots=True)
class Track:
    """A stream's inits and pieces, in order of ``n``; ``live`` while more may come."""

    stream: str
    inits: tuple[Init, ...]
    pieces: tuple[Piece, ...]
    live: bool

    def init(self, n: int) -> Init | None:
        """The init segment with that ``stream_seq``."""
        return next((init for init in self.inits if init.n == n), None)

    def entries(self) -> list[Entry]:
        """The timeline from session time zero to the last thing that plays."""
        return list(_with_holes(self.stretches()))

    def stretches(self) -> list[Stretch]:
        """What plays, in order and without overlap."""
        ready = {init.n for init in self.inits if init.there}
        groups = list(_groups(self.pieces))
        if self.live and groups and not all(piece.independent for piece in self.pieces):
            # The last group may grow yet, and a player asks for each address once only.
            groups.pop()
        found = (_playable(group) for group in groups if group[0].init in ready)
        return _in_order(stretch for stretch in found if stretch is not None)

    def stretch(self, first: int) -> Stretch | None:
        """What plays from piece ``first``, if playing can begin there."""
        return next((one for one in self.stretches() if one.first == first), None)


def _groups(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Split at independent pieces; dependent ones without a beginning are left out."""
    group: list[Piece] = []
    for piece in pieces:
        if piece.independent:
            if group:
                yield group
            group = [piece]
        elif group and piece.init == group[0].init:
            group.append(piece)
        else:
            if group:
                yield group
            group = []
    if group:
        yield group


def _playable(group: Sequence[Piece]) -> Stretch | None:
    """The group up to the first piece that is not there or does not follow on."""
    run: list[Piece] = []
    for piece in group:
        if not piece.there or (run and piece.n != run[-1].n + 1):
            break
        run.append(piece)
    if not run:
        return None
    end = max(piece.start + piece.duration for piece in run)
    size = sum(piece.size for piece in run)
    return Stretch(run[0].n, run[-1].n, run[0].init, max(0, run[0].start), end, size)


def _in_order(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Each ends where the next begins, where they touch or overlap."""
    ordered: list[Stretch] = []
    for stretch in stretches:
        if stretch.end <= stretch.start or (ordered and stretch.start <= ordered[-1].start):
            continue  # no length, or from a clock that went back: not on this timeline
        ordered.append(stretch)
    joined = [
        replace(one, end=after.start) if after.start - one.end <= JOIN else one
        for one, after in pairwise(ordered)
    ]
    return joined + ordered[-1:]


def _with_holes(stretches: Iterable[Stretch]) -> Iterator[Entry]:
    position = 0
    for stretch in stretches:
        if stretch.start > position:
            yield Hole(position, stretch.start)
        yield stretch
        position = stretch.end


def cuts(tracks: Iterable[Track]) -> list[int]:
    """Session times at which the tracks begin anew (a second init segment, a third …).

    After a restart every stream does, each at its own moment; that is one cut.
    """
    found: list[int] = []
    for origin in sorted(max(0, init.origin) for track in tracks for init in track.inits[1:]):
        if not found or origin - found[-1] > TOGETHER:
            found.append(origin)
    return found


def runs(track: Track) -> list[tuple[int, int]]:
    """Where the stream plays, as (start, end) in session time (µs), neighbours joined."""
    joined: list[tuple[int, int]] = []
    for stretch in track.stretches():
        if joined and joined[-1][1] == stretch.start:
            joined[-1] = (joined[-1][0], stretch.end)
        else:
            joined.append((stretch.start, stretch.end))
    return joined


def undelivered(track: Track) -> list[tuple[int, int]]:
    """The session times (µs) of pieces that records commit to and that are not here."""
    return _spans(piece for piece in track.pieces if not piece.there)


def here(track: Track) -> list[tuple[int, int]]:
    """The session times (µs) of pieces that are here, whether or not they can be played."""
    return _spans(piece for piece in track.pieces if piece.there)


def _spans(pieces: Iterable[Piece]) -> list[tuple[int, int]]:
    """Neighbours made one, however an encoder rounds."""
    found = united(
        (max(0, piece.start), piece.start + piece.duration + JOIN) for piece in pieces
    )
    return [(start, end - JOIN) for start, end in found if end - JOIN > start]
