"""Which language the window begins with."""

from __future__ import annotations

import pytest

from recorder.ui.language import pick


@pytest.mark.parametrize(
    ("remembered", "system", "code"),
    [
        ("", [], "en"),
        ("", ["C"], "en"),
        ("", ["de-AT", "en-GB"], "de"),
        ("", ["fr-FR", "de", "en"], "de"),
        ("", ["fr-FR"], "en"),
        ("de", ["en-GB"], "de"),
        ("en", ["de-DE"], "en"),
        ("tlh", ["de_DE"], "de"),
    ],
)
def test_the_chosen_language_comes_first_then_the_systems(
    remembered: str, system: list[str], code: str
) -> None:
    assert pick(remembered, system) == code
