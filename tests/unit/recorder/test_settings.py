"""Settings from the environment: defaults, and clear words for nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorder.faults import EnvironmentFault
from recorder.settings import Settings, read_settings


def test_nothing_said_is_the_default() -> None:
    assert read_settings({}) == Settings()


def test_all_is_read() -> None:
    key = "ab" * 32

    settings = read_settings(
        {
            "INVIGIL_STORE": "/data/evidence",
            "INVIGIL_SERVER": "https://exams.example.edu",
            "INVIGIL_PINNED_KEYS": f"{key}, {'cd' * 32}",
            "INVIGIL_ALLOW_PLAIN": "1",
            "INVIGIL_SPREAD_S": "0.5",
        }
    )

    assert settings.store == Path("/data/evidence")
    assert settings.pinned == {key, "cd" * 32}
    assert settings.allow_plain
    assert settings.spread_s == 0.5


@pytest.mark.parametrize(
    ("name", "text"), [("INVIGIL_PINNED_KEYS", "abc"), ("INVIGIL_SPREAD_S", "soon")]
)
def test_nonsense_is_named(name: str, text: str) -> None:
    with pytest.raises(EnvironmentFault, match=name):
        read_settings({name: text})
