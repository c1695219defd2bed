"""What anybody may have sent is of the type that was asked for, or it is said why not."""

from __future__ import annotations

import msgspec
import pytest

from shared.foreign_json import NotJson, read_json

DEEP = 100_000


class Named(msgspec.Struct, frozen=True):
    name: str


def test_too_deep_is_said_so() -> None:
    with pytest.raises(NotJson, match=r"^it nests too deep$"):
        read_json(b'{"more":' * DEEP, Named)


@pytest.mark.parametrize("data", [b'{"name":"x"}', '{"name":"x"}', b'{"more":[],"name":"x"}'])
def test_what_fits_is_read(data: bytes | str) -> None:
    assert read_json(data, Named) == Named("x")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "Expected `object`, got `array`"),
        (b"{}", "missing required field `name`"),
        (b'{"name":1}', "Expected `str`, got `int`"),
        (b'{"name":"\xff"}', "invalid start byte"),
        ('{"name":"\ud800"}', "surrogates not allowed"),
        (b'{"more":' + b"[" * DEEP + b"]" * DEEP + b',"name":"x"}', "it nests too deep"),
        (b'{"name":' + b'{"name":' * DEEP, "Expected `str`, got `object`"),
        (b'{"more":' * DEEP, "it nests too deep"),
    ],
)
def test_what_does_not_fit_is_said(data: bytes | str, words: str) -> None:
    with pytest.raises(NotJson, match=words):
        read_json(data, Named)
