"""Confidence of what is measured against a threshold: the chance that it is really beyond."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from recorder.detect.incidents.machine import Hysteresis, Reading
from shared.flags import Kind
from shared.policy import Rule

# Standard error of the estimate, in the unit of the kind's threshold: what turns a margin
# into a confidence. Head pose and iris gaze from one webcam are good to about 5°
# (Zhang et al., MPIIGaze, 2017, report 5-10° between persons); contrast to 2 levels; the
# distance of two pictures of one person spreads by 0.066 (J. Grimes, over all pairs of LFW
# with this model: 29 % below 0.40, 84 % below 0.50, 99 % below 0.60).
STANDARD_ERROR = {
    Kind.LOOKING_AWAY: 5.0,
    Kind.GAZE_AWAY: 5.0,
    Kind.CAMERA_BLOCKED: 2.0,
    Kind.IDENTITY_MISMATCH: 0.066,
}


class Margins:
    """Every kind that is measured, by the policy's rule for it."""

    def __init__(self, rule: Callable[[Kind], Rule]) -> None:
        self._conditions = {kind: Hysteresis(kind, rule(kind)) for kind in STANDARD_ERROR}

    def is_beyond(self, kind: Kind, value: float) -> bool:
        """Whether the kind's condition holds, now that its value is this."""
        return self._conditions[kind].update(value)

    def reading(self, kind: Kind, value: float, numbers: Mapping[str, float]) -> Reading:
        """A reading whose confidence is the chance that the true value is past the limit."""
        deviations = self._conditions[kind].margin(value) / STANDARD_ERROR[kind]
        return Reading(value, 0.5 * (1 + math.erf(deviations / math.sqrt(2))), numbers)
