"""Looks for objects now and then, with the institution's own model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.faces import FaceAnalyzer
from recorder.detect.objects.object_layout import UnusableModel
from recorder.detect.objects.object_model import ObjectModel
from recorder.detect.objects.turn import NS, Turn
from recorder.detect.observations import FaceObservation, ObjectsObservation, SeenObject
from recorder.detect.picture.visibility import Look, look_at
from recorder.detect.setup import ObjectSetup, Unwatched
from shared.encoding import sha256_hex
from shared.flags import Kind

# Change of a field of the picture since the last look, in levels of luma (0..255), from
# which something may have come or gone: noise of a dark room makes 1 to 2, and a telephone
# that is 20 levels off its background 5 in the fields that it touches.
CHANGED_FIELD = 4.0

# Where nothing changes the last look holds, but for no longer than this: what came so
# slowly, or on so even a ground, that no field changed, is seen then.
LONGEST_HOLD_NS = 3 * NS


class Finder(Protocol):
    """A loaded object model."""

    def look(
        self, image: NDArray[np.uint8], least: float, wanted: frozenset[str] | None = None
    ) -> tuple[SeenObject, ...]:
        """What is in a picture, surest first."""
        ...


class ObjectSampler:
    """Objects in one camera's pictures. The model is loaded at the first look.

    Args:
        setup: which model, which labels and how often.
        load: opens a model file whose hash was checked, with its labels.
    """

    def __init__(
        self, setup: ObjectSetup, load: Callable[[ObjectSetup], Finder] | None = None
    ) -> None:
        self._setup = setup
        self._load = load or load_model
        self._model: Finder | None = None
        self._turn = Turn()
        self._looked: tuple[int, Look] | None = None
        self._objects: tuple[SeenObject, ...] = ()
        self._failed = False

    def prepare(self, setup: ObjectSetup) -> None:
        """Look by this from now on; the model stays where it is the same one."""
        if (setup.sha256, setup.labels) != (self._setup.sha256, self._setup.labels):
            self._model, self._looked, self._failed = None, None, False
        if setup.wanted != self._setup.wanted:
            self._looked = None
        self._setup = setup

    def overdue_s(self, face: FaceObservation) -> float | None:
        """By how much a look is overdue; none is while nothing could be seen, nor after a
        look that failed.
        """
        if self._failed or not face.observable:
            self._looked = None
            return None
        return self._turn.overdue_s(face.monotonic_ns)

    def look(
        self,
        image: NDArray[np.uint8],
        face: FaceObservation,
        faces: FaceAnalyzer,  # noqa: ARG002 - every sampler is given the faces
    ) -> ObjectsObservation:
        """Look at a picture, (h, w, 3) uint8 RGB, or say again what the last look said
        where no part of the picture has changed since.

        Raises:
            Unwatched: the model cannot be used, or failed.
        """
        now_ns = face.monotonic_ns
        self._turn.looked(now_ns, self._setup.every_s)
        glance = look_at(image)
        if self._changed(now_ns, glance):
            self._objects = self._seen(image)
            self._looked = (now_ns, glance)
        return ObjectsObservation(now_ns, self._objects)

    def _changed(self, now_ns: int, glance: Look) -> bool:
        if self._looked is None:
            return True
        looked_ns, before = self._looked
        if now_ns - looked_ns >= LONGEST_HOLD_NS:
            return True
        return glance.local_change(before) >= CHANGED_FIELD

    def _seen(self, image: NDArray[np.uint8]) -> tuple[SeenObject, ...]:
        try:
            self._model = self._model or self._load(self._setup)
            return self._model.look(
                image, self._setup.confidence, frozenset(self._setup.wanted)
            )
        except UnusableModel as error:
            self._failed, self._model = True, None
            name = self._setup.name
            raise Unwatched(
                f"{Kind.OBJECT_SEEN}: the object model {name} cannot be used: {error}"
            ) from error


def load_model(setup: ObjectSetup) -> ObjectModel:
    """Load the file that the setup names, if it is still the one that was checked.

    Raises:
        UnusableModel: it is not, or cannot be loaded.
    """
    try:
        data = Path(setup.path).read_bytes()
    except OSError as error:
        raise UnusableModel(f"its file cannot be read ({error.strerror or error})") from error
    if sha256_hex(data) != setup.sha256:
        raise UnusableModel("its file has changed")
    return ObjectModel(data, setup.labels)
