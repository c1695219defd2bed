"""An incident's records: each says it in full, and the clip comes with another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from recorder.detect.observations import Incident
from recorder.evidence.clips import Around, LeftOut, Own, Within
from recorder.evidence.drafts import Attachment
from recorder.evidence.intake import Accepted, Ended, Full, Outcome
from recorder.reporter import Reporter
from recorder.surroundings import Illustration
from shared.flags import Kind, Severity
from shared.records import Heartbeat

SNAPSHOT = Attachment("snapshot", "image/jpeg", b"a picture")
CLIP = Attachment("clip", "video/mp4", b"a clip")
SPAN = {"clip": {"start": 1, "end": 9}}


@dataclass
class Writer:
    """Keeps what it is handed."""

    taken: list[tuple[Any, tuple[Attachment, ...]]] = field(default_factory=list)

    def submit(self, item: object, attachments: Sequence[Attachment] = ()) -> Outcome:
        self.taken.append((item, tuple(attachments)))
        return Accepted()

    @property
    def said(self) -> list[tuple[int | None, Mapping[str, object], tuple[str, ...]]]:
        return [
            (item.end_ns, item.detail, tuple(a.role for a in attachments))
            for item, attachments in self.taken
        ]


@dataclass
class Illustrator:
    """Gives every incident the same."""

    gives: Illustration
    asked: list[str] = field(default_factory=list)
    made: Around = field(default_factory=Own)

    def at_onset(self, incident: Incident) -> Illustration:
        self.asked.append(incident.id)
        return self.gives

    def on_request(self, incident: str) -> Around:
        self.asked.append(incident)
        return self.made


def incident(end_ns: int | None = None, name: str = "one") -> Incident:
    detail = {"seconds": 2.0 if end_ns is None else 5.0}
    return Incident(name, Kind.FACE_MISSING, 0, end_ns, Severity.CRITICAL, 1.0, detail)


@pytest.fixture
def writer() -> Writer:
    return Writer()


@pytest.fixture
def reporter(writer: Writer) -> Reporter:
    return Reporter(writer)  # type: ignore[arg-type]


def test_the_first_record_bears_the_snapshot_and_no_other_does(
    writer: Writer, reporter: Reporter
) -> None:
    reporter.illustrator = illustrator = Illustrator(Illustration((SNAPSHOT,)))
    reporter.submit(incident())
    reporter.submit(incident(5))
    assert illustrator.asked == ["one"]
    assert writer.said == [
        (None, {"seconds": 2.0}, ("snapshot",)),
        (5, {"seconds": 5.0}, ()),
    ]
    assert reporter.incidents == 1


def test_a_clip_that_is_ready_before_the_end_does_not_end_it(
    writer: Writer, reporter: Reporter
) -> None:
    reporter.illustrator = Illustrator(Illustration(clip_follows=True))
    reporter.submit(incident())
    reporter.attach("one", (CLIP,), SPAN)
    reporter.submit(incident(5))
    assert writer.said == [
        (None, {"seconds": 2.0}, ()),
        (None, {"seconds": 2.0, **SPAN}, ("clip",)),
        (5, {"seconds": 5.0, **SPAN}, ()),
    ]


def test_a_clip_that_is_ready_after_the_end_says_the_end_again(
    writer: Writer, reporter: Reporter
) -> None:
    reporter.illustrator = Illustrator(Illustration(clip_follows=True))
    reporter.submit(incident())
    reporter.submit(incident(5))
    reporter.attach("one", (CLIP,), SPAN)
    assert writer.said[1:] == [
        (5, {"seconds": 5.0}, ()),
        (5, {"seconds": 5.0, **SPAN}, ("clip",)),
    ]
    assert reporter.incidents == 1


def test_what_the_first_record_says_of_a_clip_every_record_says(
    writer: Writer, reporter: Reporter
) -> None:
    reporter.illustrator = Illustrator(Illustration(detail={"clip": {"incident": "two"}}))
    reporter.submit(incident())
    reporter.submit(incident(5))
    assert [detail["clip"] for _, detail, _ in writer.said] == [{"incident": "two"}] * 2


def test_an_incident_that_is_over_at_once_has_its_picture_too(
    writer: Writer, reporter: Reporter
) -> None:
    reporter.illustrator = Illustrator(Illustration((SNAPSHOT,)))
    reporter.submit(incident(0), (CLIP,))
    assert writer.said == [(0, {"seconds": 5.0}, ("clip", "snapshot"))]


def test_a_bug_in_the_pictures_does_not_cost_the_incident(
    writer: Writer, reporter: Reporter
) -> None:
    class Broken:
        def at_onset(self, incident: Incident) -> Illustration:
            raise ZeroDivisionError

        def on_request(self, incident: str) -> Around:
            raise ZeroDivisionError

    reporter.illustrator = Broken()
    reporter.submit(incident())
    assert writer.said == [(None, {"seconds": 2.0}, ())]


def test_a_clip_that_a_proctor_asks_for_goes_to_the_newest_incident(
    writer: Writer, reporter: Reporter
) -> None:
    reporter.illustrator = illustrator = Illustrator(Illustration())
    assert not reporter.ask_clip()
    reporter.submit(incident())
    reporter.submit(incident(5))
    assert reporter.ask_clip()
    reporter.attach("one", (CLIP,), SPAN)
    assert illustrator.asked == ["one", "one"]
    end, detail, roles = writer.said[-1]
    assert (end, roles) == (5, ("clip",))
    assert detail["clip_asked_for"] == {"by": "proctor"}
    assert reporter.incidents == 1


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (LeftOut("too many"), {"by": "proctor", "left_out": "too many"}),
        (Within("two"), {"by": "proctor", "incident": "two"}),
    ],
)
def test_a_clip_that_was_asked_for_and_is_not_made_says_why(
    writer: Writer, reporter: Reporter, made: Around, told: dict[str, str]
) -> None:
    reporter.illustrator = Illustrator(Illustration(), made=made)
    reporter.submit(incident())
    reporter.submit(incident(5))
    assert reporter.ask_clip()
    assert writer.said[-1] == (5, {"seconds": 5.0, "clip_asked_for": told}, ())
    assert reporter.ask_clip()


def test_incidents_are_counted_once_whatever_is_written_of_them(reporter: Reporter) -> None:
    reporter.illustrator = Illustrator(Illustration(clip_follows=True))
    for name in ("one", "two"):
        reporter.submit(incident(name=name))
        reporter.submit(incident(5, name))
        reporter.attach(name, (CLIP,), SPAN)
    assert reporter.incidents == 2


@pytest.mark.parametrize(
    ("outcome", "taken"), [(Accepted(), True), (Full(9, 9), False), (Ended("over"), False)]
)
def test_a_heartbeat_is_taken_or_not(
    monkeypatch: pytest.MonkeyPatch, outcome: Outcome, taken: bool
) -> None:
    writer = Writer()
    monkeypatch.setattr(writer, "submit", lambda _item, _attachments: outcome)
    beat = Heartbeat(streams={}, unobserved=(), queue={}, machine={})
    assert Reporter(writer).beat(beat) is taken  # type: ignore[arg-type]
