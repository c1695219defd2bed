"""The timeline of a session as a drawing (SVG) for paper: from the very values that the page's
own timeline is drawn from (``review.timeline``).

A severity is a shape and a decision a filling, beside every colour; what could not be seen is
hatched, each reason in a direction of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from server.review.durations import MICROS, clock
from server.review.timeline import FlagMark, Lane, PhaseMark, Span, Timeline

# The drawing's size in its own units: as wide as the text of an A4 page has millimetres, times
# four. Labels stand left of the lanes.
WIDTH, LABELS, RIGHT = 720, 104, 8
LANE, AXIS, PAD = 20, 22, 6

# Colours on white paper, each with a contrast of 4.5:1 or more.
SEVERITIES: Mapping[str, str] = {
    "critical": "#a8183f",
    "high": "#b1440a",
    "medium": "#7d5c00",
    "low": "#1c6496",
    "info": "#566171",
}
PHASES: Mapping[str, str] = {
    "preparing": "#d5d9e0",
    "waiting": "#d5d9e0",
    "exam": "#bfe0d0",
    "break": "#bcd9ec",
    "paused": "#f0d9a8",
    "handed_in": "#d5d9e0",
}
INK, MUTED, LINE, STRIPE = "#16202e", "#525d6d", "#d8dce5", "#f4f5f8"

# Steps of the axis that people count in, in seconds.
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400)
MOST_TICKS = 8

# The hatching of each lane of what cannot be seen: id, colour, angle.
HATCHES: Mapping[str, tuple[str, int]] = {
    "unobserved": ("#525d6d", 45),
    "partly": ("#8b95a3", 45),
    "undelivered": ("#855400", -45),
    "missing": ("#a8183f", -45),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """From seconds to the drawing's units."""

    seconds: float

    def x(self, at: float) -> float:
        """Where a moment is."""
        share = min(1.0, max(0.0, at / self.seconds)) if self.seconds > 0 else 0.0
        return round(LABELS + share * (WIDTH - LABELS - RIGHT), 1)


def timeline_svg(timeline: Timeline) -> str:
    """The drawing. It says nothing to a reader who cannot see it: put words beside it."""
    scale = Scale(timeline.duration)
    # What was decided shows in the flags' own filling.
    lanes = [lane for lane in timeline.lanes if lane.id != "decisions"]
    height = PAD + LANE * len(lanes) + AXIS
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-size="9.5">'
    parts = [opening, *_patterns()]
    for number, lane in enumerate(lanes):
        parts += _lane(lane, PAD + LANE * number, timeline, scale, striped=number % 2 == 0)
    parts += _axis(scale, PAD + LANE * len(lanes))
    return "".join([*parts, "</svg>"])


def _lane(
    lane: Lane, top: int, timeline: Timeline, scale: Scale, *, striped: bool
) -> Iterator[str]:
    if striped:
        wide = WIDTH - LABELS - RIGHT
        yield f'<rect x="{LABELS}" y="{top}" width="{wide}" height="{LANE}" fill="{STRIPE}"/>'
    middle = top + LANE / 2
    yield _text(LABELS - 8, middle + 3.3, lane.label, INK, "end")
    match lane.id:
        case "phases":
            yield from _phases(timeline.phases, top, scale)
        case "unobserved":
            yield from _spans(timeline.unobserved, lane.id, top, scale)
        case "partly":
            yield from _spans(timeline.partly, lane.id, top, scale)
        case "undelivered":
            yield from _spans(timeline.undelivered, lane.id, top, scale)
        case "missing":
            yield from _spans(timeline.missing, lane.id, top, scale)
        case _:
            mine = [one for one in timeline.flags if one.lane == lane.id]
            yield from _flags(mine, middle, scale)


def _phases(phases: Iterable[PhaseMark], top: int, scale: Scale) -> Iterator[str]:
    for one in phases:
        left, right = scale.x(one.start), scale.x(one.end)
        wide = max(1.0, right - left)
        colour = PHASES.get(one.name, LINE)
        yield (
            f'<rect x="{left}" y="{top + 3}" width="{wide:.1f}" height="{LANE - 6}" '
            f'fill="{colour}" stroke="#fff" stroke-width="0.8"/>'
        )
        # A letter is about 5 units wide; a name that does not fit is in the table beside.
        if wide > 5.2 * len(one.label) + 6:
            yield _text(left + wide / 2, top + LANE / 2 + 3.1, one.label, INK, "middle")


