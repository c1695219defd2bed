"""Clips around incidents: one at a time, made of what memory holds and what still comes.

The onset asks for one and goes on at once; a thread encodes the seconds before while the
seconds after are still being recorded, and hands the clip over when they are over. An
incident that begins while a clip is being made is in it, and needs none of its own.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from av.error import FFmpegError

from recorder.capture.frames import AudioBlock
from recorder.evidence.allowance import Allowance
from recorder.evidence.encode_clip import SOUND_BIT_S, VIDEO_BIT_S, ClipEncoder, ClipMedia
from recorder.evidence.recent import NS, Picture, RecentPictures, RecentSound
from recorder.faults import EnvironmentFault
from shared import policy

_log = structlog.get_logger(__name__)

# What clips may add to the streams on average, 8 kbit/s: those of the default policy come to
# 138, and the budget of all is 150. The burst is four clips of 8 s, one after another.
CLIP_BYTE_S = 1_000
CLIP_BURST = 4 * 8 * (VIDEO_BIT_S + SOUND_BIT_S) // 8

# A clip that further incidents lengthen becomes this many times as long at most.
LONGEST = 2

# One that is being made and, where its time is over, one that begins meanwhile.
MOST_ORDERS = 2

# Recorded pictures are looked for this often while a clip is made.
_LOOK_S = 0.25

# After each picture of what was held the thread rests for five times what one costs to
# encode: no burst of work beside the recording. (A thread of low priority would hold the
# interpreter's lock for as long as it is not let run.)
_REST_S = 0.010

# Pictures and sound are handed on this much after their time at the latest.
_GRACE_NS = NS // 2


@dataclass(frozen=True, slots=True)
class Own:
    """A clip of the incident's own is being made."""


@dataclass(frozen=True, slots=True)
class Within:
    """The incident lies in the clip that is being made for another one."""

    incident: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """There will be no clip, and why."""

    why: str


Around = Own | Within | LeftOut

TOO_MANY = "more clips than may be sent in a while"
ENDED = "the recording was ending"
FAILED = "it could not be encoded"


@dataclass(slots=True)
class _Clip:
    """One that was ordered: what memory held then is its own, and goes as it is encoded."""

    incident: str
    ends_ns: int
    longest_ns: int
    pictures: deque[Picture]
    blocks: list[AudioBlock]
    seen_ns: int
    heard_ns: int


class ClipMaker:
    """Makes clips on a thread of its own and hands them to ``deliver``.

    Args:
        wanted: the policy's word on clips.
        pictures: the camera's last pictures, if it is recorded.
        sound: the microphone's last sound, if it is recorded.
        deliver: takes an incident's id and its clip, or why there is none after all; called
            on the clips' thread.
        clock: the evidence clock, nanoseconds.
    """

    def __init__(
        self,
        wanted: policy.Clips,
        pictures: RecentPictures | None,
        sound: RecentSound | None,
        deliver: Callable[[str, ClipMedia | LeftOut], None],
        clock: Callable[[], int],
    ) -> None:
        self._before_ns = round(wanted.before_s * NS)
        self._after_ns = round(wanted.after_s * NS)
        self._pictures = pictures
        self._sound = sound
        self._deliver = deliver
        self._clock = clock
        self._allowance = Allowance(CLIP_BYTE_S, CLIP_BURST)
        self._changed = threading.Condition()
        # The clip that is being made, and the one that follows on it.
        self._orders: list[_Clip] = []
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="clips", daemon=True)

    def start(self) -> None:
        """Begin to take orders."""
        self._thread.start()

    def around(self, incident: str, now_ns: int) -> Around:
        """Have a clip made around now; returns at once, from any thread."""
        with self._changed:
            if self._ending:
                return LeftOut(ENDED)
            if self._orders and now_ns <= (clip := self._orders[-1]).ends_ns:
                clip.ends_ns = min(max(clip.ends_ns, now_ns + self._after_ns), clip.longest_ns)
                return Within(clip.incident)
            many = len(self._orders) >= MOST_ORDERS
            if many or self._allowance.left(now_ns) < self._cost() * (1 + len(self._orders)):
                return LeftOut(TOO_MANY)
            self._orders.append(self._order(incident, now_ns))
            self._changed.notify()
            return Own()

    def finish(self, timeout_s: float) -> bool:
        """Take no more orders and hand over what there is of the clip that is being made.

        Returns:
            Whether that was done within ``timeout_s``.
        """
        with self._changed:
            self._ending = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _order(self, incident: str, now_ns: int) -> _Clip:
        begins_ns = now_ns - self._before_ns
        clip = _Clip(
            incident,
            ends_ns=now_ns + self._after_ns,
            longest_ns=begins_ns + LONGEST * (self._before_ns + self._after_ns),
            pictures=deque(),
            blocks=[],
            seen_ns=begins_ns,
            heard_ns=begins_ns,
        )
        self._add_new(clip)
        return clip

    def _add_new(self, clip: _Clip) -> None:
        """Take what memory holds that the clip has not."""
        if self._pictures and (pictures := self._pictures.since(clip.seen_ns)):
            clip.pictures += pictures
            clip.seen_ns = pictures[-1].at_ns
        if self._sound and (blocks := self._sound.since(clip.heard_ns)):
            clip.blocks += blocks
            clip.heard_ns = blocks[-1].monotonic_ns

    def _cost(self) -> int:
        seconds = (self._before_ns + self._after_ns) / NS
        return int(seconds * (VIDEO_BIT_S + SOUND_BIT_S) / 8)

    def _run(self) -> None:
        while (clip := self._next()) is not None:
            made = self._made(clip)
            with self._changed:
                self._orders.remove(clip)
                if isinstance(made, ClipMedia):
                    self._allowance.spend(len(made.data), self._clock())
            self._deliver(clip.incident, made)

    def _next(self) -> _Clip | None:
        """The next order; ``None`` when there will be none."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._orders) or self._ending)
            return self._orders[0] if self._orders else None

    def _made(self, clip: _Clip) -> ClipMedia | LeftOut:
        try:
            return self._encoded(clip) or LeftOut("nothing was recorded")
        except (FFmpegError, EnvironmentFault) as error:
            _log.warning("clip_failed", why=str(error))
            return LeftOut(FAILED)

    def _encoded(self, clip: _Clip) -> ClipMedia | None:
        encoder = ClipEncoder(self._pictures.fps if self._pictures else 1)
        over = False
        while not over:
            over = self._is_over(clip)
            self._add_new(clip)
            while clip.pictures and (picture := clip.pictures.popleft()).at_ns <= clip.ends_ns:
                encoder.add(picture)
                self._rest(_REST_S)
            if not over:
                self._rest(_LOOK_S)
        return encoder.finish([b for b in clip.blocks if b.monotonic_ns <= clip.ends_ns])

    def _is_over(self, clip: _Clip) -> bool:
        with self._changed:
            return self._ending or self._clock() > clip.ends_ns + _GRACE_NS

    def _rest(self, seconds: float) -> None:
        """Wait, but not where the recording is ending."""
        with self._changed:
            self._changed.wait_for(lambda: self._ending, seconds)
