"""The bundle of a long session, of the sizes and in the rhythm that a recorder delivers.

Three streams in pieces of four seconds, a heartbeat every ten, a new key every quarter of an
hour, incidents with a snapshot and every third with a clip, and a receipt for every delivery:
for each batch of records, and for each piece.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

from support.sessions import WALL_ORIGIN, SessionBuilder

from shared.bundle import write_bundle
from shared.encoding import sha256_hex
from shared.records import Attachment, Heartbeat
from shared.sealing import Place

MICROS = 1_000_000
PIECE_S = 4
HEARTBEAT_S = 10
ROTATE_S = 15 * 60
INCIDENT_S = 36
CLIP_EVERY = 3

# Means of what the encoders make, near the budget of all streams together, in bytes.
PIECE_BYTES = {"camera": 33_000, "microphone": 8_200, "screen": 22_000}
ATTACHMENT_BYTES = {"snapshot": 30_000, "clip": 180_000}
MEDIA_TYPES = {"snapshot": "image/jpeg", "clip": "video/mp4"}

# What a heartbeat says of each stream and of the machine, in as many words as the recorder's.
STREAM_STATE = {"frames": 120, "skipped": 3, "unobserved": 0, "queue": 0, "quality": "full"}
MACHINE = {"power": "mains", "battery": 0.87, "disk_free": 81_234_567_890, "load": 0.41}


@dataclass(frozen=True)
class Made:
    """How much there is in a bundle."""

    records: int
    receipts: int
    pieces: int


def make_bundle(file: Path, seconds: int) -> Made:
    """Write the bundle of an honest session of ``seconds``."""
    playing = _Playing()
    playing.play(seconds)
    builder = playing.builder
    contents = replace(builder.contents(), blobs=playing.delivered.items())
    with file.open("wb") as target:
        write_bundle(target, contents, builder.keys.signing, WALL_ORIGIN + builder.mono)
    return Made(len(builder.records), len(builder.receipts), len(playing.delivered))


class _Playing:
    """The session under way; what was delivered leaves the builder's hands."""

    def __init__(self) -> None:
        self.builder = SessionBuilder()
        self.delivered: dict[str, bytes] = {}
        self._chance = random.Random(3)
        self._start = self.builder.mono

    def play(self, seconds: int) -> None:
        self.builder.open()
        self._deliver()
        for at in range(0, seconds, PIECE_S):
            self.builder.mono = max(self.builder.mono, self._start + at * MICROS)
            self._four_seconds(at)
            self._deliver()
        self.builder.close()
        self._deliver()

    def _four_seconds(self, at: int) -> None:
        for stream, mean in PIECE_BYTES.items():
            self.builder.segment(stream, self._bytes(mean))
        if at % HEARTBEAT_S < PIECE_S:
            streams = dict.fromkeys(PIECE_BYTES, STREAM_STATE)
            self.builder.record(
                Heartbeat(streams=streams, unobserved=(), queue={"pieces": 0}, machine=MACHINE)
            )
        if at % INCIDENT_S == 0:
            self._incident(at // INCIDENT_S)
        if at % ROTATE_S == ROTATE_S - PIECE_S:
            self.builder.rotate()

    def _incident(self, number: int) -> None:
        roles = ("snapshot",) if number % CLIP_EVERY else ("snapshot", "clip")
        self.builder.incident(number, end=None)
        self.builder.incident(number, attachments=tuple(self._attachment(r) for r in roles))

    def _attachment(self, role: str) -> Attachment:
        builder = self.builder
        seq = builder.next_seq.get("attachment", 0)
        builder.next_seq["attachment"] = seq + 1
        place = Place(builder.session, "attachment", seq)
        sealed = builder.keys.sealing.seal(self._bytes(ATTACHMENT_BYTES[role]), place)
        name = sha256_hex(sealed)
        builder.blobs[name] = sealed
        return Attachment(
            role=role,
            stream_seq=seq,
            media_type=MEDIA_TYPES[role],
            sha256=name,
            size=len(sealed),
        )

    def _bytes(self, mean: int) -> bytes:
        return self._chance.randbytes(round(mean * self._chance.uniform(0.6, 1.4)))

    def _deliver(self) -> None:
        """A receipt for the records, then one for each piece."""
        builder = self.builder
        pieces, builder.blobs = builder.blobs, {}
        waiting = list(pieces)
        builder.receipt(missing=tuple(waiting))
        for name, data in pieces.items():
            builder.blobs = {name: data}
            waiting.remove(name)
            builder.receipt(missing=tuple(waiting))
        builder.blobs = {}
        self.delivered |= pieces
