"""The header of an exam: both verifiers say of each vector what the specification says."""

from __future__ import annotations

import json

import pytest
import vectors.make
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import encode
from second_verifier.header import verdict as the_second
from vectors import header as made

from shared.encoding import from_base64, to_base64
from shared.exam_header import (
    HEADER_NAME,
    MAX_HEADER_CHARS,
    MAX_URL_CHARS,
    ExamHeader,
    MalformedHeader,
    bound_url,
    is_signed_for,
    read_header,
    seal_header,
)
from shared.signed import public_bytes

LISTED = json.loads(vectors.make.EXAM_HEADERS.read_text())
KEY = from_base64(LISTED["public_key"])
SAID = ExamHeader(
    session="5e" * 16,
    epoch=2,
    policy="ab" * 32,
    build="invigil 0.1.0",
    url="https://lms.example.edu/quiz/7",
    anchor="cd" * 32,
    time=1_790_000_000_000_000,
)
PAYLOAD = to_base64(encode(SAID))


def ours(value: str, asked: str, key: bytes = KEY) -> str:
    try:
        signed, header = read_header(value)
    except MalformedHeader:
        return "malformed"
    fits = is_signed_for(signed, header, key, asked)
    return {None: "signature", False: "address", True: "good"}[fits]


@pytest.mark.parametrize("name", LISTED["vectors"])
def test_both_verifiers_say_what_is_expected(name: str) -> None:
    one = LISTED["vectors"][name]

    assert ours(one["header"], one["asked"]) == one["verdict"]
    assert the_second(one["header"], one["asked"], KEY) == one["verdict"]


def test_the_vectors_are_what_makes_them_and_fail_in_every_way() -> None:
    assert vectors.make.EXAM_HEADERS.read_text() == made.listed()
    verdicts = {one["verdict"] for one in LISTED["vectors"].values()}
    assert verdicts == {"good", "malformed", "signature", "address"}


def test_ours_is_the_vector_byte_by_byte() -> None:
    assert seal_header(made.KEY, SAID) == LISTED["vectors"]["good"]["header"]


def test_its_name_and_bounds_are_the_specification_s() -> None:
    assert HEADER_NAME == "Invigil-Exam"
    assert (MAX_HEADER_CHARS, MAX_URL_CHARS) == (6_000, 2_000)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_scheme_s_own_port_is_not_said(scheme: str) -> None:
    port = {"http": 80, "https": 443}[scheme]
    assert bound_url(f"{scheme}://a.edu:{port}/x") == f"{scheme}://a.edu/x"
    assert bound_url(f"{scheme}://a.edu:8080/x") == f"{scheme}://a.edu:8080/x"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (f"{PAYLOAD}.{to_base64(bytes(64))}.x", "not base64url without padding"),
        ("x" * 6_001, "longer than 6000 characters"),
        ("x" * 6_000, "no full stop between what is said and its signature"),
        ("x", "no full stop between what is said and its signature"),
        ("é.x", "not base64url without padding"),
        (f"{to_base64(b'[]')}.AAAA", "not an object"),
        (f"{to_base64(encode(SAID))}.AAAA", "a signature of 3 bytes"),
        (
            f"{to_base64(encode(SAID))}.{to_base64(bytes(64))}.x",
            "not base64url without padding",
        ),
    ],
)
def test_what_is_no_header_is_told_why(value: str, why: str) -> None:
    with pytest.raises(MalformedHeader) as caught:
        read_header(value)
    assert str(caught.value) == why


def test_no_address_has_a_backslash() -> None:
    assert bound_url("https://a.edu/x\\y") is None


def test_the_longest_fits() -> None:
    key = Ed25519PrivateKey.generate()
    url = "https://a.edu/" + "x" * (MAX_URL_CHARS - 14)
    value = seal_header(key, ExamHeader(**{**_fields(), "url": url, "build": "ü" * 200}))

    assert len(value) < MAX_HEADER_CHARS
    assert ours(value, url, public_bytes(key)) == "good"


def _fields() -> dict[str, object]:
    return {name: getattr(SAID, name) for name in SAID.__struct_fields__}


@given(st.integers(0, len(made.GOOD) - 1), st.sampled_from("Aa0-_.= \n{"))
def test_a_changed_character_never_passes(at: int, character: str) -> None:
    bent = made.GOOD[:at] + character + made.GOOD[at + 1 :]

    said = ours(bent, made.URL)
    assert said == the_second(bent, made.URL, KEY)
    assert (said == "good") == (bent == made.GOOD)


@given(
    st.builds(
        "{}{}{}{}{}".format,
        st.sampled_from(["https://", "HTTP://", "ftp://", "//", ""]),
        st.sampled_from(["", "me@", "me:x@"]),
        st.sampled_from(["a.edu", "A.Edu", "[::1]", "127.0.0.1", "", "ü.edu", "a b"]),
        st.sampled_from(["", ":", ":443", ":80", ":8443"]),
        st.text("/aA.%?#@\\ ü", max_size=12),
    )
)
def test_both_take_the_same_for_an_address(address: str) -> None:
    bound = bound_url(address)
    value = made.signed(url="" if bound is None else bound)

    assert the_second(value, address, KEY) == ("address" if bound is None else "good")
    if bound is not None:
        assert bound_url(bound) == bound
        assert "?" not in bound
        assert "#" not in bound
