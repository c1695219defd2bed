"""An exam's figures as drawings (SVG): for its page and for paper alike.

Colours are attributes, which paper shows as they are; a page's style sheet says others for the
same classes, so that they are right on a dark ground too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from server.reports.exam_report import KindFigures

WIDTH, LABELS, NUMBERS = 720, 170, 64
ROW, TOP = 24, 8

# What a flag can stand as, in the order of the bars: class, colour on white, word.
STANDS = (
    ("accepted", "#a8183f", "confirmed"),
    ("escalated", "#855400", "escalated"),
    ("open", "#8b95a3", "not decided"),
    ("dismissed", "#17694a", "dismissed"),
)
INK, MUTED, LINE = "#16202e", "#525d6d", "#d8dce5"


def kinds_svg(kinds: Sequence[KindFigures]) -> str:
    """Flags by kind, one bar each, parted by where they stand."""
    most = max((one.all for one in kinds), default=1)
    parts = list(_opening(len(kinds)))
    for number, one in enumerate(kinds):
        top = TOP + number * ROW
        parts.append(_label(one.kind.label, top))
        left = float(LABELS)
        for name, colour, _ in STANDS:
            wide = getattr(one, name) / most * (WIDTH - LABELS - NUMBERS)
            if wide:
                parts.append(_rect(name, colour, left, top + 4, wide, ROW - 8))
            left += wide
        parts.append(_text(left + 6, top + 16, f"{one.all:,}", "start"))
    return "".join([*parts, "</svg>"])


def shares_svg(kinds: Sequence[KindFigures]) -> str:
    """The share of decided flags of each kind that were dismissed, with its interval."""
    judged = [one for one in kinds if one.dismissed_share.whole]
    parts = list(_opening(len(judged), axis=True))
    span = WIDTH - LABELS - NUMBERS
    bottom = TOP + len(judged) * ROW
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = LABELS + share * span
        parts.append(
            f'<line class="chart-line" x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}" '
            f'stroke="{LINE}"/>'
        )
        parts.append(_text(x, bottom + 14, f"{share:.0%}", "middle"))
    for number, one in enumerate(judged):
        share, interval = one.dismissed_share.value, one.dismissed_share.interval
        if share is None or interval is None:
            continue
        top = TOP + number * ROW
        middle = top + ROW / 2
        low, high = (LABELS + bound * span for bound in interval)
        parts.append(_label(one.kind.label, top))
        parts.append(
            f'<line class="chart-range" x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" '
            f'y2="{middle}" stroke="{MUTED}" stroke-width="5" stroke-linecap="round" '
            'opacity="0.45"/>'
        )
        parts.append(
            f'<circle class="chart-dismissed" cx="{LABELS + share * span:.1f}" cy="{middle}" '
            f'r="5" fill="{STANDS[3][1]}"/>'
        )
    return "".join([*parts, "</svg>"])


def _opening(rows: int, *, axis: bool = False) -> Iterator[str]:
    height = TOP + rows * ROW + (22 if axis else 4)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'class="chart" font-size="11" color="{INK}" aria-hidden="true">'
    )


def _label(words: str, top: float) -> str:
    return _text(LABELS - 8, top + 16, words, "end")


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor">'
        f"{escape(words)}</text>"
    )


def _rect(name: str, colour: str, x: float, y: float, wide: float, high: float) -> str:
    return (
        f'<rect class="chart-{name}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" '
        f'height="{high}" fill="{colour}"/>'
    )
