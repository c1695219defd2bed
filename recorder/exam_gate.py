"""Incidents of what the candidate does count while the exam runs, and at no other time.

Before it, in a break and while it is paused everything is measured on, and nothing of it is
an incident. What lasts when the exam begins is one from then on; what lasts when it stops
ends there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from recorder.detect.observations import Incident, Unobserved
from shared.flags import Group, Kind

# What tells of the machine, the camera or the recorder itself is no deed of the candidate's,
# and is written whenever it is found.
ALWAYS = frozenset(
    {
        Kind.VIRTUAL_MACHINE,
        Kind.REMOTE_SESSION,
        Kind.VIRTUAL_CAMERA,
        Kind.DEBUGGER,
        Kind.ALTERED_PROGRAM,
        *(kind for kind in Kind if kind.group is Group.RECORDER),
    }
)

# These happen and are over; that one stays open for a while joins what is like it. So none
# of them lasts over a break, or into the exam.
MOMENTARY = frozenset(
    {Kind.BLOCKED_ADDRESS, Kind.BLOCKED_KEY, Kind.CLIPBOARD, Kind.INPUT_DEVICE}
)


@dataclass(slots=True)
class _Lasting:
    """An incident that is not over; ``told`` under which id, ``None`` while it does not count.

    ``used`` says that its own id stands in the evidence already.
    """

    newest: Incident
    told: str | None = None
    used: bool = False


class ExamGate:
    """Stands between what finds incidents and the evidence; asked from any thread.

    Args:
        submit: takes the incidents that count.
        new_id: gives an id to what lasts over a break, for its second part.
    """

    def __init__(self, submit: Callable[[Incident], None], new_id: Callable[[], str]) -> None:
        self._submit = submit
        self._new_id = new_id
        self._lock = threading.Lock()
        self._lasting: dict[str, _Lasting] = {}
        self._spans: list[tuple[int, int | None]] = []

    @property
    def is_open(self) -> bool:
        """Whether incidents count now."""
        return bool(self._spans) and self._spans[-1][1] is None

    def open(self, now_ns: int) -> None:
        """The exam begins, or goes on."""
        with self._lock:
            if self.is_open:
                return
            self._spans.append((now_ns, None))
            for lasting in self._lasting.values():
                if lasting.newest.kind not in MOMENTARY:
                    self._begin(lasting)
                    self._tell(lasting, lasting.newest)

    def close(self, now_ns: int) -> None:
        """The exam stops: for a while, or for good."""
        with self._lock:
            if not self.is_open:
                return
            self._spans[-1] = (self._spans[-1][0], now_ns)
            for lasting in self._lasting.values():
                if lasting.told is not None:
                    self._tell(lasting, replace(lasting.newest, end_ns=now_ns))
                    lasting.told = None

    def incident(self, incident: Incident) -> None:
        """Take one, or news of one."""
        if incident.kind in ALWAYS:
            self._submit(incident)
            return
        with self._lock:
            lasting = self._lasting.setdefault(incident.id, _Lasting(incident))
            lasting.newest = incident
            if self.is_open and not self._was_before(lasting):
                if lasting.told is None:
                    self._begin(lasting)
                self._tell(lasting, incident)
            if incident.end_ns is not None:
                del self._lasting[incident.id]

    def unobserved(self, stretch: Unobserved) -> list[Unobserved]:
        """Of a stretch that nobody could see, what lies within the exam."""
        with self._lock:
            spans = list(self._spans)
        parts = [
            (max(stretch.start_ns, begin), min(stretch.end_ns, end or stretch.end_ns))
            for begin, end in spans
        ]
        return [replace(stretch, start_ns=a, end_ns=b) for a, b in parts if b > a]

    def _begin(self, lasting: _Lasting) -> None:
        """It counts from now on, as an incident of its own where a part of it did before."""
        lasting.told = self._new_id() if lasting.used else lasting.newest.id
        lasting.used = True

    def _was_before(self, lasting: _Lasting) -> bool:
        """Whether it was over when the exam began, or went on, and only now is said to be."""
        end_ns = lasting.newest.end_ns
        over = end_ns is not None and end_ns <= self._spans[-1][0]
        return over and lasting.told is None and lasting.newest.kind in MOMENTARY

    def _tell(self, lasting: _Lasting, incident: Incident) -> None:
        """Submit it under its id here, and not as earlier than the exam."""
        assert lasting.told is not None
        start_ns = max(incident.start_ns, self._spans[-1][0])
        end_ns = incident.end_ns if incident.end_ns is None else max(start_ns, incident.end_ns)
        self._submit(replace(incident, id=lasting.told, start_ns=start_ns, end_ns=end_ns))
