"""What people hold in their hands: receipts and certificates as files, and what they are told.

``said()`` is everything our verifier says of good and bad ones, for programs and on a terminal;
it is kept beside the tests and written anew by ``python -m support.said``.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace
from rich.console import Console
from support.sessions import Keys, SessionBuilder, fixed_key
from support.terminals import on_terminal
from vectors.attacks.given_receipts import ATTACKS
from vectors.session import INSTITUTION

from shared.bundle import UnreadableBundle
from shared.certificate import Certificate, Destroyed, EvidenceKind, encode_certificate
from shared.certificate_file import (
    MAX_CERTIFICATE_FILE_BYTES,
    certificate_verdict_members,
    encode_certificate_file,
    verify_certificate_file,
)
from shared.encoding import to_base64
from shared.given_receipts import given_verdict_members, verify_given
from shared.printing import print_certificates, print_given, print_receipt
from shared.receipt_checks import receipt_verdict_members, verify_receipt_file
from shared.receipt_file import (
    MAX_RECEIPT_FILE_BYTES,
    TYPE,
    Asked,
    ReceiptFile,
    encode_receipt_file,
    line_in_text,
)
from shared.receipts import decode_receipt
from shared.signed import Domain, Signed, fingerprint, public_bytes, sign

KEY, GIVEN_KEY = public_bytes(Keys().signing), public_bytes(INSTITUTION)


def made(session: SessionBuilder | None = None, **changes: object) -> ReceiptFile:
    """An honest receipt of a short session that was delivered; ``changes`` bend it."""
    session = session or short_session()
    receipt = decode_receipt(session.receipts[-1].payload)
    file = ReceiptFile(
        type=TYPE,
        session=session.session,
        exam="e1",
        title="Algebra I",
        candidate="c1",
        server="https://exams.example.edu",
        saved_us=receipt.time + 5,
        signed_us=receipt.time,
        records_made=receipt.size,
        records_held=receipt.size,
        pieces_made=len(session.blobs),
        pieces_held=len(session.blobs),
        complete=True,
        head=receipt.head,
        institution_key=to_base64(KEY),
        institution_fingerprint=fingerprint(KEY),
        ask=Asked(
            institution="Example University",
            contact="exams@example.edu",
            questions="Ask.",
            own_copy="Ask.",
            appeal="Ask.",
        ),
        policy=line_in_text(session.policy),
        grant=line_in_text(session.grant),
        receipt=line_in_text(session.receipts[-1]),
    )
    return msgspec.structs.replace(file, **changes)


def short_session(session: str = "5e55" * 8, keys: Keys | None = None) -> SessionBuilder:
    built = SessionBuilder(keys=keys or Keys(), session=session)
    built.open()
    built.segment()
    built.receipt()
    return built


CERTIFYING = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CAMERA = Destroyed(kind=EvidenceKind.CAMERA, pieces=2, bytes=9, digest="ab" * 32)
FIRST = Certificate(
    institution="0f" * 16,
    session="5e" * 16,
    n=0,
    size=7,
    head="cd" * 32,
    time=1_000_000,
    why="the retention period is over",
    by="system",
    destroyed=(CAMERA,),
)
SECOND = replace(FIRST, n=1, destroyed=(CAMERA, replace(CAMERA, kind="screen", below=3)))


def signed(one: Certificate, key: Ed25519PrivateKey = CERTIFYING) -> Signed:
    return sign(key, Domain.CERTIFICATE, encode_certificate(one))


def said() -> dict[str, object]:
    """By a name for each file: what is said of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.json"
        receipts = {
            f"receipt, {name}": _of_receipt(path, data, pinned)
            for name, (data, pinned) in _receipts().items()
        }
        certificates = {
            f"certificates, {name}": _of_certificates(path, data, pinned)
            for name, (data, pinned) in _certificates().items()
        }
        given = {
            f"receipts given, {name}": _of_given(path, data, key)
            for name, (data, key) in _given().items()
        }
    return receipts | certificates | given


def _bare_session() -> SessionBuilder:
    """A session in which nothing is sealed: sealing is never twice the same."""
    built = SessionBuilder()
    built.open()
    built.incident()
    built.receipt()
    return built


