"""A draft is checked when it is handed in: what cannot be written never gets into the queue."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from support.recording import ORIGIN_NS, incident, segment

from recorder.evidence.drafts import (
    MAX_BODY_BYTES,
    MAX_DETAIL_BYTES,
    MAX_PIECE_BYTES,
    Attachment,
    Weight,
    draft_body,
    draft_incident,
    draft_segment,
)
from recorder.evidence.ledger import NO_HANDOVER
from shared import records


def test_a_fragment_is_bulk_in_microseconds() -> None:
    draft = draft_segment(segment(2))
    assert isinstance(draft.body, records.Segment)
    assert draft.body.start == ORIGIN_NS // 1000 + 8_000_000
    assert draft.body.duration == 4_000_000
    assert draft.weight is Weight.BULK
    assert draft.cost == 2_000


def test_an_init_segment_is_control_and_keeps_its_origin() -> None:
    draft = draft_segment(segment(0))
    assert isinstance(draft.body, records.Segment)
    assert (draft.body.origin, draft.body.codecs) == (ORIGIN_NS // 1000, "avc1.42c01e")
    assert draft.weight is Weight.CONTROL


def test_a_piece_too_large_to_send_becomes_the_gap_it_leaves() -> None:
    draft = draft_segment(segment(1, size=MAX_PIECE_BYTES + 1))
    assert isinstance(draft.body, records.Gap)
    assert (draft.body.start, draft.body.end) == (9_000_000, 13_000_000)
    assert str(MAX_PIECE_BYTES + 1) in draft.body.reason
    assert draft.pieces == ()


def test_the_largest_piece_is_taken() -> None:
    draft = draft_segment(segment(1, size=MAX_PIECE_BYTES))
    assert isinstance(draft.body, records.Segment)


def test_an_incident_keeps_its_attachments_in_order() -> None:
    clips = [
        Attachment("clip", "video/mp4", b"one"),
        Attachment("snapshot", "image/jpeg", b"2"),
    ]
    draft = draft_incident(incident(), clips)
    assert isinstance(draft.body, records.Incident)
    assert [a.role for a in draft.body.attachments] == ["clip", "snapshot"]
    assert draft.pieces == (b"one", b"2")
    assert draft.weight is Weight.BULK


def test_an_attachment_too_large_to_send_is_left_out_and_counted() -> None:
    huge = Attachment("clip", "video/mp4", bytes(MAX_PIECE_BYTES + 1))
    draft = draft_incident(incident(end_ns=None), [huge])
    assert isinstance(draft.body, records.Incident)
    assert draft.body.attachments == ()
    assert draft.body.end is None
    assert draft.body.detail["left_out"] == "1 attachments, too large"
    assert draft.weight is Weight.CONTROL


def test_a_detail_too_long_is_left_out_and_counted() -> None:
    draft = draft_incident(incident(detail={"reason": "x" * MAX_DETAIL_BYTES}))
    assert isinstance(draft.body, records.Incident)
    assert "bytes of detail" in draft.body.detail["left_out"]


def test_a_text_that_is_not_unicode_is_kept_as_far_as_it_is() -> None:
    """A program on Linux may be called by any bytes, a window on Windows by half a pair."""
    name, title = os.fsdecode(b"anydesk\xff"), "Notes \ud83d \N{GRINNING FACE}"
    detail = {"reason": f"{name} runs", "all": [name, {title: 1}], "pid": 7, name: None}

    draft = draft_incident(incident(detail=detail))

    assert isinstance(draft.body, records.Incident)
    assert draft.body.detail == {
        "reason": "anydesk� runs",
        "all": ["anydesk�", {"Notes � \N{GRINNING FACE}": 1}],
        "pid": 7,
        "anydesk�": None,
    }
    assert draft.body.kind is incident().kind


def test_a_detail_too_long_is_left_out_though_it_is_not_unicode() -> None:
    draft = draft_incident(incident(detail={"reason": "\udcff" * MAX_DETAIL_BYTES}))
    assert isinstance(draft.body, records.Incident)
    assert "bytes of detail" in draft.body.detail["left_out"]


def test_devices_and_what_is_unwatched_may_be_called_by_any_bytes() -> None:
    body = records.Resume(
        reason="again",
        next=NO_HANDOVER,
        models=(records.Model(name="a\udcff", sha256="0" * 64),),
        devices={"camera": "Cam\udc80"},
        unwatched=("object_seen: \udfff",),
    )

    found = draft_body(body).body

    assert isinstance(found, records.Resume)
    assert (found.devices, found.unwatched) == ({"camera": "Cam�"}, ("object_seen: �",))
    assert found.models[0].name == "a�"


@pytest.mark.parametrize(
    "bug",
    [
        {"confidence": float("nan")},
        {"confidence": 1.5},
        {"start_ns": -1_000_000},
        {"id": "not an id"},
    ],
)
def test_an_incident_out_of_range_is_the_callers_bug(bug: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"Expected|Invalid|match"):
        draft_incident(replace(incident(), **bug))


def test_a_detail_that_is_not_json_is_the_callers_bug() -> None:
    with pytest.raises(TypeError):
        draft_incident(incident(detail={"what": object()}))


def test_a_body_longer_than_a_record_is_the_callers_bug() -> None:
    body = records.Heartbeat(
        streams={}, unobserved=(), queue={"x": "y" * MAX_BODY_BYTES}, machine={}
    )
    with pytest.raises(ValueError, match="more than a record holds"):
        draft_body(body)
