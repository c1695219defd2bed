"""One kind of incident over time: a pure machine over readings, driven by the policy's rule.

A *run* is a stretch of activity; dips shorter than the bridge belong to it. A run that
lasts the rule's onset is an incident; a later run that lasts the onset and begins within
the merge time of the last one's end belongs to the same incident. All durations are
counted in *observed* time, which stands still while the reading is ``None``: what could
not be seen neither ends an incident nor makes it longer. The machine has no clock;
``now_ns`` is passed in and must not fall.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from recorder.detect.incidents.boundaries import ended_by
from recorder.detect.observations import Incident
from shared.flags import Kind, Severity
from shared.policy import DEFAULT_RULES, Rule

NS = 1_000_000_000

# A reading speaks for what follows it, but for no longer than this: without a new one the
# source has stopped, and the time counts as unobserved.
HOLD_NS = NS

# An incident whose subject has been out of sight for this long is closed at the moment it
# was last seen: an hour's interruption must not become an hour's incident.
SUSPEND_LIMIT_NS = 30 * NS

# Kinds that are active when their value is *below* the threshold.
_LOW_IS_ACTIVE = frozenset({Kind.CAMERA_BLOCKED})


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement for one kind: ``value`` in the unit of the rule's threshold.

    A yes or no is 1 or 0. ``numbers`` are averaged over the incident into its detail.
    """

    value: float
    confidence: float = 1.0
    numbers: Mapping[str, float] = field(default_factory=dict)


Describe = Callable[[Mapping[str, float], float], str]


class Hysteresis:
    """Active from the threshold on, until the value is back past the release.

    A rule without a threshold takes the one of the default policy, and a kind that has
    none there either is a yes or no. A release on the wrong side of the threshold is taken
    as no hysteresis at all.
    """

    def __init__(self, kind: Kind, rule: Rule) -> None:
        threshold, release = rule.threshold, rule.release
        if threshold is None:
            default = DEFAULT_RULES.get(kind, Rule())
            threshold, release = default.threshold, default.release
        self._sign = -1.0 if kind in _LOW_IS_ACTIVE else 1.0
        self._on = self._sign * (0.5 if threshold is None else threshold)
        self._off = self._on if release is None else min(self._on, self._sign * release)
        self.active = False

    def margin(self, value: float) -> float:
        """How far past the threshold a value is; negative on the innocent side."""
        return self._sign * value - self._on

    def update(self, value: float) -> bool:
        """Take one value; returns whether the condition now holds."""
        signed = self._sign * value
        self.active = signed >= self._on or (self.active and signed >= self._off)
        return self.active


@dataclass(slots=True)
class _Tally:
    """Sums over the readings of an incident that were active."""

    count: int = 0
    confidence: float = 0.0
    numbers: dict[str, float] = field(default_factory=dict)

    def add(self, reading: Reading) -> None:
        self.count += 1
        self.confidence += reading.confidence
        for name, number in reading.numbers.items():
            self.numbers[name] = self.numbers.get(name, 0.0) + number

    def absorb(self, other: _Tally) -> None:
        self.count += other.count
        self.confidence += other.confidence
        for name, number in other.numbers.items():
            self.numbers[name] = self.numbers.get(name, 0.0) + number


@dataclass(slots=True)
class _Moment:
    """One instant on both clocks: the monotonic one and observed time."""

    ns: int
    seen_ns: int


@dataclass(slots=True)
class _Run:
    """A stretch of activity, confirmed once it has lasted its onset."""

    start: _Moment
    tally: _Tally = field(default_factory=_Tally)
    dip: _Moment | None = None
    confirmed: bool = False


@dataclass(slots=True)
class _Open:
    """An incident that was reported and not yet ended; ``end`` is set between runs."""

    id: str
    start_ns: int
    tally: _Tally
    run_start: _Moment
    active_ns: int = 0
    end: _Moment | None = None
    unseen_ns: int = 0

    def seconds(self, at: _Moment) -> float:
        """Observed seconds of activity up to a moment."""
        running = 0 if self.end else at.seen_ns - self.run_start.seen_ns
        return (self.active_ns + running) / NS


