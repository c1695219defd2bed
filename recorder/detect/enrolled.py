"""What the detector process says of an enrolment: where it stands, and what came of it.

Values only, as they cross between the processes. The embeddings are biometric data: they stay
in the memory of the two processes that compare.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recorder.detect.observations import Box
from shared.records import Detail


@dataclass(frozen=True, slots=True)
class EnrolmentPicture:
    """One attachment of the ``enrolment`` record."""

    role: Literal["photo", "document"]
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FaceTaken:
    """A face to compare with (128 numbers), its pictures, and what the record says of them."""

    embedding: tuple[float, ...] = field(repr=False)
    pictures: tuple[EnrolmentPicture, ...]
    identity: Detail
    liveness: Detail


@dataclass(frozen=True, slots=True)
class FaceLook:
    """The enrolment of a face after one picture more.

    ``number`` is that of the setup it is about. ``progress`` (0..1) is the step's; ``box`` is
    where the face is, or where a document is looked for. ``taken`` comes once, at the end;
    ``problem`` ends it without one.
    """

    number: int
    step: Literal["photo", "turn", "document", "done"]
    words: str
    progress: float
    box: Box | None = None
    taken: FaceTaken | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class VoiceTaken:
    """A voice to compare with (256 numbers), and how well it is known."""

    embedding: tuple[float, ...] = field(repr=False)
    likeness: float
    stretches: int
    speech_s: float


@dataclass(frozen=True, slots=True)
class VoiceLook:
    """The enrolment of a voice after some sound more; ``problem`` ends it without one."""

    number: int
    progress: float
    taken: VoiceTaken | None = None
    problem: str = ""
