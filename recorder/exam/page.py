"""One page of the exam: where it may go, what it may ask for, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtWebEngineCore import (
    QWebEngineCertificateError,
    QWebEngineFullScreenRequest,
    QWebEngineLoadingInfo,
    QWebEngineNewWindowRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
)

from recorder.exam.addresses import Addresses, Why, told
from recorder.exam.attempts import Attempt, How
from recorder.exam.requests import written
from recorder.exam.troubles import ABORTED, PageTrouble, crashed, not_loaded, not_secure

if TYPE_CHECKING:
    from recorder.exam.dialogue import Dialogue

Navigation = QWebEnginePage.NavigationType
Status = QWebEngineLoadingInfo.LoadStatus
Termination = QWebEnginePage.RenderProcessTerminationStatus

# Somebody who chose a link did so at most this long before it is followed; what comes later a
# script does by itself.
DEED_NS = 1_000_000_000

# Schemes that are never a place to go to, but that Chromium loads within a page.
_LOADED_WITHIN = frozenset({"about", "blob", "data", "javascript"})


class ExamPage(QWebEnginePage):
    """A page that stays within the exam.

    Signals:
        attempted: an ``Attempt`` to leave, which was stopped.
        troubled: a ``PageTrouble``: there is nothing to show.
        shown: there is a page again.
        window_wanted: a ``QWebEngineNewWindowRequest`` for an address of the exam.
    """

    attempted = Signal(object)
    troubled = Signal(object)
    shown = Signal()
    window_wanted = Signal(object)

    def __init__(
        self,
        profile: QWebEngineProfile,
        addresses: Addresses,
        clock: Callable[[], int],
        parent: QObject,
        *,
        headed: bool,
    ) -> None:
        """Stay within ``addresses``.

        Args:
            profile: cookies and cache, shared with the other pages of the exam.
            addresses: what belongs to the exam.
            clock: the evidence clock, nanoseconds.
            parent: owns the page.
            headed: whether the exam's header is sent.
        """
        super().__init__(profile, parent)
        self._addresses, self._clock, self._headed = addresses, clock, headed
        self._deed_ns = -DEED_NS
        self._insecure: PageTrouble | None = None
        # What was asked for last, and may still come; ``requestedUrl`` forgets it on a failure.
        self.wanted = QUrl()
        self.dialogue: Dialogue | None = None
        self.certificateError.connect(self._certificate)
        self.fullScreenRequested.connect(_fill_the_page)
        self.loadingChanged.connect(self._loading)
        self.newWindowRequested.connect(self._new_window)
        self.permissionRequested.connect(_deny)
        self.registerProtocolHandlerRequested.connect(lambda request: request.reject())
        self.fileSystemAccessRequested.connect(lambda request: request.reject())
        self.selectClientCertificate.connect(lambda selection: selection.selectNone())
        self.renderProcessTerminated.connect(self._crashed)

    def note_deed(self) -> None:
        """The candidate clicked or pressed a key."""
        self._deed_ns = self._clock()

    @property
    def host(self) -> str:
        """Whose page it is, or is to be."""
        return self.url().host() or self.wanted.host()

    # Going somewhere

    def acceptNavigationRequest(  # noqa: N802
        self,
        url: QUrl | str,
        kind: Navigation,
        is_main: bool,
        /,
    ) -> bool:
        """Whether a page or a frame may go there."""
        url = QUrl(url)
        address = written(url)
        judge = self._addresses.judge if is_main else self._addresses.judge_frame
        if why := judge(address):
            self._attempt(address, self._how(kind) if is_main else "frame", why)
            return False
        renewed = is_main and kind is Navigation.NavigationTypeRedirect and self._headed
        if renewed and self._addresses.takes_header(address):
            # A redirected request keeps the header of the first, which is bound to its address.
            QTimer.singleShot(0, self, lambda: self.load(url))
            return False
        return True

    def _how(self, kind: Navigation) -> How:
        match kind:
            case Navigation.NavigationTypeFormSubmitted:
                return "form"
            case Navigation.NavigationTypeRedirect:
                return "redirect"
            case Navigation.NavigationTypeLinkClicked if self._was_asked():
                return "link"
            case _:
                return "script"

    def _was_asked(self) -> bool:
        return self._clock() - self._deed_ns <= DEED_NS

    def _attempt(self, address: str, how: How, why: Why) -> None:
        self.attempted.emit(Attempt(told(address), how, why, self._clock()))

    def refuse_download(self, address: str, why: Why) -> None:
        """A file of another place was to be fetched."""
        self._attempt(address, "download", why)

    def _new_window(self, request: QWebEngineNewWindowRequest) -> None:
        address = written(request.requestedUrl())
        if why := self._addresses.judge_frame(address):
            self._attempt(address, "new_window", why)
        else:
            self.window_wanted.emit(request)

    # What became of it

    def _loading(self, info: QWebEngineLoadingInfo) -> None:
        match info.status():
            case Status.LoadStartedStatus:
                self._insecure, self.wanted = None, info.url()
                self._look_at_scheme(info.url())
            case Status.LoadStoppedStatus:
                self.wanted = self.url()
            case Status.LoadSucceededStatus:
                self.shown.emit()
            case Status.LoadFailedStatus if self._insecure is not None:
                self.troubled.emit(self._insecure)
            case Status.LoadFailedStatus if info.errorCode() == ABORTED:
                pass  # by us, by the candidate, or by a download
            case Status.LoadFailedStatus if info.errorDomain() is _HTTP_STATUS:
                self.shown.emit()  # the server's own words about what is wrong
            case Status.LoadFailedStatus:
                host = info.url().host()
                self.troubled.emit(not_loaded(host, info.errorCode(), info.errorString()))
            case _:
                pass

    def _look_at_scheme(self, url: QUrl) -> None:
        """``mailto:`` and other programs' schemes come here alone; the engine drops them."""
        if url.scheme() not in {*_LOADED_WITHIN, "http", "https", ""}:
            self._attempt(written(url), "link" if self._was_asked() else "script", Why.SCHEME)

    def _certificate(self, error: QWebEngineCertificateError) -> None:
        error.rejectCertificate()
        if error.isMainFrame():
            code = error.type().value
            self._insecure = not_secure(error.url().host(), code, error.description())

    def _crashed(
        self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int
    ) -> None:
        if status is not QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            self.troubled.emit(crashed(self.host, f"{status.name} ({code})"))

    # What it asks the candidate

    def javaScriptAlert(self, _origin: QUrl | str, msg: str, /) -> None:  # noqa: N802
        """Say it within the browser: a box of its own would stand before *quit*."""
        if self.dialogue is not None:
            self.dialogue.say(msg)

    def javaScriptConfirm(self, _origin: QUrl | str, msg: str, /) -> bool:  # noqa: N802
        """Yes or no."""
        return self.dialogue is not None and self.dialogue.confirm(msg)

    def javaScriptPrompt(  # noqa: N802
        self, _origin: QUrl | str, msg: str, default: str, /
    ) -> tuple[bool, str]:
        """A line of text, or none."""
        said = None if self.dialogue is None else self.dialogue.ask(msg, default)
        return said is not None, said or ""

    def chooseFiles(  # noqa: N802
        self,
        mode: QWebEnginePage.FileSelectionMode,
        _before: Sequence[str],
        accepted: Sequence[str],
        /,
    ) -> list[str]:
        """Files to hand in, where the page has a place for them."""
        several = mode is QWebEnginePage.FileSelectionMode.FileSelectOpenMultiple
        if self.dialogue is None or mode not in _FILES:
            return []
        return self.dialogue.choose_files(accepted, several=several)

    def javaScriptConsoleMessage(self, *_: object) -> None:  # noqa: N802
        """A page's notes to its makers are content, and go nowhere."""


_HTTP_STATUS = QWebEngineLoadingInfo.ErrorDomain.HttpStatusCodeDomain
_FILES = (
    QWebEnginePage.FileSelectionMode.FileSelectOpen,
    QWebEnginePage.FileSelectionMode.FileSelectOpenMultiple,
)


def _fill_the_page(request: QWebEngineFullScreenRequest) -> None:
    """A film or a figure may fill the page; the exam's own bars stay."""
    request.accept()


def _deny(permission: QWebEnginePermission) -> None:
    """Camera, microphone, place, screen and the rest are no page's."""
    permission.deny()
