"""The exam's browser: a bar, a page, and what is said where there is no page.

A page that opens another has it laid over itself; there are no further windows that could be
lost, or stand before the exam.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWebEngineCore import (
    QWebEngineDownloadRequest,
    QWebEngineNewWindowRequest,
    QWebEnginePage,
)
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from recorder.announcing import announce
from recorder.exam.address_bar import AddressBar
from recorder.exam.addresses import Addresses
from recorder.exam.attempts import Attempt
from recorder.exam.devtools import show_devtools
from recorder.exam.dialogue import Dialogue
from recorder.exam.page import ExamPage
from recorder.exam.printing import print_page
from recorder.exam.profile import make_profile
from recorder.exam.requests import Requests, Sign, written
from recorder.exam.trouble_view import TroubleView
from recorder.exam.troubles import PageTrouble, refused, too_slow
from recorder.exam.view import ExamView
from shared.policy import Surface

# The steps of other browsers, to 500 %: WCAG asks for 200 % (2.2, 1.4.4), people for more.
ZOOMS = (0.5, 0.67, 0.75, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0)

# Without a sign of progress for so long, a candidate is told and asked; in seconds. Browsers
# leave people alone for minutes, which an exam does not have.
PATIENCE_S = 20

# How long it is said that an address was not opened, in milliseconds: long enough to be read
# twice. It is never the only place: the bar and the proctor know it too.
REFUSAL_SHOWN_MS = 12_000

# Pages over pages, at most: whoever opens more of them is lost, or a script.
MAX_SHEETS = 8


@dataclass(slots=True)
class Sheet:
    """A page, what is seen of it, and what is said in its place."""

    page: ExamPage
    view: ExamView
    trouble: TroubleView
    both: QStackedWidget


class ExamBrowser(QWidget):
    """Opens the policy's start, and stays within what the policy allows.

    ``attempted`` bears an ``Attempt`` for each address that was asked for and not opened.
    """

    attempted = Signal(object)

    def __init__(
        self,
        surface: Surface,
        addresses: Addresses,
        clock: Callable[[], int],
        parent: QWidget | None = None,
        *,
        sign: Sign | None = None,
        patience_s: int = PATIENCE_S,
    ) -> None:
        """Make it ready; ``open_start`` goes to the exam.

        Args:
            surface: what the policy lets the browser do.
            addresses: where it may go (``Addresses.of(surface)``).
            clock: the evidence clock, nanoseconds.
            parent: the widget that it is part of.
            sign: signs headers (``ExamHeaders.sign``), where the policy wants them.
            patience_s: how long a page may show no progress before that is said.
        """
        super().__init__(parent)
        self.setObjectName("browser")
        self._surface, self._addresses, self._clock = surface, addresses, clock
        self._headed = surface.header and sign is not None
        self._zoom, self._patience_s = 1.0, patience_s
        # The engine does not own it.
        self._requests = Requests(addresses, sign if surface.header else None, self)
        self._profile = make_profile(surface, addresses, self._requests, self)
        self._profile.downloadRequested.connect(self._download)
        self._sheets: list[Sheet] = []
        self._bar = AddressBar(self, printing=surface.printing)
        self._notice = QLabel()
        self._notice.setObjectName("notice")
        self._notice.setTextFormat(Qt.TextFormat.PlainText)
        self._notice.setWordWrap(True)
        self._notice.hide()
        self._quiet = QTimer(self, singleShot=True, interval=REFUSAL_SHOWN_MS)
        self._quiet.timeout.connect(self._notice.hide)
        self._slow = QTimer(self, singleShot=True, interval=1000 * patience_s)
        self._slow.timeout.connect(self._say_slow)
        self._pages = QStackedWidget()
        self._dialogue = Dialogue(self._pages)
        self._lay_out()
        self._add_shortcuts()
        self._push()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._notice)
        column.addWidget(self._pages, 1)
        self._bar.back.connect(self.go_back)
        self._bar.reload.connect(self.reload)
        self._bar.closing.connect(self._pop)
        self._bar.printing.connect(self._print)
        self._bar.zoomed.connect(self.zoom)

    def _add_shortcuts(self) -> None:
        keys, context = QKeySequence.StandardKey, Qt.ShortcutContext
        # Beside the page the same keys are for the size of the bar's text.
        within = context.WidgetWithChildrenShortcut
        for name, done in (
            ([*_keys(keys.ZoomIn), QKeySequence("Ctrl+=")], lambda: self.zoom(1)),
            (_keys(keys.ZoomOut), lambda: self.zoom(-1)),
            ([QKeySequence("Ctrl+0")], lambda: self.zoom(0)),
        ):
            self._add_shortcut(name, done, within)
        for name, done in (
            ([*_keys(keys.Refresh), QKeySequence("Ctrl+R")], self.reload),
            (_keys(keys.Back), self.go_back),
            ([QKeySequence("Ctrl+P")], self._print),
            ([QKeySequence("F12"), QKeySequence("Ctrl+Shift+I")], self._inspect),
        ):
            self._add_shortcut(name, done, context.WindowShortcut)

    def _add_shortcut(
        self, keys: list[QKeySequence], done: Callable[[], None], context: Qt.ShortcutContext
    ) -> None:
        action = QAction(self)
        action.setShortcuts(keys)
        action.setShortcutContext(context)
        action.triggered.connect(done)
        self.addAction(action)

    # What the window and the bar ask for

    @property
    def page(self) -> ExamPage:
        """The page on top."""
        return self._sheets[-1].page

    @property
    def view(self) -> ExamView:
        """Where it is seen."""
        return self._sheets[-1].view

    @property
    def zoom_factor(self) -> float:
        """How large pages are, 1.0 being as they are."""
        return self._zoom

    def open_start(self) -> None:
        """Go to the exam."""
        self.page.load(QUrl(self._addresses.start))
        self.view.setFocus()

    def reload(self) -> None:
        """Fetch the page anew; where there is none yet, what was asked for."""
        page = self.page
        if page.url() == page.wanted and not page.url().isEmpty() and not self._is_in_trouble:
            page.triggerAction(QWebEnginePage.WebAction.Reload)
        else:
            page.load(QUrl(self._addresses.start) if page.wanted.isEmpty() else page.wanted)

    def go_back(self) -> None:
        """To the page before; of a page that opened over another, to that one."""
        if self.page.history().canGoBack():
            self.page.triggerAction(QWebEnginePage.WebAction.Back)
        else:
            self._pop()

    def zoom(self, steps: int) -> None:
        """Larger (1), smaller (-1) or as it was (0)."""
        at = _nearest(self._zoom) + steps if steps else ZOOMS.index(1.0)
        self._zoom = ZOOMS[max(0, min(len(ZOOMS) - 1, at))]
        self._apply_zoom()

    def zoom_to(self, factor: float) -> None:
        """As near to this as the steps are, 1 being 100 %."""
        self._zoom = ZOOMS[_nearest(factor)]
        self._apply_zoom()

    def _apply_zoom(self) -> None:
        self.page.setZoomFactor(self._zoom)
        self._bar.show_zoom(self._zoom)

    def dismiss(self) -> None:
        """The exam is over: nothing more is loaded or asked, at once."""
        self._slow.stop()
        self._dialogue.dismiss()
        for sheet in self._sheets:
            end_process(sheet.page)
        QTimer.singleShot(0, self, self._tear_down)

    def _tear_down(self) -> None:
        """Pages before their profile, and none while it is still within a question."""
        if self._dialogue.asking:
            QTimer.singleShot(10, self, self._tear_down)
            return
        for sheet in self._sheets:
            sheet.view.deleteLater()
            sheet.page.deleteLater()
        self._profile.deleteLater()

    # Pages over pages

    def _push(self) -> ExamPage:
        page = ExamPage(self._profile, self._addresses, self._clock, self, headed=self._headed)
        both = QStackedWidget()
        sheet = Sheet(page, ExamView(page, self._surface, both), TroubleView(both), both)
        both.addWidget(sheet.view)
        both.addWidget(sheet.trouble)
        page.dialogue = self._dialogue
        page.attempted.connect(self._refuse)
        page.troubled.connect(lambda trouble: self._say(sheet, trouble))
        page.shown.connect(lambda: self._show_page(sheet))
        page.urlChanged.connect(lambda _: self._went(sheet))
        page.loadingChanged.connect(lambda _: self._went(sheet))  # what is awaited is known
        page.loadStarted.connect(lambda: self._wait_on(sheet))
        page.loadProgress.connect(lambda _: self._progressed(sheet))
        page.loadFinished.connect(lambda _: self._slow.stop())
        page.window_wanted.connect(self._open_window)
        page.windowCloseRequested.connect(lambda: self._close_requested(sheet))
        page.printRequested.connect(self._print)
        sheet.view.zoomed.connect(self.zoom)
        sheet.trouble.again.connect(self.reload)
        sheet.trouble.patient.connect(lambda: self._wait_on(sheet))
        self._sheets.append(sheet)
        self._pages.addWidget(both)
        self._show_top()
        return page

    def _pop(self) -> None:
        if len(self._sheets) == 1:
            return
        sheet = self._sheets.pop()
        self._pages.removeWidget(sheet.both)
        sheet.both.deleteLater()
        sheet.page.deleteLater()
        self._show_top()
        self.view.setFocus()

    def _show_top(self) -> None:
        self._pages.setCurrentWidget(self._sheets[-1].both)
        self._apply_zoom()
        self._went(self._sheets[-1])

    def _open_window(self, request: QWebEngineNewWindowRequest) -> None:
        """Over this page where the policy lets it, else in its place where one asked for it."""
        if self._surface.new_windows and len(self._sheets) < MAX_SHEETS:
            request.openIn(self._push())
            self.view.setFocus()
        elif request.requestedUrl().scheme() in ("http", "https"):
            self.page.load(request.requestedUrl())

    def _close_requested(self, sheet: Sheet) -> None:
        if sheet is self._sheets[-1]:
            self._pop()

    # What is seen of a page

    @property
    def _is_in_trouble(self) -> bool:
        sheet = self._sheets[-1]
        return sheet.both.currentWidget() is sheet.trouble

    def _went(self, sheet: Sheet) -> None:
        if sheet is not self._sheets[-1]:
            return
        url = sheet.page.url()
        if url.host():
            self._bar.show_host(url.host(), secure=url.scheme() == "https")
        else:
            self._bar.show_opening(sheet.page.wanted.host())
        self._bar.show_ways(
            back=sheet.page.history().canGoBack() or len(self._sheets) > 1,
            closes=len(self._sheets) > 1,
        )
        if sheet.page.zoomFactor() != self._zoom:
            self._apply_zoom()

    def _say(self, sheet: Sheet, trouble: PageTrouble) -> None:
        self._slow.stop()
        sheet.trouble.say(trouble)
        sheet.both.setCurrentWidget(sheet.trouble)
        sheet.trouble.take_focus()

    def _show_page(self, sheet: Sheet) -> None:
        if sheet.both.currentWidget() is not sheet.view:
            sheet.both.setCurrentWidget(sheet.view)
            sheet.view.setFocus()
        self._went(sheet)

    def _progressed(self, sheet: Sheet) -> None:
        if sheet.page.isLoading():
            self._slow.start()

    def _say_slow(self) -> None:
        sheet = self._sheets[-1]
        self._say(sheet, too_slow(sheet.page.wanted.host(), self._patience_s))

    def _wait_on(self, sheet: Sheet) -> None:
        """See what comes; what was wrong before is over."""
        sheet.both.setCurrentWidget(sheet.view)
        if sheet.page.isLoading():
            self._slow.start()

    # What is refused, kept or printed

    def _refuse(self, attempt: Attempt) -> None:
        self._announce(refused().format(attempt.address), urgent=True)
        self.attempted.emit(attempt)

    def _announce(self, words: str, *, urgent: bool = False) -> None:
        self._notice.setText(words)
        self._notice.setAccessibleName(words)
        self._notice.show()
        announce(self._notice, words, urgent=urgent)
        self._quiet.start()

    def _download(self, request: QWebEngineDownloadRequest) -> None:
        address = written(request.url())
        page = request.page()
        why = self._addresses.judge_frame(address)
        if why and isinstance(page, ExamPage):
            request.cancel()
            page.refuse_download(address, why)
        elif not self._surface.downloads:
            request.cancel()
            self._announce(self.tr("Files cannot be downloaded in this exam."))
        else:
            self._keep(request)

    def _keep(self, request: QWebEngineDownloadRequest) -> None:
        folder = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.DownloadLocation
        )
        request.setDownloadDirectory(folder)
        name = Path(folder) / request.downloadFileName()
        request.isFinishedChanged.connect(lambda: self._kept(request, name))
        request.accept()

    def _kept(self, request: QWebEngineDownloadRequest, name: Path) -> None:
        if request.state() is QWebEngineDownloadRequest.DownloadState.DownloadCompleted:
            self._announce(self.tr("Saved as {0}.").format(name))
        else:
            self._announce(
                self.tr("{0} could not be saved: {1}.").format(
                    name, request.interruptReasonString()
                )
            )

    def _inspect(self) -> None:
        if self._surface.developer_tools:
            show_devtools(self.page, self.window())

    def _print(self) -> None:
        if self._surface.printing:
            print_page(self.view, self._announce)
        else:
            self._announce(self.tr("Pages cannot be printed in this exam."))


def end_process(page: QWebEnginePage) -> None:
    """End what shows a page: one that asks without end would keep the main thread busy."""
    if (process := page.renderProcessPid()) > 0:
        with suppress(OSError):  # it has ended by itself
            os.kill(process, signal.SIGTERM)


def _keys(standard: QKeySequence.StandardKey) -> list[QKeySequence]:
    return QKeySequence.keyBindings(standard)


def _nearest(factor: float) -> int:
    return min(range(len(ZOOMS)), key=lambda at: abs(ZOOMS[at] - factor))
