"""Incidents that were found beside those that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from accuracy.acting import Truth
from accuracy.tables import Row, wilson

from recorder.detect.observations import Incident
from shared.flags import Kind

NS = 1_000_000_000

# An incident found is the true one when it begins within this of it and both overlap.
START_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Found:
    """A true incident and the one that was reported for it."""

    truth: Truth
    incident: Incident

    @property
    def start_error_s(self) -> float:
        """How much too late it begins; negative is too early."""
        return self.incident.start_ns / NS - self.truth.start

    @property
    def end_error_s(self) -> float:
        """How much too late it ends."""
        assert self.incident.end_ns is not None
        return self.incident.end_ns / NS - self.truth.end


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of every incident. ``late`` were seen but not begun in time, and count as
    missed; ``false`` have no true one, or one that another was found for.
    """

    found: tuple[Found, ...]
    missed: tuple[Truth, ...]
    late: tuple[Found, ...]
    false: tuple[Incident, ...]

    @property
    def true_count(self) -> int:
        """How many there are."""
        return len(self.found) + len(self.missed)

    def of(self, kind: Kind) -> Outcome:
        """Of one kind only."""
        return Outcome(
            tuple(one for one in self.found if one.truth.kind == kind),
            tuple(one for one in self.missed if one.kind == kind),
            tuple(one for one in self.late if one.truth.kind == kind),
            tuple(one for one in self.false if one.kind == kind),
        )


def match(truths: Sequence[Truth], incidents: Sequence[Incident]) -> Outcome:
    """Pair every true incident with the one of its kind that overlaps it and begins nearest."""
    left = list(incidents)
    found: list[Found] = []
    missed: list[Truth] = []
    late: list[Found] = []
    for truth in sorted(truths, key=lambda one: one.start):
        pairs = [Found(truth, one) for one in left if _overlap(truth, one)]
        best = min(pairs, key=lambda one: abs(one.start_error_s), default=None)
        if best is None:
            missed.append(truth)
            continue
        left.remove(best.incident)
        if abs(best.start_error_s) <= START_WITHIN_S:
            found.append(best)
        else:
            missed.append(truth)
            late.append(best)
    return Outcome(tuple(found), tuple(missed), tuple(late), tuple(left))


def kind_rows(outcome: Outcome) -> list[Row]:
    """A row for each kind: how many were found, how exactly, and how many are false."""
    everything = (*outcome.found, *outcome.late)
    kinds = {one.truth.kind for one in everything}
    kinds |= {one.kind for one in (*outcome.missed, *outcome.false)}
    return [_row(kind, outcome.of(kind)) for kind in sorted(kinds)]


def _row(kind: Kind, outcome: Outcome) -> Row:
    hits, of = len(outcome.found), outcome.true_count
    inside = wilson(hits, of)
    errors = ""
    if outcome.found:
        start = np.mean([abs(one.start_error_s) for one in outcome.found])
        end = np.mean([abs(one.end_error_s) for one in outcome.found])
        errors = f"; start ±{start:.2f} s, end ±{end:.2f} s"
    late = f", {len(outcome.late)} late" if outcome.late else ""
    return Row(
        kind,
        f"{hits} found, {of - hits} missed{late}, {len(outcome.false)} false{errors}",
        f"{inside.low:.3f} … {inside.high:.3f}" if of else "",
        f"{of}",
    )


def _overlap(truth: Truth, incident: Incident) -> bool:
    assert incident.end_ns is not None
    same = incident.kind == truth.kind
    return same and incident.start_ns / NS < truth.end and truth.start < incident.end_ns / NS
