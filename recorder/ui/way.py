"""The way through a recording that has begun: which page follows which, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from recorder.status import Light, Notice, Offer, Stage, Status
from recorder.ui import timing
from recorder.ui.chrome import EXAM_SIZE, FIRST_SIZE, Chrome
from recorder.ui.opening import Opening
from recorder.ui.operation import Doorway, Trouble, guarded
from recorder.ui.pages.calibration import CalibrationPage
from recorder.ui.pages.exam import ExamPage
from recorder.ui.pages.finish import FinishPage
from recorder.ui.pages.identity import IdentityPage
from recorder.ui.pages.page import Page
from recorder.ui.pages.terms import TermsPage
from recorder.ui.pages.waiting import WaitingPage
from recorder.ui.ports import ExamRoom, Program, Recording
from recorder.ui.saving import Choose, ReceiptSaver, Saver
from recorder.ui.style.branded import brand
from recorder.ui.watch import Watch
from recorder.ui.widgets.focus import FocusRing
from recorder.ui.widgets.steps import Step

# Milliseconds that a window which was told to quit waits for the last pieces to be on disk.
# The program itself waits longer, without a window: quitting is done within two seconds.
QUIT_BOUND_MS = 1500

_OVER = (Stage.CLOSING, Stage.DELIVERING, Stage.DELIVERED, Stage.DECLINED, Stage.FAILED)


class Way(QObject):
    """One recording, from its beginning to its receipt. The session decides the phases; this
    shows the page of each, and hands on what the candidate does.
    """

    closing = Signal()
    """The window may close now."""

    def __init__(
        self,
        window: Chrome,
        doorway: Doorway,
        offer: Offer,
        recording: Recording,
        today: Callable[[], date],
        choose: Choose,
        program: Program,
    ) -> None:
        super().__init__(window)
        self._window, self._doorway, self._offer = window, doorway, offer
        self._recording, self._today, self._choose = recording, today, choose
        self._opening = Opening(
            lambda: program.exam_room(offer, recording),
            offer.policy.institution,
            self._room_made,
        )
        self._veiled = False
        self.stage = Stage.RECORDING
        self.closing_soon = False
        self._light: Light | None = None
        self._page: Page | None = None
        self._step = Step.CHECK
        self._terms: TermsPage | None = None
        self._watch = Watch(recording, window)
        self._watch.seen.connect(self._seen)
        self._watch.noticed.connect(self._noticed)
        self._watch.failed.connect(self._failed)

    def begin(self) -> None:
        """Show the first page, and follow the session from now on."""
        self._window.plan_steps(timing.steps_of(self._offer.policy))
        self._opening.begin()
        self._watch.start()
        if self._page is None:
            self._prepare()

    def come_forward(self) -> None:
        """Bring the exam's own window to the front, where it stands for the other."""
        if self._room is not None and isinstance(self._page, ExamPage):
            self._page.window().raise_()
            self._page.activateWindow()

    def tell(self, notice: Notice) -> None:
        """Something for the candidate to read, on whatever page is shown."""
        self._noticed(notice)

    def stop(self) -> None:
        """Follow it no longer."""
        self._watch.stop()
        self._leave_page()
        if self._room is not None:
            self._room.close()

    @property
    def _room(self) -> ExamRoom | None:
        return self._opening.room

    @property
    def page(self) -> Page | None:
        """The page that stands for where the session is."""
        return self._page

    @property
    def asking_to_leave(self) -> bool:
        """Whether the question about closing the window waits for an answer."""
        return self._shown().asking_to_leave or self.closing_soon

    def ask_to_leave(self) -> None:
        """Ask about closing the window, on whatever page is shown."""
        begun = isinstance(self._page, ExamPage)
        text = (
            self.tr(
                "Your exam is being recorded. If you close Invigil, the recording ends "
                "and the exam counts as finished."
            )
            if begun
            else self.tr(
                "Your exam has not begun, but its recording has. If you close Invigil, it "
                "ends, and the code is used up: ask {0} for another one."
            ).format(self._offer.policy.institution.contact)
        )
        self._shown().ask_to_leave(
            self.tr("Finish the exam and close Invigil?")
            if begun
            else self.tr("Leave before the exam and close Invigil?"),
            text,
            yes=self.tr("&Finish and close") if begun else self.tr("&Leave and close"),
            quits=lambda: self.end("quit"),
        )

    def end(self, reason: str) -> None:
        """End the recording: ``finished`` or ``quit``. The window follows."""
        failed: list[Trouble] = []
        guarded(lambda: self._recording.finish(reason), failed.append)
        quitting = reason == "quit"
        if failed and not quitting:
            self._failed(failed[0])
            return
        self.stage = Stage.FAILED if failed else Stage.CLOSING
        self._show_finish()
        if failed:
            self.closing_soon = True
            self.closing.emit()
        elif quitting:
            self.wait_to_close()

    def wait_to_close(self) -> None:
        """Close as soon as everything is on disk, and after a moment whatever is."""
        if not self.closing_soon:
            self.closing_soon = True
            QTimer.singleShot(QUIT_BOUND_MS, self, self.closing.emit)
        if isinstance(self._page, FinishPage):
            self._page.say_waiting_to_close()

    def read_terms(self) -> None:
        """Show what is recorded; the way back leads to the page that was shown."""
        if isinstance(self._page, ExamPage):
            self._page.unfold()
            self._page.toggle_terms()
            return
        if self._terms is not None or self._page is None:
            return
        if isinstance(self._page, CalibrationPage):
            self._page.rest()
        self._terms = TermsPage(self._offer, self._today())
        self._terms.back.connect(self._close_terms)
        self._terms.withdrawn.connect(self._withdraw)
        if isinstance(self._page, FinishPage):
            self._terms.forbid_withdrawal()
        self._window.show_page(self._terms, self._step)

    def _shown(self) -> Page:
        shown = self._terms or self._page
        assert shown is not None
        return shown

    def _close_terms(self) -> None:
        terms, self._terms = self._terms, None
        if terms is not None and self._page is not None:
            self._window.show_page(self._page, self._step)
            self._window.drop_page(terms)

    def _withdraw(self) -> None:
        failed: list[Trouble] = []
        guarded(self._recording.withdraw, failed.append)
        if failed:
            self._failed(failed[0])
            return
        self.stage = Stage.CLOSING
        self._show_finish(withdrawn=True)

    # Which page

    def _prepare(self) -> None:
        """The first page of an exam that has not begun."""
        if timing.identifies(self._offer.policy):
            page = IdentityPage(self._offer, self._recording)
            page.done.connect(self._calibrate)
            self._go_to(page, Step.IDENTITY)
        else:
            self._calibrate()

    def _calibrate(self) -> None:
        if not timing.calibrates(self._offer.policy):
            self._wait()
            return
        page = CalibrationPage(self._recording)
        page.done.connect(self._wait)
        page.filling.connect(self._window.fill_screen)
        self._go_to(page, Step.CALIBRATION)

    def _wait(self) -> None:
        if not isinstance(self._page, WaitingPage | ExamPage | FinishPage):
            self._go_to(WaitingPage(self._offer, self._recording), Step.WAITING)

    def _show_exam(self) -> None:
        if not isinstance(self._page, ExamPage | FinishPage):
            self._open_exam()

    def _open_exam(self) -> None:
        page = ExamPage(self._offer, self._recording.preview, self._today())
        page.finishing.connect(self.end)
        page.withdrawn.connect(self._withdraw)
        page.said.connect(self._recording.say)
        page.helped.connect(self._recording.ask_for_help)
        page.taking_break.connect(self._recording.take_break)
        page.coming_back.connect(self._recording.end_break)
        if self._room is not None:
            self._dock(page, self._room)
            return
        page.folded.connect(self._window.shrink)
        self._go_to(page, Step.EXAM)
        self._window.become(EXAM_SIZE)

    def _room_made(self) -> None:
        """An exam that has begun without its browser is opened now."""
        before = self._page
        if isinstance(before, ExamPage):
            self._open_exam()
            self._window.drop_page(before)

    def _dock(self, page: ExamPage, room: ExamRoom) -> None:
        """The exam has a window of its own, with the page as a line on top."""
        unread = self._leave_page()
        self._page, self._step, self._terms = page, Step.EXAM, None
        page.fold()
        room.open(page, lambda: self.end("quit"), self._window.memory.scale)
        self._watch.shown_in(page)
        FocusRing(page.window())
        # The exam's page has these keys for its own zoom, wherever the focus is on it.
        self._window.size_shortcuts(page.parentWidget() or page)
        page.offer_tools(*self._window.size_buttons())
        QShortcut(QKeySequence("F1"), page.window()).activated.connect(self.read_terms)
        for notice in unread:
            page.show_notice(notice)
        # After the other is shown: the last window to go would end the program.
        self._window.hide()

    def _veil(self, page: ExamPage, status: Status) -> None:
        """In a break, and while a proctor has paused it, nobody works on the exam."""
        veiled = status.phase in ("break", "paused")
        if self._room is None or veiled is self._veiled:
            return
        self._veiled = veiled
        page.let_fold(not veiled)
        if not veiled:
            page.fold()
        self._room.veil(veiled)

    def _undock(self) -> None:
        if self._room is not None:
            self._window.show()
            self._room.close()

    def _show_finish(self, *, withdrawn: bool = False) -> None:
        if isinstance(self._page, FinishPage):
            return
        self._watch.shown_in(self._window)
        page = FinishPage(self._offer, withdrawn=withdrawn)
        self._let_save(page)
        page.closing.connect(self._window.close)
        self._window.shrink(low=False)
        self._go_to(page, Step.DONE)
        self._undock()
        self._window.become(FIRST_SIZE)

    def _go_to(self, page: Page, step: Step) -> None:
        unread = self._leave_page()
        before, self._page, self._step = self._page, page, step
        self._window.show_page(page, step)
        self._window.keep_only(page)
        self._terms = None
        if not isinstance(page, FinishPage):
            self._opening.show_on(page)
        for notice in unread:
            page.show_notice(notice)
        if before is not None:
            QApplication.alert(self._window)

    def _leave_page(self) -> list[Notice]:
        """Let the page's camera go; what on it nobody has read yet."""
        match self._page:
            case IdentityPage() | CalibrationPage():
                self._page.rest()
            case ExamPage():
                self._page.let_go()
            case _:
                pass
        notices = self._page.notices if self._page is not None else None
        return list(notices.unread) if notices is not None else []

    def _let_save(self, page: FinishPage) -> None:
        recording, institution = self._recording, self._offer.policy.institution.name
        saver = Saver(page.panel, self._doorway, self._choose, page.busy)
        page.saving.connect(lambda: saver.ask(recording.id, institution, recording.save))
        receipts = ReceiptSaver(page, self._doorway, self._choose)
        page.keeping_receipt.connect(lambda: receipts.ask(recording.id, recording.receipt))

    # What the session says

    def _seen(self, status: Status) -> None:
        if status.stage in _OVER:
            self.stage = status.stage
            self._show_finish()
        elif status.phase in ("exam", "break", "paused"):
            self._show_exam()
        elif status.phase == "waiting":
            self._wait()
        self._show(status)
        if status.light is Light.PROBLEM and self._light is not Light.PROBLEM:
            QApplication.alert(self._window)
        self._light = status.light
        if self.closing_soon and self.stage in (Stage.DELIVERING, Stage.DELIVERED):
            self.closing.emit()

    def _show(self, status: Status) -> None:
        match self._page:
            case FinishPage():
                self._page.show_status(status)
                finished = status.stage is Stage.DELIVERED
                self._window.mark_step(Step.DONE, finished=finished)
                # A list of windows, too, says whether the computer may be closed.
                self._window.setWindowTitle(f"{self._page.title.plain} · {brand().app.name}")
            case ExamPage():
                self._veil(self._page, status)
                self._page.show_status(status)
            case WaitingPage() | IdentityPage():
                self._page.show_status(status)
            case _:
                pass

    def _noticed(self, notice: Notice) -> None:
        if self._page is not None:
            self._close_terms()
            self._page.show_notice(notice)
            QApplication.alert(self._window)

    def _failed(self, trouble: Trouble) -> None:
        if self._page is not None:
            self._shown().show_trouble(trouble)
