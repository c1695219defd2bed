"""How much detection the computer bears: down a step when it is too much, up again later.

Pure. Evidence is never part of a step: what is left out are pictures between two looks, and
detectors whose absence is said in the record. Faces are always looked at, and identity is
only compared less often.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from recorder.detect.setup import HAND_KINDS, DetectorSetup
from shared.flags import Kind

NS = 1_000_000_000

# How often the load is looked at: long enough that a sampled look of 0.2 s is no tenth of it.
LOOK_NS = 2 * NS

# So many looks in a row must find it too much: one long pause of the machine is no reason.
LOOKS_DOWN = 2

# So many must find room before a step up is tried; doubled each time that it was too much
# after all, up to the longest: a machine that bears a step badly is left at the one below.
LOOKS_UP = 10
LONGEST_LOOKS_UP = 300

# A step up that held for so many looks has proved itself.
PROVEN_LOOKS = 30

# Too much: the detector works most of the time, or misses a third of what it should see.
BUSY, SKIPPED = 0.8, 0.33

# The computer has nothing left, and the detector feels it: a picture takes 3 to 6 ms where
# there is room, and from ten times that on there is none.
FULL_MACHINE, SLOW_ANSWER_MS = 0.95, 40.0

# Room for a step up, which may double the work: half of what is too much.
CALM_BUSY, CALM_SKIPPED, CALM_MACHINE = 0.4, 0.15, 0.85


@dataclass(frozen=True, slots=True)
class Step:
    """What is looked at: pictures a second, how many times less often, and what not at all."""

    fps: int
    off: frozenset[Kind] = frozenset()
    objects_rarer: int = 1
    identity_rarer: int = 1


_HANDS = frozenset(HAND_KINDS)
_HANDS_AND_VOICES = _HANDS | {Kind.SECOND_VOICE}

# Half the pictures cost nobody anything (nothing watched for lasts less than 0.3 s), so they
# go first; then hints of low severity; what is watched by severity at last. At 5 pictures a
# second each of the shortest durations still has two of them.
STEPS = (
    Step(30),
    Step(15),
    Step(15, _HANDS),
    Step(10, _HANDS, objects_rarer=2),
    Step(10, _HANDS_AND_VOICES, objects_rarer=4),
    Step(5, _HANDS_AND_VOICES, objects_rarer=8, identity_rarer=2),
)


@dataclass(frozen=True, slots=True)
class Load:
    """What the last ``LOOK_NS`` were like; shares are 0..1.

    ``busy`` is the share of time in which the detector had a picture, ``skipped`` that of
    due pictures that a newer one overtook, ``answer_ms`` the 95th percentile of the time to
    an answer about faces alone, ``machine`` the share of all processors in use.
    ``evidence_late`` where an encoder does not keep up.
    """

    busy: float
    skipped: float
    answer_ms: float
    machine: float
    evidence_late: bool = False


@dataclass(frozen=True, slots=True)
class PaceChange:
    """From ``at_ns`` on detection is at ``level``, because of ``why``."""

    at_ns: int
    level: int
    why: str


class Pace:
    """Which of ``STEPS`` is in force. Ask it about every ``LOOK_NS``."""

    def __init__(self) -> None:
        self.level = 0
        self._heavy = self._calm = self._held = 0
        self._patience = LOOKS_UP
        self._risen = False

    @property
    def step(self) -> Step:
        """What is looked at now."""
        return STEPS[self.level]

    def look(self, now_ns: int, load: Load) -> PaceChange | None:
        """Take what the last stretch was like; the change of step that follows, if any."""
        self._held += 1
        if self._risen and self._held >= PROVEN_LOOKS:
            self._risen, self._patience = False, LOOKS_UP
        too_much = _too_much(load)
        self._heavy = self._heavy + 1 if too_much else 0
        self._calm = self._calm + 1 if _is_calm(load) else 0
        if too_much and self._heavy >= LOOKS_DOWN and self.level < len(STEPS) - 1:
            if self._risen:
                self._patience = min(2 * self._patience, LONGEST_LOOKS_UP)
            return self._turn(now_ns, self.level + 1, too_much, risen=False)
        if self._calm >= self._patience and self.level > 0:
            return self._turn(now_ns, self.level - 1, "there is room again", risen=True)
        return None

    def _turn(self, now_ns: int, level: int, why: str, *, risen: bool) -> PaceChange:
        self.level, self._risen = level, risen
        self._heavy = self._calm = self._held = 0
        return PaceChange(now_ns, level, why)


def economised(setup: DetectorSetup, level: int) -> DetectorSetup:
    """What the detector process is told at a level, where ``setup`` is everything."""
    step = STEPS[level]
    identity, objects = setup.identity, setup.objects
    return replace(
        setup,
        level=level,
        hands_every_s=None if step.off & _HANDS else setup.hands_every_s,
        voice=None if Kind.SECOND_VOICE in step.off else setup.voice,
        identity=identity and replace(identity, every_s=identity.every_s * step.identity_rarer),
        objects=objects and replace(objects, every_s=objects.every_s * step.objects_rarer),
    )


def left_off(setup: DetectorSetup, level: int) -> tuple[Kind, ...]:
    """The kinds of ``setup`` that are not looked for at a level."""
    looked_for = {
        **dict.fromkeys(setup.hand_kinds, setup.hands_every_s is not None),
        Kind.SECOND_VOICE: setup.voice is not None,
    }
    return tuple(sorted(kind for kind in STEPS[level].off if looked_for.get(kind, False)))


def _too_much(load: Load) -> str:
    """Why it is too much; empty where it is not."""
    if load.evidence_late:
        return "the recording did not keep up"
    if load.busy > BUSY:
        return f"the detector worked {load.busy:.0%} of the time"
    if load.skipped > SKIPPED:
        return f"{load.skipped:.0%} of the pictures were overtaken by newer ones"
    if load.machine > FULL_MACHINE and load.answer_ms > SLOW_ANSWER_MS:
        return f"the computer was fully busy, and a picture took {load.answer_ms:.0f} ms"
    return ""


def _is_calm(load: Load) -> bool:
    full = load.machine > CALM_MACHINE and load.answer_ms > SLOW_ANSWER_MS / 2
    return (
        not load.evidence_late
        and load.busy <= CALM_BUSY
        and load.skipped <= CALM_SKIPPED
        and not full
    )
