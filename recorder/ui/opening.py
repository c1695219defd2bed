"""The exam's room, made before it is needed. Where that fails it is said on each page, until
it comes off: without its browser there is no exam to sit.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from recorder.ui.operation import Trouble, guarded
from recorder.ui.pages.page import Page
from recorder.ui.ports import ExamRoom
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button
from shared.policy import Institution


class Opening:
    """Makes one exam's room, again where the candidate asks for it. On the main thread.

    Args:
        make: makes it; ``None`` where the exam needs none.
        institution: whom to ask.
        on_made: called when another attempt came off.
    """

    def __init__(
        self,
        make: Callable[[], ExamRoom | None],
        institution: Institution,
        on_made: Callable[[], object],
    ) -> None:
        self._make, self._institution, self._on_made = make, institution, on_made
        self.room: ExamRoom | None = None
        self._trouble: Trouble | None = None
        self._banner: Banner | None = None

    def begin(self) -> None:
        """Make it for the first time; nothing is shown yet."""
        failed: list[Trouble] = []
        self.room = guarded(self._make, failed.append)
        self._trouble = failed[0] if failed else None

    def show_on(self, page: Page) -> None:
        """Say on a page what is wrong, if anything is."""
        self._banner = None
        if self._trouble is None:
            return
        self._banner = Banner()
        again = QCoreApplication.translate("Opening", "Try again")
        self._banner.offer(Button(again, self._again))
        page.body.insertWidget(0, self._banner)
        self._say()

    def _again(self) -> None:
        self.begin()
        if self._banner is not None:
            self._banner.hide()  # what stays so is said again, too
        if self._trouble is None:
            self._on_made()
        else:
            self._say()

    def _say(self) -> None:
        if self._banner is not None and self._trouble is not None:
            ask = QCoreApplication.translate(
                "Opening",
                "You cannot sit the exam without it. If it stays so, ask {0}: {1}. What "
                "happens here is recorded, so they can see that you tried.",
            ).format(self._institution.name, self._institution.contact)
            advice = f"{self._trouble.advice} {ask}"
            self._banner.say("problem", self._trouble.what, advice)
