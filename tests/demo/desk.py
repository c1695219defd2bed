"""What the sample candidate has on the screen: an exam paper, and once a messenger.

Prints ``ready`` when the paper is in front, waits for a line on standard input, then plays:
an answer is typed, and in the scene ``sample.DESK_SCENE`` another program comes to the front.
"""

from __future__ import annotations

import sys
import threading

from demo.sample import DESK_SCENE, SECONDS
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

PAPER = "Exam paper: Algebra I"
MESSENGER = "Messenger"

QUESTION = (
    "<h2>Question 3</h2><p>Let <i>p</i> be an odd prime. Show that the sum of the quadratic "
    "residues modulo <i>p</i> is divisible by <i>p</i> whenever <i>p</i> &gt; 3.</p>"
)
ANSWER = (
    "Let g be a generator of the multiplicative group modulo p. The quadratic residues are "
    "the even powers of g. Their sum is a geometric series with ratio g^2, so it equals "
    "(g^(p-1) - 1) / (g^2 - 1). The numerator is 0 modulo p by Fermat, and g^2 is not 1 "
    "since p > 3. Hence the sum is 0 modulo p. "
)
_TYPING_MS = 180


class _Start(QObject):
    """Carries the word to begin from the reading thread to the windows."""

    given = Signal()

    def wait(self) -> None:
        sys.stdin.readline()
        self.given.emit()


def _paper() -> tuple[QWidget, QPlainTextEdit]:
    window = QWidget(windowTitle=PAPER)
    answer = QPlainTextEdit()
    layout = QVBoxLayout(window)
    question = QLabel(QUESTION, wordWrap=True)
    question.setTextFormat(Qt.TextFormat.RichText)
    layout.addWidget(question)
    layout.addWidget(answer)
    return window, answer


def main() -> int:
    """Show the windows and play the scene once after the word is given."""
    app = QApplication(sys.argv[:1])
    paper, answer = _paper()
    messenger = QLabel("Sam: what did you write for question 3?", windowTitle=MESSENGER)
    messenger.setMargin(40)
    paper.resize(900, 620)
    paper.show()
    paper.activateWindow()
    typed = 0

    def type_on() -> None:
        nonlocal typed
        answer.insertPlainText(ANSWER[typed % len(ANSWER)])
        typed += 1

    typing = QTimer(app, interval=_TYPING_MS, timeout=type_on)

    def play() -> None:
        typing.start()
        QTimer.singleShot(int(DESK_SCENE.start * 1000), messenger.show)
        QTimer.singleShot(int(DESK_SCENE.end * 1000), messenger.close)
        QTimer.singleShot(int(DESK_SCENE.end * 1000) + 50, paper.activateWindow)
        QTimer.singleShot(int(SECONDS * 1000), typing.stop)

    start = _Start()
    start.given.connect(play)
    threading.Thread(target=start.wait, daemon=True).start()
    app.setQuitOnLastWindowClosed(False)
    QTimer.singleShot(500, lambda: print("ready", flush=True))
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
