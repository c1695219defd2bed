"""What delivery does next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recorder.sync.pacing import Link, Pacing
from recorder.sync.plan import (
    NEVER,
    Progress,
    Reconcile,
    SendPiece,
    SendRecords,
    Wait,
    choose,
)
from shared.wire import MAX_RECORDS

PACING = Pacing(linger_s=2.0)
NOW = 100.0
READY = Progress(made=0, reconciled=True)


def next_of(progress: Progress, *, link: Link | None = None, urgent: bool = False) -> object:
    return choose(progress, link or Link(), NOW, PACING, urgent=urgent)


def progress(made: int, **changes: object) -> Progress:
    return Progress(made, **({"reconciled": True} | changes))


def test_nothing_is_sent_before_its_time() -> None:
    assert next_of(progress(3), link=Link(not_before=101.0), urgent=True) == Wait(101.0)


def test_the_server_is_asked_first() -> None:
    assert next_of(Progress(3)) == Reconcile()


def test_records_go_before_pieces() -> None:
    assert next_of(progress(3)) == SendRecords(0, 3)
    assert next_of(progress(5, held=3)) == SendRecords(3, 2)


def test_few_records_wait_for_more_while_pieces_go() -> None:
    assert next_of(progress(3, last_batch=99.0)) == SendPiece(otherwise=101.0)
    assert next_of(progress(3, last_batch=98.0)) == SendRecords(0, 3)


def test_many_records_or_the_end_do_not_wait() -> None:
    assert next_of(progress(64, last_batch=99.9)) == SendRecords(0, 64)
    assert next_of(progress(3, last_batch=99.9), urgent=True) == SendRecords(0, 3)


def test_a_batch_without_an_answer_is_sent_again_just_so() -> None:
    again = progress(9, held=2, in_flight=(2, 3), last_batch=99.9)
    assert next_of(again) == SendRecords(2, 3)


def test_refused_records_let_pieces_go() -> None:
    held = progress(9, held=2, in_flight=(2, 3), hold_until=130.0)
    assert next_of(held, urgent=True) == SendPiece(otherwise=130.0)


def test_with_nothing_to_say_there_is_no_time_to_wake() -> None:
    assert next_of(READY) == SendPiece(otherwise=NEVER)


@given(st.integers(0, 500), st.integers(0, 500), st.booleans())
def test_a_batch_is_never_more_than_is_there_or_may_be(
    made: int, held: int, urgent: bool
) -> None:
    match next_of(progress(made, held=min(held, made)), urgent=urgent):
        case SendRecords(start=start, count=count):
            assert start == min(held, made)
            assert 0 < count <= MAX_RECORDS
            assert start + count <= made
        case action:
            assert action == SendPiece(otherwise=NEVER)
            assert held >= made
