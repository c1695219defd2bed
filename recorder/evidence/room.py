"""How much room evidence needs, and what is left out first where it runs short.

Pure: values in, a step out. What a step means to the encoders stands in ``streams``, what it
means to the queue in ``writer``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

from recorder.evidence.opening import LOG_BYTES, PAGE_BYTES
from shared.policy import Policy
from shared.sealing import OVERHEAD_BYTES


class Step(IntEnum):
    """What is left out, each step with those before it; the order is the policy of this
    program: first what is seen often enough, last what cannot be had again.
    """

    ALL = 0
    CAMERA_THINNED = 1
    SCREEN_THINNED = 2
    NO_ATTACHMENTS = 3
    CONTROL_ONLY = 4

    @property
    def label(self) -> str:
        """As records name it."""
        return self.name.lower()


# Below this, evidence stops and only records of control go on: the write-ahead log may still
# have to grow to its size, and as much again when it is copied into the database.
FLOOR_BYTES = 2 * LOG_BYTES

# A step is undone when what it would bring back fits with so much to spare.
UNDO_MARGIN = 1.25

# What a step leaves of a stream's rate. Fewer pictures alone save nothing, since the encoder
# spends the same rate on those that stay; so the rate is cut, too.
CAMERA_SHARE = 0.5
SCREEN_SHARE = 0.5

# What pictures and clips of incidents come to: a snapshot of 30 kB every half a minute.
ATTACHMENT_BYTES_S = 1_000.0

# A record in the database: at most a page of its own, however it falls. (Measured: 1,150 bytes
# of heartbeat take 1,520; 650 bytes of incident, 930.)
RECORD_BYTES = PAGE_BYTES

# Records of control beside heartbeats and rotations, an hour: an incident every 15 s (like
# ones within 5 s are one) and a gap every minute.
OTHER_RECORDS_AN_HOUR = 240 + 60

# Exams are prolonged: extra time is commonly a quarter of the exam's.
PROLONGED = 1.25

# However long the exam: more than this is not taken from a candidate's disk.
MOST_BALLAST_BYTES = 64 * 2**20

# How long the network may be gone while evidence is being delivered: so much room is enough
# then, since what the server has signed for leaves its room to what comes.
OUTAGE_S = 900.0

# No exam is taken to end sooner than this: it may be prolonged.
LEAST_LEFT_S = 600.0

# How long the measured rate takes to follow the real one: some thirty fragments.
RATE_TIME_S = 120.0


def rates(policy: Policy) -> tuple[float, ...]:
    """Bytes a second that each step puts on the disk, as the policy bounds them."""
    streams = policy.streams
    camera = streams.camera.kbit_s * 125.0 if streams.camera.enabled else 0.0
    screen = streams.screen.kbit_s * 125.0 if streams.screen.enabled else 0.0
    sound = streams.microphone.kbit_s * 125.0 if streams.microphone.enabled else 0.0
    every = (streams.camera.enabled, streams.screen.enabled, streams.microphone.enabled)
    around = sum(every) * (OVERHEAD_BYTES + RECORD_BYTES) / streams.segment_s
    control = control_bytes_s(policy)
    thin_camera, thin_screen = camera * CAMERA_SHARE, screen * SCREEN_SHARE
    fixed = sound + around + control
    return (
        camera + screen + ATTACHMENT_BYTES_S + fixed,
        thin_camera + screen + ATTACHMENT_BYTES_S + fixed,
        thin_camera + thin_screen + ATTACHMENT_BYTES_S + fixed,
        thin_camera + thin_screen + fixed,
        control,
    )


def control_bytes_s(policy: Policy) -> float:
    """Bytes a second of records of control in the database, at most."""
    a_second = 1 / policy.heartbeat_s + 1 / policy.rotate_s + OTHER_RECORDS_AN_HOUR / 3600
    return a_second * RECORD_BYTES


def ballast_bytes(policy: Policy) -> int:
    """What the records of control of a whole exam take, in whole pages.

    Their room in the database; the write-ahead log grown to its size, and its copy in the
    database; and a sixteenth of a log for what the file system itself needs, and key files.
    """
    records = policy.exam.duration_s * PROLONGED * control_bytes_s(policy)
    log = 2 * LOG_BYTES + LOG_BYTES // 16
    size = min(records + log, MOST_BALLAST_BYTES)
    return math.ceil(size / PAGE_BYTES) * PAGE_BYTES


def choose(now: Step, spare: float, ahead_s: float, rates: tuple[float, ...]) -> Step:
    """The least step with which the time ahead fits on the disk.

    Args:
        now: the step in force; going back to an earlier one takes ``UNDO_MARGIN`` more.
        spare: bytes that evidence may still take.
        ahead_s: seconds to be recorded.
        rates: bytes a second, by step.
    """
    held = now is Step.CONTROL_ONLY
    if spare < FLOOR_BYTES * (2 if held else 1):
        return Step.CONTROL_ONLY
    for step in Step:
        margin = UNDO_MARGIN if step < now else 1.0
        if spare - FLOOR_BYTES >= rates[step] * ahead_s * margin:
            return min(step, Step.NO_ATTACHMENTS)
    return Step.NO_ATTACHMENTS


@dataclass(slots=True)
class Rate:
    """How much of what the policy bounds is really made, learnt while recording.

    A still screen makes a tenth of its bound; what is made at one step says what the others
    would make.
    """

    share: float = 1.0
    _made: int | None = None
    _at_us: int = 0

    def observe(self, now_us: int, made: int, bound: float) -> None:
        """``made`` bytes in all by ``now_us``; ``bound`` is the rate of the step in force."""
        if self._made is not None and now_us > self._at_us:
            seconds = (now_us - self._at_us) / 1e6
            weight = 1 - math.exp(-seconds / RATE_TIME_S)
            measured = (made - self._made) / seconds / bound
            self.share += weight * (measured - self.share)
        self.pause(now_us, made)

    def pause(self, now_us: int, made: int) -> None:
        """Nothing was made on purpose up to now, which says nothing about the rate."""
        self._made, self._at_us = made, now_us
