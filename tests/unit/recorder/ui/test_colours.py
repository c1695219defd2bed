"""Contrast of everything that carries meaning (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest

from recorder.ui.style.colours import DARK, LIGHT, Colours

TEXT_ON_GROUND = [
    *[
        (text, ground)
        for text in ("text", "muted")
        for ground in ("ground", "surface", "sunken")
    ],
    *[
        (text, f"{tone}_soft")
        for text in ("text", "muted")
        for tone in ("accent", "good", "attention", "problem")
    ],
    *[(tone, f"{tone}_soft") for tone in ("accent", "good", "attention", "problem")],
    *[(tone, "surface") for tone in ("accent", "good", "attention", "problem")],
    *[(tone, "ground") for tone in ("accent", "good", "attention", "problem")],
    ("accent", "attention_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_over"),
    ("on_problem", "problem"),
    ("on_problem", "problem_over"),
    ("on_disabled", "disabled"),
    ("on_disabled", "sunken"),
    ("text", "line"),
    ("rail_text", "rail"),
    ("rail_muted", "rail"),
    ("on_rail_mark", "rail_mark"),
    ("mirror_ink", "mirror"),
]
OUTLINE_ON_GROUND = [
    *[("edge", ground) for ground in ("ground", "surface", "problem_soft")],
    *[
        ("focus", ground)
        for ground in ("ground", "surface", "attention_soft", "accent_soft", "problem_soft")
    ],
    ("rail_muted", "rail"),
    ("accent", "surface"),
]
TEXT, OUTLINE = 4.5, 3.0


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance of ``#rrggbb``."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.name)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read(colours: Colours, text: str, ground: str) -> None:
    values = asdict(colours)
    assert contrast(values[text], values[ground]) >= TEXT


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.name)
@pytest.mark.parametrize(("outline", "ground"), OUTLINE_ON_GROUND)
def test_controls_and_focus_can_be_seen(colours: Colours, outline: str, ground: str) -> None:
    values = asdict(colours)
    assert contrast(values[outline], values[ground]) >= OUTLINE


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.name)
def test_every_colour_is_written_in_full(colours: Colours) -> None:
    values = asdict(colours)
    values.pop("name")
    assert all(re.fullmatch("#[0-9a-f]{6}", value) for value in values.values())
