"""Another program that copies and pastes, by Qt: ``python -m support.copying``.

It takes JSON lines: ``{"copy": TEXT}`` fills clipboard and marked text, ``{"picture": SIDE}``
copies a picture, ``{"form": NAME}`` something in that form alone, ``{}`` says what is in both,
as a program that pastes sees it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Copying:
    """The program, as a test holds it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.pid = process.pid
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._said = process.stdin, process.stdout
        self.pasted()

    def copy(self, text: str) -> None:
        """Copy it, and mark it."""
        self._ask({"copy": text})

    def picture(self, side: int) -> None:
        """Copy a square picture of noise."""
        self._ask({"picture": side})

    def form(self, name: str) -> None:
        """Copy something that is in this form (a media type) alone."""
        self._ask({"form": name})

    def pasted(self) -> dict[str, Any]:
        """``clipboard`` and ``marked`` texts, and the clipboard's ``picture`` as a digest."""
        return self._ask({})

    def _ask(self, order: dict[str, object]) -> dict[str, Any]:
        self._orders.write(json.dumps(order) + "\n")
        self._orders.flush()
        line = self._said.readline()
        assert line, "the program that copies has ended"
        return json.loads(line)


@contextmanager
def copying(environ: dict[str, str]) -> Iterator[Copying]:
    """Start it; ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "support.copying"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**environ, "PYTHONPATH": str(Path(__file__).parents[1]), "QT_QPA_PLATFORM": "xcb"},
    )
    try:
        yield Copying(process)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def main() -> None:
    import hashlib
    import random

    from PySide6.QtCore import QMimeData, QSocketNotifier
    from PySide6.QtGui import QClipboard, QGuiApplication, QImage

    application = QGuiApplication(["copying"])
    clipboard = application.clipboard()
    marked = QClipboard.Mode.Selection

    def picture(side: int) -> QImage:
        data = random.Random(side).randbytes(side * side * 4)
        return QImage(data, side, side, QImage.Format.Format_RGB32).copy()

    def digest() -> str:
        image = clipboard.image().convertToFormat(QImage.Format.Format_RGBA8888)
        return "" if image.isNull() else hashlib.sha256(image.bits()).hexdigest()

    def take() -> None:
        line = sys.stdin.readline()
        if not line:
            application.quit()
            return
        match json.loads(line):
            case {"copy": text}:
                clipboard.setText(text)
                clipboard.setText(text, marked)
            case {"picture": side}:
                clipboard.setImage(picture(side))
            case {"form": name}:
                data = QMimeData()
                data.setData(name, b"content")
                clipboard.setMimeData(data)
        application.processEvents()
        told = {"clipboard": clipboard.text(), "marked": clipboard.text(marked)}
        print(json.dumps({**told, "picture": digest()}), flush=True)

    notifier = QSocketNotifier(0, QSocketNotifier.Type.Read)
    notifier.activated.connect(take)
    application.exec()


if __name__ == "__main__":
    main()
