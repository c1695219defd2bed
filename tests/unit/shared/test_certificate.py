"""Certificates of deletion: what they name, and the file that stays when all else is gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace
from support.proofs import CAMERA, FIRST, SECOND, signed
from support.proofs import CERTIFYING as KEY
from support.sessions import SessionBuilder

from shared import certificate_checks, cli
from shared.certificate import (
    BY_ROLE,
    MAX_WHY_CHARS,
    SEALED,
    Certificate,
    EvidenceKind,
    MalformedCertificate,
    decode_certificate,
    destroyed_of,
    digest_of,
    encode_certificate,
    pieces_by_kind,
)
from shared.certificate_checks import Gone, check_certificates
from shared.certificate_file import (
    MAX_CERTIFICATE_FILE_BYTES,
    SUFFIX,
    UnreadableCertificates,
    encode_certificate_file,
    is_certificate_file,
    verify_certificate_file,
)
from shared.encoding import ZERO_HASH
from shared.records import BlobReference, Record, blobs_of, decode_record
from shared.signed import Domain, Signed, fingerprint, public_bytes, sign
from shared.verdict import CheckId, Ledger, Outcome

BUILT = SessionBuilder().honest()
CHAIN = [(line.hash, decode_record(line.payload)) for line in BUILT.records]
OF_CHAIN = replace(FIRST, session=BUILT.session, size=len(CHAIN), head=CHAIN[-1][0])


def checked(*those: Certificate) -> tuple[Gone, tuple[str, ...]]:
    """What is gone by certificates beside ``CHAIN``, and what is wrong with them."""
    ledger = Ledger(CheckId)
    lines = b"".join(signed(one).line() for one in those)
    gone = check_certificates(ledger, lines, BUILT.session, public_bytes(KEY), CHAIN)
    return gone, ledger.results()[CheckId.BLOB].failures


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: Signed) -> Path:
        path = tmp_path / "x.certificates.json"
        path.write_bytes(encode_certificate_file(public_bytes(KEY), list(lines)))
        return path

    return write


def fails(path: Path, pinned: str | None = None) -> list[int]:
    verdict = verify_certificate_file(path, pinned)
    failing = [int(r.check) for r in verdict.results if r.outcome is Outcome.FAILS]
    assert verdict.holds is (not failing)
    return failing


def test_what_is_said_of_pieces() -> None:
    pieces = [BlobReference(f"{n:064x}", 10 + n, "camera", n) for n in range(4)]
    said = destroyed_of(EvidenceKind.CAMERA, pieces, below=2)
    assert (said.pieces, said.bytes, said.below) == (2, 21, 2)
    assert said.digest == digest_of([pieces[0].sha256, pieces[1].sha256])
    assert destroyed_of(EvidenceKind.CAMERA, pieces).pieces == 4
    assert EvidenceKind.RECORDS not in SEALED


def test_the_kinds_are_the_specification_s() -> None:
    assert [str(kind) for kind in EvidenceKind] == [
        *("camera", "microphone", "screen", "snapshots", "identity", "records")
    ]
    assert tuple(EvidenceKind)[:-1] == SEALED
    assert BY_ROLE == {
        "snapshot": "snapshots",
        "clip": "snapshots",
        "photo": "identity",
        "document": "identity",
    }


def test_a_kind_of_which_there_was_nothing_is_named_truly() -> None:
    none = destroyed_of(EvidenceKind.IDENTITY, [])

    gone, failures = checked(replace(OF_CHAIN, destroyed=(none,)))

    assert (gone.certificates, gone.by, failures) == (1, {}, ())


@pytest.mark.parametrize("beyond", [1, 2, 1_000])
def test_a_certificate_of_more_than_the_chain_is_of_another(beyond: int) -> None:
    gone, failures = checked(replace(OF_CHAIN, size=len(CHAIN) + beyond))

    assert gone.certificates == 0
    assert failures == ("certificate 0: of another chain than this",)


def test_the_pieces_of_every_kind_that_is_named_are_gone() -> None:
    kinds = pieces_by_kind(record for _, record in CHAIN)
    named = [kinds[EvidenceKind.CAMERA], kinds[EvidenceKind.SCREEN]]
    certificate = replace(
        OF_CHAIN,
        destroyed=(
            destroyed_of(EvidenceKind.CAMERA, named[0]),
            destroyed_of(EvidenceKind.SCREEN, named[1], below=2),
        ),
    )
    gone, failures = checked(certificate)

    assert (gone.certificates, set(gone.by.values()), failures) == (1, {0}, ())
    assert set(gone.by) == {*named[0], *(one for one in named[1] if one.stream_seq < 2)}


def test_each_certificate_is_of_the_records_that_there_were_then() -> None:
    def of(size: int) -> Certificate:
        kinds = pieces_by_kind(record for _, record in CHAIN[:size])
        destroyed = tuple(destroyed_of(kind, kinds.get(kind, [])) for kind in SEALED)
        head = CHAIN[size - 1][0] if size else ZERO_HASH
        return replace(OF_CHAIN, n=size, size=size, head=head, destroyed=destroyed)

    gone, failures = checked(*(of(size) for size in range(len(CHAIN) + 1)))

    assert (gone.certificates, failures) == (len(CHAIN) + 1, ())
    assert gone.by == {
        piece: seq + 1
        for seq, (_, record) in reversed([*enumerate(CHAIN)])
        for piece in blobs_of(record.body)
    }


def test_what_records_commit_to_is_sorted_once_for_all_certificates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sorted_out: list[int] = []

    def counted(records: Iterable[Record]) -> Mapping[EvidenceKind, list[BlobReference]]:
        sorted_out.append(1)
        return pieces_by_kind(records)

    monkeypatch.setattr(certificate_checks, "pieces_by_kind", counted)
    none = destroyed_of(EvidenceKind.IDENTITY, [])
    those = [replace(OF_CHAIN, n=n, destroyed=(none,)) for n in range(9)]

    assert checked(*those)[0].certificates == 9
    assert sorted_out == [1]


def test_a_certificate_is_read_as_it_was_written() -> None:
    assert decode_certificate(encode_certificate(SECOND)) == SECOND
    assert b"below" not in encode_certificate(FIRST)
    assert json.loads(encode_certificate(FIRST))["v"] == 1


@pytest.mark.parametrize(
    ("longest", "beyond"),
    [
        ({"why": "x" * 500}, {"why": "x" * 501}),
        ({"why": "x"}, {"why": ""}),
        ({"by": "x" * 64}, {"by": "x" * 65}),
        ({"by": "x"}, {"by": ""}),
        ({"destroyed": (CAMERA,)}, {"destroyed": ()}),
    ],
)
def test_texts_have_bounds(longest: dict[str, Any], beyond: dict[str, Any]) -> None:
    one = replace(FIRST, **longest)
    assert decode_certificate(encode_certificate(one)) == one
    with pytest.raises(MalformedCertificate, match=r"^not a certificate: "):
        decode_certificate(encode_certificate(replace(FIRST, **beyond)))


def test_pieces_are_of_the_kind_that_is_said_first() -> None:
    def attached(role: str, number: int) -> dict[str, object]:
        name = f"{number:064x}"
        return {
            "role": role,
            "stream_seq": number,
            "media_type": "image/jpeg",
            "sha256": name,
            "size": 5,
        }

    def piece(stream: str, number: int) -> BlobReference:
        return BlobReference(f"{number:064x}", 5, stream, number)

    builder = SessionBuilder()
    builder.open()
    builder.segment("camera")
    builder.incident(attachments=[attached("clip", 3), attached("snapshot", 1)])
    builder.incident(2, attachments=[attached("photo", 2), attached("document", 1)])
    records = [decode_record(line.payload) for line in builder.records]

    found = pieces_by_kind(records)

    camera = [one for record in records for one in blobs_of(record.body)][:1]
    assert found == {
        EvidenceKind.CAMERA: camera,
        EvidenceKind.SNAPSHOTS: [piece("attachment", 1), piece("attachment", 3)],
        EvidenceKind.IDENTITY: [piece("attachment", 2)],
    }


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"v":2}', b"\xff"])
def test_other_bytes_are_no_certificate(data: bytes) -> None:
    with pytest.raises(MalformedCertificate):
        decode_certificate(data)


def test_a_file_is_named_and_bounded_as_the_specification_says() -> None:
    assert SUFFIX == ".certificates.json"
    assert MAX_WHY_CHARS == 500
    assert MAX_CERTIFICATE_FILE_BYTES == 2 * 2**20
    data = encode_certificate_file(public_bytes(KEY), [signed(FIRST)])
    assert data.decode("ascii") == json.dumps(json.loads(data), indent=2) + "\n"


def test_a_file_holds(written: Callable[..., Path]) -> None:
    path = written(signed(FIRST), signed(SECOND))
    assert is_certificate_file(path)
    assert fails(path) == []
    assert fails(path, fingerprint(public_bytes(KEY))) == []
    assert verify_certificate_file(path).certificates == (FIRST, SECOND)


@pytest.mark.parametrize(
    ("second", "failing"),
    [
        (replace(SECOND, n=3), [2]),
        (replace(SECOND, session="5f" * 16), [2]),
        (replace(SECOND, institution="5f" * 16), [2]),
        (replace(SECOND, size=6), [2]),
        (replace(SECOND, time=1), [2]),
    ],
)
def test_certificates_are_in_order(
    written: Callable[..., Path], second: Certificate, failing: list[int]
) -> None:
    assert fails(written(signed(FIRST), signed(second))) == failing


def test_a_stranger_s_certificate_does_not_hold(written: Callable[..., Path]) -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert fails(written(signed(FIRST, stranger))) == [1]
    assert fails(written(signed(FIRST)), "ab" * 32) == [0]
    receipt = sign(KEY, Domain.RECEIPT, encode_certificate(FIRST))
    assert fails(written(receipt)) == [1]
    # What is no certificate at all leaves nothing to put in order.
    verdict = verify_certificate_file(written(sign(KEY, Domain.CERTIFICATE, b"{}")))
    assert [r.outcome for r in verdict.results[1:]] == [Outcome.FAILS, Outcome.SKIPPED]
    assert not verdict.holds


@pytest.mark.parametrize(
    "bend",
    [
        lambda said: said.update(v=2),
        lambda said: said.update(certificates=[]),
        lambda said: said.update(institution_key="AAAA"),
        lambda said: said.update(certificates=["x" * MAX_CERTIFICATE_FILE_BYTES]),
    ],
)
def test_a_bent_file_is_unreadable(
    written: Callable[..., Path], bend: Callable[[dict[str, object]], None]
) -> None:
    path = written(signed(FIRST))
    said = json.loads(path.read_bytes())
    bend(said)
    path.write_text(json.dumps(said))
    with pytest.raises(UnreadableCertificates):
        verify_certificate_file(path)


def test_a_file_that_is_far_too_long_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for length, found in ((1_000, True), (MAX_CERTIFICATE_FILE_BYTES, False)):
        path.write_text(json.dumps({"type": "invigil-certificates", "more": "x" * length}))
        assert is_certificate_file(path) is found


def test_other_files_are_no_certificates(tmp_path: Path) -> None:
    assert not is_certificate_file(tmp_path / "none")
    for content in (b"PK", b"{", b'{"type":"invigil-receipt"}'):
        (tmp_path / "x").write_bytes(content)
        assert not is_certificate_file(tmp_path / "x")
    with pytest.raises(UnreadableCertificates):
        verify_certificate_file(tmp_path / "none")


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_command_checks_it(
    written: Callable[..., Path], capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    path = written(signed(FIRST), signed(SECOND))
    assert cli.app([str(path), *options], result_action="return_value") == cli.HOLDS
    said = capsys.readouterr().out
    assert FIRST.session in said
    assert "screen" in said
    status = cli.app([str(path), "--key", "ab" * 32], result_action="return_value")
    assert status == cli.DOES_NOT_HOLD
    status = cli.app([str(path), "--after", "ab" * 32], result_action="return_value")
    assert status == cli.UNREADABLE
    assert "is certificates" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("name", "words", "members"),
    [
        ("good-destroyed", "as a certificate says", {"destroyed": 2, "certificates": 1}),
        ("good-destroyed-twice", "as certificates say", {"destroyed": 3, "certificates": 2}),
    ],
)
def test_a_bundle_says_what_was_destroyed(
    capsys: pytest.CaptureFixture[str], name: str, words: str, members: dict[str, int]
) -> None:
    path = str(Path(__file__).parents[2] / "vectors" / "bundles" / f"{name}.zip")
    assert cli.app([path], result_action="return_value") == cli.HOLDS
    assert words in capsys.readouterr().out
    cli.app([path, "--json"], result_action="return_value")
    assert members.items() <= json.loads(capsys.readouterr().out).items()
