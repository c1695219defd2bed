"""The recorder's own state, written into the chain every few seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec
import structlog

from recorder.detect.observations import Unobserved
from shared import records
from shared.records import Heartbeat

_log = structlog.get_logger(__name__)

NS_PER_US = 1_000

# A heartbeat names at most so many intervals; the rest follows in the next one.
MAX_INTERVALS = 64


class UnobservedTime:
    """Collects what detectors could not see until a heartbeat carries it away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._intervals: list[records.Unobserved] = []

    def add(self, interval: Unobserved) -> None:
        """Take one interval, from any thread."""
        body = records.Unobserved(
            stream=interval.stream,
            start=interval.start_ns // NS_PER_US,
            end=interval.end_ns // NS_PER_US,
            reason=str(interval.reason),
        )
        with self._lock:
            self._intervals.append(body)

    def take(self) -> tuple[records.Unobserved, ...]:
        """At most ``MAX_INTERVALS`` of what was collected, oldest first."""
        with self._lock:
            taken = self._intervals[:MAX_INTERVALS]
            del self._intervals[: len(taken)]
        return tuple(taken)

    def give_back(self, intervals: tuple[records.Unobserved, ...]) -> None:
        """What was taken and reached no record waits for the next one."""
        with self._lock:
            self._intervals[:0] = intervals

    @property
    def waiting(self) -> bool:
        """Whether another heartbeat is due for what is left."""
        with self._lock:
            return bool(self._intervals)


class Pulse:
    """The thread that beats: asks for a heartbeat's body and hands it to the writer."""

    def __init__(
        self,
        every_s: float,
        look: Callable[[], Heartbeat],
        submit: Callable[[Heartbeat], bool],
        unobserved: UnobservedTime,
    ) -> None:
        """Beat every ``every_s`` seconds, first after that time.

        Args:
            every_s: seconds.
            look: gives what there is to say, but the unobserved time.
            submit: hands a heartbeat on; whether it was taken.
            unobserved: what is said with it.
        """
        self._every_s = every_s
        self._look = look
        self._submit = submit
        self._unobserved = unobserved
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more; the last beat is over when this returns."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            self.beat()

    def beat(self) -> bool:
        """Write one heartbeat now; whether it was taken. Else what was unobserved waits."""
        intervals: tuple[records.Unobserved, ...] = ()
        try:
            beat = self._look()
            intervals = self._unobserved.take()
            taken = self._submit(msgspec.structs.replace(beat, unobserved=intervals))
        except Exception:  # noqa: BLE001  (the next beat may be better; this one is missed)
            _log.exception("heartbeat_missed")
            taken = False
        if not taken:
            self._unobserved.give_back(intervals)
        return taken
