"""The server's word on a batch: which check fails, what is kept, what comes again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sessions import BOOT, WALL_ORIGIN, SessionBuilder, fixed_key

from server.ingest.judgement import Judgement, Known, judge, read_claim
from server.ingest.standing import MAX_BOOTS, Standing
from shared.chain import ChainState, hand_over
from shared.records import Clock, Gap, Record, Resume, blobs_of, decode_record
from shared.signed import Signed, public_bytes
from shared.wire import MAX_BLOB_BYTES, ProblemType

NOW = WALL_ORIGIN + 60_000_000
QUOTA = 1_000_000


def standing_of(session: SessionBuilder, **changes: object) -> Standing:
    chain = ChainState(session.session, public_bytes(fixed_key(10)))
    start = Standing(chain, session.policy.hash, session.grant.hash, quota=QUOTA)
    return replace(start, **changes)


def judged(standing: Standing, lines: list[Signed], known: Known | None = None) -> Judgement:
    return judge(standing, [read_claim(line) for line in lines], known or Known(), NOW)


@pytest.fixture
def session() -> SessionBuilder:
    return SessionBuilder().honest()


def test_an_honest_session_is_taken_whole(session: SessionBuilder) -> None:
    times = {r.hash: NOW for r in session.receipts}
    outcome = judged(standing_of(session), session.records, Known(receipts=times))
    assert outcome.stop is None
    assert outcome.standing.chain.size == len(session.records)
    assert outcome.standing.chain.closed
    assert [one.signed for one in outcome.fresh] == session.records


@given(cut=st.integers(0, 19))
def test_two_batches_judge_like_one(cut: int) -> None:
    session = SessionBuilder().honest()
    known = Known(receipts={r.hash: NOW for r in session.receipts})
    start = standing_of(session)
    whole = judged(start, session.records, known)
    first = judged(start, session.records[:cut], known)
    spoken = [b for one in first.fresh for b in one.pieces]
    second = judged(first.standing, session.records[cut:], replace(known, pieces=spoken))
    assert second.standing == whole.standing
    assert first.fresh + second.fresh == whole.fresh


def test_a_repeated_batch_is_recognised(session: SessionBuilder) -> None:
    held = judged(standing_of(session), session.records).standing
    known = Known(records=dict(enumerate(session.records)))
    outcome = judged(held, session.records[3:6], known)
    assert (outcome.fresh, outcome.repeated, outcome.stop) == ((), 5, None)


def test_a_record_twice_in_one_batch_is_recognised(session: SessionBuilder) -> None:
    first = session.records[0]
    outcome = judged(standing_of(session), [first, first])
    assert len(outcome.fresh) == 1
    assert outcome.repeated == 0


def test_other_bytes_for_a_taken_number_are_a_fork(session: SessionBuilder) -> None:
    other = SessionBuilder()
    other.open()
    forked = other.record(Gap(stream="camera", start=1, end=2, reason="other"))
    held = judged(standing_of(session), session.records[:4]).standing
    known = Known(
        records=dict(enumerate(session.records)), keys=[(0, public_bytes(fixed_key(10)))]
    )
    outcome = judged(held, [forked], known)
    assert outcome.fork is not None
    assert outcome.fork.seq == 1
    assert outcome.stop is not None
    assert (outcome.stop.type, outcome.stop.status) == (ProblemType.FORK, 409)


def test_a_fork_within_one_batch_keeps_what_came_before(session: SessionBuilder) -> None:
    other = SessionBuilder()
    other.open()
    forked = other.record(Gap(stream="camera", start=1, end=2, reason="other"))
    outcome = judged(standing_of(session), [*session.records[:3], forked])
    assert len(outcome.fresh) == 3
    assert outcome.fork is not None


def test_a_fork_by_a_later_epochs_key_is_no_fork(session: SessionBuilder) -> None:
    """A key handed over later has no say about numbers before it."""
    other = SessionBuilder()
    other.open()
    forged = other.record(Gap(stream="camera", start=1, end=2, reason="x"), fixed_key(11))
    outcome = judged(standing_of(session), [*session.records, forged])
    assert outcome.fork is None
    assert outcome.stop is not None
    assert (outcome.stop.type, outcome.stop.check) == (ProblemType.REFUSED, 3)


def test_other_bytes_without_the_sessions_key_are_refused(session: SessionBuilder) -> None:
    held = judged(standing_of(session), session.records[:4]).standing
    bent = Signed(session.records[2].payload, bytes(64))
    known = Known(
        records=dict(enumerate(session.records)), keys=[(0, public_bytes(fixed_key(10)))]
    )
    outcome = judged(held, [bent], known)
    assert outcome.fork is None
    assert outcome.stop is not None
    assert outcome.stop.check == 3


def test_a_record_ahead_says_where_to_go_on(session: SessionBuilder) -> None:
    for ahead in (session.records[5], session.records[-1]):  # the last is of a later epoch
        outcome = judged(standing_of(session), [session.records[0], ahead])
        assert outcome.stop is not None
        assert (outcome.stop.type, outcome.stop.check) == (ProblemType.OUT_OF_ORDER, 4)
        assert "from 1 on" in outcome.stop.detail
        assert len(outcome.fresh) == 1


def test_nothing_comes_after_the_close(session: SessionBuilder) -> None:
    session.record(Gap(stream="camera", start=1, end=2, reason="late"))
    outcome = judged(standing_of(session), session.records)
    assert outcome.stop is not None
    assert outcome.stop.type == ProblemType.SESSION_OVER


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"session": "0" * 32}, 1),
        ({"epoch": 3}, 2),
        ({"prev": "0" * 64}, 5),
        ({"mono": 1}, 6),
        ({"boot": "another"}, 6),
    ],
)
def test_each_check_is_named(changes: dict[str, object], check: int) -> None:
    session = SessionBuilder()
    session.open()
    session.bend = lambda record: replace(record, **changes)
    session.record(Gap(stream="camera", start=1, end=2, reason="x"))
    outcome = judged(standing_of(session), session.records)
    assert outcome.stop is not None
    assert (outcome.stop.type, outcome.stop.check) == (ProblemType.REFUSED, check)
    assert len(outcome.fresh) == 1


def test_garbage_is_refused_at_the_signature(session: SessionBuilder) -> None:
    outcome = judged(standing_of(session), [Signed(b"not json", bytes(64))])
    assert outcome.stop is not None
    assert outcome.stop.check == 3


@pytest.mark.parametrize("name", ["policy", "grant"])
def test_open_names_the_sessions_policy_and_grant(name: str) -> None:
    session = SessionBuilder()
    session.open()
    outcome = judged(standing_of(session, **{name: "f" * 64}), session.records)
    assert outcome.stop is not None
    assert outcome.stop.check == 1


def test_a_piece_has_one_place_and_a_place_one_piece() -> None:
    session = SessionBuilder()
    session.open()
    session.segment()
    session.next_seq["camera"] = 0
    session.segment()
    outcome = judged(standing_of(session), session.records)
    assert outcome.stop is not None
    assert (outcome.stop.check, len(outcome.fresh)) == (7, 2)


def test_a_piece_committed_to_before_is_known_from_the_database() -> None:
    session = SessionBuilder()
    session.open()
    session.segment()
    (piece,) = blobs_of(decode_record(session.records[1].payload).body)
    same = judged(standing_of(session), session.records, Known(pieces=[piece]))
    assert same.stop is None
    assert same.fresh[1].pieces == ()
    other = judged(
        standing_of(session), session.records, Known(pieces=[piece._replace(stream_seq=9)])
    )
    assert other.stop is not None
    assert other.stop.check == 7


def test_a_piece_too_large_for_delivery_is_refused() -> None:
    session = SessionBuilder()
    session.open()
    session.segment(size=MAX_BLOB_BYTES + 1)
    outcome = judged(standing_of(session, quota=10**12), session.records)
    assert outcome.stop is not None
    assert (outcome.stop.type, outcome.stop.check) == (ProblemType.REFUSED, 7)


def test_the_quota_counts_over_batches() -> None:
    session = SessionBuilder()
    session.open()
    session.segment(size=600_000)
    session.segment("screen", size=600_000)
    outcome = judged(standing_of(session), session.records)
    assert outcome.stop is not None
    assert (outcome.stop.type, outcome.stop.status) == (ProblemType.QUOTA, 413)
    assert outcome.standing.bytes_committed == 600_000


def test_a_moved_wall_clock_is_a_flag_and_no_refusal() -> None:
    session = SessionBuilder()
    session.open()
    session.bend = lambda record: replace(record, wall=record.wall + 10_000_000)
    session.record(Gap(stream="camera", start=1, end=2, reason="x"))
    outcome = judged(standing_of(session), session.records)
    assert outcome.stop is None
    assert [flag.seq for flag in outcome.fresh[1].flags] == [1]
    assert "+10.0 s" in outcome.fresh[1].flags[0].why


def test_a_recorded_jump_is_no_flag() -> None:
    session = SessionBuilder()
    session.open()
    session.bend = lambda record: replace(record, wall=record.wall + 10_000_000)
    session.record(Clock(jump=10_000_000, reason="set by hand"))
    assert judged(standing_of(session), session.records).fresh[1].flags == ()


def test_the_largest_jump_that_a_record_can_claim_fits_the_database() -> None:
    session = SessionBuilder()
    session.open()
    session.record(Clock(jump=-(2**53 - 1), reason="nonsense"))
    (flag,) = judged(standing_of(session), session.records).fresh[1].flags
    assert flag.excess < 2**63


def test_a_record_before_the_receipt_it_names_is_flagged() -> None:
    session = SessionBuilder()
    session.open()
    receipt = session.receipt()
    session.record(Gap(stream="camera", start=1, end=2, reason="x"))
    known = Known(receipts={receipt.hash: NOW + 3_600_000_000})
    outcome = judged(standing_of(session), session.records, known)
    assert outcome.stop is None
    assert "contradicts the receipts" in outcome.fresh[1].flags[0].why


def test_an_anchor_that_was_never_given_is_flagged() -> None:
    session = SessionBuilder()
    session.open()
    session.receipt()
    session.record(Gap(stream="camera", start=1, end=2, reason="x"))
    flags = judged(standing_of(session), session.records).fresh[1].flags
    assert [flag.why for flag in flags] == ["anchored to an unknown receipt"]


def test_boots_are_remembered_by_their_first_record_and_bounded() -> None:
    session = SessionBuilder()
    session.open()
    for number in range(MAX_BOOTS + 1):
        boot = f"boot-{number + 2}"

        def rebooted(record: Record, boot: str = boot) -> Record:
            return replace(record, boot=boot)

        session.bend = rebooted
        new = fixed_key(11 + number % 200)
        handover = hand_over(new, session.session, session.epoch + 1, session.records[-1].hash)
        session.record(Resume(reason="restart", next=handover))
        session.key, session.epoch = new, session.epoch + 1
    outcome = judged(standing_of(session), session.records)
    assert outcome.stop is None
    boots = outcome.standing.boots
    assert len(boots) == MAX_BOOTS
    assert boots[BOOT]["mono"] == decode_record(session.records[0].payload).mono
    assert f"more than {MAX_BOOTS}" in outcome.fresh[-1].flags[0].why
