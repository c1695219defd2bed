"""The recordings that an earlier run left here, on the first page: shown, and acted on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from recorder.status import Offer, Survey
from recorder.ui.operation import Doorway
from recorder.ui.ports import Program
from recorder.ui.saving import Choose, Saver
from recorder.ui.widgets.beat import Beat
from recorder.ui.widgets.leftover import LeftoverCard
from recorder.ui.widgets.unreadable import UnreadableBanner

# Milliseconds: after the first paint, which looking at the disk would delay.
LOOK_AFTER_MS = 300
# Milliseconds between two looks at how far they are delivered.
LOOK_MS = 500


class Leftovers(QObject):
    """Finds them once, and keeps their cards up to date.

    What can go on stands in ``urgent``, what only waits to be delivered or cannot be read in
    ``quiet``; both are hidden while they are empty.
    """

    offered = Signal(Offer)

    def __init__(
        self, program: Program, doorway: Doorway, choose: Choose, owner: QWidget
    ) -> None:
        super().__init__(owner)
        self._program, self._doorway, self._choose = program, doorway, choose
        self.urgent, self.quiet = QWidget(), QWidget()
        for place in (self.urgent, self.quiet):
            layout = QVBoxLayout(place)
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(12)
            place.hide()
        self.cards: dict[str, LeftoverCard] = {}
        self._beat = Beat(owner, LOOK_MS, self._look)
        QTimer.singleShot(LOOK_AFTER_MS, self, self._find)

    def _find(self) -> None:
        # What cannot be looked at is no reason to say anything before an exam.
        self._doorway.run(self._program.survey, self._show, lambda _: None)

    def _show(self, found: Survey) -> None:
        for left in found.interrupted:
            card = LeftoverCard(left)
            self.cards[left.session] = card
            saver = Saver(card.panel, self._doorway, self._choose, card.busy)
            card.continuing.connect(partial(self._go_on, card))
            card.handing_in.connect(partial(self._hand_in, card))
            card.saving.connect(partial(self._save, card, saver))
            _put(card, self.quiet if left.closed else self.urgent)
        for broken in found.unreadable:
            banner = UnreadableBanner(broken)
            _put(banner, self.quiet)
            banner.tell()
        if found.interrupted:
            self._beat.start()

    def _look(self) -> None:
        for session, delivery in self._program.delivering().items():
            if session in self.cards:
                self.cards[session].show_delivery(delivery)

    def _go_on(self, card: LeftoverCard) -> None:
        self._do(card, partial(self._program.go_on, card.left), self.offered.emit)

    def _hand_in(self, card: LeftoverCard) -> None:
        closed = replace(card.left, closed=True)
        work = partial(self._program.hand_in, card.left)
        self._do(card, work, lambda _: card.handed_in(closed))

    def _save(self, card: LeftoverCard, saver: Saver) -> None:
        left = card.left
        saver.ask(left.session, left.institution, partial(self._program.save, left))

    def _do(
        self, card: LeftoverCard, work: Callable[[], object], done: Callable[..., object]
    ) -> None:
        def succeeded(value: object) -> None:
            card.busy(False)
            done(value)

        card.busy(True)
        self._doorway.run(work, succeeded, card.trouble)


def _put(card: QWidget, place: QWidget) -> None:
    layout = place.layout()
    assert layout is not None
    layout.addWidget(card)
    place.show()
