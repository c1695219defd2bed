"""The language of the window: the system's, or the one that was chosen on the first page.

English is the language of the sources. Every other one is a file ``translations/XX.ts`` that
people edit, and ``translations/XX.qm`` made of it, which is what is shipped and read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication

from recorder.ui.style.branded import brand

HERE = Path(__file__).parent / "translations"

# Each in its own words: who cannot read the present language finds theirs.
LANGUAGES = {"en": "English", "de": "Deutsch"}
SOURCE = "en"


def offered() -> dict[str, str]:
    """The languages that the institution offers, by code."""
    chosen = brand().window.languages
    return {code: name for code, name in LANGUAGES.items() if code in chosen}


def pick(remembered: str, system: Sequence[str]) -> str:
    """The language to begin with.

    Args:
        remembered: what was chosen before, or empty.
        system: the system's languages as BCP 47 names (``de-AT``), the preferred first.
    """
    for name in (remembered, *system):
        code = name.replace("_", "-").partition("-")[0].lower()
        if code in offered():
            return code
    return SOURCE


class Speech(QObject):
    """What an application speaks: its translators, its locale and its reading direction."""

    def __init__(self, application: QApplication, remembered: str = "") -> None:
        super().__init__(application)
        self._application = application
        self._translators: list[QTranslator] = []
        self.code = SOURCE
        self.speak(pick(remembered, QLocale.system().uiLanguages()))

    def speak(self, code: str) -> None:
        """Speak a language; what is on the screen already has to be made anew."""
        self.hush()
        self.code = code
        locale = _locale(code)
        QLocale.setDefault(locale)
        if code != SOURCE:
            qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            self._load(f"{qt}/qtbase_{code}.qm")
            if not self._load(str(HERE / f"{code}.qm")):
                raise FileNotFoundError(HERE / f"{code}.qm")
        self._application.setLayoutDirection(locale.textDirection())

    def hush(self) -> None:
        """Speak the sources' language."""
        for translator in self._translators:
            self._application.removeTranslator(translator)
            translator.deleteLater()
        self._translators.clear()
        self.code = SOURCE

    def _load(self, path: str) -> bool:
        translator = QTranslator(self)
        if not translator.load(path):
            return False
        self._translators.append(translator)
        return self._application.installTranslator(translator)


def _locale(code: str) -> QLocale:
    """The system's own where it speaks this language: it knows the region's habits."""
    system = QLocale.system()
    known = system.language() is not QLocale.Language.C
    same = known and pick("", [system.name()]) == code
    return system if same else QLocale(code)
