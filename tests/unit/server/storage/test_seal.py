"""Texts that the database keeps sealed."""

from __future__ import annotations

import pytest

from server.storage.seal import Seal


def test_a_text_opens_for_its_own_row_server_and_purpose_only() -> None:
    seal = Seal(b"s" * 32, "invigil/mail/1")
    sealed = seal.sealed("1", "text")
    assert seal.opened("1", sealed) == "text"
    assert seal.opened("2", sealed) is None
    assert Seal(b"t" * 32, "invigil/mail/1").opened("1", sealed) is None
    assert Seal(b"s" * 32, "invigil/other/1").opened("1", sealed) is None


@pytest.mark.parametrize("sealed", [b"", b"short", b"\0" * 40])
def test_what_is_no_sealed_text_opens_for_nobody(sealed: bytes) -> None:
    assert Seal(b"s" * 32, "invigil/mail/1").opened("1", sealed) is None
