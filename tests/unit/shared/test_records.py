"""Records: every member's bounds and choices, as the specification's tables name them."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest
from support.sessions import SESSION

from shared.flags import Kind, Severity
from shared.records import (
    Attachment,
    BlobReference,
    Close,
    Gap,
    Incident,
    MalformedRecord,
    Open,
    Phase,
    Record,
    Resume,
    Segment,
    blobs_of,
    decode_record,
    encode_record,
)

TOP = 2**53 - 1
HASH = "ab" * 32
HANDOVER = {"epoch": 1, "public_key": "k", "proof": "p"}
BODIES: dict[str, dict[str, Any]] = {
    "open": {
        "policy": HASH,
        "grant": HASH,
        "kid": HASH,
        "public_key": "k",
        "build": {},
        "devices": {},
        "consent": {},
        "models": [{"name": "m", "sha256": HASH}],
    },
    "segment": {
        "stream": "camera",
        "stream_seq": 0,
        "part": "init",
        "start": 0,
        "duration": 0,
        "frames": 0,
        "independent": True,
        "sha256": HASH,
        "size": 0,
    },
    "incident": {
        "id": "cd" * 16,
        "kind": "speech",
        "start": 0,
        "end": 0,
        "severity": "low",
        "confidence": 0.5,
        "detail": {},
    },
    "enrolment": {},
    "phase": {"name": "exam", "by": "candidate"},
    "heartbeat": {
        "streams": {"camera": {}},
        "unobserved": [{"stream": "camera", "start": 0, "end": 0, "reason": "dark"}],
        "queue": {},
        "machine": {},
    },
    "rotate": {"next": HANDOVER},
    "resume": {"reason": "restarted", "next": HANDOVER},
    "gap": {"stream": "screen", "start": 0, "end": 0, "reason": "device lost"},
    "clock": {"jump": 0, "reason": "set by hand"},
    "close": {"reason": "finished", "segments": {"camera": 0}, "incidents": 0},
}


def record(kind: str, said: dict[str, Any] | None = None, **changes: object) -> bytes:
    """A record as it is written."""
    members = {
        "v": 1,
        "type": kind,
        "session": SESSION,
        "epoch": 0,
        "seq": 0,
        "prev": HASH,
        "wall": 0,
        "mono": 0,
        "boot": "b",
        "anchor": None,
        "body": BODIES[kind] if said is None else said,
    }
    return json.dumps({**members, **changes}).encode()


def bent(kind: str, path: str, value: object) -> bytes:
    """A record of which one member, named by its path in the body, is another."""
    body = copy.deepcopy(BODIES[kind])
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    at: Any = body
    for step in way:
        at = at[step]
    at[last] = value
    return record(kind, body)


def taken(data: bytes) -> bool:
    try:
        decode_record(data)
    except MalformedRecord:
        return False
    return True


@pytest.mark.parametrize("kind", BODIES)
def test_every_type_is_read_and_named(kind: str) -> None:
    read = decode_record(record(kind))

    assert read.type == kind
    assert json.loads(encode_record(read))["type"] == kind
    assert decode_record(encode_record(read)) == read


@pytest.mark.parametrize("kind", BODIES)
def test_every_member_of_a_body_is_required(kind: str) -> None:
    for member in BODIES[kind]:
        body = {name: value for name, value in BODIES[kind].items() if name != member}
        assert not taken(record(kind, body)), member


@pytest.mark.parametrize(
    "member",
    ["v", "type", "session", "epoch", "seq", "prev", "wall", "mono", "boot", "anchor", "body"],
)
def test_every_member_of_a_record_is_required(member: str) -> None:
    members = json.loads(record("gap"))
    del members[member]

    assert not taken(json.dumps(members).encode())
    assert taken(record("gap", **{member: None})) == (member == "anchor")


def test_a_record_is_read_member_by_member() -> None:
    read = decode_record(
        record("gap", epoch=1, seq=2, prev=HASH, wall=3, mono=4, boot="b", anchor="cd" * 32)
    )

    assert read == Record(
        session=SESSION,
        epoch=1,
        seq=2,
        prev=HASH,
        wall=3,
        mono=4,
        boot="b",
        anchor="cd" * 32,
        body=Gap(stream="screen", start=0, end=0, reason="device lost"),
    )


NUMBERS = [
    ("segment", "stream_seq"),
    ("segment", "start"),
    ("segment", "duration"),
    ("segment", "frames"),
    ("segment", "size"),
    ("segment", "origin"),
    ("segment", "width"),
    ("segment", "height"),
    ("incident", "start"),
    ("incident", "end"),
    ("heartbeat", "unobserved/0/start"),
    ("heartbeat", "unobserved/0/end"),
    ("rotate", "next/epoch"),
    ("gap", "start"),
    ("gap", "end"),
    ("gap", "since"),
    ("close", "segments/camera"),
    ("close", "incidents"),
]


@pytest.mark.parametrize(("kind", "path"), NUMBERS)
def test_numbers_are_whole_and_exact_in_a_double(kind: str, path: str) -> None:
    assert taken(bent(kind, path, 0))
    assert taken(bent(kind, path, TOP))
    for wrong in (-1, TOP + 1, 0.5, "0", True):
        assert not taken(bent(kind, path, wrong)), wrong


@pytest.mark.parametrize("member", ["epoch", "seq", "wall", "mono"])
def test_numbers_of_a_record_are_alike(member: str) -> None:
    assert taken(record("gap", **{member: TOP}))
    for wrong in (-1, TOP + 1, 0.5, "0"):
        assert not taken(record("gap", **{member: wrong})), wrong


def test_a_jump_has_a_sign() -> None:
    for jump in (-TOP, TOP):
        assert taken(bent("clock", "jump", jump))
    for jump in (-TOP - 1, TOP + 1, 0.5):
        assert not taken(bent("clock", "jump", jump))


def test_confidence_is_a_share() -> None:
    for confidence in (0, 0.25, 1):
        assert taken(bent("incident", "confidence", confidence))
    for confidence in (-0.01, 1.01, "0"):
        assert not taken(bent("incident", "confidence", confidence))


HASHES = [
    ("open", "policy"),
    ("open", "grant"),
    ("open", "kid"),
    ("open", "models/0/sha256"),
    ("segment", "sha256"),
]


@pytest.mark.parametrize(("kind", "path"), HASHES)
def test_hashes_are_64_lower_case_digits(kind: str, path: str) -> None:
    for wrong in ("ab" * 31, "ab" * 33, "AB" * 32, HASH + "\n", "\n" + HASH, "x" + HASH):
        assert not taken(bent(kind, path, wrong)), wrong


@pytest.mark.parametrize("member", ["prev", "anchor"])
def test_hashes_of_a_record_are_alike(member: str) -> None:
    assert taken(record("gap", **{member: HASH}))
    for wrong in ("ab" * 31, "AB" * 32, HASH + "\n", "x" + HASH):
        assert not taken(record("gap", **{member: wrong})), wrong


def test_ids_are_32_lower_case_digits() -> None:
    for wrong in ("ab" * 15, "ab" * 17, "AB" * 16, SESSION + "\n", "x" + SESSION):
        assert not taken(record("gap", session=wrong)), wrong
        assert not taken(bent("incident", "id", wrong)), wrong


def test_a_boot_has_a_name_of_at_most_64_characters() -> None:
    for boot in ("b", "b" * 64):
        assert taken(record("gap", boot=boot))
    for boot in ("", "b" * 65):
        assert not taken(record("gap", boot=boot))


CHOICES = [
    ("segment", "stream", ["camera", "microphone", "screen"]),
    ("segment", "part", ["init", "fragment"]),
    ("gap", "stream", ["camera", "microphone", "screen", "attachment"]),
    (
        "heartbeat",
        "unobserved/0/stream",
        ["camera", "microphone", "screen", "attachment"],
    ),
    ("incident", "severity", ["info", "low", "medium", "high", "critical"]),
    ("incident", "kind", [kind.value for kind in Kind]),
    (
        "phase",
        "name",
        ["preparing", "waiting", "exam", "break", "paused", "handed_in"],
    ),
    ("phase", "by", ["candidate", "proctor", "recorder"]),
]


@pytest.mark.parametrize(("kind", "path", "words"), CHOICES)
def test_words_are_those_of_the_specification(kind: str, path: str, words: list[str]) -> None:
    for word in words:
        assert taken(bent(kind, path, word)), word
        assert not taken(bent(kind, path, word.upper()))
    assert not taken(bent(kind, path, "another"))


def attached(**changes: object) -> bytes:
    attachment = {
        "role": "clip",
        "stream_seq": 0,
        "media_type": "video/mp4",
        "sha256": HASH,
        "size": 0,
    }
    return bent("incident", "attachments", [{**attachment, **changes}])


def test_attachments_are_pictures_and_clips() -> None:
    for role in ("snapshot", "clip", "photo", "document"):
        assert taken(attached(role=role))
    for wrong in ({"role": "song"}, {"sha256": "x"}, {"size": -1}, {"stream_seq": -1}):
        assert not taken(attached(**wrong)), wrong
    for member in ("role", "stream_seq", "media_type", "sha256", "size"):
        assert not taken(attached(**{member: None}))


def test_what_may_be_left_out_has_a_value_then() -> None:
    segment = decode_record(record("segment")).body
    assert isinstance(segment, Segment)
    assert (segment.codecs, segment.origin, segment.width, segment.height) == (None,) * 4
    incident = decode_record(bent("incident", "end", None)).body
    assert isinstance(incident, Incident)
    assert (incident.end, incident.attachments) == (None, ())
    opened = decode_record(record("open")).body
    assert isinstance(opened, Open)
    assert opened.unwatched == ()
    resumed = decode_record(record("resume")).body
    assert isinstance(resumed, Resume)
    assert (resumed.build, resumed.devices) == (None, None)
    assert resumed.models == resumed.unwatched == ()
    gap = decode_record(record("gap")).body
    assert isinstance(gap, Gap)
    assert gap.since is None
    phase = decode_record(record("phase")).body
    assert isinstance(phase, Phase)
    assert (phase.reason, phase.command) == ("", None)


def test_a_phase_says_why_in_text() -> None:
    said = decode_record(bent("phase", "reason", "a fire alarm")).body

    assert said == Phase(name="exam", by="candidate", reason="a fire alarm")
    for wrong in (None, 1, ["x"]):
        assert not taken(bent("phase", "reason", wrong))
    assert blobs_of(said) == ()


def test_a_phase_may_name_the_command_that_gave_time() -> None:
    said = decode_record(bent("phase", "command", "c1")).body
    assert said == Phase(name="exam", by="candidate", command="c1")
    assert taken(bent("phase", "command", None))
    assert not taken(bent("phase", "command", 1))


def test_a_body_may_say_more_and_a_record_may_not() -> None:
    assert taken(bent("gap", "more", {"x": 1}))
    assert not taken(record("gap", more=1))


def test_what_is_no_record_says_why() -> None:
    for data, why in (
        (b"[]", "not a record: not an object"),
        (record("gap", v=2), "not a record: version 2 is not 1"),
        (record("gap", type="confession"), "unknown record type 'confession'"),
        (record("gap", type="x" * 99), f"unknown record type '{'x' * 40}'"),
    ):
        with pytest.raises(MalformedRecord) as refused:
            decode_record(data)
        assert str(refused.value) == why
    with pytest.raises(MalformedRecord, match=r"^not a record: .*`\$\.reason`"):
        decode_record(bent("gap", "reason", 1))


def test_an_incident_s_attachments_are_pieces_in_their_order() -> None:
    first = Attachment(role="clip", stream_seq=3, media_type="video/mp4", sha256=HASH, size=9)
    second = msgspec.structs.replace(first, role="snapshot", stream_seq=4, sha256="cd" * 32)
    incident = Incident(
        id="cd" * 16,
        kind=Kind.SPEECH,
        start=0,
        end=None,
        severity=Severity.LOW,
        confidence=1,
        detail={},
        attachments=(first, second),
    )

    assert blobs_of(incident) == (
        BlobReference(HASH, 9, "attachment", 3),
        BlobReference("cd" * 32, 9, "attachment", 4),
    )


def test_a_segment_is_a_piece_and_the_rest_are_none() -> None:
    segment = decode_record(bent("segment", "size", 9)).body

    assert blobs_of(segment) == (BlobReference(HASH, 9, "camera", 0),)
    assert blobs_of(Close(reason="r", segments={}, incidents=0)) == ()
