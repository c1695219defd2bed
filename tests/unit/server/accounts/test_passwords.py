"""What can be a password: length counts, and no rule of composition."""

from __future__ import annotations

import pytest

from server.accounts.passwords import MAX_CHARS, MIN_CHARS, Passwords, fault_in

ABOUT = ("ada@example.edu", "Example University")


@pytest.mark.parametrize(
    "password",
    [
        "quite ordinary words",
        "nur kleine buchstaben",
        "ÄÖÜ 漢字 🐈 und mehr",
        "   blanks at both ends   ",
        "839201746558",
        "zebra zebra zebra",
        "x" * (MAX_CHARS - 8) + "abcdefgh",
    ],
)
def test_any_characters_will_do(password: str) -> None:
    assert fault_in(password, ABOUT) is None


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("abcdefghijk", f"at least {MIN_CHARS}"),
        ("abcdefgh" * 17, f"at most {MAX_CHARS}"),
        ("aaaaaaaaaaaa", "repeats itself"),
        ("ada@example.edu1", "your address"),
        ("example university", "your institution"),
        ("password1234", "guessed first"),
    ],
)
def test_what_is_short_or_guessed_is_refused(password: str, words: str) -> None:
    assert words in str(fault_in(password, ABOUT))


@pytest.mark.anyio
async def test_no_character_is_cut_off() -> None:
    """Two that differ in their last character alone are two."""
    passwords = Passwords()
    long = "x" * (MAX_CHARS - 1)
    kept = await passwords.hash_slowly(f"{long}a")
    assert await passwords.matches(kept, f"{long}a")
    assert not await passwords.matches(kept, f"{long}b")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
