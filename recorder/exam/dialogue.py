"""What a page asks, within the browser: alert, confirm, prompt, files.

A page waits for its answer, so a loop runs here meanwhile; but nothing is modal, so that the
exam's bar and *quit* work all the time.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from recorder.exam.buttons import Button

# Pages pass in what they like; a candidate reads no more than this.
MAX_CHARS = 2_000
WIDTH_EM = 32


class Dialogue(QFrame):
    """One question at a time, laid over the page, and never higher than it: the buttons are
    always there, and long words can be scrolled.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dialogue")
        self._over = parent
        self._loop: QEventLoop | None = None
        self._files: QFileDialog | None = None
        self._agreed = self._closed = False
        self._from = QLabel(self.tr("The page asks:"))
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._read = QScrollArea()
        self._read.setObjectName("asked")
        self._read.setWidgetResizable(True)
        self._read.setWidget(self._words)
        self._line = QLineEdit()
        self._no = Button(self.tr("Cancel"))
        self._yes = Button(self.tr("OK"))
        self._yes.setDefault(True)
        self._no.clicked.connect(lambda: self._answer(agreed=False))
        self._yes.clicked.connect(lambda: self._answer(agreed=True))
        self._line.returnPressed.connect(lambda: self._answer(agreed=True))
        self._lay_out()
        parent.installEventFilter(self)
        self.hide()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self._no)
        buttons.addWidget(self._yes)
        layout = QVBoxLayout(self)
        for widget in (self._from, self._read, self._line):
            layout.addWidget(widget)
        layout.addLayout(buttons)

    @property
    def asking(self) -> bool:
        """Whether a page waits for an answer."""
        return self._loop is not None

    def say(self, words: str) -> None:
        """Wait until it was read."""
        self._run(words, cancel=False)

    def confirm(self, words: str) -> bool:
        """Whether the candidate agrees."""
        return self._run(words)

    def ask(self, words: str, default: str) -> str | None:
        """A line of text; ``None`` where the candidate gives none."""
        self._line.setText(default)
        return self._line.text() if self._run(words, line=True) else None

    def choose_files(self, accepted: Sequence[str], *, several: bool) -> list[str]:
        """Files of this computer that are to be handed in; none where it is not answered."""
        if self.asking or self._closed:
            return []
        many = QFileDialog.FileMode.ExistingFiles
        files = QFileDialog(self.window(), self.tr("Files to hand in"))
        files.setFileMode(many if several else QFileDialog.FileMode.ExistingFile)
        files.setOption(QFileDialog.Option.DontUseNativeDialog)
        patterns = [f"*{end}" for end in accepted if end.startswith(".")]
        if patterns:
            files.setNameFilter(f"{self.tr('Accepted files')} ({' '.join(patterns)})")
        files.setModal(False)
        self._files, self._loop = files, QEventLoop(self)
        files.finished.connect(self._loop.quit)
        files.show()
        self._loop.exec()
        chosen = (
            files.selectedFiles() if files.result() == QFileDialog.DialogCode.Accepted else []
        )
        self._files = self._loop = None
        files.deleteLater()
        return chosen

    def dismiss(self) -> None:
        """Answer whatever is open with no, and anything after it: the exam is over."""
        self._closed = True
        if self._files is not None:
            self._files.reject()
        self._answer(agreed=False)

    def _run(self, words: str, *, cancel: bool = True, line: bool = False) -> bool:
        if self.asking or self._closed:
            return False
        self._words.setText(words[:MAX_CHARS])
        spoken = f"{self._from.text()} {self._words.text()}"
        self.setAccessibleName(spoken)
        # A screen reader reads what it comes to: the buttons say what they answer.
        for button in (self._no, self._yes):
            button.setAccessibleDescription(spoken)
        self._no.setVisible(cancel)
        self._line.setVisible(line)
        self._line.setAccessibleName(self._words.text())
        before = self.window().focusWidget()
        self.show()
        self._place()
        self._read.verticalScrollBar().setValue(0)
        self.raise_()
        (self._line if line else self._yes).setFocus()
        self._agreed, self._loop = False, QEventLoop(self)
        self._loop.exec()
        self._loop = None
        self.hide()
        if before is not None:
            before.setFocus()
        return self._agreed

    def _answer(self, *, agreed: bool) -> None:
        self._agreed = agreed
        if self._loop is not None:
            self._loop.quit()

    def _place(self) -> None:
        parent, layout = self._over, self.layout()
        assert layout is not None
        em, bar = self.fontMetrics().height(), self._read.verticalScrollBar()
        width = min(parent.width() - 2 * em, WIDTH_EM * em)
        edges = layout.contentsMargins()
        inner = width - edges.left() - edges.right() - bar.sizeHint().width()
        self._read.setFixedHeight(0)
        rest = layout.sizeHint().height()
        room = parent.height() - 2 * em - rest
        height = max(em, min(self._words.heightForWidth(inner), room))
        self._read.setFixedHeight(height)
        # Only what scrolls is a place for the keyboard to come to.
        scrolls = height == room
        policy = Qt.FocusPolicy.TabFocus if scrolls else Qt.FocusPolicy.NoFocus
        self._read.setFocusPolicy(policy)
        self.setGeometry((parent.width() - width) // 2, em, width, rest + height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """It fits the page, whatever size that takes."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc is no; the keys that scroll do, wherever the focus is."""
        bar = self._read.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_Escape:
                self._answer(agreed=False)
            case Qt.Key.Key_PageDown:
                bar.setValue(bar.value() + bar.pageStep())
            case Qt.Key.Key_PageUp:
                bar.setValue(bar.value() - bar.pageStep())
            case _:
                super().keyPressEvent(event)