def _spans(spans: Iterable[Span], lane: str, top: int, scale: Scale) -> Iterator[str]:
    seen: set[tuple[float, float]] = set()
    for one in spans:
        left = scale.x(one.start)
        wide = max(1.5, round(scale.x(one.end) - left, 1))
        # What falls on the same spot is drawn once: a session may have thousands.
        if (left, wide) in seen:
            continue
        seen.add((left, wide))
        yield (
            f'<rect x="{left}" y="{top + 4}" width="{wide}" height="{LANE - 8}" '
            f'fill="url(#{lane})" stroke="{HATCHES[lane][0]}" stroke-width="0.6"/>'
        )


def _flags(flags: Iterable[FlagMark], middle: float, scale: Scale) -> Iterator[str]:
    """The lightest first, so that grave ones lie on top."""
    ranked = sorted(flags, key=lambda one: list(SEVERITIES)[::-1].index(one.severity))
    seen: set[tuple[float, float, str, str]] = set()
    for one in ranked:
        left = scale.x(one.start)
        right = scale.x(one.start if one.end is None else one.end)
        key = (round(left), round(right), one.severity, one.verdict)
        if key in seen:
            continue
        seen.add(key)
        colour = SEVERITIES[one.severity]
        if right - left > 1:
            yield (
                f'<line x1="{left}" y1="{middle}" x2="{right}" y2="{middle}" '
                f'stroke="{colour}" stroke-width="2.4" opacity="0.55"/>'
            )
        yield shape(one.severity, left, middle, one.verdict)


def shape(severity: str, x: float, y: float, verdict: str = "accepted") -> str:
    """A severity's shape around a point: filled where it is confirmed or escalated, half where
    it is open, an outline where it was dismissed.
    """
    colour = SEVERITIES[severity]
    filling = {"dismissed": "#fff", "open": colour}.get(verdict, colour)
    opacity = "0.42" if verdict == "open" else "1"
    drawn = f'fill="{filling}" fill-opacity="{opacity}" stroke="{colour}" stroke-width="1"'
    if severity in ("low", "info"):
        radius = 3.6 if severity == "low" else 2.6
        return f'<circle cx="{x}" cy="{y}" r="{radius}" {drawn}/>'
    size = 5.0
    corners = {
        "critical": ((0, -size), (size, 0), (0, size), (-size, 0)),
        "high": ((0, -size), (size, 0.8 * size), (-size, 0.8 * size)),
        "medium": ((-3.8, -3.8), (3.8, -3.8), (3.8, 3.8), (-3.8, 3.8)),
    }[severity]
    points = " ".join(f"{x + right:.1f},{y + down:.1f}" for right, down in corners)
    return f'<polygon points="{points}" {drawn}/>'


def _axis(scale: Scale, top: int) -> Iterator[str]:
    step = next(
        (one for one in STEPS if scale.seconds / one <= MOST_TICKS),
        max(STEPS[-1], math.ceil(scale.seconds / MOST_TICKS)),
    )
    yield (
        f'<line x1="{LABELS}" y1="{top}" x2="{WIDTH - RIGHT}" y2="{top}" '
        f'stroke="{MUTED}" stroke-width="0.8"/>'
    )
    at = 0.0
    while at <= scale.seconds:
        x = scale.x(at)
        yield f'<line x1="{x}" y1="{top}" x2="{x}" y2="{top + 4}" stroke="{MUTED}"/>'
        yield _text(x, top + 14, clock(round(at * MICROS)), MUTED, "middle")
        at += step


def _patterns() -> Iterator[str]:
    yield "<defs>"
    for name, (colour, angle) in HATCHES.items():
        yield (
            f'<pattern id="{name}" width="4" height="4" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate({angle})"><rect width="4" height="4" fill="#fff"/>'
            f'<line x1="0" y1="0" x2="0" y2="4" stroke="{colour}" stroke-width="2.2"/>'
            "</pattern>"
        )
    yield "</defs>"


def _text(x: float, y: float, words: str, colour: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor={quoteattr(anchor)}>'
        f"{escape(words)}</text>"
    )
