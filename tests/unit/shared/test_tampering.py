"""Tampering at random: both verifiers see it, say the same of it, and neither crashes.

Three depths: the zip's bytes; what its files hold, signed by whom they should be; and JSON.
Flipped bits and cuts, one by one, are in ``tests/faults``.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from second_verifier import records as second
from second_verifier.text import Malformed, parse
from support.both_verifiers import Said, agreed
from vectors.packing import Bundle, brief, honest
from vectors.session import (
    EPOCHS,
    STRANGER,
    ZERO,
    Edit,
    Json,
    Session,
    hash_of,
    payload,
)

from shared.policy import PolicyError, decode_keyring
from shared.receipts import MalformedReceipt, decode_grant, decode_receipt
from shared.records import MalformedRecord, decode_record

# The short form is the same in every run and takes seconds; INVIGIL_EXAMPLES=10000 looks on.
ASKED = os.environ.get("INVIGIL_EXAMPLES")
EXAMPLES = int(ASKED or 120)
tampering = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=ASKED is None, database=None
)

GOOD = brief().packed()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tampering") / "b.zip"


# the zip's bytes


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {entry.orig_filename: archive.read(entry) for entry in archive.infolist()}


HEADERS = [
    at + offset
    for magic in (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06")
    for at in (found.start() for found in re.finditer(re.escape(magic), GOOD))
    for offset in range(46)
    if at + offset < len(GOOD)
]
PLACES_IN_ZIP = st.integers(0, len(GOOD) - 1) | st.sampled_from(HEADERS)


@tampering
@given(at=PLACES_IN_ZIP, size=st.integers(1, 40), more=st.binary(max_size=40))
def test_a_bundle_with_other_bytes_somewhere_does_not_hold(
    path: Path, at: int, size: int, more: bytes
) -> None:
    data = GOOD[:at] + more + GOOD[at + size :]

    said = agreed(path, data)

    assert said.status in (1, 2) or contents(data) == contents(GOOD)


# what the files hold

SESSION = Session().written()
HASHES = [ZERO, "ab" * 32, *map(hash_of, SESSION.records + SESSION.receipts)]
NUMBERS = st.integers(0, 13) | st.sampled_from([2**53 - 1, 60_000_000, 1_790_000_000_000_000])
VALUES = NUMBERS | st.none() | st.sampled_from([*HASHES, "boot-1", "x"])
SHIFTS = st.sampled_from([-61_000_000, -2_500_000, -1, 1, 1_500_000, 2_500_000, 61_000_000])
MEMBERS = ["seq", "epoch", "prev", "anchor", "boot", "wall", "mono", "session", "type"]
BODY_MEMBERS = ["stream_seq", "size", "sha256", "jump", "incidents", "id", "stream", "end"]
RECEIPT_MEMBERS = ["size", "head", "time", "prev", "durable", "missing", "session"]


def setting(member: str, value: Any) -> Edit:
    return lambda said: said.update({member: deepcopy(value)})


def setting_in_body(member: str, value: Any) -> Edit:
    return lambda said: said["body"].update({member: deepcopy(value)})


def shifting(shifts: dict[str, int]) -> Edit:
    def bend(said: Json) -> None:
        for member, by in shifts.items():
            said[member] = max(0, said[member] + by)

    return bend


RECORD_BENDS = st.one_of(
    st.builds(setting, st.sampled_from(MEMBERS), VALUES),
    st.builds(setting_in_body, st.sampled_from(BODY_MEMBERS), VALUES),
    st.builds(shifting, st.dictionaries(st.sampled_from(["wall", "mono"]), SHIFTS, min_size=1)),
)
RECEIPT_BENDS = st.one_of(
    st.builds(setting, st.sampled_from(RECEIPT_MEMBERS), VALUES),
    st.builds(setting, st.just("durable"), st.lists(st.sampled_from(HASHES))),
    st.builds(shifting, st.dictionaries(st.sampled_from(["time", "size"]), SHIFTS, min_size=1)),
)
SIGNERS = st.sampled_from([*EPOCHS, STRANGER])


@tampering
@given(
    edits=st.dictionaries(st.integers(0, 10), RECORD_BENDS, max_size=2),
    receipt_edits=st.dictionaries(st.integers(0, 3), RECEIPT_BENDS, max_size=2),
    signers=st.dictionaries(st.integers(0, 10), SIGNERS, max_size=1),
)
def test_lies_that_are_signed_get_one_verdict(
    path: Path,
    edits: dict[int, Edit],
    receipt_edits: dict[int, Edit],
    signers: dict[int, Any],
) -> None:
    session = Session(edits=edits, receipt_edits=receipt_edits, signers=signers)

    agreed(path, Bundle.of(session.written()).packed())


PHASE_WORDS = st.sampled_from(["exam", "paused", "candidate", "proctor", "", "Exam"])
PHASE_VALUES = PHASE_WORDS | st.none() | st.integers(-1, 1) | st.lists(PHASE_WORDS, max_size=1)
PHASE_BENDS = st.builds(
    setting_in_body, st.sampled_from(["name", "by", "reason", "more"]), PHASE_VALUES
)


@tampering
@given(edits=st.dictionaries(st.integers(0, 9), PHASE_BENDS, max_size=2))
def test_phases_of_any_kind_get_one_verdict(path: Path, edits: dict[int, Edit]) -> None:
    agreed(path, Bundle.of(Session(edits=edits).phased()).packed())


RECORDS, RECEIPTS = SESSION.records, SESSION.receipts


def rearranged(lines: list[bytes]) -> st.SearchStrategy[list[bytes]]:
    """Lines dropped, repeated and moved: any of them, or one move away from honest."""
    numbers = st.integers(0, len(lines) - 1)

    def moved(here: int, there: int, copies: int) -> list[bytes]:
        rest = [*lines[:here], *lines[here + 1 :]]
        return [*rest[:there], *[lines[here]] * copies, *rest[there:]]

    anyhow = st.lists(st.sampled_from(lines), max_size=len(lines) + 2)
    return anyhow | st.builds(moved, numbers, numbers, st.integers(0, 2))


@tampering
@given(records=rearranged(RECORDS), receipts=rearranged(RECEIPTS))
def test_what_is_dropped_repeated_or_moved_is_never_accepted(
    path: Path, records: list[bytes], receipts: list[bytes]
) -> None:
    bundle = replace(honest(), records=records, receipts=receipts)

    said = agreed(path, bundle.packed())

    assert (said == Said(0)) == (records == RECORDS and receipts == RECEIPTS)


# JSON

TOKENS = [
    *(
        b"null",
        b"true",
        b"{}",
        b"[]",
        b"[" * 70,
        b'""',
        b'"x":1,',
        b'"v":1,',
        b",",
        b" ",
        b"\t",
    ),
    *(b"-0", b"-1", b"0.0", b"1e0", b"1E400", b"01", b"1" * 310, b"NaN", b"-", b"1.", b".5"),
    *(b"9007199254740992", b"1e-400", b"\r", b"\\n", b"\\/", b"\\x", b"\x0b", b'"\\u0000"'),
    *(b'"\\ud834\\udd1e"', b'"\\udd1e"', b"\xff", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80"),
    *(b"\xef\xbb\xbf", b'"seq":1,', b" ", b"\t"),
]
READERS = {
    "record": (decode_record, MalformedRecord, second.record),
    "receipt": (decode_receipt, MalformedReceipt, lambda v: second.strict(v, second.RECEIPT)),
    "grant": (decode_grant, MalformedReceipt, lambda v: second.strict(v, second.GRANT)),
    "policy": (decode_keyring, PolicyError, lambda v: second.loose(v, second.POLICY)),
}
SIGNED = [
    *(("record", payload(line)) for line in RECORDS),
    *(("receipt", payload(line)) for line in RECEIPTS),
    ("grant", payload(SESSION.grant)),
    ("policy", payload(SESSION.policy)),
]
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(TOKENS)),
    min_size=1,
    max_size=3,
)


@settings(tampering, max_examples=4 * EXAMPLES)
@given(signed=st.sampled_from(SIGNED), changes=CHANGES)
def test_both_read_the_same_json(
    signed: tuple[str, bytes], changes: list[tuple[float, int, bytes]]
) -> None:
    what, data = signed
    for where, size, token in changes:
        at = int(where * len(data))
        data = data[:at] + token + data[at + size :]
    decode, malformed, read = READERS[what]

    assert accepts(decode, malformed, data) == accepts(
        lambda data: read(parse(data)), Malformed, data
    )


def accepts(read: Callable[[bytes], object], malformed: type[Exception], data: bytes) -> bool:
    try:
        read(data)
    except malformed:
        return False
    return True
