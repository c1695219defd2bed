"""Addresses as people type them."""

from __future__ import annotations

import pytest

from recorder.faults import EnvironmentFault
from recorder.sync.address import live_address, read_address


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("exams.example.edu", "https://exams.example.edu"),
        (" https://Exams.Example.edu/ ", "https://exams.example.edu"),
        ("https://example.edu:8443/invigil/", "https://example.edu:8443/invigil"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("exams.example.edu.", "https://exams.example.edu."),
        (f"{'a' * 63}.example.edu", f"https://{'a' * 63}.example.edu"),
        ("prüfung.example.de", "https://prüfung.example.de"),
    ],
)
def test_an_address_is_brought_into_one_form(typed: str, kept: str) -> None:
    assert read_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "ftp://example.edu",
        "https://user:secret@example.edu",
        "https://example.edu/?a=1",
        "https://example.edu/#top",
        "two words.example.edu",
        "https://[half",
        "https://example.edu:99999",
        "https://example.edu:0",
        "https://exams..example.edu",
        "https://.example.edu",
        "https://exams.example.edu..",
        "https://.",
        f"https://{'a' * 64}.example.edu",
        "https://-prüfung.example.de",
        "https://🎓.example.edu",
        f"https://{'ü' * 60}.example.de",
    ],
)
def test_what_is_no_address_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(EnvironmentFault, match="not a server's address"):
        read_address(typed)


@pytest.mark.parametrize("typed", ["http://example.edu", "http://10.0.0.7:8000"])
def test_plain_http_stays_on_this_computer(typed: str) -> None:
    with pytest.raises(EnvironmentFault, match="not an encrypted connection"):
        read_address(typed)
    assert read_address(typed, allow_plain=True) == typed


@pytest.mark.parametrize(
    ("server", "live"),
    [
        ("https://example.edu/base", "wss://example.edu/base/x"),
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/x"),
    ],
)
def test_the_live_address_keeps_the_encryption(server: str, live: str) -> None:
    assert live_address(server, "/x") == live
