"""Records, receipts, policies: read back as written, and refused by name otherwise."""

from __future__ import annotations

import json

import msgspec
import pytest
from msgspec.structs import replace
from support.sessions import Keys, SessionBuilder, make_policy

from shared import wire
from shared.chain import Accepted, ChainState, Refused, accept
from shared.clock import Corridor
from shared.encoding import from_base64
from shared.flags import Group, Kind, Severity
from shared.policy import OFF, PolicyError, decode_policy, encode_policy
from shared.receipts import MalformedReceipt, decode_grant, decode_receipt
from shared.records import (
    Attachment,
    Incident,
    MalformedRecord,
    blobs_of,
    decode_record,
    encode_record,
)
from shared.signed import Domain, public_bytes, sign


def test_every_kind_has_a_group_and_a_label() -> None:
    assert all(kind.label and kind.group in Group for kind in Kind)
    assert [s.rank for s in Severity] == [0, 1, 2, 3, 4]


def test_policies_are_read_back() -> None:
    policy = make_policy(Keys())

    assert decode_policy(encode_policy(policy)) == policy
    assert policy.rule(Kind.GAZE_AWAY).enabled
    assert replace(policy, kinds={}).rule(Kind.CLIPBOARD) is OFF


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"\xff", b'{"v":1}', b"[" * 10_000],
)
def test_what_is_no_policy_is_refused(data: bytes) -> None:
    with pytest.raises(PolicyError, match="not a policy"):
        decode_policy(data)


def test_another_version_is_refused_everywhere() -> None:
    def newer(data: bytes) -> bytes:
        return json.dumps({**json.loads(data), "v": 2}).encode()

    builder = SessionBuilder().honest()
    with pytest.raises(PolicyError, match="version 2"):
        decode_policy(newer(builder.policy.payload))
    with pytest.raises(MalformedReceipt, match="not a grant: version 2"):
        decode_grant(newer(builder.grant.payload))
    with pytest.raises(MalformedReceipt, match="not a receipt: version 2"):
        decode_receipt(newer(builder.receipts[0].payload))
    with pytest.raises(MalformedRecord, match="version 2"):
        decode_record(newer(builder.records[0].payload))


def test_records_are_read_back_to_the_byte() -> None:
    for signed in SessionBuilder().honest().records:
        record = decode_record(signed.payload)
        assert encode_record(record) == signed.payload
        assert json.loads(signed.payload)["type"] == record.type


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"type": "confession"}, "unknown record type"),
        ({"extra": 1}, "unknown field"),
        ({"seq": -1}, "seq"),
        ({"session": "x"}, "session"),
        ({"body": {}}, "missing required field"),
        ({"mono": 1.5}, "mono"),
    ],
)
def test_malformed_records_say_why(change: dict, why: str) -> None:
    payload = json.loads(SessionBuilder().honest().records[0].payload)

    with pytest.raises(MalformedRecord, match=why):
        decode_record(json.dumps({**payload, **change}).encode())


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"nul", b"[" * 100_000])
def test_what_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedRecord):
        decode_record(data)
    with pytest.raises(MalformedReceipt):
        decode_receipt(data)


def test_attachments_are_pieces_of_the_record() -> None:
    attachment = Attachment(
        role="snapshot", stream_seq=3, media_type="image/jpeg", sha256="ab" * 32, size=9
    )
    signed = SessionBuilder().incident(attachments=(attachment,))

    body = decode_record(signed.payload).body
    assert isinstance(body, Incident)
    assert blobs_of(body) == (("ab" * 32, 9, "attachment", 3),)


def fresh_state(builder: SessionBuilder) -> ChainState:
    grant = decode_grant(builder.grant.payload)
    return ChainState(grant.session, from_base64(grant.public_key))


def test_a_chain_grows_over_a_rotation_and_ends_with_close() -> None:
    builder = SessionBuilder().honest()
    state = fresh_state(builder)

    for signed in builder.records:
        outcome = accept(state, signed)
        assert isinstance(outcome, Accepted), outcome
        state = outcome.state

    assert (state.size, state.epoch, state.closed) == (len(builder.records), 1, True)
    assert state.head == builder.records[-1].hash


def handed_over(**changes: str) -> Refused | Accepted:
    """The outcome for a rotation whose handover says something else."""
    builder = SessionBuilder()
    first = builder.open()
    state = accept(fresh_state(builder), first)
    assert isinstance(state, Accepted)
    payload = json.loads(builder.rotate().payload)
    payload["body"]["next"].update(changes)
    old = SessionBuilder().key
    return accept(state.state, sign(old, Domain.RECORD, msgspec.json.encode(payload)))


def test_a_handover_must_prove_itself() -> None:
    assert isinstance(handed_over(), Accepted)
    assert handed_over(public_key="!") == Refused(
        2, "the next epoch's key does not prove itself"
    )
    assert isinstance(handed_over(proof="A" * 86), Refused)


def test_a_signed_text_that_is_no_record_is_refused() -> None:
    builder = SessionBuilder()
    builder.open()

    outcome = accept(fresh_state(builder), sign(builder.key, Domain.RECORD, b"{}"))

    assert isinstance(outcome, Refused)
    assert outcome.check == 3


def test_open_must_name_the_granted_key() -> None:
    builder = SessionBuilder()
    payload = json.loads(builder.open().payload)
    payload["body"]["public_key"] = "B" * 43
    lie = sign(builder.key, Domain.RECORD, msgspec.json.encode(payload))

    outcome = accept(fresh_state(builder), lie)

    assert isinstance(outcome, Refused)
    assert outcome.check == 2
    assert public_bytes(builder.key) == fresh_state(builder).public_key


def test_nothing_but_open_comes_first() -> None:
    builder = SessionBuilder()

    outcome = accept(fresh_state(builder), builder.segment("camera"))

    assert outcome == Refused(4, "open is the first record, and only the first")


def test_an_open_corridor_has_no_excess() -> None:
    assert Corridor().excess == 0


def test_the_wire_bodies_are_read_back() -> None:
    problem = wire.Problem(type=wire.ProblemType.FORK, title="t", status=409, detail="d")

    assert msgspec.json.decode(msgspec.json.encode(problem), type=wire.Problem) == problem
    assert b"check" not in msgspec.json.encode(problem)
