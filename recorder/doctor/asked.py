"""What is examined, and against which rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.policy import EvidenceKey, Exam, Institution, Policy

# Without a code nobody knows how long the exam is: a long one lasts four hours.
ASSUMED_EXAM_S = 4 * 3600.0


def assumed_policy() -> Policy:
    """The default rules, for a check or a practice run without an exam's code."""
    return Policy(
        institution=Institution(name="", contact=""),
        exam=Exam(id="practice", title="", duration_s=ASSUMED_EXAM_S),
        purpose="",
        retention_days=1,
        evidence_keys=(EvidenceKey(kid="", public_key=""),),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What to examine.

    Attributes:
        camera: SRC of the camera.
        microphone: SRC of the microphone.
        screen: SRC of the screen.
        server: the server's address, where it is to be asked.
        code: the exam's code as typed, where there is one; it is looked up, never redeemed.
        policy: the exam's rules, where they are known already.
        store: where evidence is to be kept.
        models: the folder of the institution's own models; ``None`` for the user's.
        pinned: fingerprints of the institution keys that are trusted.
        allow_plain: whether plain http may leave this computer.
    """

    camera: str = "device:0"
    microphone: str = "device:0"
    screen: str = "display:all"
    server: str | None = None
    code: str = ""
    policy: Policy | None = None
    store: Path | None = None
    models: Path | None = None
    pinned: frozenset[str] = frozenset()
    allow_plain: bool = False

    @property
    def rules(self) -> Policy:
        """The exam's rules, or the usual ones."""
        return self.policy or assumed_policy()
