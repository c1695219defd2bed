"""Every request of the browser on its way out: documents held to the exam, the header added.

A page may load pictures, scripts and the like from anywhere, as pages do; what it may not is
show another address, in itself or in a frame.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QUrl
from PySide6.QtWebEngineCore import QWebEngineUrlRequestInfo, QWebEngineUrlRequestInterceptor

from recorder.exam.addresses import Addresses
from shared.exam_header import HEADER_NAME

Resource = QWebEngineUrlRequestInfo.ResourceType

PAGES = frozenset(
    {Resource.ResourceTypeMainFrame, Resource.ResourceTypeNavigationPreloadMainFrame}
)
FRAMES = frozenset(
    {
        Resource.ResourceTypeSubFrame,
        Resource.ResourceTypeNavigationPreloadSubFrame,
        Resource.ResourceTypeObject,
        Resource.ResourceTypePluginResource,
    }
)

# What a server decides on. Pictures and the like go without: they are often redirected to
# other hosts, and would take the header of the first address along.
HEADED = frozenset({*PAGES, Resource.ResourceTypeSubFrame, Resource.ResourceTypeXhr})

# What a page may load into itself.
LOADABLE = frozenset({"https", "http", "wss", "ws", "data", "blob"})

# The engine's own viewer of PDFs and what it is made of. No page gets there by itself: where
# pages and frames go was asked before (``ExamPage.acceptNavigationRequest``).
VIEWER = ("chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai/", "chrome://resources/")

_HEADER = HEADER_NAME.encode("ascii")

Sign = Callable[[str], str | None]


class Requests(QWebEngineUrlRequestInterceptor):
    """Looks at each request, on the main thread."""

    def __init__(self, addresses: Addresses, sign: Sign | None, parent: QObject) -> None:
        """Hold requests to ``addresses``; ``sign`` makes the header, where one is sent."""
        super().__init__(parent)
        self._addresses = addresses
        self._sign = sign
        self.refused = 0

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:  # noqa: N802
        """Let it go, with or without a header, or stop it."""
        address, kind = written(info.requestUrl()), info.resourceType()
        if not self._may_go(address, kind, info):
            self.refused += 1
            info.block(True)
        elif value := self._header(address, kind):
            info.setHttpHeader(_HEADER, value.encode("ascii"))

    def _header(self, address: str, kind: Resource) -> str | None:
        """What goes with a request, if anything does."""
        if self._sign is None or kind not in HEADED:
            return None
        return self._sign(address) if self._addresses.takes_header(address) else None

    def _may_go(self, address: str, kind: Resource, info: QWebEngineUrlRequestInfo) -> bool:
        if address.startswith(VIEWER):
            return True
        if kind in PAGES:
            return self._addresses.judge(address) is None
        if kind in FRAMES:
            return self._addresses.judge_frame(address) is None
        return info.requestUrl().scheme() in LOADABLE


def written(url: QUrl) -> str:
    """An address as the browser wrote it down."""
    return bytes(url.toEncoded().data()).decode("ascii", "replace")
