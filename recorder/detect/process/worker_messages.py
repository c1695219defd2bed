"""What the recorder and its detector process say to each other, over two pipes.

A message is a frame of MessagePack. The recorder has at most one
picture and one batch of sound with the detector; an answer gives either back.
"""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from recorder.detect.enrolled import FaceLook, VoiceLook
from recorder.detect.observations import (
    CameraObservation,
    FaceObservation,
    HandsObservation,
    IdentityObservation,
    ObjectsObservation,
    SpeakerObservation,
    VoiceObservation,
)
from recorder.detect.setup import DetectorSetup
from recorder.framing import read_frame, write_frame

# Longer than any message of this protocol: 5 s of sound at 192 kHz are 2 MB.
MAX_MESSAGE_BYTES = 4 << 20


class Look(msgspec.Struct, frozen=True, tag=True):
    """Look at the picture in a slot of the frame memory; the slot is lent until ``Seen``."""

    slot: int
    height: int
    width: int
    monotonic_ns: int


class Sound(msgspec.Struct, frozen=True):
    """One block: 16-bit samples of one channel."""

    monotonic_ns: int
    rate: int
    samples: bytes


class Listen(msgspec.Struct, frozen=True, tag=True):
    """Listen to some blocks, in the order they were heard."""

    blocks: tuple[Sound, ...]


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Watch for this from now on; the first request, and again whenever it changes."""

    setup: DetectorSetup


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The models are loaded."""


class Seen(msgspec.Struct, frozen=True, tag=True):
    """What the picture showed; sampled detectors looked at it or not. ``unwatched`` says what
    cannot be watched any more, as a session's first record does. ``enrolling`` is there while
    a face is enrolled.
    """

    face: FaceObservation
    identity: IdentityObservation | None = None
    objects: ObjectsObservation | None = None
    hands: HandsObservation | None = None
    unwatched: tuple[str, ...] = ()
    enrolling: FaceLook | None = None


class Heard(msgspec.Struct, frozen=True, tag=True):
    """What the blocks held; some of it may be said with later ones. ``learnt`` is the
    candidate's voice, told once when it was learnt: the recorder keeps it. ``enrolling`` is
    there while a voice is enrolled. ``unwatched`` is as in ``Seen``.
    """

    observations: tuple[VoiceObservation, ...]
    speakers: tuple[SpeakerObservation, ...] = ()
    learnt: tuple[float, ...] | None = None
    enrolling: VoiceLook | None = None
    unwatched: tuple[str, ...] = ()


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The detector ends because of this."""

    reason: str


def observations_of(seen: Seen) -> tuple[CameraObservation, ...]:
    """What was seen, one by one, faces first."""
    samples = (seen.identity, seen.objects, seen.hands)
    return (seen.face, *(sample for sample in samples if sample is not None))


Request = Prepare | Look | Listen
Answer = Ready | Seen | Heard | Failed

_encoder = msgspec.msgpack.Encoder()
_requests = msgspec.msgpack.Decoder(Request)
_answers = msgspec.msgpack.Decoder(Answer)


def send(pipe: BinaryIO, message: Request | Answer) -> None:
    """Write one message and push it out."""
    write_frame(pipe, _encoder.encode(message))


def receive_request(pipe: BinaryIO) -> Request | None:
    """The next request; ``None`` when the recorder has closed the pipe or gone."""
    data = read_frame(pipe, MAX_MESSAGE_BYTES)
    return None if data is None else _requests.decode(data)


def receive_answer(pipe: BinaryIO) -> Answer | None:
    """The next answer; ``None`` when the detector has gone."""
    data = read_frame(pipe, MAX_MESSAGE_BYTES)
    return None if data is None else _answers.decode(data)
