"""Whose face is it? Looked at now and then, and at once where somebody may have changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.graphs import FittedFace
from recorder.detect.identity.embedding import FaceEmbedder, aligned, distance, eye_distance
from recorder.detect.identity.face_quality import face_quality
from recorder.detect.observations import Box, FaceObservation, IdentityObservation
from recorder.detect.setup import IdentitySetup
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Rule

NS = 1_000_000_000

# Where a rule does not say how often: half a minute of another person is six looks.
EVERY_S = 5.0

# While somebody may have changed, or has, looks come this fast: three within the onset of
# two seconds, at 9 % of one core.
QUICK_S = 1.0

# A face that cannot be judged now (turned, blurred) is tried again this soon; to see that
# it still cannot costs 1 ms.
RETRY_S = 0.25

# A face whose middle moves by more than this share of its width from one picture to the
# next may be another one.
JUMP = 0.5


class Embedder(Protocol):
    """What the sampler needs of the model."""

    def embed(self, chip: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The embedding, (128,), of an aligned face."""
        ...


class Follower(Protocol):
    """What the sampler needs of the face analyser."""

    @property
    def followed(self) -> FittedFace | None:
        """The mesh on the face that is followed, in the picture seen last."""
        ...


def identity_setup(
    rule: Rule, embedding: NDArray[np.float64] | Sequence[float]
) -> IdentitySetup:
    """What the detector process is told, by the policy's rule for ``identity_mismatch``."""
    default = DEFAULT_RULES[Kind.IDENTITY_MISMATCH]
    threshold = default.threshold if rule.threshold is None else rule.threshold
    release = threshold if rule.release is None else rule.release
    assert threshold is not None
    assert release is not None
    return IdentitySetup(
        embedding=tuple(float(number) for number in embedding),
        every_s=EVERY_S if rule.every_s is None else rule.every_s,
        suspect=min(threshold, release),
    )


class IdentitySampler:
    """Compares the face that is followed with the enrolled one.

    A look that cannot be judged says nothing and does not count as one.

    Args:
        setup: whom to compare with, and how often.
        embedder: the model; ``None`` loads the packaged one.

    Raises:
        EnvironmentFault: the package with the model is missing.
    """

    def __init__(self, setup: IdentitySetup, embedder: Embedder | None = None) -> None:
        self._setup = setup
        self._embedder = embedder or FaceEmbedder()
        self._judged_ns: int | None = None
        self._tried_ns: int | None = None
        self._changed = False
        self._suspected = False
        self._box: Box | None = None

    def prepare(self, setup: IdentitySetup) -> None:
        """Compare with this from now on; the model stays."""
        if setup.embedding != self._setup.embedding:
            self._judged_ns, self._suspected = None, False
        self._setup = setup

    def overdue_s(self, face: FaceObservation) -> float | None:
        """By how much a look is overdue; ``None`` where none is. Asked on every picture."""
        self._follow(face)
        if not face.observable or face.faces == 0:
            return None
        late_ns = face.monotonic_ns - self._due_ns(face.monotonic_ns)
        return late_ns / NS if late_ns >= 0 else None

    def look(
        self, image: NDArray[np.uint8], face: FaceObservation, faces: Follower
    ) -> IdentityObservation | None:
        """Compare; ``None`` where the face cannot be judged."""
        self._tried_ns = face.monotonic_ns
        followed = faces.followed
        if followed is None:
            return None
        chip = aligned(image, followed.landmarks)
        size = eye_distance(followed.landmarks)
        quality = face_quality(chip, size, face.yaw, face.pitch)
        if not quality.usable:
            return None
        apart = distance(self._embedder.embed(chip), self._setup.embedding)
        self._judged_ns, self._changed = face.monotonic_ns, False
        self._suspected = apart >= self._setup.suspect
        return IdentityObservation(face.monotonic_ns, apart, quality.value)

    def _follow(self, face: FaceObservation) -> None:
        """Note when another face may have come in the place of the last one."""
        last, self._box = self._box, face.box
        gone = face.faces == 0 or not face.observable
        jumped = last is not None and face.box is not None and _jumped(last, face.box)
        self._changed = self._changed or gone or jumped

    def _due_ns(self, now_ns: int) -> int:
        every_s = self._setup.every_s
        if self._judged_ns is None:
            # The first look is a whole period overdue, so that it comes before others'.
            due_ns = now_ns - round(every_s * NS)
        else:
            quickly = self._changed or self._suspected
            wait_s = min(every_s, QUICK_S) if quickly else every_s
            due_ns = self._judged_ns + round(wait_s * NS)
        if self._tried_ns is None or self._tried_ns == self._judged_ns:
            return due_ns
        return max(due_ns, self._tried_ns + round(RETRY_S * NS))


def _jumped(last: Box, now: Box) -> bool:
    across = abs(now.x + now.width / 2 - last.x - last.width / 2)
    along = abs(now.y + now.height / 2 - last.y - last.height / 2)
    return across > JUMP * last.width or along > JUMP * last.height
