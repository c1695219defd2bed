"""What a practice run tells whoever shows it: values, and nothing heavy to import."""

from __future__ import annotations

from dataclasses import dataclass

from recorder.doctor.finding import Finding
from recorder.doctor.wording import NOTHING, Words

# Long enough to look about, say something and leave the picture once.
PRACTICE_S = 20.0


@dataclass(frozen=True, slots=True)
class PracticeView:
    """How far a run is: ``now`` is what is seen just now; ``findings`` come when it is over."""

    left_s: float
    ready: bool
    now: Words = NOTHING
    done: bool = False
    findings: tuple[Finding, ...] = ()
