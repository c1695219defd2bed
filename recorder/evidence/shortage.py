"""The watch over the disk's room while recording: the step in force, the ballast, and what
the record must say of both.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import structlog

from recorder.evidence.ballast import Ballast
from recorder.evidence.clocks import Reading
from recorder.evidence.drafts import Draft, draft_body
from recorder.evidence.opening import StoreTrouble
from recorder.evidence.room import (
    FLOOR_BYTES,
    LEAST_LEFT_S,
    OUTAGE_S,
    Rate,
    Step,
    ballast_bytes,
    choose,
    rates,
)
from recorder.evidence.store import EvidenceStore, Tally
from shared import records
from shared.flags import Kind
from shared.policy import Policy

_log = structlog.get_logger(__name__)

# How often the disk is looked at, in seconds: one question to the system, some microseconds.
LOOK_S = 1.0

# Ballast that could not be written for another reason than room is tried again after so long.
TAKE_AGAIN_S = 10.0

# Evidence counts as being delivered while a receipt came within this time, in microseconds.
_DELIVERING_US = 60_000_000

WORDS = {
    Step.ALL: "The disk has room again.",
    Step.CAMERA_THINNED: "The disk is nearly full: camera pictures are kept less often.",
    Step.SCREEN_THINNED: "The disk is nearly full: pictures are kept less often.",
    Step.NO_ATTACHMENTS: "The disk is nearly full: pictures are kept less often, and none of "
    "incidents.",
    Step.CONTROL_ONLY: "The disk is full: no pictures or sound are kept until there is room.",
}


class Room(NamedTuple):
    """How the disk is: the step in force, free bytes, how much of the ballast is held."""

    step: Step = Step.ALL
    free: int = 0
    ballast: int = 0
    whole: bool = False

    @property
    def words(self) -> str:
        """What it means, for the candidate and the reviewer."""
        return WORDS[self.step]


@dataclass(frozen=True, slots=True)
class _Episode:
    """A shortage since ``start`` (mono µs), one incident; ``worst`` is its gravest step."""

    id: str
    start: int
    worst: Step


@dataclass(frozen=True, slots=True)
class Care:
    """How the disk is looked after.

    Args:
        free: the bytes that this user may still write to a folder's disk.
        look_s: seconds between two looks.
    """

    free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free
    look_s: float = LOOK_S


class Shortage:
    """Belongs to the writer's thread; ``room`` may be read from any."""

    def __init__(
        self, store: EvidenceStore, policy: Policy, new_id: Callable[[], str], care: Care
    ) -> None:
        """Watch the disk that holds ``store``; nothing is written before the first look."""
        self._store = store
        self._rule = policy.rule(Kind.DISK_FULL)
        self._exam_s = policy.exam.duration_s
        self._new_id = new_id
        self._care = care
        self._ballast = Ballast(store.folder, ballast_bytes(policy))
        self._rates = rates(policy)
        self._rate = Rate()
        self._look_at = self._take_at = 0.0
        self._sent, self._sent_us = -1, 0
        self._refused = False
        self._spare = 0
        self._episode: _Episode | None = None
        self._short_since: int | None = None
        self._said: tuple[Step, bool] | None = None
        self._finished = False
        self.room = Room()
        # Whether there is room for evidence, as far as the system says.
        self.open = True

    def look(self, now: Reading) -> bool:
        """Judge the disk's room, if it is time to; whether another step is in force."""
        if time.monotonic() < self._look_at:
            return False
        self._look_at = time.monotonic() + self._care.look_s
        try:
            inside = self._store.room_inside()
            free = self._tend(self._care.free(self._store.folder))
        except (OSError, StoreTrouble):
            return False  # nothing can be said of a disk that does not answer
        return self._judge(now, free, inside)

    def admits(self, cost: int) -> bool:
        """Whether evidence of so many bytes may be tried: once in the log, once copied."""
        return self.open and self._spare >= FLOOR_BYTES + 2 * cost

    def refuse(self) -> None:
        """The disk took no evidence, whatever the system says of its room."""
        self._refused = True
        self._look_at = 0.0

    def proved(self) -> None:
        """The disk took evidence."""
        if self._refused:
            self._refused = False
            self._look_at = 0.0

    def make_room(self) -> bool:
        """The disk took no record of control: let a part of the ballast go, if any is left."""
        self.refuse()
        released = self._ballast.release()
        if released:
            _log.warning("ballast_released", left=self._ballast.left)
        return released

    def over(self) -> None:
        """The chain is closed: nothing needs the room any more."""
        self._ballast.discard()

    def due(self, now: Reading, *, last: bool = False) -> Draft | None:
        """What the record does not say yet; call ``said`` once it does.

        Args:
            now: the time.
            last: the chain is about to be closed; nothing is due afterwards.
        """
        step, held = self.room.step, self._ballast.held
        if not self._rule.enabled or self._finished:
            return None
        if step is Step.ALL and self._episode is None:
            return None
        if self._episode is None:
            since = now.mono if self._short_since is None else self._short_since
            self._episode = _Episode(self._new_id(), since, step)
        over = last or step is Step.ALL
        if self._said == (step, held) and not over:
            return None
        return self._incident(self._episode, now, step, over=over)

    def said(self, *, last: bool = False) -> None:
        """What was due is on the disk."""
        assert self._episode is not None
        step = self.room.step
        self._said = step, self._ballast.held
        self._finished = last
        if step is Step.ALL:
            self._episode = self._said = None
        elif step > self._episode.worst:
            self._episode = _Episode(self._episode.id, self._episode.start, step)

    def _tend(self, free: int) -> int:
        """Hold the ballast where there is room for it again; the free bytes then."""
        ballast = self._ballast
        short = free < ballast.size - ballast.left + 2 * FLOOR_BYTES
        if ballast.held or self._refused or short or time.monotonic() < self._take_at:
            return free
        if not ballast.take():
            self._take_at = time.monotonic() + TAKE_AGAIN_S
        return self._care.free(self._store.folder)

    def _judge(self, now: Reading, free: int, inside: int) -> bool:
        tally, before = self._store.tally, self.room.step
        if before is Step.CONTROL_ONLY:
            self._rate.pause(now.mono, tally.bytes_made)
        else:
            self._rate.observe(now.mono, tally.bytes_made, self._rates[before])
        # What is missing of the ballast must be found in the rest.
        missing = max(0, self._ballast.size - self._ballast.left)
        self._spare = free + inside - missing
        scaled = tuple(rate * self._rate.share for rate in self._rates)
        step = choose(before, self._spare, self._ahead_s(now, tally), scaled)
        self.open = step is not Step.CONTROL_ONLY
        step = Step.CONTROL_ONLY if self._refused else step
        self.room = Room(step, free, self._ballast.left, self._ballast.held)
        if before is Step.ALL and step is not Step.ALL:
            # Said when the disk takes it, which may be later.
            self._short_since = now.mono
        if step is not before:
            _log.warning("disk_room", step=step.label, free=free)
        return step is not before

    def _ahead_s(self, now: Reading, tally: Tally) -> float:
        """The seconds that there must be room for."""
        passed = (now.wall - self._store.created) / 1e6
        left = min(self._exam_s, max(LEAST_LEFT_S, self._exam_s - passed))
        if tally.bytes_sent != self._sent or tally.delivered:
            self._sent, self._sent_us = tally.bytes_sent, now.mono
        delivering = now.mono - self._sent_us <= _DELIVERING_US
        return min(left, OUTAGE_S) if delivering else left

    def _incident(self, episode: _Episode, now: Reading, step: Step, *, over: bool) -> Draft:
        detail: records.Detail = {
            "reason": WORDS[step],
            "step": step.label,
            "worst": max(step, episode.worst).label,
            "free": self.room.free,
            "ballast": self._ballast.left,
        }
        end = max(now.mono, episode.start)
        if over:
            detail["seconds"] = round((end - episode.start) / 1e6, 3)
        return draft_body(
            records.Incident(
                id=episode.id,
                kind=Kind.DISK_FULL,
                start=episode.start,
                end=end if over else None,
                severity=self._rule.severity,
                confidence=1.0,
                detail=detail,
            )
        )
