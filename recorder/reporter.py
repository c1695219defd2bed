"""The one way by which what happened reaches the evidence, from any thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from recorder.detect.observations import Incident
from recorder.evidence.clips import Around, LeftOut, Own, Within
from recorder.evidence.drafts import Attachment
from recorder.evidence.intake import Accepted, Ended, Full
from recorder.evidence.segments import Segment
from recorder.evidence.writer import EvidenceWriter
from recorder.surroundings import Illustration
from shared.records import Enrolment, Gap, Heartbeat, Phase

_log = structlog.get_logger(__name__)


class Illustrator(Protocol):
    """What adds pictures and clips to incidents (``Surroundings``)."""

    def at_onset(self, incident: Incident) -> Illustration:
        """What an incident's first record bears besides itself."""
        ...

    def on_request(self, incident: str) -> Around:
        """Have a clip made around now, to be attached to this incident; what comes of it."""
        ...


@dataclass(slots=True)
class _Known:
    """An incident that more may be written of: its newest state, and what its records say
    of pictures and clips. ``clip_follows`` keeps it known after its end.
    """

    newest: Incident
    detail: dict[str, object] = field(default_factory=dict[str, object])
    clip_follows: bool = False


class Reporter:
    """Hands evidence to the writer and counts incidents; knows whether room was short.

    An incident may be written several times under one id, and each record says its newest
    state in full; what was attached to an earlier one stays attached.
    """

    def __init__(self, writer: EvidenceWriter) -> None:
        """Report to ``writer``, which may not have started yet."""
        self.illustrator: Illustrator | None = None
        self._writer = writer
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}
        self._newest: _Known | None = None
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
        item: Segment | Incident | Enrolment | Phase | Gap,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        """Hand one thing on, with its pictures and clips. What is refused is said in a signed
        gap by the writer."""
        if isinstance(item, Incident):
            with self._lock:
                self._report(item, attachments)
        else:
            self._hand_in(item, attachments)

    def beat(self, heartbeat: Heartbeat) -> bool:
        """Hand a heartbeat on; whether it was taken."""
        return self._hand_in(heartbeat, ())

    def attach(
        self, incident: str, attachments: Sequence[Attachment], detail: Mapping[str, object]
    ) -> None:
        """Write an incident again, as it stands, with its clip; or say why there is none."""
        with self._lock:
            known = self._known[incident]
            known.detail |= detail
            known.clip_follows = False
            self._write(known, attachments)

    def ask_clip(self) -> bool:
        """Have a clip made around now for the newest incident, because a proctor asks for
        one; whether there is an incident. Where there will be no clip, it says why.
        """
        with self._lock:
            known = self._newest
            if known is None or self.illustrator is None:
                return False
            self._known[known.newest.id] = known
            match self.illustrator.on_request(known.newest.id):
                case Own():
                    known.detail["clip_asked_for"] = {"by": "proctor"}
                    known.clip_follows = True
                case Within(other):
                    known.detail["clip_asked_for"] = {"by": "proctor", "incident": other}
                    self._write(known, ())
                case LeftOut(why):
                    known.detail["clip_asked_for"] = {"by": "proctor", "left_out": why}
                    self._write(known, ())
            return True

    def _report(self, incident: Incident, attachments: Sequence[Attachment]) -> None:
        known = self._known.get(incident.id)
        if known is None:
            self._seen += 1
            shown = self._shown(incident)
            known = _Known(incident, dict(shown.detail), shown.clip_follows)
            self._known[incident.id] = known
            attachments = (*attachments, *shown.attachments)
        known.newest, self._newest = incident, known
        self._write(known, attachments)

    def _shown(self, incident: Incident) -> Illustration:
        if self.illustrator is None:
            return Illustration()
        try:
            return self.illustrator.at_onset(incident)
        except Exception:  # noqa: BLE001  (a bug there must not cost the incident itself)
            _log.exception("not_illustrated", kind=str(incident.kind))
            return Illustration()

    def _write(self, known: _Known, attachments: Sequence[Attachment]) -> None:
        newest = known.newest
        self._hand_in(replace(newest, detail={**newest.detail, **known.detail}), attachments)
        if newest.end_ns is not None and not known.clip_follows:
            del self._known[newest.id]

    def _hand_in(
        self,
        item: Segment | Incident | Enrolment | Phase | Heartbeat | Gap,
        attachments: Sequence[Attachment],
    ) -> bool:
        """Whether it was taken."""
        match self._writer.submit(item, attachments):
            case Accepted():
                self._short = False
                return True
            case Full(items, size):
                if not self._short:
                    _log.warning("evidence_refused", items=items, bytes=size)
                self._short = True
            case Ended(why):
                _log.warning("evidence_after_the_end", why=why, type=type(item).__name__)
        return False