def _receipts() -> dict[str, tuple[bytes, str | None]]:
    """Bytes of files, and the key that is pinned."""
    own, long = fingerprint(KEY), b" " * MAX_RECEIPT_FILE_BYTES
    session = _bare_session()
    good = encode_receipt_file(made(session))
    part = encode_receipt_file(made(session, complete=False, records_made=9))
    return {
        "good": (good, own),
        "without a key": (good, None),
        "of another key": (good, "ab" * 32),
        "not all of it": (part, own),
        "bent": (encode_receipt_file(made(session, head="0" * 64, title="[b]x")), own),
        "as long as it may be": (good + long[len(good) :], own),
        "too long": (good + long[len(good) - 1 :], own),
        "no receipt": (b"{}", own),
    }


def _certificates() -> dict[str, tuple[bytes, str | None]]:
    key = public_bytes(CERTIFYING)
    own, long = fingerprint(key), b" " * MAX_CERTIFICATE_FILE_BYTES
    third = replace(SECOND, n=2, time=SECOND.time + 7_000_000)

    def file(*lines: Signed) -> bytes:
        return encode_certificate_file(key, list(lines))

    good = file(signed(FIRST), signed(SECOND), signed(third))
    strange = sign(CERTIFYING, Domain.CERTIFICATE, b"{}")
    back = replace(third, size=SECOND.size - 1, time=FIRST.time, session="07" * 16, n=5)
    return {
        "good": (good, own),
        "without a key": (good, None),
        "of another key": (good, "ab" * 32),
        "by a stranger": (file(signed(FIRST, fixed_key(7)), signed(SECOND)), own),
        "one is none": (file(strange, signed(replace(SECOND, n=0))), own),
        "out of order": (file(signed(FIRST), signed(SECOND), signed(back)), own),
        "late, then as the first": (
            file(signed(FIRST), signed(third), signed(replace(FIRST, n=2, size=9))),
            own,
        ),
        "as long as it may be": (good + long[len(good) :], own),
        "too long": (good + long[len(good) - 1 :], own),
        "no certificates": (b"{}", own),
    }


def _given() -> dict[str, tuple[bytes, bytes | None]]:
    """Bytes of files, and the key that they are checked by."""
    found = {attack.name: (attack.make(), GIVEN_KEY) for attack in ATTACKS}
    chosen = (
        *("good", "good-missing", "of-another-institution", "malformed", "cut"),
        *("one-of-another-session", "another-session-added", "one-dropped", "size-falls"),
        *("head-changes", "first-dropped", "first-malformed"),
    )
    return {name: found[name] for name in chosen} | {"no key": (found["good"][0], None)}


def _of_given(path: Path, data: bytes, key: bytes | None) -> object:
    def judge() -> tuple[dict[str, object], Callable[[Console], None]]:
        verdict = verify_given(path, key)
        return given_verdict_members(verdict), lambda to: print_given(to, verdict)

    return _of(path, data, judge)


def _of_receipt(path: Path, data: bytes, pinned: str | None) -> object:
    def judge() -> tuple[dict[str, object], Callable[[Console], None]]:
        verdict = verify_receipt_file(path, pinned)
        return receipt_verdict_members(verdict), lambda to: print_receipt(to, verdict)

    return _of(path, data, judge)


def _of_certificates(path: Path, data: bytes, pinned: str | None) -> object:
    def judge() -> tuple[dict[str, object], Callable[[Console], None]]:
        verdict = verify_certificate_file(path, pinned)
        return certificate_verdict_members(verdict), lambda to: print_certificates(to, verdict)

    return _of(path, data, judge)


def _of(
    path: Path,
    data: bytes,
    judge: Callable[[], tuple[dict[str, object], Callable[[Console], None]]],
) -> object:
    path.write_bytes(data)
    try:
        members, show = judge()
    except UnreadableBundle as error:
        return str(error).replace(str(path), path.name)
    return {
        "members": json.loads(msgspec.json.encode(members)),
        "printed": on_terminal(show).splitlines(),
    }
