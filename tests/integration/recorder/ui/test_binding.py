"""The Qt binding itself: one release of it aborted the program after some minutes."""

from __future__ import annotations

import sys
from typing import Any

from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QLabel

CALLS = 5000


def test_calls_that_return_nothing_take_no_reference_from_none(qapp: Any) -> None:
    """PySide6 6.12.0 did on Python 3.11, until ``none_dealloc`` ended the process."""
    label, pixmap = QLabel(), QPixmap(8, 8)
    before = [sys.getrefcount(value) for value in (None, True, False)]
    with QPainter(pixmap) as painter:
        for _ in range(CALLS):
            label.setToolTip("x")
            label.isHidden()
            painter.drawLine(0, 0, 1, 1)
    after = [sys.getrefcount(value) for value in (None, True, False)]
    for was, now in zip(before, after, strict=True):
        assert abs(now - was) < CALLS / 10
