"""Renders the icons, which are drawn in one colour, in whatever colour is asked for."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from recorder.ui.style.theme import ICONS

# Pixels: what title bars, task bars and switchers ask for.
_APP_SIZES = (16, 24, 32, 48, 64, 128, 256)


@lru_cache(maxsize=128)
def renderer(name: str, colour: str) -> QSvgRenderer:
    """An icon in a colour (``#rrggbb``). Colours and names are few: the cache is small."""
    drawing = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))


def app_icon() -> QIcon:
    """The application's icon."""
    drawing = renderer("invigil", "#000000")
    icon = QIcon()
    for side in _APP_SIZES:
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            drawing.render(painter, QRectF(0, 0, side, side))
        icon.addPixmap(pixmap)
    return icon
