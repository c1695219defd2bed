"""What one session's detectors are to watch for, as the detector process is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdentitySetup:
    """Compare the face with ``embedding`` (128 numbers) every ``every_s`` seconds, more
    often while it is ``suspect`` or more apart from it.
    """

    embedding: tuple[float, ...]
    every_s: float
    suspect: float = 0.5


@dataclass(frozen=True, slots=True)
class ObjectSetup:
    """Look for objects with the model at ``path``, whose SHA-256 was checked.

    ``labels`` are the names of the model's classes in order, ``wanted`` those to report;
    anything below ``confidence`` is left out.
    """

    path: str
    labels: tuple[str, ...]
    wanted: tuple[str, ...]
    confidence: float
    every_s: float


@dataclass(frozen=True, slots=True)
class DetectorSetup:
    """The detectors beside face, gaze and speech; what is ``None`` is not watched.

    ``voice`` is the embedding of the enrolled voice. ``level`` is how far detection has
    stepped down for a slow machine: 0 is everything (see ``pace``).
    """

    identity: IdentitySetup | None = None
    objects: ObjectSetup | None = None
    hands_every_s: float | None = None
    voice: tuple[float, ...] | None = None
    level: int = 0


NOTHING_MORE = DetectorSetup()
