"""Starts the browser's engine, shows an empty page, and ends with 0 if that came off."""

from __future__ import annotations

import os
import sys

from recorder.exam.engine import clean_environment, is_root

# Whoever started this waits a little longer.
PATIENCE_MS = 25_000


def main() -> int:
    """Try it; the exit status is 0 where a page was shown."""
    clean_environment(os.environ, root=is_root())
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QTimer
    from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    profile = QWebEngineProfile()
    page = QWebEnginePage(profile)
    page.loadFinished.connect(lambda good: application.exit(0 if good else 1))
    page.renderProcessTerminated.connect(lambda *_: application.exit(1))
    QTimer.singleShot(PATIENCE_MS, lambda: application.exit(1))
    page.setHtml("<p>ready</p>")
    status = application.exec()
    page.deleteLater()
    application.processEvents()
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    # Chromium's own threads take their time to end, and nothing here needs them to.
    os._exit(main())
