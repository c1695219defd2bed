"""What the window remembers between two starts: the server, the language, the size of text."""

from __future__ import annotations

import math

from PySide6.QtCore import QSettings

# Share of the system's text size. 200 % is what WCAG 2.2 (1.4.4) asks for.
MIN_SCALE, NORMAL_SCALE, MAX_SCALE = 0.8, 1.0, 2.0
SCALE_STEP = 0.1


class Memory:
    """A small view of the application's settings; nothing about exams or people is kept."""

    def __init__(self, settings: QSettings, server: str = "") -> None:
        self._settings, self._brand_server = settings, server

    @property
    def server(self) -> str:
        """The last server that answered, else the institution's own."""
        return str(self._settings.value("server", "")) or self._brand_server

    @server.setter
    def server(self, address: str) -> None:
        self._settings.setValue("server", address)

    @property
    def language(self) -> str:
        """The language that was chosen (``de``); empty where none was."""
        return str(self._settings.value("language", ""))

    @language.setter
    def language(self, code: str) -> None:
        self._settings.setValue("language", code)

    @property
    def scale(self) -> float:
        """The size of text, as a share of the system's."""
        try:
            return fit_scale(float(str(self._settings.value("text-scale", NORMAL_SCALE))))
        except ValueError:
            return NORMAL_SCALE

    @scale.setter
    def scale(self, scale: float) -> None:
        self._settings.setValue("text-scale", scale)


def fit_scale(scale: float) -> float:
    """The nearest size of text that is offered."""
    if math.isnan(scale):
        return NORMAL_SCALE
    return round(min(max(scale, MIN_SCALE), MAX_SCALE), 2)
