"""Where an exam stands: a fold over its ``phase`` records, the same live and after a restart.

Pure. Times are nanoseconds of the evidence clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from shared.records import Phase

NS = 1_000_000_000

PhaseName = Literal["preparing", "waiting", "exam", "break", "paused", "handed_in"]

# How a record says that a proctor gave time; what is lost in a crash is read back from it.
_EXTRA = "extra time: {0:g} s"
_EXTRA_READ = re.compile(r"^extra time: ([0-9.]+) s\b")

# In these the candidate sits the exam: its time runs, and it can be handed in.
SITTING = frozenset({"exam", "break", "paused"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an exam stands.

    ``since_ns`` is when the phase began, ``began_ns`` when the exam did; ``paused_ns`` is how
    long pauses lasted that are over, ``extra_s`` the time that was given, by the commands of
    the ids ``given``. ``before`` is what a pause interrupted; ``breaks`` how many were begun.
    """

    name: PhaseName
    since_ns: int
    began_ns: int | None = None
    paused_ns: int = 0
    extra_s: float = 0.0
    before: PhaseName = "exam"
    breaks: int = 0
    given: frozenset[str] = frozenset()


def entered(now: Standing | None, phase: Phase, at_ns: int) -> Standing:
    """Where it stands after one record more."""
    if now is None:
        return _begun(Standing(phase.name, at_ns), at_ns)
    given = frozenset() if phase.command is None else {phase.command}
    now = replace(now, extra_s=now.extra_s + extra_of(phase.reason), given=now.given | given)
    if phase.name == now.name:
        return now
    paused_ns = now.paused_ns
    if now.name == "paused" and now.began_ns is not None:
        paused_ns += at_ns - now.since_ns
    after = replace(
        now,
        name=phase.name,
        since_ns=at_ns,
        paused_ns=paused_ns,
        before=now.name if phase.name == "paused" else now.before,
        # A break that a pause interrupted goes on, and is not another one.
        breaks=now.breaks + (phase.name == "break" and now.name == "exam"),
    )
    return _begun(after, at_ns)


def gone_through(phases: Iterable[tuple[int, Phase]]) -> Standing | None:
    """Where it stands after these, each with its time; ``None`` where there is none."""
    standing = None
    for at_ns, phase in phases:
        standing = entered(standing, phase, at_ns)
    return standing


def extra(seconds: float) -> str:
    """The reason of a record that gives time."""
    return _EXTRA.format(seconds)


def extra_of(reason: str) -> float:
    """The time that a record gives, seconds; 0 for any other."""
    found = _EXTRA_READ.match(reason)
    return float(found[1]) if found else 0.0


def end_ns(now: Standing, duration_s: float, starts_ns: int | None, at_ns: int) -> int | None:
    """When the exam's time is over; ``None`` before it has begun.

    Args:
        now: where it stands.
        duration_s: what the policy gives.
        starts_ns: when it begins for everybody, where it does.
        at_ns: the present, until which a pause that lasts has lasted.
    """
    if now.began_ns is None:
        return None
    begins_ns = now.began_ns if starts_ns is None else starts_ns
    paused_ns = now.paused_ns + (at_ns - now.since_ns if now.name == "paused" else 0)
    return begins_ns + round((duration_s + now.extra_s) * NS) + paused_ns


def _begun(now: Standing, at_ns: int) -> Standing:
    if now.name == "exam" and now.began_ns is None:
        return replace(now, began_ns=at_ns)
    return now
