"""The window's colours, light and dark. Values only; ``sheet.qss`` names them by field.

Every text colour has a contrast of at least 4.5:1 on every ground it is used on, and
every control's outline and the focus ring at least 3:1 (WCAG 2.2, 1.4.3 and 1.4.11);
``tests/unit/recorder/ui/test_colours.py`` holds them to it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours as ``#rrggbb``.

    ``ground`` is the window, ``surface`` a card or a field on it, ``sunken`` a quiet area;
    ``line`` separates and means nothing, ``edge`` outlines a control. ``rail`` is the side
    with the steps, ``mirror`` what surrounds the camera's picture. A tone (good, attention,
    problem) comes with its soft ground.
    """

    name: str
    ground: str
    surface: str
    sunken: str
    line: str
    edge: str
    text: str
    muted: str
    accent: str
    accent_over: str
    on_accent: str
    disabled: str
    on_disabled: str
    focus: str
    rail: str
    rail_text: str
    rail_muted: str
    rail_mark: str
    on_rail_mark: str
    accent_soft: str
    good: str
    good_soft: str
    attention: str
    attention_soft: str
    problem: str
    problem_soft: str
    problem_over: str
    on_problem: str
    mirror: str
    mirror_ink: str


LIGHT = Colours(
    name="light",
    ground="#f6f5f1",
    surface="#ffffff",
    sunken="#eeede7",
    line="#dedcd3",
    edge="#7a8380",
    text="#17211f",
    muted="#535e5b",
    accent="#0a6157",
    accent_over="#074c44",
    on_accent="#ffffff",
    disabled="#dcdbd4",
    on_disabled="#565f5c",
    focus="#1264c8",
    rail="#0e3b36",
    rail_text="#f1f6f4",
    rail_muted="#a9c5bf",
    rail_mark="#f2c14e",
    on_rail_mark="#0e3b36",
    accent_soft="#e2efec",
    good="#1a6e3a",
    good_soft="#e4f2e8",
    attention="#855300",
    attention_soft="#fbf0d9",
    problem="#b0261d",
    problem_soft="#fbe9e6",
    problem_over="#8d1c15",
    on_problem="#ffffff",
    mirror="#101716",
    mirror_ink="#d8dedc",
)

DARK = Colours(
    name="dark",
    ground="#14191a",
    surface="#1d2425",
    sunken="#101415",
    line="#333c3d",
    edge="#7c8987",
    text="#e9eeec",
    muted="#a8b4b1",
    accent="#5fc7b6",
    accent_over="#83d8ca",
    on_accent="#06231f",
    disabled="#2b3334",
    on_disabled="#98a4a1",
    focus="#8ab8ff",
    rail="#0d2220",
    rail_text="#e9eeec",
    rail_muted="#9db8b3",
    rail_mark="#f2c14e",
    on_rail_mark="#0d2220",
    accent_soft="#1a302d",
    good="#74cf93",
    good_soft="#1a2e22",
    attention="#ecb95a",
    attention_soft="#332a16",
    problem="#ff8f85",
    problem_soft="#3a201d",
    problem_over="#ffaea7",
    on_problem="#2b0805",
    mirror="#0a0e0e",
    mirror_ink="#c9d1ce",
)
