"""The thread that owns one source: reads it, hands each item on, brings it back when lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol

import structlog

from recorder.capture.frames import StreamName
from recorder.capture.reading import Clock, Ended, Idle, ItemT, Lost, Source
from recorder.capture.timeline import Timeline
from recorder.clock import now_ns
from recorder.faults import EnvironmentFault
from recorder.status import StreamHealth

_log = structlog.get_logger(__name__)

# Waits between attempts to get a device back: soon at first, since most losses are a loose
# plug, then every 5 s, at which an attempt's own cost does not show.
FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 5.0

# How long a stop waits for the thread. A camera that hangs holds its read for 2 s.
STOP_BOUND_S = 3.0


class LossListener(Protocol):
    """Hears of a stream's losses, on the pump's thread. Times are monotonic nanoseconds."""

    def on_lost(self, stream: StreamName, start_ns: int, reason: str) -> None:
        """The stream has been without a picture or sound since ``start_ns``."""
        ...

    def on_back(self, stream: StreamName, end_ns: int) -> None:
        """The loss that was reported last ended at ``end_ns``."""
        ...


@dataclass(frozen=True, slots=True)
class Starting:
    """The device is being opened for the first time."""


@dataclass(frozen=True, slots=True)
class Working:
    """Items arrive."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The device is lost, or never opened; it is tried again and again."""

    since_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The pump has let the device go."""


PumpState = Starting | Working | Missing | Stopped


@dataclass(frozen=True, slots=True)
class PumpCounts:
    """What a pump has done: items read, left out by the source, losses, failed sinks."""

    read: int
    skipped: int
    lost_intervals: int
    sink_failures: int


class CapturePump(Generic[ItemT]):
    """Owns a source while it runs. Sinks are called in order on the pump's thread.

    A sink must not block: it puts the item where another thread takes it. One that raises
    is counted and logged, and the others still get the item.
    """

    def __init__(
        self,
        source: Source[ItemT],
        listener: LossListener,
        *,
        clock: Clock = now_ns,
        first_retry_s: float = FIRST_RETRY_S,
    ) -> None:
        """Run ``source``, which is closed and not yet used by another.

        Args:
            source: what to read.
            listener: hears of losses.
            clock: the evidence clock, nanoseconds.
            first_retry_s: the wait before a lost device is tried again; doubles up to
                ``LONGEST_RETRY_S``.
        """
        self.source = source
        self._listener = listener
        self._clock = clock
        self._first_retry_s = first_retry_s
        self._sinks: tuple[Callable[[ItemT], object], ...] = ()
        self._latest: ItemT | None = None
        self._state: PumpState = Starting()
        self._read = self._losses = self._sink_failures = 0
        self._last_ns = 0
        self._pending_timeline: Timeline | None = None
        self._stopping = threading.Event()
        self._settled = threading.Event()
        name = f"capture-{source.stream}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def add_sink(self, sink: Callable[[ItemT], object]) -> None:
        """Hand every item from now on to ``sink``, too."""
        self._sinks = (*self._sinks, sink)

    def remove_sink(self, sink: Callable[[ItemT], object]) -> None:
        """Hand no more items to ``sink``; one may still be under way."""
        self._sinks = tuple(one for one in self._sinks if one != sink)

    def latest(self) -> ItemT | None:
        """The newest item, or ``None`` before the first and while the device is lost."""
        return self._latest

    @property
    def state(self) -> PumpState:
        """How the stream is doing."""
        return self._state

    @property
    def counts(self) -> PumpCounts:
        """What has been done so far."""
        return PumpCounts(self._read, self.source.skipped, self._losses, self._sink_failures)

    def health(self) -> StreamHealth:
        """How the stream is doing, in words, for the window and the heartbeat."""
        state = self._state
        return StreamHealth(
            stream=self.source.stream,
            device=self.source.name,
            working=isinstance(state, Working),
            frames=self._read,
            note=state.reason if isinstance(state, Missing) else self.source.note,
        )

    def rebase(self, timeline: Timeline) -> None:
        """Stamp in another epoch from the next read on.

        An item already being read still comes with the epoch before.
        """
        self._pending_timeline = timeline

    def start(self) -> None:
        """Open the device on the pump's own thread and begin to read."""
        self._last_ns = self._clock()
        self._thread.start()

    def wait_ready(self, timeout_s: float) -> PumpState:
        """Wait until the first item has come or the first attempt has failed."""
        self._settled.wait(timeout_s)
        return self._state

    def stop(self, timeout_s: float = STOP_BOUND_S) -> bool:
        """Stop reading and let the device go.

        Returns:
            Whether it was let go in time; if not, the thread ends when its read returns.
        """
        self._stopping.set()
        if self._thread.ident is None:
            self._state = Stopped()
            return True
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            _log.warning("device_hangs", stream=self.source.stream, source=self.source.name)
            return False
        return True

    def _run(self) -> None:
        retry_s = self._first_retry_s
        while not self._stopping.is_set():
            before = self._read
            reason = self._attempt()
            if reason is None:
                break
            self._lose(reason)
            retry_s = self._first_retry_s if self._read > before else retry_s
            self._stopping.wait(retry_s)
            retry_s = min(retry_s * 2, LONGEST_RETRY_S)
        self._close()
        self._state = Stopped()
        self._settled.set()

    def _attempt(self) -> str | None:
        """Open and read until told to stop; gives the reason when the device is lost."""
        try:
            self.source.open()
            return self._read_on()
        except EnvironmentFault as fault:
            return str(fault)
        except Exception as bug:  # noqa: BLE001  (evidence must not end with a bug)
            _log.exception("source_failed", stream=self.source.stream)
            return f"the recorder's own fault: {bug!r}"
        finally:
            self._close()

    def _read_on(self) -> str | None:
        while not self._stopping.is_set():
            timeline, self._pending_timeline = self._pending_timeline, None
            if timeline is not None:
                self.source.rebase(timeline)
            match self.source.read():
                case Idle():
                    continue
                case Lost(reason):
                    return reason
                case Ended():
                    return None
                case item:
                    self._take(item)
        return None

    def _take(self, item: ItemT) -> None:
        self._last_ns = item.monotonic_ns
        if isinstance(self._state, Missing):
            self._call(self._listener.on_back, self.source.stream, item.monotonic_ns)
        self._latest = item
        self._read += 1
        self._state = Working()
        self._settled.set()
        for sink in self._sinks:
            self._call(sink, item)

    def _lose(self, reason: str) -> None:
        self._latest = None
        if isinstance(self._state, Missing):
            self._state = Missing(self._state.since_ns, reason)
            return
        self._losses += 1
        self._state = Missing(self._last_ns, reason)
        self._settled.set()
        self._call(self._listener.on_lost, self.source.stream, self._last_ns, reason)

    def _call(self, call: Callable[..., object], *values: object) -> None:
        try:
            call(*values)
        except Exception:  # noqa: BLE001  (one sink's bug is not the others')
            self._sink_failures += 1
            if self._sink_failures == 1:  # once: thirty a second would fill the disk
                _log.exception("sink_failed", stream=self.source.stream)

    def _close(self) -> None:
        try:
            self.source.close()
        except Exception:  # noqa: BLE001  (what could not be closed is opened anew)
            _log.exception("source_not_closed", stream=self.source.stream)
