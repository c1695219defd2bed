"""The candidate's window: from the code to the recording, and what closing it means."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from recorder.faults import EnvironmentFault
from recorder.status import Notice, Offer, Stage
from recorder.ui.chrome import Chrome
from recorder.ui.leaving import Leave, when_closing
from recorder.ui.link import looks_like_link, parse_server
from recorder.ui.marking import QT_TRANSLATE_NOOP
from recorder.ui.operation import Doorway, trouble_from
from recorder.ui.pages.enter import EnterPage
from recorder.ui.pages.page import Page
from recorder.ui.ports import Program, Recording
from recorder.ui.saving import Choose, choose_file
from recorder.ui.told import told
from recorder.ui.widgets.steps import Step

if TYPE_CHECKING:  # pages are imported when they are first shown: the first one paints sooner
    from recorder.ui.pages.check import CheckPage
    from recorder.ui.pages.consent import ConsentPage
    from recorder.ui.pages.practice import PracticePage
    from recorder.ui.pages.terms import TermsPage
    from recorder.ui.way import Way

# What a link gets that is opened in the middle of an exam.
UNDER_WAY = (
    QT_TRANSLATE_NOOP("recorder", "An exam is being recorded already."),
    QT_TRANSLATE_NOOP("recorder", "Hand it in first; then open the other link again."),
)

# Seconds a closed window waits for its threads, so that devices are let go in order.
SETTLE_S = 10.0


def local_today() -> date:
    """Today's date where the candidate is."""
    return datetime.now(UTC).astimezone().date()


def wall_now_us() -> int:
    """The wall clock, microseconds since 1970 UTC."""
    return time.time_ns() // 1000


