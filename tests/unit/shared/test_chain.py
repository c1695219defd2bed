"""The chain's law: who may write what next, and under which check another is refused."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from support.sessions import BOOT, STEP, SessionBuilder, fixed_key

from shared import chain
from shared.chain import (
    Accepted,
    ChainState,
    Refusal,
    Refused,
    accept,
    hand_over,
    handover_key,
)
from shared.encoding import ZERO_HASH, to_base64
from shared.records import (
    Body,
    Close,
    Gap,
    Handover,
    Open,
    Record,
    Resume,
    Rotate,
    decode_record,
    encode_record,
)
from shared.signed import Domain, Signed, public_bytes, sign
from shared.verdict import CheckId

KEY, NEXT, STRANGER = fixed_key(10), fixed_key(11), fixed_key(99)
GAP = Gap(stream="screen", start=0, end=1, reason="a reason")


def builder() -> SessionBuilder:
    """A session of two records."""
    made = SessionBuilder()
    made.open()
    made.segment("camera")
    return made


def state_of(made: SessionBuilder) -> ChainState:
    """The state after all its records."""
    state = ChainState(made.session, public_bytes(KEY))
    for signed in made.records:
        outcome = accept(state, signed)
        assert isinstance(outcome, Accepted), outcome
        state = outcome.state
    return state


BUILT = builder()
STATE = state_of(BUILT)


def follow(body: Body = GAP, key=KEY, **changes: object) -> Signed:
    """A record that would be the next one, but for ``changes``."""
    record = Record(
        session=STATE.session,
        epoch=0,
        seq=2,
        prev=STATE.head,
        wall=0,
        mono=STATE.mono,
        boot=BOOT,
        anchor=None,
        body=body,
    )
    return sign(key, Domain.RECORD, encode_record(replace(record, **changes)))


def test_a_state_is_the_chain_up_to_its_head() -> None:
    assert state_of(BUILT) == ChainState(
        session=BUILT.session,
        public_key=public_bytes(KEY),
        epoch=0,
        size=2,
        head=BUILT.records[-1].hash,
        mono=5_000_000 + 2 * STEP,
        boot=BOOT,
        closed=False,
    )


def test_a_chain_begins_empty() -> None:
    assert ChainState("s", b"k") == ChainState("s", b"k", 0, 0, ZERO_HASH, -1, "", False)


def test_the_first_record_may_be_written_at_mono_zero() -> None:
    made = SessionBuilder(bend=lambda record: replace(record, mono=0))
    made.open()

    assert state_of(made).mono == 0


def test_the_next_record_is_taken() -> None:
    signed = follow()

    outcome = accept(STATE, signed)

    assert isinstance(outcome, Accepted)
    assert outcome.record.body == GAP
    assert outcome.state == replace(STATE, size=3, head=signed.hash)


def test_a_signature_that_is_known_to_hold_is_not_judged_again() -> None:
    signed = follow(key=STRANGER)

    outcome = chain.follow(STATE, signed)

    assert outcome == chain.Accepted(
        replace(STATE, size=3, head=signed.hash), decode_record(signed.payload)
    )
    assert chain.follow(STATE, follow(key=STRANGER, prev=ZERO_HASH)) == (
        5,
        "prev is not the hash of the record before",
    )


def test_mono_may_stand_still_and_rise() -> None:
    for mono in (STATE.mono, STATE.mono + 1):
        outcome = accept(STATE, follow(mono=mono))
        assert isinstance(outcome, Accepted)
        assert outcome.state.mono == mono


HANDOVER = hand_over(NEXT, STATE.session, 1, STATE.head)
RESUME = Resume(reason="restarted", next=HANDOVER)
OPEN = decode_record(BUILT.records[0].payload).body
assert isinstance(OPEN, Open)
CLOSE = Close(reason="finished", segments={}, incidents=0)


@pytest.mark.parametrize(
    ("signed", "refused"),
    [
        (follow(key=STRANGER), (3, "the signature is not the session key's")),
        (follow(session="ab" * 16), (1, f"a record of session {'ab' * 16}")),
        (follow(epoch=1), (2, "epoch 1 where 0 is in force")),
        (follow(seq=1), (4, "record 1 where 2 is next")),
        (follow(seq=3), (4, "record 3 where 2 is next")),
        (follow(OPEN), (4, "open is the first record, and only the first")),
        (follow(prev="cd" * 32), (5, "prev is not the hash of the record before")),
        (follow(mono=0), (6, "the monotonic clock runs backwards within a boot")),
        (follow(boot="boot-2"), (6, "another boot without a resume")),
        (follow(RESUME, mono=0), (6, "the monotonic clock runs backwards within a boot")),
    ],
)
def test_what_is_not_next_is_refused_by_its_check(
    signed: Signed, refused: tuple[int, str]
) -> None:
    assert accept(STATE, signed) == Refused(*refused)


def test_what_is_signed_but_no_record_is_refused_as_such() -> None:
    outcome = accept(STATE, sign(KEY, Domain.RECORD, b"[]"))

    assert outcome == Refused(3, "not a record: not an object")


def test_open_names_the_key_that_was_granted() -> None:
    granted = ChainState(STATE.session, public_bytes(KEY))
    first = {"seq": 0, "prev": ZERO_HASH, "mono": 0}
    lie = msgspec.structs.replace(OPEN, public_key=to_base64(public_bytes(STRANGER)))

    assert isinstance(accept(granted, follow(OPEN, **first)), Accepted)
    assert accept(granted, follow(lie, **first)) == Refused(
        2, "open names another key than the grant"
    )
    assert accept(granted, follow(GAP, **first)) == Refused(
        4, "open is the first record, and only the first"
    )


def test_checks_have_the_numbers_of_the_specification() -> None:
    numbers = {name: number for name, number in vars(Refusal).items() if name.isupper()}

    assert numbers == {check.name: check.value for check in CheckId if 1 <= check <= 8}


def test_nothing_follows_the_close() -> None:
    closed = accept(STATE, follow(CLOSE))
    assert isinstance(closed, Accepted)
    assert closed.state.closed

    after = follow(seq=3, prev=closed.state.head)

    assert accept(closed.state, after) == Refused(4, "a record after the close")


@pytest.mark.parametrize(
    ("body", "boot", "mono"),
    [
        (Rotate(next=HANDOVER), BOOT, STATE.mono),
        (RESUME, BOOT, STATE.mono),
        (RESUME, "boot-2", 0),
    ],
    ids=["rotate", "resume", "resume-after-a-reboot"],
)
def test_rotate_and_resume_hand_over_to_the_next_key(body: Body, boot: str, mono: int) -> None:
    signed = follow(body, boot=boot, mono=mono)

    outcome = accept(STATE, signed)

    assert isinstance(outcome, Accepted)
    assert outcome.state == ChainState(
        STATE.session, public_bytes(NEXT), 1, 3, signed.hash, mono, boot, closed=False
    )
    old_key = follow(epoch=1, seq=3, prev=signed.hash, boot=boot)
    assert accept(outcome.state, old_key) == Refused(
        3, "the signature is not the session key's"
    )
    new_key = follow(key=NEXT, epoch=1, seq=3, prev=signed.hash, boot=boot)
    assert isinstance(accept(outcome.state, new_key), Accepted)


def test_a_handover_is_what_the_specification_says() -> None:
    """The domain, the session, the number in decimal, ``prev``, the key: a space between."""
    text = f"{'5e' * 16} 12 {'ab' * 32} {to_base64(public_bytes(NEXT))}"
    proof = NEXT.sign(b"invigil/handover/1\0" + text.encode())

    handover = hand_over(NEXT, "5e" * 16, 12, "ab" * 32)

    assert handover == Handover(
        epoch=12, public_key=to_base64(public_bytes(NEXT)), proof=to_base64(proof)
    )
    assert handover_key(handover, "5e" * 16, 12, "ab" * 32) == public_bytes(NEXT)


@pytest.mark.parametrize(
    "changes",
    [
        {"epoch": 2},
        {"public_key": to_base64(public_bytes(STRANGER))},
        {"public_key": "!"},
        {"public_key": ""},
        {"proof": "!"},
        {"proof": to_base64(bytes(64))},
        {"proof": hand_over(NEXT, STATE.session, 2, STATE.head).proof},
        {"proof": hand_over(NEXT, "ab" * 16, 1, STATE.head).proof},
        {"proof": hand_over(NEXT, STATE.session, 1, "ab" * 32).proof},
    ],
)
def test_a_handover_that_does_not_prove_itself_hands_nothing_over(changes: dict) -> None:
    bent = msgspec.structs.replace(HANDOVER, **changes)

    assert handover_key(bent, STATE.session, 1, STATE.head) is None
    assert accept(STATE, follow(Rotate(next=bent))) == Refused(
        2, "the next epoch's key does not prove itself"
    )


def test_each_check_is_made_in_the_order_of_the_specification() -> None:
    """3, 1, 2, 4, 5, 6: of a record that fails them all, then of one that passes the first…"""
    handover = msgspec.structs.replace(HANDOVER, proof="")
    wrong = {
        "session": "ab" * 16,
        "epoch": 7,
        "seq": 9,
        "prev": "cd" * 32,
        "mono": 0,
        "body": Rotate(next=handover),
    }
    found = []
    for mended in ([], ["session"], ["epoch"], ["body"], ["seq"], ["prev"]):
        for member in mended:
            del wrong[member]
        outcome = accept(STATE, follow(**wrong))
        assert isinstance(outcome, Refused)
        found.append(outcome.check)
    assert found == [1, 2, 2, 4, 5, 6]
