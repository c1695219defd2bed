"""What the check's page does about what is found: mended by a button, a person asked first."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, QUrl, Signal

from recorder.doctor import judging
from recorder.doctor.finding import Closed, Finding, OpenPage, PlayBack, PutBack
from recorder.ui.looks import Looks
from recorder.ui.operation import Doorway, Operation
from recorder.ui.pages.page import Page
from recorder.ui.ports import Preview, Program
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.mending import Again, Answer, Close, Wish

translate = QCoreApplication.translate


class CheckMending(QObject):
    """Does what a finding's button wishes, one thing at a time.

    ``said`` is what is known of the microphone by its playback, until another one is chosen.
    """

    said_changed = Signal()

    def __init__(
        self,
        page: Page,
        program: Program,
        doorway: Doorway,
        looks: Looks,
        problem: Banner,
        *,
        preview: Callable[[], Preview | None],
        open_page: Callable[[QUrl], object],
    ) -> None:
        super().__init__(page)
        self._page, self._program, self._doorway = page, program, doorway
        self._looks, self._problem = looks, problem
        self._preview, self._open_page = preview, open_page
        self._operation: Operation | None = None
        self.said: Finding | None = None

    def abandon(self) -> None:
        """Let go of what is under way; its result is discarded."""
        if self._operation is not None:
            self._operation.abandon()

    def forget(self) -> None:
        """Nothing is under way any more that anybody waits for."""
        self._operation = None

    def wish(self, name: str, wish: Wish) -> None:
        """Do what is wished about the finding of this name."""
        match wish:
            case Again():
                self._looks.again(name)
            case OpenPage():
                self._open_page(QUrl(wish.address))
            case PutBack():
                self._put_back()
            case Close():
                self._ask_to_close(name, wish)
            case _:
                pass

    def wish_of_microphone(self, wish: Wish) -> None:
        """Play back what is said now, or take the answer whether it was heard."""
        match wish:
            case PlayBack():
                self._play_back()
            case Answer():
                self._say(judging.judge_hearing(heard=wish.yes))
            case _:
                pass

    def _say(self, finding: Finding) -> None:
        self.said = finding
        self.said_changed.emit()

    def _play_back(self) -> None:
        preview, checking = self._preview(), self._looks.checking
        if preview is None or checking is None:
            return
        self._say(judging.speak_now())
        self._mend(
            lambda: checking.play_back(preview),
            lambda finding: self._heard_back(preview, finding),
        )

    def _heard_back(self, preview: Preview, finding: Finding) -> None:
        if preview is self._preview():  # else another one was chosen meanwhile
            self._say(finding)

    def _put_back(self) -> None:
        if (checking := self._looks.checking) is not None:
            self._mend(checking.put_back, self._looks.take)

    def _ask_to_close(self, name: str, wish: Close) -> None:
        self._page.ask(
            translate("CheckPage", "Close {0}?").format(wish.name),
            translate(
                "CheckPage", "Save your work in it first: what is not saved may be lost."
            ),
            yes=translate("CheckPage", "&Close it"),
            no=translate("CheckPage", "&Leave it open"),
            on_yes=lambda: self._close(name, wish, force=False),
        )

    def _close(self, name: str, wish: Close, *, force: bool) -> None:
        def work() -> list[Closed]:
            return [self._program.close_program(one, force=force) for one in wish.programs]

        self._mend(work, lambda outcomes: self._closed(name, wish, outcomes))

    def _closed(self, name: str, wish: Close, outcomes: list[Closed]) -> None:
        if "still_runs" in outcomes:
            self._ask_to_end(name, wish)
        elif set(outcomes) - {"gone"}:
            self._problem.say(
                "attention",
                translate("CheckPage", "{0} is not closed by Invigil.").format(wish.name),
                translate(
                    "CheckPage",
                    "It belongs to the system, to another user, or Invigil runs in it. Close "
                    "it yourself, or ask who looks after this computer.",
                ),
            )
        self._looks.again(name)

    def _ask_to_end(self, name: str, wish: Close) -> None:
        self._page.ask(
            translate("CheckPage", "{0} does not close. End it at once?").format(wish.name),
            translate(
                "CheckPage",
                "What is not saved in it is lost. It may also wait for your answer.",
            ),
            yes=translate("CheckPage", "&End it"),
            no=translate("CheckPage", "&Leave it open"),
            on_yes=lambda: self._close(name, wish, force=True),
        )

    def _mend(self, work: Callable[[], object], success: Callable[..., None]) -> None:
        self.abandon()
        self._operation = self._doorway.run(work, success, self._problem.trouble)
