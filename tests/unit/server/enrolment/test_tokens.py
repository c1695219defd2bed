"""Session tokens: repeatable, unguessable, of one session."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.enrolment.tokens import Tokens, token_hash

SECRET = bytes(range(32))
ONE, OTHER = "1" * 32, "2" * 32


def test_a_token_is_good_for_its_session_only() -> None:
    tokens = Tokens(SECRET)
    token = tokens.of(ONE)
    assert token == Tokens(SECRET).of(ONE)
    assert len(token) == 43
    assert tokens.checked(ONE, f"Bearer {token}") == token_hash(token)
    assert tokens.checked(ONE, f"bearer  {token} ") == token_hash(token)
    assert tokens.checked(OTHER, f"Bearer {token}") is None
    assert Tokens(bytes(32)).checked(ONE, f"Bearer {token}") is None


@given(st.none() | st.text())
def test_anything_else_is_no_token(header: str | None) -> None:
    assert Tokens(SECRET).checked(ONE, header) is None
    assert Tokens(SECRET).checked(ONE, f"Bearer {header}") is None


@given(st.text())
def test_any_session_id_may_be_asked_for(session_id: str) -> None:
    assert Tokens(SECRET).checked(session_id, "Bearer x") is None
