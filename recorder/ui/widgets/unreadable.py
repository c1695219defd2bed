"""A recording on this computer that cannot be read: said, not hidden, and never deleted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from recorder.status import Unreadable
from recorder.ui.told import told
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button


class UnreadableBanner(Banner):
    """Says what is wrong with it, and opens its folder. Nothing here is in an exam's way.

    Put it into its place first: what is shown without one is a window of its own.
    """

    def __init__(
        self,
        broken: Unreadable,
        open_folder: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__()
        self._broken = broken
        folder = QUrl.fromLocalFile(str(broken.folder))
        self.open = Button(self.tr("Show its f&older"), lambda: open_folder(folder), "quiet")
        self.open.setAccessibleDescription(str(broken.folder))
        self.offer(self.open)

    def tell(self) -> None:
        """Show it, without saying it aloud."""
        broken = self._broken
        self.say("attention", told(broken.what), told(broken.advice), aloud=False)
