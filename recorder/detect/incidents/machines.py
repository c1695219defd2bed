"""The incident machines of one stream, with what is particular to each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from recorder.detect.incidents.boundaries import ALWAYS
from recorder.detect.incidents.machine import HOLD_NS, NS, IncidentMachine, Reading
from recorder.detect.incidents.wording import DESCRIBE
from recorder.detect.observations import Incident
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Rule

# Activity that pauses for less than this goes on. Eyes and head: a frame misread at a
# blink (150-300 ms). Faces: one scan for further faces that misses. Speech: the silence
# between two phrases.
BRIDGE_NS = {
    Kind.LOOKING_AWAY: 3 * NS // 10,
    Kind.GAZE_AWAY: 3 * NS // 10,
    Kind.FACE_MISSING: 2 * NS // 10,
    Kind.MULTIPLE_FACES: 5 * NS // 10,
    Kind.SPEECH: 6 * NS // 10,
}

# Readings that must agree before an incident begins: a face is misread now and then for one
# look, never for three over two seconds; one stretch of speech in twenty is unlike its own
# speaker's, and three are 3.2 s.
LEAST_READINGS = {Kind.IDENTITY_MISMATCH: 3, Kind.SECOND_VOICE: 3}

# How long a reading speaks for what follows it, where that is not the usual. A stretch of
# speech is 1.6 s long, and whoever pauses for up to 4 s has not gone.
HOLDS_NS = {Kind.SECOND_VOICE: 6 * NS}

# A sampled reading speaks for what follows until two more looks have failed to come.
MISSED_LOOKS = 2.5


class Machines:
    """One machine a kind.

    Args:
        kinds: what there are machines for.
        rule: the policy's rule for a kind. One that is off is followed by the default rule,
            and reports nothing: what it explains is explained whether it is asked for or not.
        new_id: gives each incident its id.
    """

    def __init__(
        self, kinds: Iterable[Kind], rule: Callable[[Kind], Rule], new_id: Callable[[], str]
    ) -> None:
        self._reported = frozenset(kind for kind in kinds if rule(kind).enabled)
        self._machines = {
            kind: _machine(kind, rule(kind), new_id)
            for kind in kinds
            if kind in self._reported or kind in DEFAULT_RULES
        }

    def step(self, kind: Kind, now_ns: int, reading: Reading | None) -> list[Incident]:
        """Take one reading, or ``None`` where nothing could be observed."""
        machine = self._machines.get(kind)
        return self._said(kind, machine.step(now_ns, reading)) if machine else []

    def tick(self, kind: Kind, now_ns: int) -> list[Incident]:
        """Let time pass without a look."""
        machine = self._machines.get(kind)
        return self._said(kind, machine.tick(now_ns)) if machine else []

    def finish(self, now_ns: int) -> list[Incident]:
        """End whatever is open."""
        return [
            incident
            for kind, machine in self._machines.items()
            for incident in self._said(kind, machine.finish(now_ns))
        ]

    def cut(self, at_ns: int) -> list[Incident]:
        """End at a boundary what is open of the candidate's deeds."""
        return [
            incident
            for kind, machine in self._machines.items()
            if kind not in ALWAYS
            for incident in self._said(kind, machine.cut(at_ns))
        ]

    def unseen(self, now_ns: int) -> list[Incident]:
        """Say that nothing could be observed."""
        return [
            incident for kind in self._machines for incident in self.step(kind, now_ns, None)
        ]

    def is_open(self, kind: Kind) -> bool:
        """Whether an incident was reported whose end was not."""
        return kind in self._reported and self._machines[kind].is_open

    def drop(self, kind: Kind) -> None:
        """Forget what is not yet an incident: something else explains it."""
        if machine := self._machines.get(kind):
            machine.drop()

    def explain(self, chain: Iterable[Kind]) -> None:
        """Drop what is not yet an incident where a graver kind, earlier in the chain, is
        one now.
        """
        explained = False
        for kind in chain:
            if explained:
                self.drop(kind)
            machine = self._machines.get(kind)
            explained = explained or (machine is not None and machine.goes_on)

    def _said(self, kind: Kind, incidents: list[Incident]) -> list[Incident]:
        return incidents if kind in self._reported else []


def hold_ns(rule: Rule, rarer: int = 1) -> int:
    """How long a reading of this kind speaks for what follows it, where looks come so many
    times less often than the rule says.
    """
    return max(HOLD_NS, round(MISSED_LOOKS * rarer * (rule.every_s or 0.0) * NS))


def _machine(kind: Kind, rule: Rule, new_id: Callable[[], str]) -> IncidentMachine:
    chosen = rule if rule.enabled else DEFAULT_RULES[kind]
    return IncidentMachine(
        kind,
        chosen,
        new_id,
        DESCRIBE[kind],
        BRIDGE_NS.get(kind, 0),
        HOLDS_NS.get(kind, hold_ns(chosen)),
        LEAST_READINGS.get(kind, 1),
    )
