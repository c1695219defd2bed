"""The camera's picture, the way a mirror shows it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHideEvent,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from recorder.ui.operation import Trouble, trouble_from
from recorder.ui.style.glyphs import renderer
from recorder.ui.widgets.beat import Beat
from recorder.ui.widgets.dress import em

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from recorder.detect.observations import Box

Source = Callable[[], "NDArray[np.uint8] | None"]

# Milliseconds: twelve pictures a second look live and cost little.
PICTURE_MS = 83
RADIUS = 10
# Width to height of most cameras' pictures, and of the space kept for them.
ASPECT = 4 / 3
# Every eighth pixel of what is shown is plenty for a mean.
BRIGHTNESS_STEP = 8


def mirrored(box: Box, place: QRectF) -> QRectF:
    """Where a box of the picture as captured stands in the picture as shown at ``place``."""
    left = 1.0 - box.x - box.width
    return QRectF(
        place.x() + left * place.width(),
        place.y() + box.y * place.height(),
        box.width * place.width(),
        box.height * place.height(),
    )


class Mirror(QWidget):
    """Polls a source of pictures while it can be seen, and repaints when one is new.

    The only copy made is of the pixels shown: every n-th row and column, flipped.

    Args:
        width: wanted width in multiples of the text's size.
        clock: monotonic seconds.
    """

    lit = Signal()
    """The first picture of a source has come."""
    failed = Signal(Trouble)

    def __init__(self, width: float, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._wanted, self._clock = width, clock
        self._source: Source | None = None
        self._picture: NDArray[np.uint8] | None = None
        self._pixels: NDArray[np.uint8] | None = None
        self._image: QImage | None = None
        self._came_at: float | None = None
        self._box: Box | None = None
        self._tall = True
        self._beat = Beat(self, PICTURE_MS, self._look)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("Your camera's picture, mirrored"))

    def watch(self, source: Source | None) -> None:
        """Show another source's pictures, or none."""
        self._source = source
        self._picture = self._pixels = self._image = self._came_at = None
        self.update()
        if source is not None and self.isVisible():
            self._beat.start()
        if source is None:
            self._beat.stop()

    def outline(self, box: Box | None, *, tall: bool = True) -> None:
        """Draw where the face is, or where something should be held, in shares of the picture
        as captured; an oval where it is ``tall``, else a card's outline.
        """
        if (box, tall) != (self._box, self._tall):
            self._box, self._tall = box, tall
            self.update()

    @property
    def age_s(self) -> float | None:
        """Seconds since the newest picture came; ``None`` before the first."""
        return None if self._came_at is None else self._clock() - self._came_at

    @property
    def brightness(self) -> float:
        """Mean of the newest picture, 0 (black) to 255; 255 before the first."""
        if self._pixels is None:
            return 255.0
        return float(self._pixels[::BRIGHTNESS_STEP, ::BRIGHTNESS_STEP].mean())

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as asked for, and as high as a camera's picture then is."""
        width = round(self._wanted * em(self))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Half as wide one still recognises oneself; the height follows from the width."""
        return QSize(round(self._wanted * em(self) / 2), em(self))

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """The picture keeps its shape."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """The height of a camera's picture of this width."""
        return round(width / ASPECT)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the shape also for the turn in which what scrolls has not grown yet, else the
        picture shrinks and springs back before one's eyes whenever the page becomes longer.
        """
        self.setMinimumHeight(self.heightForWidth(event.size().width()))
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Look for pictures again."""
        if self._source is not None:
            self._beat.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nobody sees it: rest."""
        self._beat.stop()
        super().hideEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The picture in a rounded frame; before the first, an icon of a camera."""
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillPath(frame, self.palette().color(QPalette.ColorRole.Window))
            if self._image is None:
                self._paint_placeholder(painter)
                return
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipPath(frame)
            place = self._fitted(self._image)
            painter.drawImage(place, self._image)
            if self._box is not None:
                self._paint_outline(painter, mirrored(self._box, place))

    def _paint_outline(self, painter: QPainter, box: QRectF) -> None:
        """Light on dark, so that it is seen before any background."""
        thin = max(2.0, em(self) / 7)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, colour in ((2.2 * thin, Qt.GlobalColor.black), (thin, Qt.GlobalColor.white)):
            painter.setPen(QPen(colour, width))
            if self._tall:
                painter.drawEllipse(box)
            else:
                painter.drawRoundedRect(box, RADIUS, RADIUS)

    def _paint_placeholder(self, painter: QPainter) -> None:
        side = min(3.0 * em(self), self.height() / 2)
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        colour = self.palette().color(QPalette.ColorRole.WindowText).name()
        renderer("camera", colour).render(painter, box)

    def _fitted(self, image: QImage) -> QRectF:
        size = image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        return QRectF(left, top, size.width(), size.height())

    def _look(self) -> None:
        if self._source is None:
            return
        try:
            picture = self._source()
        except Exception as error:  # noqa: BLE001  a bug in a preview must not flood the log
            self.watch(None)
            self.failed.emit(trouble_from(error))
            return
        if picture is None or picture is self._picture:
            return
        first = self._picture is None
        self._picture, self._came_at = picture, self._clock()
        self._take(picture)
        self.update()
        if first:
            self.lit.emit()

    def _take(self, picture: NDArray[np.uint8]) -> None:
        shown = max(1, round(self.width() * self.devicePixelRatioF()))
        step = max(1, picture.shape[1] // shown)
        self._pixels = picture[::step, ::-step].copy()
        height, width, channels = self._pixels.shape
        self._image = QImage(
            self._pixels.data, width, height, width * channels, QImage.Format.Format_RGB888
        )
