"""The queue is bounded, says so, and says afterwards what it did not take."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from support.evidence_server import EvidenceServer
from support.recording import FakeClock, heartbeat, ids, incident, segment

from recorder.evidence.drafts import (
    Attachment,
    Draft,
    draft_body,
    draft_incident,
    draft_segment,
)
from recorder.evidence.intake import Accepted, Ended, Full, Intake, Lane, Limits, Waiting
from recorder.evidence.ledger import empty_close
from recorder.evidence.refusals import Refusals
from shared import records
from shared.flags import Kind
from shared.policy import Policy

POLICY: Policy = EvidenceServer().policy
SMALL = Limits(items=2, bytes=5_000, reserve=1)


def make(limits: Limits = SMALL) -> Intake:
    return Intake(limits, Refusals(POLICY, ids()), lambda: FakeClock()().mono)


def drain(intake: Intake) -> list[records.Body]:
    bodies = []
    while intake.waiting.items:
        head = intake.next(0, Lane.ALL)
        assert isinstance(head, Draft)
        bodies.append(head.body)
        intake.settle(head)
    return bodies


def names(bodies: list[records.Body]) -> list[str]:
    return [type(body).__name__ for body in bodies]


def test_bytes_bound_bulk() -> None:
    intake = make()
    assert intake.put(draft_segment(segment(1, size=3_000))) == Accepted()
    assert intake.put(draft_segment(segment(2, size=3_000))) == Full(1, 3_000)
    assert intake.waiting == Waiting(1, 3_000)


def test_items_bound_bulk_and_the_reserve_is_for_control() -> None:
    intake = make()
    for number in (1, 2):
        assert intake.put(draft_segment(segment(number, size=1))) == Accepted()
    assert isinstance(intake.put(draft_segment(segment(3, size=1))), Full)
    assert intake.put(draft_body(heartbeat())) == Accepted()
    assert isinstance(intake.put(draft_body(heartbeat())), Full)


def test_refused_pieces_are_one_gap_before_the_next_piece_of_the_stream() -> None:
    intake = make()
    intake.put(draft_segment(segment(1, size=5_000)))
    for number in (2, 3):
        assert isinstance(intake.put(draft_segment(segment(number))), Full)
    assert isinstance(intake.put(draft_segment(segment(2, stream="screen"))), Full)
    drain(intake)
    assert intake.put(draft_segment(segment(4))) == Accepted()
    gap, piece = drain(intake)
    assert isinstance(gap, records.Gap)
    assert (gap.stream, gap.start, gap.end) == ("camera", 13_000_000, 21_000_000)
    assert gap.reason.startswith("2 pieces")
    assert isinstance(piece, records.Segment)
    # the screen's own gap waits for the screen
    assert intake.put_last(empty_close("finished"), "closed") == Accepted()
    last = drain(intake)
    assert names(last) == ["Gap", "Close"]
    assert isinstance(last[0], records.Gap)
    assert last[0].stream == "screen"


def test_refused_records_are_counted_in_an_incident_of_kind_gap() -> None:
    intake = make(Limits(items=0, bytes=0, reserve=1))
    intake.put(draft_body(heartbeat()))
    for draft in (draft_incident(incident()), draft_body(heartbeat())):
        assert isinstance(intake.put(draft), Full)
    drain(intake)
    assert intake.put(draft_segment(segment(0))) == Accepted()
    assert names(drain(intake)) == ["Segment"]
    assert intake.put(draft_incident(incident())) == Accepted()
    gap, own = drain(intake)
    assert isinstance(gap, records.Incident)
    assert gap.kind is Kind.GAP
    assert gap.detail["refused"] == {"incident": 1, "heartbeat": 1}
    assert isinstance(own, records.Incident)


def test_records_refused_to_the_end_are_said_before_the_close() -> None:
    intake = make(Limits(items=0, bytes=0, reserve=0))
    assert isinstance(intake.put(draft_body(heartbeat())), Full)
    intake.put_last(empty_close("finished"), "closed")
    assert names(drain(intake)) == ["Incident", "Close"]


def test_a_refused_gap_keeps_its_interval() -> None:
    intake = make(Limits(items=0, bytes=0, reserve=0))
    gap = records.Gap(stream="camera", start=1, end=9, reason="device lost")
    assert isinstance(intake.put(draft_body(gap)), Full)
    intake.put_last(empty_close("finished"), "closed")
    said = drain(intake)[0]
    assert isinstance(said, records.Gap)
    assert (said.start, said.end) == (1, 9)


def test_an_incident_goes_in_without_the_clip_there_is_no_room_for() -> None:
    intake = make()
    clip = Attachment("clip", "video/mp4", bytes(6_000))
    assert intake.put(draft_incident(incident(1), [clip])) == Accepted(left_out=1)
    assert intake.put(draft_incident(incident(2, end_ns=None), [clip])) == Accepted(left_out=1)
    one, _two = drain(intake)
    assert isinstance(one, records.Incident)
    assert one.attachments == ()
    small = Attachment("snapshot", "image/jpeg", b"x")
    assert intake.put(draft_incident(incident(3), [small])) == Accepted()
    gap, three = drain(intake)
    assert isinstance(gap, records.Gap)
    assert (gap.stream, gap.start, gap.end) == ("attachment", 5_000_000, 9_000_000)
    assert isinstance(three, records.Incident)
    assert len(three.attachments) == 1


def test_nothing_is_taken_after_the_last() -> None:
    intake = make()
    intake.put_last(empty_close("finished"), "closed")
    assert intake.put(draft_body(heartbeat())) == Ended("closed")
    assert intake.put_last(empty_close("again"), "closed twice") == Ended("closed")
    intake.end("broken")
    assert intake.put(draft_body(heartbeat())) == Ended("closed")


def test_calls_come_before_drafts_and_while_drafts_may_not_be_tried() -> None:
    intake, called = make(), []
    intake.put(draft_body(heartbeat()))
    assert intake.call(lambda: called.append(1))
    errand = intake.next(0, Lane.NOTHING)
    assert not isinstance(errand, Draft)
    assert errand is not None
    errand()
    assert called == [1]
    assert intake.next(0, Lane.NOTHING) is None
    assert isinstance(intake.next(0, Lane.ALL), Draft)


def test_control_passes_what_waits_for_room_but_nothing_passes_the_last() -> None:
    intake = make(Limits())
    for draft in (draft_segment(segment(0)), draft_segment(segment(1))):
        intake.put(draft)
    assert intake.next(0, Lane.CONTROL) is None
    intake.put(draft_body(heartbeat()))
    intake.put_last(empty_close("finished"), "closed")
    beat = intake.next(0, Lane.CONTROL)
    assert isinstance(beat, Draft)
    assert isinstance(beat.body, records.Heartbeat)
    intake.settle(beat)
    assert intake.next(0, Lane.CONTROL) is None
    assert names(drain(intake)) == ["Segment", "Segment", "Close"]


def test_records_are_waited_for_and_pieces_are_not() -> None:
    intake = make(Limits())
    intake.put(draft_segment(segment(0)))
    assert intake.wait_light(0)
    intake.put(draft_body(heartbeat()))
    assert not intake.wait_light(0)
    beat = intake.next(0, Lane.CONTROL)
    assert isinstance(beat, Draft)
    intake.settle(beat)
    assert intake.wait_light(0)
    assert not intake.wait_empty(0)


def test_evidence_that_is_given_up_is_a_gap_before_the_last() -> None:
    intake = make(Limits())
    for number in (1, 2):
        intake.put(draft_segment(segment(number)))
        intake.put(draft_body(heartbeat()))
    intake.give_up_bulk()
    assert intake.waiting == Waiting(3, 0)
    intake.put(draft_segment(segment(3)))
    intake.put_last(empty_close("finished"), "closed")
    intake.give_up_bulk()
    one, two, gap, other, close = drain(intake)
    assert [type(one), type(two)] == [records.Heartbeat] * 2
    assert isinstance(gap, records.Gap)
    assert (gap.start, gap.end) == (9_000_000, 17_000_000)
    assert isinstance(other, records.Gap)
    assert (other.start, other.end) == (17_000_000, 21_000_000)
    assert isinstance(close, records.Close)
    intake.give_up_bulk()
    assert intake.waiting == Waiting(0, 0)


def test_attachments_are_left_out_while_asked_for_and_said_to_be_missing() -> None:
    intake = make(Limits())
    clip = Attachment("clip", "video/mp4", bytes(1_000))
    intake.put(draft_segment(segment(1, size=10)))
    intake.put(draft_incident(incident(1), [clip]))
    intake.leave_out_attachments(True)
    intake.leave_out_attachments(True)
    assert intake.waiting == Waiting(2, 10)
    assert intake.put(draft_incident(incident(2), [clip])) == Accepted(left_out=1)
    intake.leave_out_attachments(False)
    assert intake.put(draft_incident(incident(3), [clip])) == Accepted()
    _, one, two, gap, three = drain(intake)
    for body, count in ((one, 0), (two, 0), (three, 1)):
        assert isinstance(body, records.Incident)
        assert len(body.attachments) == count
    assert isinstance(gap, records.Gap)
    assert gap.stream == "attachment"
    assert gap.reason.startswith("2 pieces")


def test_an_incident_that_does_not_fit_even_without_its_clip_is_counted() -> None:
    intake = make(Limits(items=0, bytes=0, reserve=0))
    clip = Attachment("clip", "video/mp4", b"clip")
    assert isinstance(intake.put(draft_incident(incident(), [clip])), Full)
    intake.put_last(empty_close("finished"), "closed")
    assert names(drain(intake)) == ["Incident", "Close"]


def test_after_the_stop_no_call_is_taken_and_nothing_waits() -> None:
    intake = make()
    intake.stop()
    assert not intake.call(lambda: None)
    assert intake.next(None, Lane.ALL) is None
    assert isinstance(intake.put(draft_body(heartbeat())), Ended)
    assert intake.wait_empty(0)


PUTS: list[Callable[[int], Draft]] = [
    lambda n: draft_segment(segment(n + 1, size=1_000 * (n % 4))),
    lambda n: draft_segment(segment(n + 1, stream="screen", size=700)),
    lambda n: draft_incident(incident(n)),
    lambda _: draft_body(heartbeat()),
]


@given(st.lists(st.one_of(st.integers(0, 3), st.just("drain")), max_size=60))
def test_whatever_is_handed_in_is_either_written_or_said_to_be_missing(
    moves: list[int | str],
) -> None:
    """Law: taken pieces appear in order; refused ones lie within a gap of their stream."""
    intake = make(Limits(items=3, bytes=4_000, reserve=2))
    written: list[records.Body] = []
    taken: dict[str, list[int]] = {"camera": [], "screen": []}
    refused: dict[str, list[int]] = {"camera": [], "screen": []}
    refused_bodies = 0
    for number, move in enumerate(moves):
        if move == "drain":
            written += drain(intake)
            continue
        draft = PUTS[int(move)](number)
        outcome = intake.put(draft)
        assert intake.waiting.bytes <= 4_000
        match draft.body:
            case records.Segment(stream=stream, start=start):
                (taken if isinstance(outcome, Accepted) else refused)[stream].append(start)
            case _:
                refused_bodies += isinstance(outcome, Full)
    intake.put_last(empty_close("finished"), "closed")
    written += drain(intake)
    gaps = [body for body in written if isinstance(body, records.Gap)]
    for stream, starts in taken.items():
        pieces = [
            b.start for b in written if isinstance(b, records.Segment) and b.stream == stream
        ]
        assert pieces == starts
        for start in refused[stream]:
            assert any(g.stream == stream and g.start <= start < g.end for g in gaps)
    incidents = [body for body in written if isinstance(body, records.Incident)]
    said = [body.detail["refused"] for body in incidents if body.kind is Kind.GAP]
    assert sum(sum(counts.values()) for counts in said) == refused_bodies
