"""The one way by which what happened reaches the evidence, from any thread."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import structlog

from recorder.detect.observations import Incident
from recorder.evidence.drafts import Attachment
from recorder.evidence.intake import Accepted, Ended, Full
from recorder.evidence.segments import Segment
from recorder.evidence.writer import EvidenceWriter
from shared.records import Enrolment, Gap, Heartbeat

_log = structlog.get_logger(__name__)


class Reporter:
    """Hands evidence to the writer and counts incidents; knows whether room was short."""

    def __init__(self, writer: EvidenceWriter) -> None:
        """Report to ``writer``, which may not have started yet."""
        self._writer = writer
        self._lock = threading.Lock()
        self._open: set[str] = set()
        self._seen = 0
        self._short = False

    @property
    def incidents(self) -> int:
        """How many incidents there were."""
        return self._seen

    @property
    def short_of_room(self) -> bool:
        """Whether the last piece was refused because the queue was full."""
        return self._short

    def submit(
        self,
        item: Segment | Incident | Enrolment | Heartbeat | Gap,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        """Hand one thing on, with its pictures and clips. What is refused is said in a signed
        gap by the writer."""
        if isinstance(item, Incident):
            self._count(item)
        match self._writer.submit(item, attachments):
            case Accepted():
                self._short = False
            case Full(items, size):
                if not self._short:
                    _log.warning("evidence_refused", items=items, bytes=size)
                self._short = True
            case Ended(why):
                _log.warning("evidence_after_the_end", why=why, type=type(item).__name__)

    def _count(self, incident: Incident) -> None:
        with self._lock:
            if incident.id not in self._open:
                self._seen += 1
            if incident.end_ns is None:
                self._open.add(incident.id)
            else:
                self._open.discard(incident.id)
