"""What could be watched at a session's start and cannot any more, and why.

Pure. What the detector process gave up is not asked of the next one again. A model that ends
the process again and again must not take faces and voices with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from recorder.detect.setup import Beside, DetectorSetup, kinds_of
from shared.flags import Kind

# A process that ended so often while one detector was at work goes on without it; so it does
# without the object model, which comes from outside, where it ended so often in a row, each
# time young, and nobody was at work. Once may be the computer's fault.
DEATHS = 2

# What a candidate is told whose photograph would be taken by what was given up; the page says
# what can be done.
NO_PHOTOGRAPH = "Your photograph cannot be taken: comparing faces failed on this computer."

_WORK: dict[Beside, str] = {
    "identity": "while it compared faces",
    "objects": "with the object model {}",
    "hands": "while it looked for hands",
    "speakers": "while it told voices apart",
}


@dataclass(frozen=True, slots=True)
class NoLonger:
    """From ``at_ns`` (evidence clock) on something is not watched: ``what`` says it as a
    session's first record does, ``kind: why``.
    """

    at_ns: int
    what: str


class GivenUp:
    """Notes what is watched no more, once each, in the order it was given up."""

    def __init__(self) -> None:
        self.unwatched: tuple[NoLonger, ...] = ()
        self._deaths = 0
        self._deaths_in: Counter[Beside] = Counter()
        self._kinds: frozenset[str] = frozenset()
        self._model: str | None = None

    def note(self, unwatched: Iterable[str], setup: DetectorSetup, at_ns: int) -> None:
        """Take what a detector that was told ``setup`` said of itself; said twice it stands
        once.
        """
        known = {one.what for one in self.unwatched}
        new = [what for what in dict.fromkeys(unwatched) if what not in known]
        self.unwatched += tuple(NoLonger(at_ns, what) for what in new)
        kinds = {what.partition(":")[0] for what in new}
        if Kind.OBJECT_SEEN in kinds and setup.objects is not None:
            self._model = setup.objects.sha256
        # Another object model may do; of what is packaged there is one.
        self._kinds |= kinds - {Kind.OBJECT_SEEN}

    def died(
        self, setup: DetectorSetup, at_ns: int, *, proven: bool, during: Beside | None = None
    ) -> None:
        """A detector process that had begun to watch ``setup`` has ended.

        Args:
            setup: what it was told.
            at_ns: when, by the evidence clock.
            proven: whether it had lived long enough to be sound.
            during: which detector was at work then.
        """
        told = self.without(setup)
        if during is not None:
            self._deaths_in[during] += 1
            if self._deaths_in[during] >= DEATHS:
                self._blame(during, told, at_ns)
            return
        self._deaths = 0 if proven else self._deaths + 1
        if self._deaths >= DEATHS:
            self._blame("objects", told, at_ns)

    def _blame(self, detector: Beside, told: DetectorSetup, at_ns: int) -> None:
        if detector == "objects" and told.objects is None:
            return
        doing = _WORK[detector].format(told.objects.name if told.objects else "")
        why = f"the detector ended {DEATHS} times {doing}"
        self.note([f"{kind}: {why}" for kind in kinds_of(detector, told)], told, at_ns)

    def without(self, setup: DetectorSetup) -> DetectorSetup:
        """``setup`` without what was given up. A face that can be compared no more cannot be
        taken either; who waits for that is told.
        """
        gone, objects = self._kinds, setup.objects
        known = objects is not None and objects.sha256 == self._model
        compared, taking = Kind.IDENTITY_MISMATCH not in gone, setup.take_face
        if taking is not None and not compared:
            taking = replace(taking, refused=NO_PHOTOGRAPH)
        hands = any(kind in gone for kind in setup.hand_kinds)
        return replace(
            setup,
            identity=setup.identity if compared else None,
            objects=None if known else objects,
            hands_every_s=None if hands else setup.hands_every_s,
            voice=None if Kind.SECOND_VOICE in gone else setup.voice,
            take_face=taking,
        )
