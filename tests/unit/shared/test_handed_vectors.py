"""The vectors of receipts and certificates as files: both verifiers say of each what the
specification says. Ours is asked as its users ask it, by the command.
"""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import NamedTuple

import pytest
import vectors.make
from second_verifier.whatever import verify_whatever
from support.both_verifiers import Said
from vectors.attack import Attack
from vectors.attacks import handed_certificates, handed_receipts
from vectors.make import is_kept
from vectors.session import fingerprint, key

from shared import cli
from shared.verdict import CertificateCheck, ReceiptCheck


class Vectors(NamedTuple):
    """Vectors of a kind: where they are kept, what is expected, how they are made."""

    folder: Path
    expected: Path
    attacks: tuple[Attack, ...]
    checks: type[ReceiptCheck] | type[CertificateCheck]

    @property
    def said(self) -> dict[str, dict[str, object]]:
        return json.loads(self.expected.read_text())["vectors"]


KINDS = {
    "receipts": Vectors(
        vectors.make.RECEIPTS,
        vectors.make.EXPECTED_OF_RECEIPTS,
        handed_receipts.ATTACKS,
        ReceiptCheck,
    ),
    "certificates": Vectors(
        vectors.make.CERTIFICATES,
        vectors.make.EXPECTED_OF_CERTIFICATES,
        handed_certificates.ATTACKS,
        CertificateCheck,
    ),
}
PINNED = json.loads(vectors.make.EXPECTED.read_text())["institution_key"]
ALL = [(kind, attack) for kind, found in KINDS.items() for attack in found.attacks]
GOOD = {kind: found.attacks[0].make() for kind, found in KINDS.items()}


def named(value: object) -> str | None:
    return value.name if isinstance(value, Attack) else None


def ours(path: Path, capsys: pytest.CaptureFixture[str], pinned: str | None = PINNED) -> Said:
    status = cli.verify(path, key=pinned, json=True)
    out, err = capsys.readouterr()
    if status == cli.UNREADABLE:
        assert out == ""
        assert err.startswith("invigil-verify: ")
        return Said(status)
    checks = json.loads(out)["checks"]
    return Said(status, tuple(c["number"] for c in checks if c["outcome"] == "fails"))


def the_second(data: bytes, pinned: str | None = PINNED) -> Said:
    verdict = verify_whatever(data, pinned)
    return Said(verdict.status, () if verdict.status == 2 else tuple(verdict.failures))


@pytest.mark.parametrize(("kind", "attack"), ALL, ids=named)
def test_both_verifiers_say_what_is_expected(
    kind: str, attack: Attack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = KINDS[kind]
    said = found.said[attack.name]
    expected = Said(said["status"], tuple(said["fails"]))
    data, path = attack.make(), found.folder / f"{attack.name}.json"
    if is_kept(data):
        assert path.read_bytes() == data
    else:
        path = tmp_path / "long.json"
        path.write_bytes(data)

    assert ours(path, capsys) == expected
    assert the_second(data) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_the_vectors_are_named_as_they_are(kind: str) -> None:
    found = KINDS[kind]
    kept = {path.stem for path in found.folder.iterdir()}
    long = {one.name for one in found.attacks if not is_kept(one.make())}
    assert found.expected.read_text() == vectors.make.expected(found.attacks)
    assert len({one.name for one in found.attacks}) == len(found.attacks)
    assert kept | long == {one.name for one in found.attacks}
    assert not kept & long
    assert long == {"good-of-2-mib", "of-a-byte-too-much", "of-10-mb", "nested-without-end"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_check_is_attacked_alone(kind: str) -> None:
    found = KINDS[kind]
    alone = {one.fails[0] for one in found.attacks if len(one.fails) == 1}
    assert alone == {int(check) for check in found.checks}


@pytest.mark.parametrize("kind", KINDS)
def test_who_knows_no_key_has_to_compare_it(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another institution's file holds under the key that it names, and says which it is."""
    path = KINDS[kind].folder / "of-another-institution.json"
    assert ours(path, capsys, None) == the_second(path.read_bytes(), None) == Said(0)
    assert ours(path, capsys, fingerprint(key(2))) == Said(0)


@pytest.mark.parametrize("kind", KINDS)
def test_of_no_flipped_byte_they_say_different_things(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, good = tmp_path / "x.json", GOOD[kind]
    for byte in range(0, len(good), 23):
        data = bytearray(good)
        data[byte] ^= 1 << byte % 7
        path.write_bytes(data)
        assert ours(path, capsys) == the_second(bytes(data)), byte


@pytest.mark.parametrize("kind", KINDS)
def test_no_flipped_byte_of_what_is_signed_goes_unseen(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, good = tmp_path / "x.json", GOOD[kind]
    lines = json.loads(good)
    for line in [lines["receipt"]] if kind == "receipts" else lines["certificates"]:
        written = json.dumps(line).encode()
        at = good.index(written) + 1
        for byte in range(at, at + len(written) - 2, 19):
            data = bytearray(good)
            data[byte] ^= 1
            path.write_bytes(data)
            said = ours(path, capsys)
            assert said.status != 0, byte
            assert said == the_second(bytes(data)), byte


@pytest.mark.parametrize("kind", KINDS)
def test_no_cut_goes_unseen(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, good = tmp_path / "x.json", GOOD[kind]
    for size in range(0, len(good) - 2, 101):
        path.write_bytes(good[:size])
        assert ours(path, capsys) == the_second(good[:size]) == Said(2), size


@pytest.mark.parametrize(
    ("kind", "name", "status", "line"),
    [
        ("receipts", "good", 0, " 3  holds"),
        ("receipts", "said-exam", 1, " 3  fails: 'e2' is said, and 'e1' signed"),
        ("certificates", "time-falls", 1, " 2  fails: the time falls"),
        ("certificates", "key-null", 2, "nothing to check: member 'institution_key' is not"),
    ],
)
def test_the_second_verifier_is_a_command(
    kind: str, name: str, status: int, line: str, capsys, monkeypatch
) -> None:
    path = KINDS[kind].folder / f"{name}.json"
    monkeypatch.setattr("sys.argv", ["second_verifier", str(path), PINNED])

    with pytest.raises(SystemExit) as exited:
        runpy.run_module("second_verifier", run_name="__main__")
    assert exited.value.code == status
    assert line in capsys.readouterr().out
