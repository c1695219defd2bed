"""HTTP bodies: limits as the specification names them, bounds, choices, problem types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from support.sessions import fixed_key

from shared import wire
from shared.signed import Domain, Signed, sign

SESSION, HASH = "5e" * 16, "ab" * 32


def taken(body: type[msgspec.Struct], said: dict[str, Any]) -> bool:
    try:
        msgspec.convert(said, body)
    except msgspec.ValidationError:
        return False
    return True


def test_limits_are_those_of_the_specification() -> None:
    assert wire.API_PREFIX == "/api/v1"
    assert wire.MAX_RECORDS == 64
    assert wire.MAX_RECORDS_BYTES == 1024 * 1024
    assert wire.MAX_BLOB_BYTES == 16 * 1024 * 1024
    assert wire.MAX_SAID == 8


@pytest.mark.parametrize(
    ("body", "rest"),
    [(wire.InspectRequest, {}), (wire.RedeemRequest, {"public_key": "k" * 43})],
)
def test_a_code_has_1_to_64_characters(body: type[msgspec.Struct], rest: dict) -> None:
    for code in ("c", "c" * 64):
        assert taken(body, {"code": code, **rest})
    for code in ("", "c" * 65):
        assert not taken(body, {"code": code, **rest})


def test_a_key_is_43_characters_of_base64() -> None:
    assert not taken(wire.RedeemRequest, {"code": "c", "public_key": "k" * 42})
    assert not taken(wire.RedeemRequest, {"code": "c", "public_key": "k" * 44})


def test_the_answer_to_a_code_says_whose_it_is() -> None:
    said = {"product": "invigil", "policy": "p", "institution_key": "k", "candidate": "c"}

    assert taken(wire.Inspected, said)
    assert not taken(wire.Inspected, {**said, "product": "Invigil"})


def test_a_status_names_the_chain() -> None:
    said = {
        "session": SESSION,
        "state": "open",
        "size": 0,
        "head": HASH,
        "missing": [HASH],
        "receipt": None,
    }
    for state in ("open", "closed", "terminated"):
        assert taken(wire.SessionStatus, {**said, "state": state})
    for wrong in ({"state": "x"}, {"session": "x"}, {"size": -1}, {"missing": ["x"]}):
        assert not taken(wire.SessionStatus, {**said, **wrong})
    for member in said:
        rest = {name: value for name, value in said.items() if name != member}
        assert not taken(wire.SessionStatus, rest)


def test_a_problem_leaves_out_what_it_does_not_say() -> None:
    problem = wire.Problem(type="t", title="T", status=409, detail="d")
    plain = {"type": "t", "title": "T", "status": 409, "detail": "d"}

    assert msgspec.json.decode(msgspec.json.encode(problem)) == plain
    assert msgspec.convert(plain, wire.Problem) == problem
    full = {**plain, "check": 4, "size": 2, "head": HASH}
    assert msgspec.to_builtins(msgspec.convert(full, wire.Problem)) == full


def test_problems_have_these_types() -> None:
    """A recorder in the field tells by them what to do."""
    types = {
        name.lower().replace("_", "-"): value
        for name, value in vars(wire.ProblemType).items()
        if name.isupper()
    }

    assert all(value == f"urn:invigil:problem:{name}" for name, value in types.items())
    assert set(types) == {
        "code-unknown",
        "code-used",
        "code-expired",
        "exam-early",
        "exam-closed",
        "credential",
        "session",
        "malformed",
        "refused",
        "out-of-order",
        "fork",
        "session-over",
        "blob-unknown",
        "blob-digest",
        "too-large",
        "quota",
        "busy",
    }


ACTIONS = (
    "message",
    "warn",
    "pause",
    "resume",
    "terminate",
    "request_clip",
    "extra_time",
    "admit",
    "refuse",
    "heard",
)


def test_a_command_is_one_of_ten() -> None:
    for action in ACTIONS:
        command = msgspec.convert({"id": "1", "action": action}, wire.Command)
        assert (command.text, command.seconds, command.count, command.limit) == ("", 0, 0, 0)
    for wrong in ("shout", "Message", "", None):
        assert not taken(wire.Command, {"id": "1", "action": wrong})
    assert not taken(wire.Command, {"action": "message"})


def test_extra_time_is_of_a_day_at_most() -> None:
    said = {"id": "1", "action": "extra_time"}

    assert msgspec.convert({**said, "seconds": 86_400}, wire.Command).seconds == 86_400
    for wrong in (-1, 86_401, "60", None):
        assert not taken(wire.Command, {**said, "seconds": wrong})


def test_warnings_are_counted_in_whole_numbers() -> None:
    said = {"id": "1", "action": "warn"}

    told = msgspec.convert({**said, "count": 2, "limit": 3}, wire.Command)
    assert (told.count, told.limit) == (2, 3)
    for member in ("count", "limit"):
        assert not taken(wire.Command, {**said, member: 1.5})
        assert not taken(wire.Command, {**said, member: None})


def test_what_a_candidate_says_is_a_message_or_asks_for_help() -> None:
    said = {"id": SESSION, "kind": "message"}

    for kind in ("message", "help"):
        assert msgspec.convert({**said, "kind": kind}, wire.Said).text == ""
    assert taken(wire.Said, {**said, "text": "x" * 2_000})
    for wrong in (
        {"kind": "shout"},
        {"id": "x"},
        {"id": SESSION.upper() + "\n"},
        {"text": "x" * 2_001},
        {"text": None},
    ):
        assert not taken(wire.Said, {**said, **wrong}), wrong
    for member in said:
        assert not taken(wire.Said, {k: v for k, v in said.items() if k != member})


def test_a_state_may_have_nothing_done() -> None:
    said = {
        "stage": "running",
        "light": "green",
        "words": "recording",
        "elapsed_s": 1.5,
        "queued_records": 0,
        "queued_bytes": 0,
    }

    state = msgspec.convert(said, wire.LiveState)
    assert (state.done, state.phase, state.awaits, state.said) == ((), "", "", ())
    more = {"phase": "exam", "awaits": "identity", "said": [{"id": SESSION, "kind": "help"}]}
    told = msgspec.convert({**said, **more}, wire.LiveState)
    assert (told.phase, told.awaits) == ("exam", "identity")
    assert told.said == (wire.Said(id=SESSION, kind="help"),)
    for wrong in ({"phase": None}, {"awaits": 1}, {"said": [{"id": SESSION}]}):
        assert not taken(wire.LiveState, {**said, **wrong}), wrong


KEY = fixed_key(3)


def line_of(size: int) -> Signed:
    """A signed line of so many bytes in all."""
    signed = sign(KEY, Domain.RECORD, b"x" * (size - len(sign(KEY, Domain.RECORD, b"").line())))
    assert len(signed.line()) == size
    return signed


def sizes(lines: Iterable[Signed]) -> list[int]:
    return [len(batch) for batch in wire.batches(lines)]


def test_a_batch_has_at_most_64_lines() -> None:
    short = line_of(200)

    assert sizes([]) == []
    assert sizes([short]) == [1]
    assert sizes([short] * 64) == [64]
    assert sizes([short] * 65) == [64, 1]
    assert sizes([short] * 200) == [64, 64, 64, 8]


def test_a_batch_has_at_most_a_mebibyte() -> None:
    sixteenth = line_of(65_536)

    assert sizes([sixteenth] * 16) == [16]
    assert sizes([sixteenth] * 17) == [16, 1]
    assert sizes([sixteenth] * 33) == [16, 16, 1]
    assert sizes([*[sixteenth] * 15, line_of(65_537)]) == [15, 1]


def test_batches_are_all_lines_in_order() -> None:
    lines = [line_of(200 + n) for n in range(150)]

    assert [one for batch in wire.batches(lines) for one in batch] == lines
