"""The institution's own colours and languages in the window."""

from __future__ import annotations

import pytest

from recorder.brand import MIN_CONTRAST, Tint, Window, contrast
from recorder.brand import Brand as Whole
from recorder.ui import language
from recorder.ui.style.branded import mixed, tinted
from recorder.ui.style.colours import DARK, LIGHT


def test_without_a_colour_of_its_own_nothing_changes() -> None:
    assert tinted(LIGHT, "") is LIGHT


@pytest.mark.parametrize(("colours", "own"), [(LIGHT, "#1f5fa8"), (DARK, "#9ec5f0")])
def test_words_stay_readable_on_the_institutions_colour(colours, own: str) -> None:  # type: ignore[no-untyped-def]
    made = tinted(colours, own)

    assert made.accent == own
    assert contrast(made.on_accent, made.accent) >= MIN_CONTRAST
    assert contrast(made.on_accent, made.accent_over) >= MIN_CONTRAST
    assert contrast(made.accent, made.surface) >= MIN_CONTRAST
    assert made.text == colours.text


def test_colours_are_mixed_by_share() -> None:
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert mixed("#123456", "#ffffff", 0.0) == "#123456"


def test_only_the_institutions_languages_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Whole(window=Window(languages=("en",)), colours=Tint())
    monkeypatch.setattr(language, "brand", lambda: one)

    assert language.offered() == {"en": "English"}
    assert language.pick("de", ["de-AT"]) == "en"
