"""A candidate's exam window as a program of its own, told by lines what to do.

``python -m support.exam_app SURFACE`` reads lines of Python as JSON strings, evaluates each on
Qt's main thread, and answers with one line of JSON: ``{"value": …}`` or ``{"error": …}``. An
engine in a process of its own can crash, and be killed, without taking the tests with it.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
import threading
import time
import traceback
from typing import Any

import msgspec

from recorder.exam.engine import clean_environment, is_root
from shared.policy import Level, Surface

# A colour that no page and no cover has: what shines through is the desktop.
MARK = "Invigil test"


def main() -> None:  # noqa: C901  (names that tests speak of)
    faulthandler.register(signal.SIGUSR1)
    clean_environment(os.environ, root=is_root())
    surface = msgspec.json.decode(sys.argv[1].encode(), type=Surface)
    options = json.loads(sys.argv[2])
    from PySide6.QtCore import QEventLoop, QObject, QSize, Qt, QTimer, QUrl, Signal
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication, QLabel, QWidget

    from recorder.clock import now_ns
    from recorder.exam.addresses import Addresses
    from recorder.exam.browser import ExamBrowser
    from recorder.exam.operations import AttemptsTold, Covered, FullScreen, MainThread, OnTop
    from recorder.exam.window import ExamWindow
    from recorder.ui.style.colours import DARK
    from recorder.ui.style.theme import Theme, palette, sheet

    application = QApplication(["invigil"])
    application.setQuitOnLastWindowClosed(False)
    theme = Theme(application, application, options.get("scale", 1.0))
    if options.get("dark"):
        application.setPalette(palette(DARK))
        application.setStyleSheet(sheet(DARK, 14 * options.get("scale", 1.0)))

    signed: list[str] = []

    def sign(url: str) -> str:
        signed.append(url)
        return f"signed {url}"

    attempts: list[dict[str, Any]] = []
    browser = ExamBrowser(
        surface,
        Addresses.of(surface),
        now_ns,
        sign=sign,
        patience_s=options.get("patience_s", 20),
    )
    browser.attempted.connect(lambda one: attempts.append(msgspec.to_builtins(one)))
    window = ExamWindow(browser, "Linear Algebra I", "University of Example")
    left: list[float] = []
    window.left.connect(lambda: left.append(time.monotonic()))
    doing = MainThread(application)
    screen = QGuiApplication.screens()[0]
    full = FullScreen(window, Level(options.get("full_screen", "enforce")), doing)
    top = OnTop(window, doing)
    covered = Covered(window, doing)
    told = AttemptsTold(browser)

    def js(code: str, world: int = 0) -> Any:
        """What a script in the page comes to."""
        loop, answer = QEventLoop(), []

        def take(value: Any) -> None:
            answer.append(value)
            loop.quit()

        browser.page.runJavaScript(code, world, take)
        QTimer.singleShot(30_000, loop.quit)
        loop.exec()
        return answer[0] if answer else "no answer"

    def shot(path: str) -> bool:
        return screen.grabWindow(0).save(path)

    def seen(colour: str) -> bool:
        """Whether something of that colour (``#rrggbb``) is on the display, 10 px wide."""
        image = screen.grabWindow(0).toImage()
        return any(
            image.pixelColor(x, y).name() == colour
            for x in range(0, image.width(), 10)
            for y in range(0, image.height(), 10)
        )

    def host() -> str:
        return browser._bar._host.text()

    def trouble() -> dict[str, str] | None:
        sheet = browser._sheets[-1]
        if sheet.both.currentWidget() is not sheet.trouble:
            return None
        view = sheet.trouble
        return {
            "heading": view._heading.text(),
            "happened": view._happened.text(),
            "todo": view._todo.text(),
            "detail": view._detail.text(),
            "spoken": view.accessibleName(),
        }

    def notice() -> str:
        return browser._notice.text() if browser._notice.isVisible() else ""

    def evasions(operation: Any) -> list[dict[str, Any]]:
        return [
            {"kind": one.kind, "subject": one.subject, "detail": dict(one.detail)}
            for one in operation.check()
        ]

    def button(widget: QWidget, name: str) -> tuple[int, int]:
        """Where a widget is on the display."""
        from PySide6.QtWidgets import QAbstractButton

        for one in widget.findChildren(QAbstractButton):
            if one.isVisible() and one.text().replace("&", "") == name:
                at = one.mapToGlobal(one.rect().center())
                return at.x(), at.y()
        raise LookupError(name)

    class Inbox(QObject):
        came = Signal(str)

    inbox = Inbox()
    space = {**globals(), **locals()}

    def evaluated(code: str) -> Any:
        """What an expression comes to, as far as JSON can say it; statements are done."""
        try:
            expression = compile(code, "a test", "eval")
        except SyntaxError:
            exec(code, space)
            return None
        value = eval(expression, space)
        try:
            json.dumps(value)
        except TypeError:
            return None
        return value

    def answer(line: str) -> None:
        code = json.loads(line)
        try:
            said = {"value": evaluated(code)}
        except Exception:  # noqa: BLE001  (handed to the test)
            said = {"error": traceback.format_exc()}
        print(json.dumps(said), flush=True)

    def read() -> None:
        for line in sys.stdin:
            inbox.came.emit(line)
        inbox.came.emit(json.dumps("application.exit()"))

    inbox.came.connect(answer, Qt.ConnectionType.QueuedConnection)
    threading.Thread(target=read, daemon=True).start()
    print(json.dumps({"value": "ready"}), flush=True)
    application.exec()
    del theme, QLabel, QSize, QUrl
    sys.stdout.flush()
    # Chromium's threads are not waited for: nothing here is kept.
    os._exit(0)


if __name__ == "__main__":
    main()
