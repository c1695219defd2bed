"""Releases: what they say, where they lie, and whom they are for."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.signed_builds import signed_build

from shared.updates import (
    KINDS,
    Release,
    ReleaseError,
    custom_of,
    is_for,
    kind_of,
    path_for,
    path_of,
    read_release,
)

RELEASE = Release(
    build="ab" * 32, number=7, version="0.2.0", name="invigil_0.2.0+b7_amd64.deb", share=20,
    notes={"en": "Quicker.", "de": "Schneller."},
)  # fmt: skip


def test_a_release_is_read_as_it_was_written() -> None:
    assert read_release(custom_of(RELEASE)) == RELEASE
    assert read_release({**custom_of(RELEASE), "others": 1}) == RELEASE


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "Schneller."), ("de-AT", "Schneller."), ("fr", "Quicker."), ("", "Quicker.")],
)
def test_it_says_what_changes_in_the_nearest_language(language: str, words: str) -> None:
    assert RELEASE.told(language) == words


def test_the_very_language_comes_before_the_nearest() -> None:
    notes = {**RELEASE.notes, "de-AT": "Geschwinder."}
    assert msgspec.structs.replace(RELEASE, notes=notes).told("de-AT") == "Geschwinder."


NO_ENGLISH = {**msgspec.to_builtins(RELEASE), "notes": {"de": "Schneller."}}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (
            lambda: path_for("Pilot", "linux", ".deb"),
            "'Pilot' is no channel: small letters, digits and hyphens",
        ),
        (lambda: path_for("pilot", "a/b", ".deb"), "'a/b' names no system"),
        (lambda: kind_of("../x.deb"), "'../x.deb' is no plain file name"),
        (
            lambda: kind_of("x.exe"),
            "'x.exe' is no installer; those end in .deb, .tar.xz, .msi, .pkg, .dmg",
        ),
        (
            lambda: read_release(None),
            "no release that can be understood here: Expected `object`, got `null`",
        ),
        (
            lambda: read_release({"invigil": NO_ENGLISH}),
            "a release says in English at least what changes",
        ),
    ],
)
def test_it_is_said_why_something_is_refused(asked: Callable[[], object], why: str) -> None:
    with pytest.raises(ReleaseError, match=f"^{re.escape(why)}$"):
        asked()


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"share": 101},
        {"share": -1},
        {"notes": {}},
        {"notes": {"de": "Schneller."}},
        {"notes": {"en": ""}},
        {"notes": {"english": "Quicker."}},
        {"build": "AB" * 32},
        {"number": "7"},
        {"name": "../invigil.deb"},
        {"name": "invigil.exe"},
        {"name": ".deb"},
    ],
)
def test_what_is_no_release_is_refused(change: dict) -> None:
    told = msgspec.to_builtins(RELEASE) | change
    with pytest.raises(ReleaseError):
        read_release({"invigil": told})


@pytest.mark.parametrize("custom", [None, [], {}, {"invigil": None}, {"other": {}}])
def test_what_says_nothing_is_refused(custom: object) -> None:
    with pytest.raises(ReleaseError):
        read_release(custom)


def test_a_path_stays_the_same_from_build_to_build() -> None:
    one, other = signed_build(1), signed_build(2)
    path = path_of("stable", one.build, one.name)
    assert path == path_of("stable", other.build, other.name)
    assert path == "stable/linux-x86_64-cp311.deb"
    assert {kind_of(f"x{kind}") for kind in KINDS} == set(KINDS)


def test_capitals_are_plain_but_in_a_channel() -> None:
    assert path_for("stable", "Windows-AMD64", ".msi") == "stable/Windows-AMD64.msi"
    assert kind_of("Invigil-0.2.0-A.dmg") == ".dmg"


@pytest.mark.parametrize(
    "parts",
    [("Stable", "linux"), ("", "linux"), ("../up", "linux"), ("stable", "a/b"), ("stable", "")],
)
def test_a_path_is_made_of_plain_parts(parts: tuple[str, str]) -> None:
    with pytest.raises(ReleaseError):
        path_for(*parts, ".deb")


@given(st.text(max_size=40), st.integers(0, 100), st.integers(0, 100))
def test_a_larger_share_holds_everybody_of_a_smaller_one(
    installation: str, one: int, other: int
) -> None:
    small, large = (
        is_for(msgspec.structs.replace(RELEASE, share=share), installation)
        for share in sorted((one, other))
    )
    assert large or not small
    assert is_for(msgspec.structs.replace(RELEASE, share=100), installation)
    assert not is_for(msgspec.structs.replace(RELEASE, share=0), installation)


def test_a_share_is_about_that_share() -> None:
    # Of 2,000 a fifth, give or take five standard deviations (binomial: 18).
    found = sum(is_for(RELEASE, f"{n:032x}") for n in range(2_000))
    assert abs(found - 400) < 90
    everybody = msgspec.structs.replace(RELEASE, share=100)
    assert all(is_for(everybody, f"{n:032x}") for n in range(2_000))


def test_others_are_first_for_another_build() -> None:
    other = msgspec.structs.replace(RELEASE, build="cd" * 32)
    names = [f"{n:032x}" for n in range(200)]
    assert [is_for(RELEASE, n) for n in names] != [is_for(other, n) for n in names]
