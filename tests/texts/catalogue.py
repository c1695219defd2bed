"""The window's catalogues of translations: made anew from the sources, read, released."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from texts.gather import RECORDER

UI = RECORDER / "ui"
# Where texts go through Qt itself; what the others say is gathered (``gather``).
ROOMS = (UI, RECORDER / "exam")
FOLDER = UI / "translations"
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Message:
    """One text: where it stands (its class or context), in English, and translated."""

    context: str
    source: str
    translation: str
    finished: bool


def update(path: Path) -> None:
    """Bring a catalogue up to date with the sources; what is gone is forgotten."""
    sources = sorted(str(source) for room in ROOMS for source in room.rglob("*.py"))
    options = ["-locations", "none", "-no-obsolete", "-source-language", "en"]
    language = ["-target-language", path.stem.split("-")[0]]
    command = [BIN / "pyside6-lupdate", *sources, *options, *language, "-ts", path]
    subprocess.run(command, check=True, capture_output=True)


def release(path: Path, target: Path) -> None:
    """Make what the window reads of it."""
    command = [BIN / "pyside6-lrelease", path, "-silent", "-qm", target]
    subprocess.run(command, check=True, capture_output=True)


def read(path: Path) -> Iterator[Message]:
    """Each text of a catalogue."""
    for context in ET.parse(path).getroot().iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            yield Message(
                name,
                message.findtext("source", ""),
                translation.text or "",
                translation.get("type") is None and bool(translation.text),
            )
