"""The score: which session to look at first, and why, in words.

It ranks a reviewer's work; it is no measure of guilt. Nothing acts on it unless the policy sets
a limit, and then on ``automatic`` flags alone. Each flag is worth

    weight of its kind (policy) × gravity × certainty × length

and flags of one kind add up with diminishing returns, so that a detector that repeats
itself does not drown the others. The sum is bent into 0 … 100. Dismissed flags are worth
nothing; what a person accepted counts with full certainty. Where a session tells its phases,
only what lies in the exam counts. Time that nobody could observe and missing evidence are told
beside the score and never enter it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.review.durations import MICROS, Spans, spoken
from server.review.flags import Flag
from server.review.life import Verdict
from shared.flags import Kind, Severity
from shared.policy import Policy

# Each step of gravity weighs twice the one before: one critical flag outranks a handful of
# low ones, which is what the severities are for. A remark (info) weighs nothing.
GRAVITY: Mapping[Severity, float] = {
    Severity.INFO: 0.0,
    Severity.LOW: 1.0,
    Severity.MEDIUM: 2.0,
    Severity.HIGH: 4.0,
    Severity.CRITICAL: 8.0,
}

# A flag of this length (seconds) is worth twice a momentary one ...
DOUBLING_S = 10.0
# ... and no length is worth more than this many momentary ones.
LONGEST = 4.0

# The n-th flag of a kind, gravest first, is worth this share of the one before.
REPEAT = 0.8

# The sum at which the score reaches 63 (1 − 1/e): about one critical flag of full weight.
SCALE = 40.0


# A flag, and how long what of it counts lasted (µs).
_Counted = tuple[Flag, int]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one kind adds: ``points`` of the score, and what they are for."""

    kind: Kind
    severity: Severity
    points: float
    flags: int
    accepted: int
    lasted: int

    @property
    def words(self) -> str:
        """For example ``2 flags, 14 s in all, up to critical, 1 confirmed``."""
        flags = "1 flag" if self.flags == 1 else f"{self.flags} flags"
        parts = [flags]
        if self.lasted >= MICROS:
            parts.append(spoken(self.lasted) + (" in all" if self.flags > 1 else ""))
        parts.append(f"up to {self.severity}" if self.flags > 1 else str(self.severity))
        if self.accepted:
            parts.append("confirmed" if self.flags == 1 else f"{self.accepted} confirmed")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Score:
    """0 … 100; ``contributions`` add up to ``value``, the largest first."""

    value: float
    contributions: tuple[Contribution, ...]

    @property
    def shown(self) -> int:
        """As pages print it; what is above 0 is never shown as 0."""
        return max(1, round(self.value)) if self.value > 0 else 0

    @property
    def band(self) -> str:
        """A word for the colour and the reader: ``quiet``, ``some``, ``much``."""
        return "much" if self.value >= MUCH else "some" if self.value >= SOME else "quiet"


# Where the words change: below a single medium flag of usual weight; beyond one high one.
SOME = 8.0
MUCH = 40.0


def worth(flag: Flag, policy: Policy, now: int, within: Spans | None = None) -> float:
    """What one flag is worth by itself, before repetition and bending; 0 or more. What of it
    lies outside of ``within`` counts for nothing.
    """
    weighed = _weighed(flag, now, within)
    return 0.0 if weighed is None else _worth(weighed, _weights(policy))


def _weights(policy: Policy) -> Mapping[Kind, float]:
    return {kind: policy.rule(kind).weight for kind in Kind}


# How long a flag lasted where it counts (µs), and how grave each of its incidents is, as sure
# and as long as it is, before the policy weighs it.
_Weighed = tuple[int, tuple[tuple[Kind, float], ...]]


def _weighed(flag: Flag, now: int, within: Spans | None) -> _Weighed | None:
    """``None`` for a flag that lies outside of what counts."""
    return flag.lately(_weigh, now if flag.end is None else flag.start, within)


def _weigh(flag: Flag, now: int, within: Spans | None) -> _Weighed | None:
    lasted = flag.counted(now, within)
    if lasted is None:
        return None
    if flag.verdict is Verdict.DISMISSED:
        return lasted, ()
    sure = flag.verdict is Verdict.ACCEPTED
    length = min(LONGEST, 1.0 + math.log2(1.0 + lasted / MICROS / DOUBLING_S))
    return lasted, tuple(
        (one.kind, GRAVITY[one.severity] * (1.0 if sure else one.confidence) * length)
        for one in flag.members or (flag,)
    )


def _worth(weighed: _Weighed, weights: Mapping[Kind, float]) -> float:
    return max([weights[kind] * grave for kind, grave in weighed[1]], default=0.0)


def score(
    flags: Iterable[Flag], policy: Policy, now: int, within: Spans | None = None
) -> Score:
    """The score of a session. ``now`` (session time, µs) ends what still lasts; ``within`` is
    the time that counts, where not all of it does.
    """
    weights = _weights(policy)
    by_kind: dict[Kind, list[_Counted]] = {}
    worths: dict[Kind, list[float]] = {}
    for flag in flags:
        if (weighed := _weighed(flag, now, within)) is not None:
            by_kind.setdefault(flag.kind, []).append((flag, weighed[0]))
            worths.setdefault(flag.kind, []).append(_worth(weighed, weights))
    sums = {kind: _repeated(of) for kind, of in worths.items()}
    total = math.fsum(sums.values())
    value = 100.0 * -math.expm1(-total / SCALE)
    found = (
        _contribution(kind, by_kind[kind], value * (part / total))
        for kind, part in sums.items()
        if part > 0
    )
    contributions = [one for one in found if one.points > 0]
    contributions.sort(key=lambda c: (-c.points, c.kind))
    return Score(value, tuple(contributions))


def automatic(flags: Iterable[Flag]) -> list[Flag]:
    """The flags that may count for the policy's limit: of the kinds that a person has to look
    at first, only what a person has confirmed.
    """
    return [flag for flag in flags if not flag.human_first or flag.verdict is Verdict.ACCEPTED]


def _repeated(worths: Iterable[float]) -> float:
    ordered = sorted(worths, reverse=True)
    return math.fsum(value * REPEAT**n for n, value in enumerate(ordered))


def _contribution(kind: Kind, flags: list[_Counted], points: float) -> Contribution:
    counted = [one for one in flags if one[0].verdict is not Verdict.DISMISSED]
    return Contribution(
        kind=kind,
        severity=max({flag.severity for flag, _ in counted}, key=lambda s: s.rank),
        points=points,
        flags=len(counted),
        accepted=sum(flag.verdict is Verdict.ACCEPTED for flag, _ in counted),
        lasted=sum(lasted for _, lasted in counted),
    )