class IncidentMachine:
    """All incidents of one kind, one after another.

    Args:
        kind: what the readings are about.
        rule: the policy's rule for it.
        new_id: gives each incident its id.
        describe: words for the detail, from the averaged numbers and the seconds.
        bridge_ns: activity that pauses for less than this has not paused (a blink, the
            gap between two words).
        hold_ns: how long a reading speaks for what follows it; longer than the time from
            one reading to the next.
        least: readings that must agree, one after the other, before an incident begins.
    """

    def __init__(
        self,
        kind: Kind,
        rule: Rule,
        new_id: Callable[[], str],
        describe: Describe,
        bridge_ns: int = 0,
        hold_ns: int = HOLD_NS,
        least: int = 1,
    ) -> None:
        self.kind = kind
        self._rule = rule
        self._new_id = new_id
        self._describe = describe
        self._bridge_ns = bridge_ns
        self._hold_ns = hold_ns
        self._least = least
        self._onset_ns = round(rule.onset_s * NS)
        self._merge_ns = round(rule.merge_s * NS)
        self._condition = Hysteresis(kind, rule)
        self._now = _Moment(0, 0)
        self._seen = False
        self._unseen_since_ns = 0
        self._run: _Run | None = None
        self._open: _Open | None = None

    @property
    def active(self) -> bool:
        """Whether the condition held at the last reading (onset or not)."""
        return self._condition.active

    @property
    def goes_on(self) -> bool:
        """Whether an incident was reported and its activity lasts, dips aside."""
        return self._run is not None and self._run.confirmed and self._run.dip is None

    @property
    def is_open(self) -> bool:
        """Whether an incident was reported whose end was not."""
        return self._open is not None

    def step(self, now_ns: int, reading: Reading | None) -> list[Incident]:
        """Take one reading, or ``None`` where nothing could be observed.

        Returns:
            What is to be reported now: at most one end and one confirmation.
        """
        was_unseen = self._advance(now_ns)
        if reading is None:
            self._lose_sight()
            return self._close_unseen()
        reports: list[Incident] = []
        last_seen = _Moment(self._unseen_since_ns, self._now.seen_ns)
        if was_unseen and self._too_long_unseen():
            reports = self._close_unseen()
        self._seen = True
        if self._condition.update(reading.value):
            self._rise(reading)
        else:
            self._fall(last_seen if was_unseen else self._now)
        reports += self._close_after_merge()
        return reports + self._confirm()

    def tick(self, now_ns: int) -> list[Incident]:
        """Let time pass without a look: what nobody looked at for too long is closed."""
        if self._seen and now_ns - self._now.ns <= self._hold_ns:
            return []
        self._advance(now_ns)
        return self._close_unseen()

    def hold(self, hold_ns: int) -> None:
        """From now on a reading speaks for so long: looks come more or less often."""
        self._hold_ns = hold_ns

    def drop(self) -> None:
        """Forget activity that is not an incident yet: something else explains it."""
        if self._run is not None and not self._run.confirmed:
            self._run = None
            self._condition.active = False

    def finish(self, now_ns: int) -> list[Incident]:
        """End whatever is open: nothing more will be observed."""
        self._advance(now_ns)
        at = self._now if self._seen else _Moment(self._unseen_since_ns, self._now.seen_ns)
        return self._close(at)

    def cut(self, at_ns: int) -> list[Incident]:
        """End what is open at a boundary that has just passed; what lasts begins anew."""
        return [ended_by(one, at_ns) for one in self.finish(at_ns)]

    def _advance(self, now_ns: int) -> bool:
        """Move both clocks; returns whether the time just passed was (partly) unseen."""
        elapsed = max(0, now_ns - self._now.ns)
        ns = self._now.ns + elapsed
        if not self._seen:
            self._count_unseen(elapsed)
            self._now = _Moment(ns, self._now.seen_ns)
            return True
        held = min(elapsed, self._hold_ns)
        self._now = _Moment(ns, self._now.seen_ns + held)
        if elapsed > held:
            self._seen = False
            self._unseen_since_ns = ns - (elapsed - held)
            self._count_unseen(elapsed - held)
            return True
        return False

    def _count_unseen(self, elapsed: int) -> None:
        if self._open is not None and self._open.end is None:
            self._open.unseen_ns += elapsed

    def _lose_sight(self) -> None:
        if self._seen:
            self._seen = False
            self._unseen_since_ns = self._now.ns

    def _too_long_unseen(self) -> bool:
        return self._now.ns - self._unseen_since_ns >= SUSPEND_LIMIT_NS

    def _close_unseen(self) -> list[Incident]:
        if not self._too_long_unseen():
            return []
        self._condition.active = False
        return self._close(_Moment(self._unseen_since_ns, self._now.seen_ns), lost_sight=True)

    def _rise(self, reading: Reading) -> None:
        if self._run is None:
            self._run = _Run(_Moment(self._now.ns, self._now.seen_ns))
        self._run.dip = None
        incident = self._open if self._run.confirmed else None
        (incident.tally if incident else self._run.tally).add(reading)

    def _fall(self, since: _Moment) -> None:
        run = self._run
        if run is None:
            return
        if run.dip is None:
            run.dip = since
        if self._now.seen_ns - run.dip.seen_ns >= self._bridge_ns:
            self._end_run(run, run.dip)

    def _end_run(self, run: _Run, at: _Moment) -> None:
        self._run = None
        if run.confirmed and self._open is not None:
            self._open.active_ns += at.seen_ns - run.start.seen_ns
            self._open.end = at

    def _confirm(self) -> list[Incident]:
        run = self._run
        if run is None or run.confirmed or run.dip is not None:
            return []
        lasted = self._now.seen_ns - run.start.seen_ns >= self._onset_ns
        if not lasted or run.tally.count < self._least:
            return []
        run.confirmed = True
        if self._open is not None:
            self._open.tally.absorb(run.tally)
            self._open.run_start, self._open.end = run.start, None
            return []
        self._open = _Open(self._new_id(), run.start.ns, run.tally, run.start)
        return [self._report(self._open, None, self._now)]

    def _close_after_merge(self) -> list[Incident]:
        """End the incident once no run can join it any more."""
        if self._open is None or self._open.end is None:
            return []
        ended = self._open.end.seen_ns
        newest = self._run.start.seen_ns if self._run else self._now.seen_ns
        if newest - ended <= self._merge_ns:
            return []
        return self._end_open(lost_sight=False)

    def _close(self, at: _Moment, *, lost_sight: bool = False) -> list[Incident]:
        if self._run is not None:
            self._end_run(self._run, self._run.dip or at)
        if self._open is None:
            return []
        return self._end_open(lost_sight=lost_sight)

    def _end_open(self, *, lost_sight: bool) -> list[Incident]:
        incident, self._open = self._open, None
        assert incident is not None
        assert incident.end is not None
        lost = lost_sight and incident.end.ns == self._unseen_since_ns
        return [self._report(incident, incident.end, incident.end, lost_sight=lost)]

    def _report(
        self, incident: _Open, end: _Moment | None, at: _Moment, *, lost_sight: bool = False
    ) -> Incident:
        tally, seconds = incident.tally, incident.seconds(at)
        numbers = {name: total / tally.count for name, total in tally.numbers.items()}
        detail: dict[str, object] = {
            "reason": self._describe(numbers, seconds),
            "seconds": round(seconds, 2),
            **{name: round(number, 2) for name, number in numbers.items()},
        }
        if incident.unseen_ns:
            detail["unobserved_seconds"] = round(incident.unseen_ns / NS, 2)
        if lost_sight:
            detail["lost_sight"] = True
        return Incident(
            id=incident.id,
            kind=self.kind,
            start_ns=incident.start_ns,
            end_ns=None if end is None else end.ns,
            severity=self._severity(seconds),
            confidence=round(tally.confidence / tally.count, 3),
            detail=detail,
        )

    def _severity(self, seconds: float) -> Severity:
        rule = self._rule
        if rule.escalate_to is None or rule.escalate_after_s is None:
            return rule.severity
        if seconds < rule.escalate_after_s:
            return rule.severity
        return max(rule.severity, rule.escalate_to, key=lambda severity: severity.rank)
