"""Entries as the product writes them, the log's own law, and what the command says of it."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vectors.make import BUNDLES, LOGS
from vectors.session import INSTITUTION, SESSION, fingerprint

from shared.chain import Refused, hand_over
from shared.cli import main
from shared.cli import verify as command
from shared.encoding import ZERO_HASH
from shared.log import (
    MAX_HEADS,
    Access,
    Act,
    Entry,
    EntryBody,
    Follows,
    Head,
    Heads,
    Key,
    LogState,
    MalformedEntry,
    Subject,
    decode_entry,
    decode_log_manifest,
    encode_entry,
    follow,
    sign_entry,
    sign_manifest,
)
from shared.log_checks import MAX_LINE_BYTES, UnreadableLog, is_log, verify_log
from shared.printing import moment
from shared.signed import Domain, public_bytes, sign
from shared.signed import fingerprint as key_name
from shared.verdict import LogCheck
from shared.verify import verify_bundle

GOOD, BUNDLE = LOGS / "good.log", BUNDLES / "good.zip"
OWN, KEY = "0a" * 16, Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
START = LogState(OWN, public_bytes(KEY))
ACT = Act(action="exam.create", subject=Subject(kind="exam", id="e1"), detail={"n": 1})
FULL = Head(session="ff" * 16, size=2**53 - 1, head="ff" * 32, state="terminated")


def entry(body: EntryBody, state: LogState = START, **changes: object) -> Entry:
    made = Entry(
        institution=OWN,
        n=state.size,
        prev=state.head,
        time=5,
        actor="system",
        role=None,
        address=None,
        body=body,
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    "body",
    [
        ACT,
        Access(session=SESSION, what="page"),
        Access(session=SESSION, what="media", stream="camera", until=9),
        Heads(sessions=(FULL,)),
        Key(next=hand_over(KEY, OWN, 0, ZERO_HASH)),
    ],
)
def test_an_entry_is_read_as_it_was_written(body: EntryBody) -> None:
    made = entry(body, role="admin", address="192.0.2.7")

    assert decode_entry(encode_entry(made)) == made
    assert isinstance(follow(START, sign_entry(KEY, made)), Follows)


def test_the_longest_line_is_a_signature_and_the_longest_payload() -> None:
    assert 86 + len(" ") + 65_536 + len("\n") == MAX_LINE_BYTES


def test_the_most_heads_fit_into_a_line() -> None:
    heads = Heads(sessions=(FULL,) * MAX_HEADS)

    assert isinstance(follow(START, sign_entry(KEY, entry(heads))), Follows)
    with pytest.raises(MalformedEntry, match="length <= 256"):
        decode_entry(encode_entry(entry(Heads(sessions=(FULL,) * (MAX_HEADS + 1)))))


def test_each_refusal_bears_its_number() -> None:
    other = "0b" * 16

    assert follow(START, sign(KEY, Domain.RECORD, encode_entry(entry(ACT)))) == Refused(
        2, "not signed by the institution's key"
    )
    assert follow(START, sign_entry(KEY, entry(ACT, institution=other))) == Refused(
        1, f"an entry of institution {other}"
    )
    assert follow(START, sign_entry(KEY, entry(ACT, n=1))) == Refused(
        3, "entry 1 where 0 is next"
    )
    assert follow(START, sign_entry(KEY, entry(ACT, prev="ab" * 32))) == Refused(
        4, "prev is not the hash of the entry before"
    )


def test_a_log_goes_on_under_the_next_key_only() -> None:
    second = Ed25519PrivateKey.from_private_bytes(b"\2" * 32)
    handed = sign_entry(KEY, entry(Key(next=hand_over(second, OWN, 0, ZERO_HASH))))
    match follow(START, handed):
        case Follows(state=state):
            after = entry(ACT, state)
            assert isinstance(follow(state, sign_entry(second, after)), Follows)
            assert isinstance(follow(state, sign_entry(KEY, after)), Refused)
        case refused:
            raise AssertionError(refused)


def test_what_is_no_entry_says_why() -> None:
    members = json.loads(encode_entry(entry(ACT)))

    for changes, why in (
        ({"type": "x" * 99}, f"unknown type of entry '{'x' * 40}'"),
        ({"v": 2}, "not an entry: version 2 is not 1"),
    ):
        data = json.dumps({**members, **changes}).encode()
        with pytest.raises(MalformedEntry) as refused:
            decode_entry(data)
        assert str(refused.value) == why
        assert follow(START, sign(KEY, Domain.LOG, data)) == Refused(2, why)
    with pytest.raises(MalformedEntry) as refused:
        decode_log_manifest(b"[]")
    assert str(refused.value) == "not a log's manifest: not an object"


def test_the_next_key_proves_itself() -> None:
    second = Ed25519PrivateKey.from_private_bytes(b"\2" * 32)
    elsewhere = hand_over(second, "0b" * 16, 0, ZERO_HASH)

    assert follow(START, sign_entry(KEY, entry(Key(next=elsewhere)))) == Refused(
        2, "the next key does not prove itself"
    )


def test_any_key_that_the_log_was_under_may_be_the_one_given(tmp_path: Path) -> None:
    keys = [Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32) for seed in (1, 2, 3)]
    state, lines = START, []
    for own, following in itertools.pairwise(keys):
        handover = hand_over(following, OWN, state.size, state.head)
        signed = sign_entry(own, entry(Key(next=handover), state))
        lines.append(signed.line())
        state = LogState(OWN, public_bytes(following), state.size + 1, signed.hash)
    first = sign_manifest(keys[-1], state, public_bytes(keys[0]), 9)
    path = tmp_path / "x.log"
    path.write_bytes(first.line() + b"".join(lines))

    for key in keys:
        assert verify_log(path, key_name(public_bytes(key))).holds
    other = Ed25519PrivateKey.from_private_bytes(b"\4" * 32)
    result = verify_log(path, key_name(public_bytes(other))).results[LogCheck.CONTAINER]
    last = key_name(public_bytes(keys[-1]))
    assert result.failures == (f"signed by key {last}, and never by the key given",)


def test_a_line_is_never_read_further_than_it_may_be_long(tmp_path: Path) -> None:
    path, _ = written(tmp_path / "x.log", 2)
    path.write_bytes(path.read_bytes() + b"A" * 86 + b" {" + b"x" * 500_000 + b"}\n")

    result = verify_log(path).results[LogCheck.SIGNATURE]
    assert result.failures == ("entry 2: cut short; the rest is not judged",)
    path.write_bytes(b"A" * 86 + b" {" + b"x" * 500_000 + b"}\n")
    with pytest.raises(UnreadableLog) as refused:
        verify_log(path)
    assert str(refused.value) == f"{path} is not a log: its first line is cut short"


def test_a_session_without_records_is_any_chain_s_beginning(tmp_path: Path) -> None:
    nothing = Head(session=SESSION, size=0, head=ZERO_HASH, state="open")
    signed = sign_entry(KEY, entry(Heads(sessions=(nothing,))))
    state = replace(START, size=1, head=signed.hash)
    path = tmp_path / "x.log"
    path.write_bytes(sign_manifest(KEY, state, public_bytes(KEY), 9).line() + signed.line())

    result = verify_log(path, bundle=verify_bundle(BUNDLE)).results[LogCheck.SESSION]

    assert (result.looked_at, result.failures) == (1, ())


def written(path: Path, entries: int, step: int = 1) -> tuple[Path, list[str]]:
    """A log of acts in a file, and the hashes of its entries."""
    state, lines, hashes = START, [], []
    for n in range(entries):
        signed = sign_entry(KEY, entry(ACT, state, time=n * step))
        lines.append(signed.line())
        state = replace(state, size=n + 1, head=signed.hash)
        hashes.append(signed.hash)
    first = sign_manifest(KEY, state, public_bytes(KEY), entries * step)
    path.write_bytes(first.line() + b"".join(lines))
    return path, hashes


def test_what_the_product_exports_holds(tmp_path: Path) -> None:
    path, hashes = written(tmp_path / "x.log", 250)
    told: list[tuple[int, int]] = []

    verdict = verify_log(
        path,
        key_name(public_bytes(KEY)),
        [hashes[7]],
        progress=lambda done, of: told.append((done, of)),
    )
    assert verdict.holds, verdict
    assert (verdict.size, verdict.head, verdict.time) == (250, hashes[-1], 249)
    assert [(one.n, one.time) for one in verdict.known] == [(7, 7)]
    assert told[-1] == (250, 250)
    assert not verify_log(path, "0" * 64).holds


def test_a_log_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    assert not is_log(tmp_path / "absent")
    with pytest.raises(UnreadableLog, match=r"absent cannot be read: No such file"):
        verify_log(tmp_path / "absent")


def test_the_command_says_it_in_words(capsys) -> None:
    after = json.loads(LOGS.with_name("expected_of_logs.json").read_text())
    noted = after["vectors"]["good-after"]["after"][0]

    assert command(GOOD, after=[noted.upper()]) == 0
    out = capsys.readouterr().out
    assert "no session ever got shorter" in out
    assert "9, the last of 2026-09-21" in out
    assert f"after    {noted}" in out
    assert "entry 3 of" in out
    assert "compare it" in out
    assert out.rstrip().endswith("\nHOLDS")
    assert command(LOGS / "time-back.log", key=fingerprint(INSTITUTION)) == 1
    out = capsys.readouterr().out
    assert "entry 4: before the entry before it" in out
    assert "(follows on the key given)" in out
    assert command(LOGS / "after-unknown.log", after=["ab" * 32]) == 1
    assert "there is no entry abab" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        # What the log ends with, and the key of its first entries, which handed over to it.
        ("good", verify_log(GOOD).key_fingerprint, "as given"),
        ("good", fingerprint(INSTITUTION), "follows on the key given"),
        ("good", "0" * 64, "not the key given"),
        # It ends before its first key hands over, and names another that it would end with.
        ("entry-changed", fingerprint(INSTITUTION), "not the key given"),
        ("exported-by-a-stranger", fingerprint(INSTITUTION), "not the key given"),
    ],
)
def test_the_command_says_how_the_key_stands_to_the_one_given(
    name: str, key: str, words: str, capsys
) -> None:
    own = verify_log(LOGS / f"{name}.log").key_fingerprint
    command(LOGS / f"{name}.log", key=key)
    assert f"key      {own}\n         ({words})\n" in capsys.readouterr().out


def test_the_command_says_it_to_programs(capsys) -> None:
    assert command(GOOD, json=True) == 0
    log = json.loads(capsys.readouterr().out)
    assert (log["holds"], log["entries"], log["about"], log["after"]) == (True, 9, [], [])
    assert [check["outcome"] for check in log["checks"]] == ["holds"] * 7 + ["skipped"] * 2
    assert log["checks"][6]["claim"] == "no session ever got shorter or became another"
    assert command(LOGS / "head-shrinks.log", json=True) == 1
    log = json.loads(capsys.readouterr().out)
    assert log["checks"][6]["where"] == [{"entry": 5}]


def test_a_log_beside_a_bundle_says_who_saw_it(capsys) -> None:
    assert command(BUNDLE, log=GOOD, json=True) == 0
    both = json.loads(capsys.readouterr().out)
    assert (both["session"], both["holds"], both["log"]["holds"]) == (SESSION, True, True)
    assert [(one["n"], one["what"]) for one in both["log"]["about"]] == [
        (3, "saw page"),
        (4, "saw media camera"),
        (6, "flag.decide"),
    ]
    assert command(BUNDLE, log=GOOD) == 0
    out = capsys.readouterr().out
    assert "saw media camera" in out
    assert "(proctor)" in out
    assert "the bundle's chain is the one that the log names" in out


def test_a_bundle_that_the_log_contradicts_does_not_hold(capsys) -> None:
    assert command(BUNDLE, json=True) == 0
    assert command(BUNDLE, log=LOGS / "bundle-of-another-chain.log", json=True) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "log" not in json.loads(lines[0])
    both = json.loads(lines[1])
    assert (both["holds"], both["log"]["holds"]) == (False, False)
    assert both["log"]["checks"][8]["failures"] == [
        "entry 2: another record 2 than the bundle's"
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"bundle": GOOD, "log": GOOD}, "is a log itself"),
        ({"bundle": BUNDLE, "after": ["ab" * 32]}, "add --log LOG"),
        ({"bundle": GOOD, "after": ["ab"]}, "--after is the hash of an entry"),
        ({"bundle": GOOD, "key": "ab"}, "--key is a fingerprint"),
        ({"bundle": BUNDLE, "log": BUNDLE}, "is not a log: its first line is"),
        ({"bundle": LOGS / "manifest-missing.log"}, "is not a log"),
    ],
)
def test_what_cannot_be_checked_is_said(arguments: dict, words: str, capsys) -> None:
    assert command(**arguments) == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_the_program_takes_several_notes(monkeypatch, capsys, tmp_path: Path) -> None:
    path, hashes = written(tmp_path / "x.log", 3)
    notes = [part for name in hashes for part in ("--after", name)]
    monkeypatch.setattr("sys.argv", ["invigil-verify", str(path), "--json", *notes])

    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 0
    assert [one["n"] for one in json.loads(capsys.readouterr().out)["after"]] == [0, 1, 2]


def test_a_bundle_that_the_log_knows_nothing_of_is_not_borne_out(capsys) -> None:
    """Nothing contradicts it, but that nothing was looked at is said."""
    other = BUNDLES / "manifest-of-another-institution.zip"

    assert command(other, log=GOOD, json=True) == 1
    check = json.loads(capsys.readouterr().out)["log"]["checks"][8]
    assert "the bundle is signed by none of this log's keys" in check["failures"]
    assert command(BUNDLE, log=LOGS / "good-beside-unnamed.log", json=True) == 0
    check = json.loads(capsys.readouterr().out)["log"]["checks"][8]
    assert (check["outcome"], check["looked_at"]) == ("skipped", 0)


def test_a_time_beyond_every_calendar_is_still_said() -> None:
    assert moment(0) == "1970-01-01 00:00:00 UTC"
    assert moment(2**53 - 1) == "2255-06-05 23:47:34 UTC"
    assert moment(2**80) == f"{2**80} µs"
