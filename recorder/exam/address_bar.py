"""The quiet bar above a page: whose page it is, and the few things one can do with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QLocale, QSize, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from recorder.exam.drawings import Drawing, icon


class AddressBar(QWidget):
    """Shows the host and whether its connection is secure; takes no input but its buttons.

    Signals: ``back``, ``reload``, ``printing``, ``closing`` (the page on top), ``zoomed``
    (1 larger, -1 smaller, 0 as it was).
    """

    back = Signal()
    reload = Signal()
    printing = Signal()
    closing = Signal()
    zoomed = Signal(int)

    def __init__(self, parent: QWidget, *, printing: bool) -> None:
        super().__init__(parent)
        self.setObjectName("addressBar")
        self._lock = Drawing("secure", 1.1)
        self._host = QLabel()
        self._host.setObjectName("host")
        self._host.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._back = self._button(self.tr("Back"), "Alt+←", self.back.emit, "back")
        self._reload = self._button(self.tr("Reload"), "Ctrl+R", self.reload.emit, "reload")
        self._print = self._button(self.tr("Print"), "Ctrl+P", self.printing.emit)
        self._close = self._button(self.tr("Close this page"), "", self.closing.emit)
        self._smaller = self._button("−", "Ctrl+−", lambda: self.zoomed.emit(-1))
        self._normal = self._button("100 %", "Ctrl+0", lambda: self.zoomed.emit(0))
        self._larger = self._button("+", "Ctrl++", lambda: self.zoomed.emit(1))
        self._smaller.setAccessibleName(self.tr("Smaller"))
        self._larger.setAccessibleName(self.tr("Larger"))
        self._print.setVisible(printing)
        self._close.hide()
        row = QHBoxLayout(self)
        for widget in (self._back, self._reload, self._lock):
            row.addWidget(widget)
        row.addWidget(self._host, 1)
        for widget in (self._close, self._print, self._smaller, self._normal, self._larger):
            row.addWidget(widget)

    def _button(
        self, words: str, keys: str, done: Callable[[], object], drawing: str = ""
    ) -> QToolButton:
        button = QToolButton()
        button.setText(words)
        button.setAccessibleName(words)
        button.setToolTip(f"{words} ({keys})" if keys else words)
        button.setProperty("drawing", drawing)
        button.clicked.connect(done)
        return button

    def show_host(self, host: str, *, secure: bool) -> None:
        """Say whose page it is."""
        said = self.tr("secure connection") if secure else self.tr("not encrypted")
        self._lock.show()
        self._lock.show_drawing("secure" if secure else "insecure")
        self._host.setText(f"{host} · {said}")
        self._host.setAccessibleName(self.tr("Page of {0}, {1}").format(host, said))

    def show_opening(self, host: str) -> None:
        """Say that there is no page yet, and whose is awaited."""
        self._lock.hide()
        self._host.setText(self.tr("Opening {0}…").format(host) if host else "")
        self._host.setAccessibleName(self._host.text())

    def show_zoom(self, factor: float) -> None:
        """Say how large the page is."""
        share = QLocale().toString(round(100 * factor))
        self._normal.setText(f"{share} %")
        self._normal.setAccessibleName(
            self.tr("{0} per cent; back to 100 per cent").format(share)
        )

    def show_ways(self, *, back: bool, closes: bool) -> None:
        """Say whether one can go back, and whether there is a page below this one."""
        self._back.setEnabled(back)
        self._close.setVisible(closes)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Drawings follow the colours and the size of the text."""
        if event.type() in (
            QEvent.Type.PaletteChange,
            QEvent.Type.FontChange,
            QEvent.Type.StyleChange,
        ):
            self._draw()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Draw for the screen it is on."""
        self._draw()
        super().showEvent(event)

    def _draw(self) -> None:
        for button in self.findChildren(QToolButton):
            if name := button.property("drawing"):
                side = button.fontMetrics().height()
                button.setIconSize(QSize(side, side))
                button.setIcon(icon(name, button))
