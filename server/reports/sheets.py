"""From a report's values to the text that is laid out (Jinja templates beside this)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.exams.starting import said
from server.reports.chart import shape, timeline_svg
from server.reports.exam_charts import kinds_svg, shares_svg
from server.reports.exam_report import ExamReport
from server.reports.printing import SCHEME, Sheet
from server.reports.session_report import SessionReport
from server.review.durations import clock, iso, spoken
from server.review.flags import particulars, reason
from shared.counting import count
from shared.signed import fingerprint

TEMPLATES = Path(__file__).parent / "templates"

# Flags whose pictures are printed, the first ones of the session; all have their line.
MOST_PICTURES = 60

# Decisions and failures that are listed; the bundle and the JSON have all of them.
MOST_LISTED = 400


def session_sheet(
    report: SessionReport, pictures: dict[str, bytes], absent: dict[str, str], key: bytes
) -> Sheet:
    """A session's report, to be laid out.

    Args:
        report: what it says.
        pictures: by flag, those that were opened.
        absent: by flag, why there is none.
        key: the institution's public signing key, which readers compare.
    """
    html = (
        _environment()
        .get_template("session_report.html")
        .render(
            report=report,
            case=report.case,
            pictured={flag: f"{SCHEME}{flag}" for flag in pictures},
            absent=absent,
            key=fingerprint(key),
            most_listed=MOST_LISTED,
            timeline=f"{SCHEME}timeline",
            severities={level: f"{SCHEME}shape-{level}" for level in SHAPES},
        )
    )
    drawings = {"timeline": timeline_svg(report.case.timeline), **_shapes()}
    return Sheet(html, _css(), pictures, drawings)


SHAPES = ("critical", "high", "medium", "low", "info")


def _shapes() -> dict[str, str]:
    """Each severity's shape as a drawing of its own, for lists."""
    around = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-6 -6 12 12">{}</svg>'
    return {f"shape-{level}": around.format(shape(level, 0, 0)) for level in SHAPES}


@cache
def _css() -> str:
    return (TEMPLATES / "report.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clock": clock,
        "count": count,
        "iso": iso,
        "particulars": particulars,
        "reason": reason,
        "spoken": spoken,
        "zoned": said,
    }
    return environment


def exam_sheet(report: ExamReport) -> Sheet:
    """An exam's report, to be laid out."""
    html = (
        _environment()
        .get_template("exam_report.html")
        .render(
            report=report,
            zone=report.exam.zone,
            kinds_chart=f"{SCHEME}kinds",
            shares_chart=f"{SCHEME}shares",
        )
    )
    drawings = {"kinds": kinds_svg(report.kinds), "shares": shares_svg(report.kinds)}
    return Sheet(html, _css(), {}, drawings)
