"""One incident for each kind of thing that is in view: a pure machine a label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from recorder.detect.incidents.machine import IncidentMachine, Reading
from recorder.detect.incidents.wording import object_seen
from recorder.detect.observations import Box, Incident, ObjectsObservation, SeenObject
from shared.flags import Kind
from shared.policy import Rule

# What object models call a human being. The candidate is one, and so is everybody whose face
# is counted: only who is beyond them is an object.
PERSON = "person"

# A thing within this of the face's box, in widths of the face, is where a hand at an ear
# would hold it: 5 cm.
AT_FACE = 0.35


class ObjectIncidents:
    """All incidents of kind ``object_seen``, of each label one after another.

    Args:
        rule: the policy's rule for it.
        new_id: gives each incident its id.
        hold_ns: how long a look speaks for what follows it.
    """

    def __init__(self, rule: Rule, new_id: Callable[[], str], hold_ns: int) -> None:
        self._rule = rule
        self._new_id = new_id
        self._hold_ns = hold_ns
        self._machines: dict[str, IncidentMachine] = {}
        self._in_view: dict[str, list[SeenObject]] = {}
        self._at_ear: dict[str, float] = {}

    def step(self, seen: ObjectsObservation, *, faces: int, several: bool) -> list[Incident]:
        """Take what one look saw.

        Args:
            seen: the look.
            faces: how many faces were counted in the same picture.
            several: whether an incident of several faces is open, which tells of every
                further person already.
        """
        found: dict[str, list[SeenObject]] = {}
        for thing in seen.objects:
            found.setdefault(thing.label, []).append(thing)
        if persons := found.pop(PERSON, None):
            beyond = [] if several else persons[max(1, faces) :]
            found.update({PERSON: beyond} if beyond else {})
        self._in_view = found
        incidents: list[Incident] = []
        for label in dict.fromkeys([*self._machines, *found]):
            incidents += self._step(label, seen.monotonic_ns, found.get(label, []))
        return incidents

    def held(self, at_ear: float, face: Box | None) -> bool:
        """Take how sure it is that a hand is at an ear; whether a thing beside the face, of
        which an incident tells already, is what it holds.
        """
        self._at_ear = {
            label: at_ear
            for label, machine in self._machines.items()
            if label != PERSON and machine.goes_on and face is not None
            if any(_touches(thing.box, face) for thing in self._in_view.get(label, []))
        }
        return bool(self._at_ear)

    def hold(self, hold_ns: int) -> None:
        """Looks come more or less often: each speaks for so long from now on."""
        self._hold_ns = hold_ns
        for machine in self._machines.values():
            machine.hold(hold_ns)

    def tick(self, now_ns: int) -> list[Incident]:
        """Let time pass without a look."""
        return [
            _named(label, incident)
            for label, machine in self._machines.items()
            for incident in machine.tick(now_ns)
        ]

    def unseen(self, now_ns: int) -> list[Incident]:
        """Say that nothing could be looked at."""
        return [
            _named(label, incident)
            for label, machine in self._machines.items()
            for incident in machine.step(now_ns, None)
        ]

    def cut(self, at_ns: int) -> list[Incident]:
        """End at a boundary whatever is open."""
        return [
            _named(label, incident)
            for label, machine in self._machines.items()
            for incident in machine.cut(at_ns)
        ]

    def finish(self, now_ns: int) -> list[Incident]:
        """End whatever is open."""
        return [
            _named(label, incident)
            for label, machine in self._machines.items()
            for incident in machine.finish(now_ns)
        ]

    def _step(self, label: str, now_ns: int, things: list[SeenObject]) -> list[Incident]:
        if label not in self._machines:
            self._machines[label] = IncidentMachine(
                Kind.OBJECT_SEEN,
                self._rule,
                self._new_id,
                object_seen(label),
                hold_ns=self._hold_ns,
            )
        surest = max((thing.confidence for thing in things), default=0.0)
        numbers = {"confidence": surest, "count": float(len(things))}
        if label in self._at_ear:
            numbers["at_ear"] = self._at_ear[label]
        reading = Reading(surest, surest, numbers)
        return [_named(label, i) for i in self._machines[label].step(now_ns, reading)]


def _touches(thing: Box, face: Box) -> bool:
    """Whether a thing reaches as near to a face as to an ear of it."""
    reach = AT_FACE * face.width
    across = thing.x < face.x + face.width + reach and face.x < thing.x + thing.width + reach
    along = thing.y < face.y + face.height and face.y < thing.y + thing.height
    return across and along


def _named(label: str, incident: Incident) -> Incident:
    return replace(incident, detail={**incident.detail, "label": label})
