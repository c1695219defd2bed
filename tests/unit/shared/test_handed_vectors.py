"""The vectors of receipts and certificates as files: both verifiers say of each what the
specification says. Ours is asked as its users ask it, by the command.
"""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
import vectors.make
from second_verifier.whatever import verify_whatever
from support.both_verifiers import Said
from vectors.attack import Attack
from vectors.make import HANDED, Handed, is_kept
from vectors.session import INSTITUTION, fingerprint, key, public

from shared import cli
from shared.verdict import CertificateCheck, GivenCheck, ReceiptCheck

LONG_FILES = {"good-of-2-mib", "of-a-byte-too-much", "of-10-mb", "nested-without-end"}
KINDS = {kind.name: kind for kind in HANDED}
CHECKS = {
    "receipts": ReceiptCheck,
    "certificates": CertificateCheck,
    "given_receipts": GivenCheck,
}
LONG = {
    "receipts": LONG_FILES,
    "certificates": LONG_FILES,
    "given_receipts": {"of-10-mb-in-a-line"},
}
ALL = [(kind, attack) for kind in HANDED for attack in kind.attacks]
GOOD = {kind.name: kind.attacks[0].make() for kind in HANDED}


def named(value: Handed | Attack) -> str:
    return value.name


def ours(path: Path, capsys: pytest.CaptureFixture[str], key: str | None) -> Said:
    status = cli.verify(path, key=key, json=True)
    out, err = capsys.readouterr()
    if status == cli.UNREADABLE:
        assert out == ""
        assert err.startswith("invigil-verify: ")
        return Said(status)
    checks = json.loads(out)["checks"]
    return Said(status, tuple(c["number"] for c in checks if c["outcome"] == "fails"))


def the_second(data: bytes, key: str | None) -> Said:
    verdict = verify_whatever(data, key)
    return Said(verdict.status, () if verdict.status == 2 else tuple(verdict.failures))


