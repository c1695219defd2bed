"""What could be watched at a session's start and cannot any more, and why.

Pure. An object model comes from outside: one that ends the detector process again and again
must not take faces and voices with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from recorder.detect.setup import DetectorSetup
from shared.flags import Kind

# A detector that dies so often in a row, each time young, goes on without the object model:
# once may be the computer's fault.
YOUNG_DEATHS = 2


class GivenUp:
    """Notes what is watched no more. ``unwatched`` says it as a session's first record does."""

    def __init__(self) -> None:
        self.unwatched: tuple[str, ...] = ()
        self._deaths = 0
        self._model: str | None = None

    def note(self, unwatched: Iterable[str]) -> None:
        """Take what a detector said of itself; said twice it stands once."""
        self.unwatched = tuple(dict.fromkeys([*self.unwatched, *unwatched]))

    def died(self, setup: DetectorSetup, *, proven: bool) -> None:
        """A detector process that had begun to watch ``setup`` has ended.

        Args:
            setup: what it was told.
            proven: whether it had lived long enough to be sound.
        """
        self._deaths = 0 if proven else self._deaths + 1
        if setup.objects is not None and self._deaths >= YOUNG_DEATHS:
            self._model = setup.objects.sha256
            name = setup.objects.name
            why = f"the detector ended {YOUNG_DEATHS} times with the object model {name}"
            self.note([f"{Kind.OBJECT_SEEN}: {why}"])

    def without(self, setup: DetectorSetup) -> DetectorSetup:
        """``setup`` without what was given up."""
        objects = setup.objects
        if objects is None or objects.sha256 != self._model:
            return setup
        return replace(setup, objects=None)
