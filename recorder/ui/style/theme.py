"""Dresses the application: follows the system's light or dark, and the size of text."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from string import Template

from PySide6.QtCore import QDir, QObject, Qt
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from recorder.ui.memory import NORMAL_SCALE
from recorder.ui.style.branded import brand, tinted
from recorder.ui.style.colours import DARK, LIGHT, Colours

HERE = Path(__file__).parent
ICONS = HERE / "icons"

# Pixels at 100 %. Systems' own defaults are 12 to 13: made for menus, small for reading.
BODY_PX = 14
# Sizes of text as shares of the body's, a quiet scale of about 1.2.
SIZES = {"small": 0.9, "body": 1.0, "heading": 1.14, "subject": 1.3}
SIZES |= {"title": 1.72, "display": 2.2}

# Pixels around text that the sheet names, at 100 %.
ROOMS = (2, 4, 6, 8, 12, 16)


class Theme(QObject):
    """The look of an application; applied when made, and again when anything changes."""

    def __init__(
        self, application: QApplication, parent: QObject, scale: float = NORMAL_SCALE
    ) -> None:
        super().__init__(parent)
        self._application, self._scale = application, scale
        QDir.setSearchPaths("invigil", [str(ICONS)])
        application.setStyle("Fusion")
        # The first sheet makes a style, and with it come the desktop's own fonts for labels and
        # buttons (GNOME, KDE): before ours, or they would hide it.
        application.setStyleSheet("* {}")
        application.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def colours(self) -> Colours:
        """The colours of the system's current scheme."""
        scheme = self._application.styleHints().colorScheme()
        own = brand().colours
        if scheme == Qt.ColorScheme.Dark:
            return tinted(DARK, own.accent_dark)
        return tinted(LIGHT, own.accent)

    @property
    def scale(self) -> float:
        """The size of text, as a share of the system's."""
        return self._scale

    @scale.setter
    def scale(self, scale: float) -> None:
        if scale != self._scale:
            self._scale = scale
            self._apply()

    def _apply(self) -> None:
        colours = self.colours
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        body = max(BODY_PX, QFontInfo(font).pixelSize()) * self._scale
        font.setPixelSize(round(body))
        self._application.setFont(font)
        self._application.setPalette(palette(colours))
        self._application.setStyleSheet(sheet(colours, body))


def palette(colours: Colours) -> QPalette:
    """What the style draws by itself: selections, tool tips, pop-ups."""
    roles = {
        QPalette.ColorRole.Window: colours.ground,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.surface,
        QPalette.ColorRole.AlternateBase: colours.sunken,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.muted,
        QPalette.ColorRole.Button: colours.surface,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.ToolTipBase: colours.surface,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Link: colours.accent,
        QPalette.ColorRole.LinkVisited: colours.accent,
        QPalette.ColorRole.Accent: colours.accent,
        QPalette.ColorRole.BrightText: colours.focus,  # which the focus ring alone uses
    }
    made = QPalette()
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.on_disabled))
    return made


def sheet(colours: Colours, body_px: float) -> str:
    """The style sheet in these colours and for this size of text."""
    sizes = {name: f"{round(share * body_px)}px" for name, share in SIZES.items()}
    # Room around text grows with it, more slowly, so that large text leaves space to read.
    growth = 0.5 + 0.5 * body_px / BODY_PX
    room = {f"room{n}": f"{round(n * growth)}px" for n in ROOMS}
    indicator = {"indicator": f"{round(body_px * 1.3)}px", "arrow": f"{round(body_px)}px"}
    template = Template((HERE / "sheet.qss").read_text(encoding="utf-8"))
    return template.substitute(asdict(colours) | sizes | room | indicator)
