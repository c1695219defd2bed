"""The timeline's drawing: well-formed, within its frame, and bounded however many flags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import msgspec

from server.reports.chart import LABELS, WIDTH, timeline_svg
from server.review.absences import Absences, Interval
from server.review.durations import MICROS
from server.review.flags import Flag, Flags
from server.review.life import Decision, Verdict
from server.review.phases import Phase, Phases
from server.review.timeline import NO_PHASES, Lane, timeline
from shared.flags import Kind, Severity

SVG = "{http://www.w3.org/2000/svg}"
NO_ABSENCES = Absences()


def flag(start: float, severity: str = "low", verdict: str = "open", end: float = 0) -> Flag:
    decided = Decision(1, Verdict(verdict), "", "", "", 0)
    return Flag(
        id=f"{start}",
        kind=Kind.SPEECH,
        severity=Severity(severity),
        start=round(start * MICROS),
        end=round((end or start + 1) * MICROS),
        confidence=0.9,
        history=() if verdict == "open" else (decided,),
    )


def drawn(
    *flags: Flag,
    seconds: float = 100.0,
    absent: Sequence[Interval] = (),
    phases: Phases = NO_PHASES,
    lanes: Sequence[Lane] = (),
) -> ET.Element:
    """What the page's own timeline would draw."""
    extent = round(seconds * MICROS)
    made = timeline(
        "s", extent, {}, Flags(flags), NO_ABSENCES, absent, live=False, phases=phases
    )
    if lanes:
        made = msgspec.structs.replace(made, lanes=list(lanes))
    return ET.fromstring(timeline_svg(made))


def test_every_lane_has_its_name_and_markup_in_it_is_text() -> None:
    root = drawn(lanes=[Lane("voice", "<b>Voice</b> & more"), Lane("decisions", "Decisions")])
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert "<b>Voice</b> & more" in words
    assert "Decisions" not in words


def test_a_decision_and_a_severity_show_without_colour() -> None:
    flags = [
        flag(1, "critical", "accepted"),
        flag(30, "critical", "dismissed"),
        flag(60, "critical"),
        flag(90, "high", "accepted"),
    ]
    shapes = list(drawn(*flags).iter(f"{SVG}polygon"))
    corners = {len(shape.attrib["points"].split()) for shape in shapes}
    assert corners == {3, 4}
    critical = [s for s in shapes if len(s.attrib["points"].split()) == 4]
    looks = {(s.attrib["fill"] == "#fff", s.attrib["fill-opacity"]) for s in critical}
    assert looks == {(False, "1"), (True, "1"), (False, "0.42")}


def test_ten_thousand_flags_are_a_bounded_drawing_within_its_frame() -> None:
    root = drawn(*(flag(n / 100, end=n / 100 + 0.05) for n in range(10_000)))
    circles = list(root.iter(f"{SVG}circle"))
    assert 100 < len(circles) <= WIDTH * 2
    assert all(LABELS <= float(one.attrib["cx"]) <= WIDTH for one in circles)


def test_what_cannot_be_seen_is_hatched() -> None:
    spans = [Interval(name, 10 * MICROS, 20 * MICROS, "x") for name in ("camera", "screen")]
    root = drawn(absent=spans)
    fills = [one.attrib["fill"] for one in root.iter(f"{SVG}rect") if "fill" in one.attrib]
    assert fills.count("url(#missing)") == 1


def test_a_session_of_nothing_and_of_three_hours_have_an_axis() -> None:
    assert drawn(seconds=0.0) is not None
    exam = Phase("exam", 0, 10_800 * MICROS, "candidate", "")
    root = drawn(seconds=10_800.0, phases=Phases((exam,)))
    words = [text.text or "" for text in root.iter(f"{SVG}text")]
    ticks = [word for word in words if re.fullmatch(r"(\d:)?\d+:\d\d", word)]
    assert 4 <= len(ticks) <= 9
    assert ticks[-1] == "3:00:00"