@pytest.mark.parametrize(("kind", "attack"), ALL, ids=named)
def test_both_verifiers_say_what_is_expected(
    kind: Handed, attack: Attack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = json.loads(kind.expected.read_text())
    said, key = listed["vectors"][attack.name], listed["institution_key"]
    expected = Said(said["status"], tuple(said["fails"]))
    data, path = attack.make(), kind.file_of(attack.name)
    if is_kept(data):
        assert path.read_bytes() == data
    else:
        path = tmp_path / path.name
        path.write_bytes(data)

    assert ours(path, capsys, key) == expected
    assert the_second(data, key) == expected


@pytest.mark.parametrize("kind", HANDED, ids=named)
def test_people_are_told_as_much_as_programs(
    kind: Handed, capsys: pytest.CaptureFixture[str]
) -> None:
    ends = {0: "\nHOLDS\n", 1: "\nDOES NOT HOLD\n", 2: ""}
    for attack in kind.attacks:
        path = kind.file_of(attack.name)
        if not path.exists():
            continue
        assert cli.verify(path, key=kind.key) == attack.status, attack.name
        out, err = capsys.readouterr()
        assert out.endswith(ends[attack.status]), attack.name
        assert out.count("FAILS") == len(attack.fails), attack.name
        assert bool(err) == (attack.status == 2), attack.name


@pytest.mark.parametrize("kind", HANDED, ids=named)
def test_the_vectors_are_named_as_they_are(kind: Handed) -> None:
    kept = {path.name.removesuffix(kind.suffix) for path in kind.folder.iterdir()}
    long = {one.name for one in kind.attacks if not is_kept(one.make())}
    assert kind.expected.read_text() == vectors.make.expected(kind.attacks, kind.key)
    assert len({one.name for one in kind.attacks}) == len(kind.attacks)
    assert kept | long == {one.name for one in kind.attacks}
    assert not kept & long
    assert long == LONG[kind.name]


@pytest.mark.parametrize("kind", HANDED, ids=named)
def test_every_check_is_attacked_alone(kind: Handed) -> None:
    alone = {one.fails[0] for one in kind.attacks if len(one.fails) == 1}
    assert alone == {int(check) for check in CHECKS[kind.name]}


@pytest.mark.parametrize("kind", HANDED, ids=named)
def test_who_knows_no_key_has_to_compare_it(
    kind: Handed, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another institution's file holds under the key that it names, and says which it is; one
    that names none cannot be checked without.
    """
    path, theirs = kind.file_of("of-another-institution"), key(2)
    data, alone = path.read_bytes(), Said(2 if kind.name == "given_receipts" else 0)
    for known, said in (
        (None, alone),
        (fingerprint(theirs), alone),
        (public(theirs), Said(0)),
        (public(INSTITUTION), Said(1, (0,))),
    ):
        assert ours(path, capsys, known) == the_second(data, known) == said


@pytest.mark.parametrize("kind", HANDED, ids=named)
def test_of_no_flipped_byte_they_say_different_things(
    kind: Handed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, good = tmp_path / "x", GOOD[kind.name]
    for byte in range(0, len(good), 23):
        data = bytearray(good)
        data[byte] ^= 1 << byte % 7
        path.write_bytes(data)
        assert ours(path, capsys, kind.key) == the_second(bytes(data), kind.key), byte


def signed_bytes(kind: Handed) -> Iterator[int]:
    """Where what is signed stands in the good file, but for the line feeds between lines."""
    good = GOOD[kind.name]
    if kind.name == "given_receipts":
        lines = good.splitlines()
    else:
        file = json.loads(good)
        found = [file["receipt"]] if kind.name == "receipts" else file["certificates"]
        lines = [json.dumps(line).encode()[1:-1] for line in found]
    for line in lines:
        at = good.index(line)
        yield from range(at, at + len(line), 19)


@pytest.mark.parametrize("kind", HANDED, ids=named)
def test_no_flipped_byte_of_what_is_signed_goes_unseen(
    kind: Handed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x"
    for byte in signed_bytes(kind):
        data = bytearray(GOOD[kind.name])
        data[byte] ^= 1
        path.write_bytes(data)
        said = ours(path, capsys, kind.key)
        assert said.status != 0, byte
        assert said == the_second(bytes(data), kind.key), byte


@pytest.mark.parametrize("kind", HANDED, ids=named)
def test_no_cut_goes_unseen(
    kind: Handed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """But for receipts between two lines: those that are left are an older file."""
    path, good = tmp_path / "x", GOOD[kind.name]
    for size in range(0, len(good) - 2, 97):
        data = good[:size]
        path.write_bytes(data)
        said = ours(path, capsys, kind.key)
        assert said == the_second(data, kind.key), size
        assert (said.status == 0) == data.endswith(b"}\n"), size


@pytest.mark.parametrize(
    ("kind", "name", "status", "line"),
    [
        ("receipts", "good", 0, " 3  holds"),
        ("receipts", "said-exam", 1, " 3  fails: 'e2' is said, and 'e1' signed"),
        ("certificates", "time-falls", 1, " 2  fails: the time falls"),
        ("certificates", "key-null", 2, "nothing to check: member 'institution_key' is not"),
        ("given_receipts", "size-falls", 1, " 2  fails: the size falls"),
        ("given_receipts", "first-cut", 2, "nothing to check: not one line"),
    ],
)
def test_the_second_verifier_is_a_command(
    kind: str, name: str, status: int, line: str, capsys, monkeypatch
) -> None:
    path = KINDS[kind].file_of(name)
    monkeypatch.setattr("sys.argv", ["second_verifier", str(path), KINDS[kind].key])

    with pytest.raises(SystemExit) as exited:
        runpy.run_module("second_verifier", run_name="__main__")
    assert exited.value.code == status
    assert line in capsys.readouterr().out
