"""The candidate's window: one page after the other, and what closing it means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from recorder.status import Light, Notice, Offer, Stage, Status
from recorder.ui.chrome import EXAM_SIZE, FIRST_SIZE, Chrome
from recorder.ui.leaving import Leave, when_closing
from recorder.ui.link import parse_server
from recorder.ui.operation import Doorway, Trouble, guarded
from recorder.ui.pages.enter import EnterPage
from recorder.ui.pages.page import Page
from recorder.ui.ports import Program, Recording
from recorder.ui.saving import Choose, Saver, choose_file
from recorder.ui.widgets.steps import Step

if TYPE_CHECKING:  # pages are imported when they are first shown: the first one paints sooner
    from recorder.ui.pages.check import CheckPage
    from recorder.ui.pages.exam import ExamPage
    from recorder.ui.pages.finish import FinishPage
    from recorder.ui.watch import Watch

# Seconds a closed window waits for its threads, so that devices are let go in order.
SETTLE_S = 10.0


def local_today() -> date:
    """Today's date where the candidate is."""
    return datetime.now(UTC).astimezone().date()


class MainWindow(Chrome):
    """Leads one candidate through one exam.

    Args:
        program: the recorder; its blocking calls run off the main thread.
        link: an ``invigil://`` link the program was opened with.
        server: the institution's own server, shown where no other is known.
        today: today's date, for the date until which the recording is kept.
        settings: where the last server and the size of text are remembered.
        choose: asks a person where to save a file.
    """

    def __init__(
        self,
        program: Program,
        link: str | None = None,
        *,
        server: str = "",
        today: Callable[[], date] = local_today,
        settings: QSettings | None = None,
        choose: Choose = choose_file,
    ) -> None:
        super().__init__(settings or QSettings("Invigil", "Invigil"), server)
        self._program, self._today, self._choose = program, today, choose
        self._doorway = Doorway(self)
        self._offer: Offer | None = None
        self._consent: Page | None = None
        self._check: CheckPage | None = None
        self._exam: ExamPage | None = None
        self._finish: FinishPage | None = None
        self._watch: Watch | None = None
        self._stage: Stage | None = None
        self._light: Light | None = None
        self._forced = self._closing_soon = False
        self._enter = EnterPage(program, self._doorway, choose)
        self._enter.prefill(self.memory.server)
        self._enter.offered.connect(self._offered)
        self.show_page(self._enter, Step.CODE)
        if link:
            self._enter.open_link(link)

    @Slot(str)
    def open_link(self, link: str) -> None:
        """Use a link that was opened meanwhile, unless an exam is already under way."""
        if self._stage is None:
            self._restart()
            self._enter.open_link(link)
        self.raise_()
        self.activateWindow()

    def quit_now(self) -> None:
        """Close without a question: the system said so."""
        self._forced = True
        self.close()

    def settle(self) -> bool:
        """Wait, bounded, for what was under way; whether all of it ended."""
        return self._doorway.close(SETTLE_S)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Ask where something is at stake; never stand in the way twice."""
        event.ignore()
        match when_closing(self._stage, asked=self._asked(), forced=self._is_forced()):
            case Leave.CLOSE:
                self._shut()
                event.accept()
            case Leave.ASK:
                assert self._exam is not None
                self.showNormal() if self.isMinimized() else self.raise_()
                self._exam.ask_to_quit()
            case Leave.FINISH:
                self._end("quit")
                event.setAccepted(self._stage is Stage.FAILED)
            case Leave.FINISH_AND_CLOSE:
                self._end("quit")
                self._shut()
                event.accept()
            case Leave.WAIT:
                self._closing_soon = True
                assert self._finish is not None
                self._finish.say_waiting_to_close()

    def _offered(self, offer: Offer) -> None:
        from recorder.ui.pages.consent import ConsentPage

        self._offer = offer
        if parse_server(offer.server) == offer.server:  # one without https needs its link again
            self.memory.server = offer.server
        self.name_institution(offer.policy.institution.name)
        if offer.resumes is not None:  # its candidate agreed when it began
            self._agreed()
            return
        consent = ConsentPage(offer, self._today())
        consent.agreed.connect(self._agreed)
        consent.declined.connect(self._declined)
        self._consent = consent
        self.show_page(consent, Step.CONSENT)

    def _declined(self) -> None:
        from recorder.ui.pages.declined import DeclinedPage

        assert self._offer is not None
        page = DeclinedPage(self._program, self._doorway)
        page.again.connect(self._restart)
        page.closing.connect(self.close)
        page.begin(self._offer)
        self.show_page(page, Step.CONSENT)

    def _restart(self) -> None:
        self._leave_check()
        self.show_page(self._enter, Step.CODE)
        self.keep_only(self._enter)
        self._offer = self._consent = None
        self.name_institution("")

    def _agreed(self) -> None:
        from recorder.ui.pages.check import CheckPage

        assert self._offer is not None
        self._check = CheckPage(self._program, self._doorway, self._offer)
        self._check.started.connect(self._started)
        self._check.left.connect(self._back_from_check)
        self.show_page(self._check, Step.CHECK)
        self._check.begin()

    def _back_from_check(self) -> None:
        if self._consent is None:
            self._give_up_going_on()
            return
        self.show_page(self._consent, Step.CONSENT)
        self._leave_check()

    def _give_up_going_on(self) -> None:
        """Not now: what was interrupted is left as it was, and delivered as far as it is."""
        offer = self._offer
        assert offer is not None
        self._doorway.run(
            lambda: self._program.decline(offer), lambda _: None, self._enter.trouble
        )
        self._restart()

    def _leave_check(self) -> None:
        if self._check is not None:
            self._check.leave()
            self.drop_page(self._check)
            self._check = None

    def _started(self, recording: Recording) -> None:
        from recorder.ui.pages.exam import ExamPage
        from recorder.ui.watch import Watch

        assert self._offer is not None
        self._stage = Stage.RECORDING
        self._exam = ExamPage(self._offer, recording.preview)
        self._exam.finishing.connect(self._end)
        self.show_page(self._exam, Step.EXAM)
        self.become(EXAM_SIZE)
        self.keep_only(self._exam)
        self._check = self._consent = None
        self._watch = Watch(recording, self)
        self._watch.seen.connect(self._seen)
        self._watch.noticed.connect(self._noticed)
        self._watch.failed.connect(self._watch_failed)
        self._watch.start()

    def _seen(self, status: Status) -> None:
        if status.stage not in (Stage.OFFERED, Stage.CHECKING, Stage.RECORDING):
            self._stage = status.stage
            self._show_finish()
        if self._finish is not None:
            self._finish.show_status(status)
            self.mark_step(Step.DONE, finished=status.stage is Stage.DELIVERED)
        elif self._exam is not None:
            self._exam.show_status(status)
        if status.light is Light.PROBLEM and self._light is not Light.PROBLEM:
            QApplication.alert(self)
        self._light = status.light
        if self._closing_soon and self._stage in (Stage.DELIVERING, Stage.DELIVERED):
            self.close()

    def _noticed(self, notice: Notice) -> None:
        page = self._finish or self._exam
        if page is not None:
            page.add_notice(notice)
            QApplication.alert(self)

    def _watch_failed(self, trouble: Trouble) -> None:
        page = self._finish or self._exam
        if page is not None:
            page.trouble(trouble)

    def _end(self, reason: str) -> None:
        assert self._watch is not None
        recording, quitting = self._watch.recording, reason == "quit"
        failed: list[Trouble] = []
        guarded(lambda: recording.finish(reason), failed.append)
        if failed and not quitting:
            self._watch_failed(failed[0])
            return
        self._stage = Stage.FAILED if failed else Stage.CLOSING
        self._show_finish()
        self._closing_soon = quitting
        if failed:
            self.close()
        elif quitting and self._finish is not None:
            self._finish.say_waiting_to_close()

    def _show_finish(self) -> None:
        if self._finish is not None:
            return
        from recorder.ui.pages.finish import FinishPage

        assert self._offer is not None
        assert self._exam is not None
        assert self._watch is not None
        self._finish = FinishPage(self._offer)
        self._let_save(self._finish, self._watch.recording)
        self._finish.closing.connect(self.close)
        for notice in self._exam.notices.unread:
            self._finish.add_notice(notice)
        self._exam.let_go()
        self.show_page(self._finish, Step.DONE)
        self.become(FIRST_SIZE)
        self.drop_page(self._exam)
        self._exam = None

    def _let_save(self, page: FinishPage, recording: Recording) -> None:
        assert self._offer is not None
        institution, session = self._offer.policy.institution.name, recording.id
        saver = Saver(page.panel, self._doorway, self._choose, page.busy)
        page.saving.connect(lambda: saver.ask(session, institution, recording.save))

    def _asked(self) -> bool:
        asking = self._exam is not None and self._exam.asking_to_quit
        return asking or self._closing_soon

    def _is_forced(self) -> bool:
        application = QApplication.instance()
        saving = isinstance(application, QGuiApplication) and application.isSavingSession()
        return self._forced or saving

    def _shut(self) -> None:
        if self._watch is not None:
            self._watch.stop()
        self._leave_check()