class MainWindow(Chrome):
    """Leads one candidate through one exam.

    Args:
        program: the recorder; its blocking calls run off the main thread.
        link: an ``invigil://`` link the program was opened with.
        server: the institution's own server, shown where no other is known.
        today: today's date, for the date until which the recording is kept.
        now_us: the wall clock (microseconds since 1970 UTC), for when it was agreed.
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
        now_us: Callable[[], int] = wall_now_us,
        settings: QSettings | None = None,
        choose: Choose = choose_file,
    ) -> None:
        super().__init__(settings or QSettings("Invigil", "Invigil"), server)
        self._program, self._today, self._choose = program, today, choose
        self._now_us = now_us
        self._doorway = Doorway(self)
        self._offer: Offer | None = None
        self._overview: Page | None = None
        self._consent: Page | None = None
        self._terms: TermsPage | None = None
        self._check: CheckPage | None = None
        self._practice: PracticePage | None = None
        self._way: Way | None = None
        self._forced = False
        self._enter = self._make_enter()
        self._enter.prefill(self.memory.server)
        self.show_page(self._enter, Step.CODE)
        if link:
            self._enter.open_link(link)

    @Slot(str)
    def open_link(self, link: str) -> None:
        """Use a link that was opened meanwhile, unless an exam is already under way."""
        if self._way is None:
            self._restart()
            self._enter.open_link(link)
        else:
            self._say_under_way(self._way)
        self._to_the_front()

    def _say_under_way(self, way: Way) -> None:
        if self.isVisible():
            self.trouble(trouble_from(EnvironmentFault(*UNDER_WAY)))
        else:
            way.tell(Notice(" ".join(told(text) for text in UNDER_WAY), "Invigil", "info"))

    @Slot(str)
    def come_forward(self, link: str) -> None:
        """The program was started once more, perhaps with a link."""
        if looks_like_link(link):
            self.open_link(link)
        else:
            self._to_the_front()

    def _to_the_front(self) -> None:
        """Where it is shown at all: in an exam the browser may have its place."""
        if self.isVisible():
            self.showNormal() if self.isMinimized() else self.raise_()
            self.activateWindow()
        elif self._way is not None:
            self._way.come_forward()

    def quit_now(self) -> None:
        """Close without a question: the system said so."""
        self._forced = True
        self.close()

    def settle(self) -> bool:
        """Wait, bounded, for what was under way; whether all of it ended."""
        self._program.stop_updates()
        return self._doorway.close(SETTLE_S)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Ask where something is at stake; never stand in the way twice."""
        event.ignore()
        way = self._way
        stage = None if way is None else way.stage
        asked = way is not None and way.asking_to_leave
        leave = when_closing(stage, asked=asked, forced=self._is_forced())
        if way is None or leave is Leave.CLOSE:
            self._shut()
            event.accept()
            return
        match leave:
            case Leave.ASK:
                self.showNormal() if self.isMinimized() else self.raise_()
                way.ask_to_leave()
            case Leave.FINISH:
                way.end("quit")
                event.setAccepted(way.stage is Stage.FAILED)
            case Leave.FINISH_AND_CLOSE:
                way.end("quit")
                self._shut()
                event.accept()
            case Leave.WAIT:
                way.wait_to_close()

    def read_terms(self) -> None:
        """Show what is recorded, from the consent on; *Back* leads to where one was."""
        if self._way is not None:
            self._way.read_terms()
        elif self._check is not None and self._terms is None:
            self._read_before(self._check)

    def _read_before(self, check: CheckPage) -> None:
        from recorder.ui.pages.terms import TermsPage

        assert self._offer is not None
        self._terms = TermsPage(self._offer, self._today())
        self._terms.back.connect(lambda: self._close_terms(check))
        self._terms.withdrawn.connect(self._declined)
        self.show_page(self._terms, Step.CHECK)

    def _close_terms(self, check: CheckPage) -> None:
        terms, self._terms = self._terms, None
        self.show_page(check, Step.CHECK)
        self.drop_page(terms)

    def _make_enter(self) -> EnterPage:
        enter = EnterPage(self._program, self._doorway, self._choose, self.speech.code)
        enter.offered.connect(self._offered)
        enter.speaking.connect(self._speak)
        enter.practising.connect(lambda: self._practise(None, enter))
        return enter

    def _speak(self, code: str) -> None:
        """Another language: the first page and what is around it are made anew."""
        if code == self.speech.code:
            return
        self.memory.language = code
        self.speech.speak(code)
        before, self._enter = self._enter, self._make_enter()
        before.hand_over(self._enter)
        self.retell()
        self.show_page(self._enter, Step.CODE)
        self.drop_page(before)
        self._enter.language.setFocus()

    def _offered(self, offer: Offer) -> None:
        from recorder.ui.pages.overview import OverviewPage
        from recorder.ui.timing import steps_of

        self._offer = offer
        if parse_server(offer.server) == offer.server:  # one without https needs its link again
            self.memory.server = offer.server
        self.name_institution(offer.policy.institution.name)
        self.plan_steps(steps_of(offer.policy))
        if offer.resumes is not None:  # its candidate agreed when it began
            self._agreed()
            return
        overview = OverviewPage(offer)
        overview.going_on.connect(self._ask_consent)
        overview.back.connect(self._restart)
        self._overview = overview
        self.show_page(overview, Step.CODE)

    def _ask_consent(self) -> None:
        from recorder.ui.pages.consent import ConsentPage

        assert self._offer is not None
        consent = ConsentPage(self._offer, self._today())
        consent.agreed.connect(lambda: self._keep_agreement(consent))
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
        self.let_read(readable=False)
        self.show_page(page, Step.CONSENT)
        self._leave_check()

    def _restart(self) -> None:
        self._leave_check()
        self.show_page(self._enter, Step.CODE)
        self.keep_only(self._enter)
        self._offer = self._overview = self._consent = self._terms = None
        self.name_institution("")
        self.plan_steps(tuple(Step))
        self.mark_step(Step.CODE)
        self.let_read(readable=False)

    def _keep_agreement(self, page: ConsentPage) -> None:
        assert self._offer is not None
        self._offer = replace(self._offer, agreed=page.agreement(self._now_us()))
        self._agreed()

    def _agreed(self) -> None:
        from recorder.ui.pages.check import CheckPage

        assert self._offer is not None
        self._check = CheckPage(self._program, self._doorway, self._offer)
        self._check.started.connect(self._started)
        self._check.left.connect(self._back_from_check)
        self._check.practising.connect(self._practise_for_exam)
        self.show_page(self._check, Step.CHECK)
        self.let_read(readable=True)
        self._check.begin()

    def _practise_for_exam(self, camera: str, microphone: str) -> None:
        check = self._check
        assert check is not None
        self._practise(self._offer, check, camera, microphone).left.connect(check.begin)

    def _practise(
        self, offer: Offer | None, back: Page, camera: str = "", microphone: str = ""
    ) -> PracticePage:
        """Show a practice run; its *Back* leads to the page from where it was asked for."""
        from recorder.ui.pages.practice import PracticePage

        step = Step.CODE if offer is None else Step.CHECK
        page = PracticePage(self._program, self._doorway, offer, camera, microphone)
        page.left.connect(lambda: self._end_practice(back, step))
        self._practice = page
        self.show_page(page, step)
        page.begin()
        return page

    def _end_practice(self, back: Page, step: Step) -> None:
        self._leave_practice()
        self.show_page(back, step)

    def _leave_practice(self) -> None:
        page, self._practice = self._practice, None
        if page is not None:
            page.leave()
            self.drop_page(page)

    def _back_from_check(self) -> None:
        if self._consent is None:
            self._give_up_going_on()
            return
        self.let_read(readable=False)
        self.show_page(self._consent, Step.CONSENT)
        self._leave_check()

    def _give_up_going_on(self) -> None:
        """Not now: what was interrupted is left as it was, and delivered as far as it is."""
        offer = self._offer
        assert offer is not None
        self._doorway.run(
            lambda: self._program.decline(offer), lambda _: None, self._enter.show_trouble
        )
        self._restart()

    def _leave_check(self) -> None:
        self._leave_practice()
        if self._check is not None:
            self._check.leave()
            self.drop_page(self._check)
            self._check = None

    def _started(self, recording: Recording) -> None:
        assert self._offer is not None
        self.follow(self._offer, recording)

    def follow(self, offer: Offer, recording: Recording) -> None:
        """Show a recording that has begun, from here to its receipt."""
        from recorder.ui.way import Way

        self._check = self._consent = self._overview = self._terms = None
        self._way = Way(
            self,
            self._doorway,
            offer,
            recording,
            self._today,
            self._choose,
            self._program,
        )
        self._way.closing.connect(self.close)
        self._way.begin()

    def _is_forced(self) -> bool:
        application = QApplication.instance()
        saving = isinstance(application, QGuiApplication) and application.isSavingSession()
        return self._forced or saving

    def _shut(self) -> None:
        if self._way is not None:
            self._way.stop()
        self._leave_check()
