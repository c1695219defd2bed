"""The thread that encodes one stream, behind a bounded queue that never waits.

When the computer cannot keep up, quality goes down first (every other picture), then what
does not fit is refused, and a gap says from when to when. Quality goes down likewise when the
disk runs short (``economise``); whichever asks for fewer pictures has its way.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

import structlog

from recorder.capture.frames import AudioBlock, Frame, StreamName
from recorder.evidence.fragments import Emit
from recorder.evidence.holes import BACKLOG, ENCODER_FAILED, gap
from recorder.sleeps import SLEPT, Slept, never

_log = structlog.get_logger(__name__)

ItemT = TypeVar("ItemT", Frame, AudioBlock)
ItemT_contra = TypeVar("ItemT_contra", Frame, AudioBlock, contravariant=True)

# How long an idle thread waits before it looks at the clock: a fragment is closed that much
# after its end at the latest, which costs two wake-ups a second.
IDLE_S = 0.5

# Nothing stamped longer ago than this is still on its way from the device to the queue.
GRACE_NS = 500_000_000

# A big picture is taken whatever its bytes while so few are waiting.
FEWEST_ITEMS = 2

# Half full is when quality goes down; an eighth when all pictures are kept again.
THIN_AT, THICK_AT = 0.5, 0.125
THINNED_DIVISOR = 2

# How long the end of a recording waits for what is in the queue.
FINISH_BOUND_S = 15.0


class Backlog(StrEnum):
    """How the thread keeps up."""

    NONE = "none"
    THINNED = "thinned"
    FULL = "full"
    BROKEN = "broken"


class Offered(StrEnum):
    """What became of an item."""

    TAKEN = "taken"
    NOT_DUE = "not_due"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Economy:
    """How much less a stream makes: each ``divisor``-th picture, a ``share`` of its rate."""

    divisor: int = 1
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Bound:
    """How much may wait, and how many items wake the thread (it looks by itself every
    ``IDLE_S``): waking up costs as much as a packet of sound does to encode.
    """

    items: int
    bytes: int
    wake: int = 1


class StreamRecorder(Protocol[ItemT_contra]):
    """What makes segments of items: ``VideoRecorder`` and ``AudioRecorder``.

    ``selects`` and ``thin`` are called on the offering thread, ``limit`` on any, the rest on
    the encoder's.
    """

    def selects(self, item: ItemT_contra, /) -> bool: ...  # noqa: D102
    def thin(self, divisor: int) -> None: ...  # noqa: D102
    def limit(self, share: float) -> None: ...  # noqa: D102
    def record(self, item: ItemT_contra, /) -> None: ...  # noqa: D102
    def advance(self, now_ns: int) -> None: ...  # noqa: D102
    def flush(self, end_ns: int | None = None) -> None: ...  # noqa: D102
    def interrupt(self) -> None: ...  # noqa: D102
    def missed(self, start_ns: int, end_ns: int, reason: str) -> None: ...  # noqa: D102


class _Missed(NamedTuple):
    """Items between two times were refused."""

    start_ns: int
    end_ns: int


class _Interrupted(NamedTuple):
    """The device is gone."""


class _Finish(NamedTuple):
    """No more items come."""

    end_ns: int


_Order = _Missed | _Interrupted | _Finish


class EncoderThread(Generic[ItemT]):
    """Encodes what is offered, in order, on a thread of its own."""

    def __init__(
        self,
        stream: StreamName,
        recorder: StreamRecorder[ItemT],
        bound: Bound,
        emit: Emit,
        clock: Callable[[], int],
        slept: Slept = never,
    ) -> None:
        """Prepare; ``clock`` is the evidence clock in nanoseconds."""
        self.refused = 0
        self._stream: StreamName = stream
        self._recorder = recorder
        self._bound = bound
        self._emit = emit
        self._clock = clock
        self._waiting: deque[ItemT | _Order] = deque()
        self._items = self._bytes = 0
        self._changed = threading.Condition()
        self._backlog = Backlog.NONE
        self._divisor = 1
        self._refused_since: int | None = None
        self._slept = slept
        # The newest item that was encoded, while nobody else says what is missing after it.
        self._since_ns: int | None = None
        self._asleep_since_ns: int | None = None
        self._at_ns = clock()
        self._finishing = False
        name = f"encode-{stream}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def backlog(self) -> Backlog:
        """How the thread keeps up, for the heartbeat and the status light."""
        return self._backlog

    @property
    def waiting(self) -> int:
        """How many items are in the queue."""
        return self._items

    def start(self) -> None:
        """Begin to encode."""
        self._thread.start()

    def offer(self, item: ItemT) -> Offered:
        """Take one item if it is due and there is room; returns at once."""
        if self._finishing or not self._recorder.selects(item):
            return Offered.NOT_DUE
        cost = _cost(item)
        with self._changed:
            if self._backlog is Backlog.BROKEN or self._is_full(cost):
                return self._refuse(item)
            if self._refused_since is not None:
                self._waiting.append(_Missed(self._refused_since, item.monotonic_ns))
                self._refused_since = None
            self._waiting.append(item)
            self._items += 1
            self._bytes += cost
            self._judge()
            if self._items >= self._bound.wake:
                self._changed.notify()
        return Offered.TAKEN

    def economise(self, economy: Economy) -> None:
        """Make less from now on, or all again; called on any thread."""
        with self._changed:
            self._divisor = economy.divisor
            self._thin()
        self._recorder.limit(economy.share)

    def interrupt(self) -> None:
        """The device is gone: close what is open. The caller reports the gap."""
        self._order(_Interrupted())

    def finish(self) -> None:
        """Make the last segment of what was taken; afterwards nothing is taken."""
        self._finishing = True
        self._order(_Finish(self._clock()))
        self._thread.join(FINISH_BOUND_S)
        missing_since = self._refused_since
        if self._thread.is_alive():
            _log.error("encoder_hangs", stream=self._stream, waiting=self._items)
            missing_since = self._at_ns
        if missing_since is not None:
            why = ENCODER_FAILED if self._backlog is Backlog.BROKEN else BACKLOG
            self._emit(gap(self._stream, missing_since, self._clock(), why))

    def _order(self, order: _Order) -> None:
        with self._changed:
            self._waiting.append(order)
            self._changed.notify()

    def _is_full(self, cost: int) -> bool:
        too_many = self._items >= self._bound.items
        return too_many or (
            self._items >= FEWEST_ITEMS and self._bytes + cost > self._bound.bytes
        )

    def _refuse(self, item: ItemT) -> Offered:
        self.refused += 1
        if self._refused_since is None:
            self._refused_since = item.monotonic_ns
        if self._backlog is not Backlog.BROKEN:
            self._turn(Backlog.FULL)
        return Offered.REFUSED

    def _judge(self) -> None:
        """Lower or restore the quality by how full the queue is."""
        fill = max(self._items / self._bound.items, self._bytes / self._bound.bytes)
        filling = fill >= THIN_AT and self._items > FEWEST_ITEMS
        match self._backlog:
            case Backlog.NONE if filling:
                self._turn(Backlog.THINNED)
            case Backlog.THINNED | Backlog.FULL if fill <= THICK_AT:
                self._turn(Backlog.NONE)
            case _:
                pass

    def _turn(self, backlog: Backlog) -> None:
        if backlog is not self._backlog:
            self._backlog = backlog
            self._thin()
            _log.warning("encoder_backlog", stream=self._stream, now=str(backlog))

    def _thin(self) -> None:
        own = 1 if self._backlog is Backlog.NONE else THINNED_DIVISOR
        self._recorder.thin(max(own, self._divisor))

    def _run(self) -> None:
        try:
            while not isinstance(item := self._take(), _Finish):
                self._do(item)
            self._notice_sleep(item.end_ns)
            self._recorder.flush(item.end_ns)
            self._say_sleep(item.end_ns)
        except Exception:  # noqa: BLE001  (the other streams go on; the gap is recorded)
            _log.exception("encoder_broken", stream=self._stream)
            self._break()

    def _take(self) -> ItemT | _Order | None:
        """The next in the queue; ``None`` when nothing came for a while."""
        with self._changed:
            if not self._waiting:
                self._changed.wait(IDLE_S)
            if not self._waiting:
                return None
            item = self._waiting.popleft()
            if isinstance(item, Frame | AudioBlock):
                self._items -= 1
                self._bytes -= _cost(item)
                self._at_ns = item.monotonic_ns
            return item

    def _do(self, item: ItemT | _Missed | _Interrupted | None) -> None:
        match item:
            case None:
                now_ns = self._clock()
                self._notice_sleep(now_ns)
                self._recorder.advance(now_ns - GRACE_NS)
            case _Missed(start_ns, end_ns):
                self._since_ns = None
                self._recorder.missed(start_ns, end_ns, BACKLOG)
            case _Interrupted():
                self._since_ns = self._asleep_since_ns = None
                self._recorder.interrupt()
            case _:
                self._notice_sleep(item.monotonic_ns)
                self._say_sleep(item.monotonic_ns)
                self._recorder.record(item)
                self._since_ns = item.monotonic_ns

    def _notice_sleep(self, now_ns: int) -> None:
        """End what is open before a sleep, whatever the recorder would bridge."""
        if self._since_ns is not None and self._slept(self._since_ns, now_ns):
            self._recorder.interrupt()
            self._since_ns, self._asleep_since_ns = None, self._since_ns

    def _say_sleep(self, until_ns: int) -> None:
        since_ns, self._asleep_since_ns = self._asleep_since_ns, None
        if since_ns is not None:
            self._emit(gap(self._stream, since_ns, until_ns, SLEPT))

    def _break(self) -> None:
        """A bug: save what is coded, refuse the rest."""
        with self._changed:
            self._backlog = Backlog.BROKEN
            self._refused_since = self._at_ns
            self._waiting.clear()
        with suppress(Exception):
            self._recorder.interrupt()


def _cost(item: Frame | AudioBlock) -> int:
    return item.image.nbytes if isinstance(item, Frame) else item.samples.nbytes
