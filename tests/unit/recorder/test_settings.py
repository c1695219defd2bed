"""Settings from the environment: defaults, and clear words for nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorder.brand import Brand, load_brand
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
            "INVIGIL_MODELS": "/opt/models",
        }
    )

    assert settings.store == Path("/data/evidence")
    assert settings.pinned == {key, "cd" * 32}
    assert settings.allow_plain
    assert settings.spread_s == 0.5
    assert settings.models == Path("/opt/models")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("INVIGIL_PINNED_KEYS", "abc"),
        ("INVIGIL_SPREAD_S", "soon"),
        ("INVIGIL_SPREAD_S", "inf"),
        ("INVIGIL_SPREAD_S", "nan"),
        ("INVIGIL_SPREAD_S", "-1"),
    ],
)
def test_nonsense_is_named(name: str, text: str) -> None:
    with pytest.raises(EnvironmentFault, match=name):
        read_settings({name: text})


def test_the_brand_holds_where_the_environment_says_nothing(tmp_path: Path) -> None:
    key = "ef" * 32
    path = tmp_path / "briefcase.toml"
    path.write_text(
        f'[institution]\nserver = "https://exams.example.edu"\npinned_keys = ["{key}"]\n'
    )

    brand = load_brand(path)

    assert read_settings({}, brand).server == "https://exams.example.edu"
    assert read_settings({}, brand).pinned == {key}
    assert read_settings({"INVIGIL_SERVER": "https://other.example"}, brand).server == (
        "https://other.example"
    )
    assert load_brand(tmp_path / "absent.toml") == Brand()


@pytest.mark.parametrize(
    "text", ["[institution", "[institution]\nserver = 1", "[institution]\npinned_keys = ['x']"]
)
def test_a_brand_that_makes_no_sense_is_said(text: str, tmp_path: Path) -> None:
    path = tmp_path / "briefcase.toml"
    path.write_text(text)

    with pytest.raises(EnvironmentFault, match=r"briefcase\.toml"):
        load_brand(path)


def test_the_default_place_is_the_users_own() -> None:
    root = read_settings({}).root
    assert root.parts[-2:] == ("invigil", "sessions")
    assert root.is_relative_to(Path.home())
