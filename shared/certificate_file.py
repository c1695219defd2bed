"""A session's certificates of deletion as one file, and its checks.

It is what stays for anyone to check when the evidence itself is gone. The checks are numbered
as in the specification (``shared/README.md``, *Verification of certificates*).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from shared.bundle import UnreadableBundle
from shared.certificate import Certificate, MalformedCertificate, decode_certificate
from shared.encoding import EncodingError, to_base64
from shared.foreign_json import NotJson, read_json
from shared.receipt_file import line_in_text, read_line_in_text
from shared.signed import (
    Domain,
    MalformedLine,
    Signed,
    fingerprint,
    holds,
    read_key,
)
from shared.strict_json import NotStrict, check
from shared.verdict import CertificateCheck, CheckResult, Ledger, Outcome, check_members

CERTIFICATE_FILE_VERSION = 1
SUFFIX = ".certificates.json"
TYPE = "invigil-certificates"

# Each certificate is one line of at most 64 KiB, and a session has one a kind at most twice.
MAX_CERTIFICATE_FILE_BYTES = 2 * 1024 * 1024


class CertificateFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says. ``certificates`` are signed lines without their line feed."""

    v: int = CERTIFICATE_FILE_VERSION
    type: Literal["invigil-certificates"]
    institution_key: str
    certificates: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class UnreadableCertificates(UnreadableBundle):
    """The file cannot be read as certificates at all; the message says why."""


@dataclass(frozen=True, slots=True)
class CertificateVerdict:
    """All checks of one file. ``pinned`` is the fingerprint that the caller gave, if any;
    ``certificates`` are those that could be read.
    """

    key_fingerprint: str
    pinned: str | None
    results: tuple[CheckResult, ...]
    certificates: tuple[Certificate, ...]

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(result.outcome is Outcome.HOLDS for result in self.results)


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """What tells this kind of file from others."""

    type: str


_decoder = msgspec.json.Decoder(CertificateFile)


def encode_certificate_file(public_key: bytes, certificates: list[Signed]) -> bytes:
    """The file's bytes, laid out for people to read; ``public_key`` is raw."""
    file = CertificateFile(
        type=TYPE,
        institution_key=to_base64(public_key),
        certificates=tuple(line_in_text(one) for one in certificates),
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def is_certificate_file(path: Path) -> bool:
    """Whether the file is an object that says it is certificates."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_CERTIFICATE_FILE_BYTES)
        return data[:1] == b"{" and read_json(data, _Head).type == TYPE
    except (OSError, NotJson):
        return False


def verify_certificate_file(path: Path, pinned: str | None = None) -> CertificateVerdict:
    """Check a file of certificates.

    Args:
        path: the file.
        pinned: the fingerprint of the institution's key, where it is known.

    Raises:
        UnreadableCertificates: there is nothing that could be checked.
    """
    file, key = _read(path)
    ledger = Ledger(CertificateCheck)
    ledger.look(CertificateCheck.KEY)
    if pinned is not None and fingerprint(key) != pinned:
        why = f"signed by key {fingerprint(key)}, not by the key given"
        ledger.fail(CertificateCheck.KEY, why)
    found = tuple(_certificates(ledger, file, key))
    _check_order(ledger, found)
    return CertificateVerdict(fingerprint(key), pinned, ledger.results(), found)


def certificate_verdict_members(verdict: CertificateVerdict) -> dict[str, object]:
    """The verdict, as programs are told it."""
    return {
        "holds": verdict.holds,
        "institution_key": verdict.key_fingerprint,
        "key_given": verdict.pinned is not None,
        "certificates": [msgspec.to_builtins(one) for one in verdict.certificates],
        "checks": [check_members(result) for result in verdict.results],
    }


def _read(path: Path) -> tuple[CertificateFile, bytes]:
    try:
        with path.open("rb") as opened:
            data = opened.read(MAX_CERTIFICATE_FILE_BYTES + 1)
        if len(data) > MAX_CERTIFICATE_FILE_BYTES:
            raise UnreadableCertificates(f"{path} is too long for certificates")
        check(data, CERTIFICATE_FILE_VERSION)
        file = _decoder.decode(data)
        return file, read_key(file.institution_key)
    except (OSError, NotStrict, msgspec.DecodeError, EncodingError) as error:
        raise UnreadableCertificates(f"{path} cannot be read: {error}") from error


def _certificates(ledger: Ledger, file: CertificateFile, key: bytes) -> Iterator[Certificate]:
    """(1) Each is a well-formed certificate, signed by the institution's key."""
    for number, text in enumerate(file.certificates):
        ledger.look(CertificateCheck.CERTIFICATE)
        try:
            signed = read_line_in_text(text)
            certificate = decode_certificate(signed.payload)
        except (MalformedLine, MalformedCertificate) as error:
            ledger.fail(CertificateCheck.CERTIFICATE, f"certificate {number}: {error}")
            continue
        if not holds(signed, Domain.CERTIFICATE, key):
            why = f"certificate {number}: not signed by the institution's key"
            ledger.fail(CertificateCheck.CERTIFICATE, why)
        yield certificate


def _check_order(ledger: Ledger, found: tuple[Certificate, ...]) -> None:
    """(2) They are one session's, from the first on, and none is of less than one before."""
    for number, one in enumerate(found):
        ledger.look(CertificateCheck.ORDER)
        before = found[max(0, number - 1)]
        if (one.institution, one.session) != (before.institution, before.session):
            ledger.fail(CertificateCheck.ORDER, f"certificate {number}: of another session")
        if one.n != number:
            ledger.fail(CertificateCheck.ORDER, f"certificate {number}: numbered {one.n}")
        if one.size < before.size or one.time < before.time:
            why = f"certificate {number}: of less, or earlier, than the one before"
            ledger.fail(CertificateCheck.ORDER, why)
