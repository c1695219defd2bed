"""What one session's detectors are to watch for, as the detector process is told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Literal

from recorder.faults import EnvironmentFault
from shared.flags import Kind

# What a look for hands can tell.
HAND_KINDS = (Kind.HAND_AT_EAR, Kind.HANDS_HIDDEN)

# The detectors beside face, gaze and speech: a session goes on without them.
Beside = Literal["identity", "objects", "hands", "speakers"]

# Holds for as long as one of them is at work, so that it is known in which a process ended.
AtWork = Callable[[Beside], AbstractContextManager[None]]


def nobody_asks(_: Beside) -> AbstractContextManager[None]:
    """``AtWork`` where nobody outside of this process wants to know."""
    return nullcontext()


class Unwatched(Exception):
    """A detector cannot go on; the message says which kind is not watched any more, and why,
    as a session's first record does: ``object_seen: …``.
    """


def trouble_of(error: Exception) -> str:
    """Why a detector cannot go on, in words: what a fault says of itself, else what broke."""
    if isinstance(error, EnvironmentFault):
        return str(error)
    return f"it failed at work ({type(error).__name__}: {error})"


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
    """Look for objects with the model at ``path``, if it is still the file of ``sha256``.

    ``labels`` are the names of the model's classes in order, ``wanted`` those to report;
    anything below ``confidence`` is left out. ``name`` is what the institution calls it.
    """

    path: str
    labels: tuple[str, ...]
    wanted: tuple[str, ...]
    confidence: float
    every_s: float
    name: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class VoiceSetup:
    """Tell the voice with this ``embedding`` (256 numbers) from others; where there is none,
    the first voice that is heard for long enough. ``learnt`` says that it came about so.
    """

    embedding: tuple[float, ...] | None = None
    learnt: bool = False


@dataclass(frozen=True, slots=True)
class FaceEnrolment:
    """Take the photograph that the candidate is known by, and a document where asked.

    Another ``number`` begins anew. From ``threshold`` on two faces are two people's;
    ``withheld`` is why no document is shown, ``refused`` why there is no photograph either.
    """

    number: int
    threshold: float
    document: bool = False
    withheld: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class VoiceEnrolment:
    """Take the voice of the one who reads aloud now; another ``number`` begins anew."""

    number: int


@dataclass(frozen=True, slots=True)
class DetectorSetup:
    """The detectors beside face, gaze and speech; what is ``None`` is not watched.

    ``level`` is how far detection has stepped down for a slow machine: 0 is everything (see
    ``pace``). ``hand_kinds`` are what hands are looked for. ``take_face`` and ``take_voice``
    are there while a candidate is enrolled.
    """

    identity: IdentitySetup | None = None
    objects: ObjectSetup | None = None
    hands_every_s: float | None = None
    voice: VoiceSetup | None = None
    level: int = 0
    hand_kinds: tuple[Kind, ...] = HAND_KINDS
    take_face: FaceEnrolment | None = None
    take_voice: VoiceEnrolment | None = None


NOTHING_MORE = DetectorSetup()

_ONE_KIND = {
    "identity": Kind.IDENTITY_MISMATCH,
    "objects": Kind.OBJECT_SEEN,
    "speakers": Kind.SECOND_VOICE,
}


def kinds_of(detector: Beside, setup: DetectorSetup) -> tuple[Kind, ...]:
    """What is not watched where this detector is missing."""
    return setup.hand_kinds if detector == "hands" else (_ONE_KIND[detector],)


def with_learnt_voice(setup: DetectorSetup, learnt: tuple[float, ...] | None) -> DetectorSetup:
    """With the voice that was learnt in the session, where one is wanted and none enrolled."""
    if learnt is None or setup.voice is None or setup.voice.embedding is not None:
        return setup
    return replace(setup, voice=VoiceSetup(learnt, learnt=True))
