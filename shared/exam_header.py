"""The header by which whoever serves an exam can see that Invigil's own browser asks.

``Invigil-Exam: base64(JSON).base64(signature)``, signed with the session's key of the epoch in
force, for one address. Only the institution's server knows which keys are a session's, so it
is asked (``POST /api/v1/exam-headers/check``); see ``README.md``, *Header of an exam*.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.encoding import EncodingError, from_base64, to_base64
from shared.records import Count, Hash, Id, Micros
from shared.signed import Domain, Signed, holds, sign
from shared.strict_json import NotStrict, check

HEADER_NAME = "Invigil-Exam"
HEADER_VERSION = 1

# Web servers take 8 KiB of a header at least by default; with the longest address below, one
# is under 4 KiB in all.
MAX_HEADER_CHARS = 6_000
MAX_URL_CHARS = 2_000

# As a browser writes an address into a request: printable ASCII, the host in punycode.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[0-9a-z._~-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!\x22$->@-~]*)?(?:[?#][!-~]*)?",
    re.IGNORECASE | re.ASCII,
)
_DEFAULT_PORTS = {"https": "443", "http": "80"}
_SIGNATURE_BYTES = 64


class ExamHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a header says.

    ``policy`` is the hash of the policy in force, ``build`` what the recorder calls itself,
    ``url`` the address asked for as ``bound_url`` writes it, ``anchor`` the hash of the newest
    receipt held (``None`` before the first), ``time`` the candidate's wall clock (µs since
    1970 UTC), which proves nothing.
    """

    v: int = HEADER_VERSION
    session: Id
    epoch: Count
    policy: Hash
    build: Annotated[str, msgspec.Meta(max_length=200)]
    url: Annotated[str, msgspec.Meta(max_length=MAX_URL_CHARS)]
    anchor: Hash | None
    time: Micros


class MalformedHeader(ValueError):
    """The text is not a header of version 1; the message says where it stops being one."""


_headers = msgspec.json.Decoder(ExamHeader)


def seal_header(key: Ed25519PrivateKey, header: ExamHeader) -> str:
    """The header's value, signed with the key of its epoch."""
    signed = sign(key, Domain.EXAM, msgspec.json.encode(header))
    return f"{to_base64(signed.payload)}.{to_base64(signed.signature)}"


def read_header(value: str) -> tuple[Signed, ExamHeader]:
    """Take a header apart. Whose signature it is is another question (``Domain.EXAM``).

    Raises:
        MalformedHeader: it is not one.
    """
    if len(value) > MAX_HEADER_CHARS:
        raise MalformedHeader(f"longer than {MAX_HEADER_CHARS} characters")
    payload, dot, signature = value.partition(".")
    if not dot:
        raise MalformedHeader("no full stop between what is said and its signature")
    try:
        signed = Signed(from_base64(payload), from_base64(signature))
        check(signed.payload, HEADER_VERSION)
        header = _headers.decode(signed.payload)
    except (EncodingError, NotStrict, msgspec.DecodeError) as error:
        raise MalformedHeader(str(error)) from error
    if len(signed.signature) != _SIGNATURE_BYTES:
        raise MalformedHeader(f"a signature of {len(signed.signature)} bytes")
    return signed, header


def is_signed_for(signed: Signed, header: ExamHeader, key: bytes, url: str) -> bool | None:
    """Whether a header is signed with this key (32 raw bytes), and for this address.

    Returns:
        ``None`` where the signature is not this key's, false where it is for another address.
    """
    if not holds(signed, Domain.EXAM, key):
        return None
    return header.url == bound_url(url)


def bound_url(url: str) -> str | None:
    """What of an address a header is bound to: ``scheme://host[:port]/path``.

    Scheme and host are in lower case, the port is left out where it is the scheme's own, the
    path is as it was sent (``/`` where there is none); query and fragment do not count.
    ``None`` where it is no address of the web as browsers send it, or holds credentials.
    """
    found = _ADDRESS.fullmatch(url)
    if found is None or "\\" in url:
        return None
    scheme, host, port = found["scheme"].lower(), found["host"].lower(), found["port"]
    shown = "" if port in (None, _DEFAULT_PORTS[scheme]) else f":{port}"
    return f"{scheme}://{host}{shown}{found['path'] or '/'}"
