"""An exam's report for programs: JSON and CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict

import msgspec

from server.reports.exam_report import ExamReport, KindFigures, Rates, StreamFigures
from server.reports.statistics import Share


class ShareOut(msgspec.Struct, frozen=True):
    """``part`` of ``whole``; ``value`` from 0 to 1 with its 95 % interval, ``null`` of none."""

    part: int
    whole: int
    value: float | None
    low: float | None
    high: float | None


class KindOut(msgspec.Struct, frozen=True):
    """The flags of one kind by where they stand; ``dismissed_share`` is of the decided ones:
    how often the detector was wrong.
    """

    kind: str
    label: str
    sessions: int
    flags: int
    open: int
    confirmed: int
    dismissed: int
    escalated: int
    dismissed_share: ShareOut


class AgreementOut(msgspec.Struct, frozen=True):
    """How far two people who judged the same flags agree; ``kappa`` is Cohen's."""

    pairs: int
    agreed: ShareOut
    kappa: float | None


class TimesOut(msgspec.Struct, frozen=True):
    """Seconds from a session's end to its first decision, and to the last where none is open:
    median and 90th percentile.
    """

    sessions: int
    first_median: float | None
    first_p90: float | None
    done: int
    done_median: float | None
    done_p90: float | None


class RatesOut(msgspec.Struct, frozen=True):
    """How many sessions of each sort; ``places`` are the codes given out, but
    for those of places that were given up.
    """

    places: int
    begun: int
    running: int
    completed: int
    incomplete: int
    terminated: int
    flagged: int
    confirmed: int
    undecided: int
    purged: int


class StreamOut(msgspec.Struct, frozen=True):
    """How much of a stream could be observed, over sessions: shares from 0 to 1."""

    stream: str
    sessions: int
    mean: float | None
    median: float | None
    lowest_tenth: float | None


class ExamReportOut(msgspec.Struct, frozen=True):
    """An exam in figures; ``made`` in µs UTC. Nobody is named in it."""

    exam: str
    title: str
    made: int
    final: bool
    sessions: RatesOut
    flags: int
    kinds: list[KindOut]
    agreement: AgreementOut
    review: TimesOut
    observed: list[StreamOut]


def exam_report_out(report: ExamReport) -> ExamReportOut:
    """The report as JSON says it."""
    agreed, times = report.agreement, report.times
    return ExamReportOut(
        exam=report.exam.id,
        title=report.exam.title,
        made=report.made,
        final=report.final,
        sessions=_rates(report.rates),
        flags=report.flags,
        kinds=[_kind(one) for one in report.kinds],
        agreement=AgreementOut(agreed.pairs, _share(agreed.share), _rounded(agreed.kappa)),
        review=TimesOut(
            times.sessions,
            times.first_median,
            times.first_most,
            times.done,
            times.done_median,
            times.done_most,
        ),
        observed=[_stream(one) for one in report.streams],
    )


def exam_report_csv(report: ExamReport) -> str:
    """The flags by kind as a table; no cell is typed by anybody, so that none is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    header = ("kind", "sessions", "flags", "open", "confirmed", "dismissed", "escalated")
    writer.writerow((*header, "dismissed_share", "low", "high"))
    for one in (_kind(kind) for kind in report.kinds):
        counts = (one.open, one.confirmed, one.dismissed, one.escalated)
        share = one.dismissed_share
        bounds = ("" if part is None else part for part in (share.value, share.low, share.high))
        writer.writerow((one.kind, one.sessions, one.flags, *counts, *bounds))
    return out.getvalue()


def _rates(rates: Rates) -> RatesOut:
    return RatesOut(**asdict(rates))


def _kind(one: KindFigures) -> KindOut:
    return KindOut(
        kind=one.kind.value,
        label=one.kind.label,
        sessions=one.sessions,
        flags=one.all,
        open=one.open,
        confirmed=one.accepted,
        dismissed=one.dismissed,
        escalated=one.escalated,
        dismissed_share=_share(one.dismissed_share),
    )


def _stream(one: StreamFigures) -> StreamOut:
    shares = (_rounded(part) for part in (one.mean, one.median, one.lowest_tenth))
    return StreamOut(one.stream, one.sessions, *shares)


def _share(share: Share) -> ShareOut:
    low, high = share.interval or (None, None)
    value, low, high = (_rounded(part) for part in (share.value, low, high))
    return ShareOut(share.part, share.whole, value, low, high)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
