"""Incidents of what the candidate does count while the exam runs, and at no other time.

Before it, in a break and while it is paused everything is measured on, and nothing of it is
an incident. Whoever measures is told of each boundary, ends there what is open and begins
anew what lasts (``detect.incidents.boundaries``); so what lasts when the exam begins is an
incident from then on, and what was over by then is none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from recorder.detect.incidents.boundaries import ALWAYS
from recorder.detect.observations import Incident, Unobserved


@dataclass(slots=True)
class _Lasting:
    """An incident that is not over; ``told`` under which id, ``None`` while it does not count.

    ``part`` is the part of the exam in which it is told; ``used`` says that its own id stands
    in the evidence already.
    """

    newest: Incident
    told: str | None = None
    part: int = 0
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
        self._boundaries: tuple[int, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether incidents count now."""
        return bool(self._spans) and self._spans[-1][1] is None

    def boundaries(self) -> Sequence[int]:
        """When the exam began, stopped and went on so far."""
        return self._boundaries

    def open(self, now_ns: int) -> None:
        """The exam begins, or goes on."""
        with self._lock:
            if not self.is_open:
                self._spans.append((now_ns, None))
                self._boundaries = (*self._boundaries, now_ns)

    def close(self, now_ns: int) -> None:
        """The exam stops: for a while, or for good. What is open then ends with the news of
        it, which is soon to come.
        """
        with self._lock:
            if self.is_open:
                self._spans[-1] = (self._spans[-1][0], now_ns)
                self._boundaries = (*self._boundaries, now_ns)

    def finish(self) -> None:
        """Nothing is measured any more: what nobody told the end of ended with its part."""
        with self._lock:
            for lasting in self._lasting.values():
                until_ns = self._spans[lasting.part][1] if lasting.told else None
                if until_ns is not None:
                    lasting.newest = replace(lasting.newest, end_ns=until_ns)
                    self._tell(lasting)

    def incident(self, incident: Incident) -> None:
        """Take one, or news of one."""
        if incident.kind in ALWAYS:
            self._submit(incident)
            return
        with self._lock:
            lasting = self._lasting.setdefault(incident.id, _Lasting(incident))
            lasting.newest = incident
            if lasting.told is not None:
                self._tell(lasting)
            if lasting.told is None and self._counts(incident):
                self._begin(lasting)
                self._tell(lasting)
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

    def _counts(self, incident: Incident) -> bool:
        """Whether it is one of the exam as it runs now. What began before may be over, and
        only stay open for what joins it: that is known when its end is.
        """
        if not self.is_open:
            return False
        began_ns, end_ns = self._spans[-1][0], incident.end_ns
        return incident.start_ns >= began_ns or (end_ns is not None and end_ns > began_ns)

    def _begin(self, lasting: _Lasting) -> None:
        """It counts from now on, as an incident of its own where a part of it did before."""
        lasting.told = self._new_id() if lasting.used else lasting.newest.id
        lasting.part = len(self._spans) - 1
        lasting.used = True

    def _tell(self, lasting: _Lasting) -> None:
        """Submit it under its id here, as far as it lies in its part of the exam."""
        assert lasting.told is not None
        newest, (began_ns, until_ns) = lasting.newest, self._spans[lasting.part]
        start_ns, end_ns, told = max(newest.start_ns, began_ns), newest.end_ns, lasting.told
        if until_ns is not None:
            if end_ns is None:
                return
            end_ns, lasting.told = min(end_ns, until_ns), None
        end_ns = None if end_ns is None else max(start_ns, end_ns)
        self._submit(replace(newest, id=told, start_ns=start_ns, end_ns=end_ns))
