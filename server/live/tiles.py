"""One session as the board shows it: everything in words, nothing that changes by itself.

What passes with time (how long ago, how long left) is told as a moment, and the page counts;
so a tile is sent again only when there is news.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.clock import MICROS_PER_SECOND
from server.live.need import (
    CONNECTED_FOR,
    MINUTE,
    SILENT_AFTER,
    Facts,
    Need,
    Place,
    Seen,
    is_lately,
)
from server.review.durations import spoken
from server.review.phases import LABELS
from server.review.score import Score
from server.review.wording import printed
from shared.encoding import sha256_hex
from shared.flags import Kind

# Unobserved time is told in steps of ten seconds, from ten minutes on in minutes: nobody acts
# on less, and each step is sent to everybody who watches.
FINE_STEP = 10 * MICROS_PER_SECOND
FINE_BELOW = 10 * MINUTE

# Moments that are reckoned from what arrives late differ a little each time; told in steps of
# this (µs).
STEP = 5 * MICROS_PER_SECOND

KILOBYTE = 1000
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """An incident in words; ``at`` is µs UTC."""

    label: str
    severity: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """What stands in a tile. ``newest`` is the incident that tells most; ``ends_at``,
    ``stops_at`` (of ``Facts``) and ``silent_since`` (µs UTC) are where the page counts from.
    """

    id: str
    name: str
    exam: str
    need: Need
    why: str
    since: int
    phase: str
    phase_label: str
    connection: str
    tone: str
    silent_since: int | None
    light: str
    words: str
    queue: str
    unobserved: str
    newest: Told | None
    fresh: int
    incidents: int
    score: int | None
    band: str
    warnings: str
    unread: int
    ends_at: int | None
    stops_at: int | None
    streams: tuple[str, ...]
    holder: str
    watchers: tuple[str, ...]
    over: bool

    @property
    def revision(self) -> str:
        """A word that changes with whatever is shown."""
        return sha256_hex(repr(self).encode())[:16]


def tile(facts: Facts, place: Place, now: int) -> Tile:
    """A session's tile."""
    connection, tone, silent_since = connected(facts, now)
    score = None if facts.score is None else Score(facts.score, ())
    return Tile(
        id=facts.id,
        name=facts.name,
        exam=facts.exam,
        need=place.need,
        why=place.why,
        since=place.since - place.since % STEP,
        phase=facts.phase,
        phase_label=stage(facts),
        connection=connection,
        tone=tone,
        silent_since=silent_since,
        light=facts.light,
        words=facts.words if tone == "live" and facts.light not in ("", "good") else "",
        queue=queue(facts),
        unobserved=unobserved(facts.unobserved),
        newest=_telling(facts),
        fresh=len(facts.fresh),
        incidents=facts.incidents,
        score=None if score is None else score.shown,
        band="" if score is None else score.band,
        warnings=warnings(facts),
        unread=facts.unread,
        ends_at=None if facts.over else _stepped(facts.ends_at),
        stops_at=None if facts.over else facts.stops_at,
        streams=facts.streams,
        holder=facts.holder,
        watchers=tuple(one for one in facts.watchers if one != facts.holder),
        over=facts.over,
    )


def stands(tile: Tile, facts: Facts, place: Place, now: int) -> bool:
    """Whether a tile of these very facts still says all: what time alone changes is where its
    session stands, and how it is heard.
    """
    told = tile.connection, tile.tone, tile.silent_since
    since = place.since - place.since % STEP
    return (tile.need, tile.why, tile.since) == (place.need, place.why, since) and (
        told == connected(facts, now)
    )


def _telling(facts: Facts) -> Told | None:
    """The incident that tells most: the gravest that nobody has seen, else the last of all."""
    unseen = sorted(facts.fresh, key=lambda one: (one.severity.rank, one.at))
    found = unseen[-1] if unseen else facts.newest
    return None if found is None else told(found)


def told(seen: Seen) -> Told:
    """An incident in words; a kind that this program does not know stands as it is."""
    label = Kind(seen.kind).label if seen.kind in set(Kind) else printed(seen.kind)
    return Told(label, seen.severity.value, seen.at)


def stage(facts: Facts) -> str:
    """Where the session is, in words."""
    match facts.state:
        case "terminated":
            return f"Ended {facts.ended_by.words}"
        case "closed":
            return "Handed in" if facts.phase == "handed_in" else "Ended"
        case _ if facts.paused:
            return LABELS["paused"]
        case _:
            return LABELS.get(facts.phase, printed(facts.phase)) or "Recording"


def connected(facts: Facts, now: int) -> tuple[str, str, int | None]:
    """How it is heard: words, the pill they stand in, and since when nothing came."""
    if facts.over:
        return "Ended", "", None
    if facts.last is None:
        return "Not connected yet", "warn", facts.created - facts.created % STEP
    if is_lately(facts.heard, now, CONNECTED_FOR):
        return "Connected", "live", None
    if is_lately(facts.delivered, now, SILENT_AFTER):
        return "Delivers, but cannot be reached", "warn", None
    return "Not heard", "bad", facts.last - facts.last % STEP


def queue(facts: Facts) -> str:
    """What waits in the recorder to be delivered; empty where nothing does."""
    if not facts.queued_records and not facts.queued_bytes:
        return ""
    return f"{volume(facts.queued_bytes)} waiting" if facts.queued_bytes else "records waiting"


def volume(size: int) -> str:
    """A number of bytes, roughly: ``40 kB``, ``1.2 MB``."""
    if size < MEGABYTE:
        return f"{max(1, round(size / KILOBYTE, -1 if size >= 10 * KILOBYTE else 0)):.0f} kB"
    return f"{size / MEGABYTE:.1f} MB"


def unobserved(micros: int) -> str:
    """How long nobody could have seen anything; empty for none to speak of."""
    step = FINE_STEP if micros < FINE_BELOW else MINUTE
    whole = micros - micros % step
    return spoken(whole) if whole else ""


def warnings(facts: Facts) -> str:
    """For example ``1 of 3 warnings``; empty where none was given."""
    if not facts.warnings:
        return ""
    if facts.limit:
        return f"{facts.warnings} of {facts.limit} warnings"
    return "1 warning" if facts.warnings == 1 else f"{facts.warnings} warnings"


def _stepped(moment: int | None) -> int | None:
    return None if moment is None else moment - moment % STEP
