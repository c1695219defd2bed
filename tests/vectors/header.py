"""Headers of exams, one whole and the rest bent, with what each must get.

Made byte by byte from the specification (*Header of an exam*), with fixed keys and times.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
URL = "https://lms.example.edu/quiz/7"
SAYS: dict[str, Any] = {
    "v": 1,
    "session": "5e" * 16,
    "epoch": 2,
    "policy": "ab" * 32,
    "build": "invigil 0.1.0",
    "url": URL,
    "anchor": "cd" * 32,
    "time": 1_790_000_000_000_000,
}


@dataclass(frozen=True, slots=True)
class Header:
    """A header, the address that it is checked for, and the verdict: ``good`` or why not."""

    name: str
    value: str
    asked: str = URL
    verdict: str = "good"


def plain64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(
    payload: bytes | None = None,
    *,
    key: Ed25519PrivateKey = KEY,
    prefix: bytes = b"invigil/exam/1\0",
    **changes: Any,
) -> str:
    said = json.dumps(SAYS | changes, separators=(",", ":")).encode()
    payload = said if payload is None else payload
    return f"{plain64(payload)}.{plain64(key.sign(prefix + payload))}"


def _without(member: str) -> bytes:
    return json.dumps({name: SAYS[name] for name in SAYS if name != member}).encode()


def _bad(name: str, value: str) -> Header:
    return Header(name, value, verdict="malformed")


GOOD = signed()
PAYLOAD, SIGNATURE = GOOD.split(".")

HEADERS = (
    Header("good", GOOD),
    Header("good_before_the_first_receipt", signed(anchor=None)),
    Header("good_with_query_and_fragment", GOOD, f"{URL}?attempt=2#top"),
    Header("good_in_capitals", GOOD, "HTTPS://LMS.Example.EDU/quiz/7"),
    Header("good_with_the_port_named", GOOD, "https://lms.example.edu:443/quiz/7"),
    Header("good_without_a_path", signed(url="https://a.edu/"), "https://a.edu"),
    Header("good_on_another_port", signed(url="https://a.edu:1/x"), "https://a.edu:1/x"),
    Header("good_by_number", signed(url="http://[::1]:8/x"), "http://[::1]:8/x?y"),
    Header("other_path", GOOD, f"{URL}/", "address"),
    Header("other_path_in_capitals", GOOD, "https://lms.example.edu/QUIZ/7", "address"),
    Header("other_host", GOOD, "https://lms.example.org/quiz/7", "address"),
    Header("other_scheme", GOOD, "http://lms.example.edu/quiz/7", "address"),
    Header("other_port", GOOD, "https://lms.example.edu:444/quiz/7", "address"),
    Header("no_address", GOOD, "lms.example.edu/quiz/7", "address"),
    Header("no_address_with_a_space", GOOD, f" {URL}", "address"),
    Header("no_address_with_a_port", GOOD, "https://lms.example.edu:x/quiz/7", "address"),
    Header("no_address_with_credentials", GOOD, "https://me@lms.example.edu/quiz/7", "address"),
    Header("of_another_scheme", signed(url="ftp://a.edu/"), "ftp://a.edu/", "address"),
    Header("another_key", signed(key=OTHER), verdict="signature"),
    Header("another_domain", signed(prefix=b"invigil/record/1\0"), verdict="signature"),
    Header(
        "said_otherwise",
        f"{signed(url='https://evil.com/').split('.')[0]}.{SIGNATURE}",
        verdict="signature",
    ),
    _bad("empty", ""),
    _bad("no_signature", PAYLOAD),
    _bad("short_signature", f"{PAYLOAD}.{plain64(bytes(63))}"),
    _bad("padded", f"{PAYLOAD}.{SIGNATURE}=="),
    _bad("two_full_stops", f"{GOOD}.x"),
    _bad("not_base64", f"{{}}.{SIGNATURE}"),
    _bad("not_json", signed(b"invigil")),
    _bad("a_member_twice", signed(b'{"v":1,' + json.dumps(SAYS).encode()[1:])),
    _bad("a_member_too_many", signed(more=1)),
    *(_bad(f"no_{member}", signed(_without(member))) for member in SAYS),
    _bad("version_2", signed(v=2)),
    _bad("no_id", signed(session="5E" * 16)),
    _bad("no_hash", signed(policy="ab")),
    _bad("epoch_below_zero", signed(epoch=-1)),
    _bad("time_of_day", signed(time="noon")),
    _bad("anchor_of_nothing", signed(anchor="")),
    _bad("long_build", signed(build="x" * 201)),
    _bad("long_url", signed(url="https://a.edu/" + "x" * 1_990)),
    _bad("too_long", "A" * 6_001),
)


def listed() -> str:
    """The vectors as the file says them."""
    key = KEY.public_key().public_bytes_raw()
    vectors = {
        one.name: {"header": one.value, "asked": one.asked, "verdict": one.verdict}
        for one in HEADERS
    }
    said = {"public_key": plain64(key), "vectors": vectors}
    return json.dumps(said, indent=1) + "\n"
