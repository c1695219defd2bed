"""What other rules would have made of incidents that are recorded; as values.

A recording holds the incidents that its own rules found, not what they were found in. So
stricter rules can be tried on it, by how long an incident lasted and how strong it was on
average, and milder ones cannot: what lay below the rules was never written down. Both is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from server.exams.measures import SAMPLED, measure, numbers, value
from server.review.correlation import Incident
from server.review.durations import MICROS
from shared.flags import Kind, Severity
from shared.policy import Rule


class Fate(StrEnum):
    """What becomes of an incident under other rules."""

    KEPT = "kept"
    GONE = "gone"
    UNSURE = "unsure"


# Which number of an incident is an average of what its threshold is about, in its unit.
_STRENGTH: Mapping[Kind, Callable[[Incident], object]] = {
    Kind.LOOKING_AWAY: lambda one: one.detail.get("degrees"),
    Kind.GAZE_AWAY: lambda one: one.detail.get("degrees"),
    Kind.CAMERA_BLOCKED: lambda one: one.detail.get("contrast"),
    Kind.IDENTITY_MISMATCH: lambda one: one.detail.get("distance"),
    Kind.SPEECH: lambda one: one.detail.get("speech"),
    Kind.SECOND_VOICE: lambda one: one.confidence,
    Kind.OBJECT_SEEN: lambda one: one.confidence,
    Kind.HAND_AT_EAR: lambda one: one.confidence,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """An incident as other rules would have it: its severity may be another."""

    incident: Incident
    fate: Fate


def judge(one: Incident, then: Rule, now: Rule) -> Judged:
    """What rule ``now`` makes of an incident that was found by rule ``then``."""
    if not now.enabled:
        return Judged(one, Fate.GONE)
    lasted = seconds(one)
    if lasted is not None and now.onset_s > then.onset_s and lasted < now.onset_s:
        return Judged(one, Fate.GONE)
    fate = _by_strength(one, then, now)
    return Judged(replace(one, severity=_severity(one, lasted, then, now)), fate)


def seconds(one: Incident) -> float | None:
    """How long it lasted, as far as it was seen; ``None`` where that is not known."""
    said = one.detail.get("seconds")
    if isinstance(said, int | float):
        return float(said)
    return None if one.end is None else (one.end - one.start) / MICROS


def _by_strength(one: Incident, then: Rule, now: Rule) -> Fate:
    if not _stricter(one.kind, then, now):
        return Fate.KEPT
    strength = _STRENGTH.get(one.kind, lambda _: None)(one)
    if not isinstance(strength, int | float):
        return Fate.UNSURE
    limit, below = value(one.kind, now, "threshold"), measure(one.kind, "threshold").below
    # Where the average is beyond, some of it was; where it is not, some of it may have been.
    beyond = strength <= limit if below else strength >= limit
    return Fate.KEPT if beyond else Fate.UNSURE


def _stricter(kind: Kind, then: Rule, now: Rule) -> bool:
    if "threshold" not in numbers(kind):
        return False
    old, new = value(kind, then, "threshold"), value(kind, now, "threshold")
    return new < old if measure(kind, "threshold").below else new > old


def _severity(one: Incident, lasted: float | None, then: Rule, now: Rule) -> Severity:
    """Its severity by the new rule; what set it apart from its old rule stays."""
    if one.severity not in (then.severity, then.escalate_to):
        return one.severity
    graver = now.escalate_to
    if graver is None or now.escalate_after_s is None or lasted is None:
        return now.severity
    if lasted < now.escalate_after_s:
        return now.severity
    return max(now.severity, graver, key=lambda severity: severity.rank)


@dataclass(slots=True)
class KindCount:
    """One kind then and now: ``then`` incidents, of which ``kept`` are sure to stay and
    ``unsure`` may; in how many ``sessions`` it was watched and in how many it was off.
    ``unknown`` says what cannot be known.
    """

    kind: Kind
    then: int = 0
    kept: int = 0
    unsure: int = 0
    sessions: int = 0
    off: int = 0
    unknown: list[str] = field(default_factory=list[str])

    @property
    def now(self) -> str:
        """The number now, or from which to which it is."""
        most = self.kept + self.unsure
        return f"{self.kept:,} to {most:,}" if self.unsure else f"{self.kept:,}"

    @property
    def change(self) -> str:
        """Whether that is fewer, the same, or not to be known."""
        if self.unknown and not self.then:
            return "unknown"
        return "fewer" if self.kept < self.then else "same"

    @property
    def tells(self) -> bool:
        """Whether there is anything to say of it."""
        return bool(self.then or self.unknown)


def count(kind: Kind, pairs: Iterable[tuple[Rule, Iterable[Judged]]], now: Rule) -> KindCount:
    """Count one kind over sessions: each its rule then, and what became of its incidents."""
    found = KindCount(kind)
    shorter: set[float] = set()
    weaker: set[float] = set()
    rarer = False
    for then, judged in pairs:
        found.sessions += then.enabled
        found.off += not then.enabled
        for one in judged:
            found.then += 1
            found.kept += one.fate is Fate.KEPT
            found.unsure += one.fate is Fate.UNSURE
        if now.enabled and then.enabled:
            if now.onset_s < then.onset_s:
                shorter.add(then.onset_s)
            if _stricter(kind, now, then):
                weaker.add(value(kind, then, "threshold"))
            rarer = rarer or (
                kind in SAMPLED and value(kind, now, "every_s") != value(kind, then, "every_s")
            )
    if now.enabled:
        found.unknown = [*_unknown(found, shorter, weaker, rarer=rarer)]
    return found


def _unknown(
    found: KindCount, shorter: set[float], weaker: set[float], *, rarer: bool
) -> Iterable[str]:
    kind = found.kind
    if found.off:
        yield f"off in {found.off} of {found.off + found.sessions} sessions: nothing is known"
    if shorter:
        yield f"shorter than {max(shorter):g} s was not recorded: there would be more"
    if weaker:
        of = measure(kind, "threshold")
        least = min(weaker) if of.below else max(weaker)
        side = "above" if of.below else "below"
        yield f"{side} {of.words(least)} was not recorded: there would be more"
    if rarer:
        yield "how often it was looked for cannot be changed afterwards"
