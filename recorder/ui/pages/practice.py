"""A practice run: what camera, microphone and detectors make of one, with nothing kept."""

from __future__ import annotations

import math

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from recorder.announcing import announce
from recorder.doctor.practice_view import PRACTICE_S, PracticeView
from recorder.status import Offer
from recorder.ui.checks import spoken
from recorder.ui.operation import Doorway, Operation, Trouble
from recorder.ui.pages.page import Page
from recorder.ui.ports import Practice, Program
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.bar import Bar
from recorder.ui.widgets.beat import Beat
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, Rule, column
from recorder.ui.widgets.findingrow import FindingRow
from recorder.ui.widgets.meter import Meter
from recorder.ui.widgets.mirror import PICTURE_MS, Mirror
from recorder.ui.widgets.text import Text

# Milliseconds between two looks at the run: often enough to move about by.
LOOK_MS = 250


class PracticePage(Page):
    """One run, and as many more as are wanted. Owns its devices until it is left."""

    left = Signal()

    def __init__(
        self,
        program: Program,
        doorway: Doorway,
        offer: Offer | None = None,
        camera: str = "",
        microphone: str = "",
    ) -> None:
        super().__init__("")
        self.title.say(self.tr("Practice"))
        self.lead.say(
            self.tr(
                "For 20 seconds this computer looks and listens as in an exam. Look at the "
                "screen, say a few words, move about. Nothing is kept, and nothing is sent."
            )
        )
        self.lead.show()
        self.setAccessibleName(self.title.plain)
        self._program, self._doorway, self._offer = program, doorway, offer
        self._camera, self._microphone = camera, microphone
        self._operation: Operation | None = None
        self._practice: Practice | None = None
        self._build()
        self._listen = Beat(self, PICTURE_MS, self._hear)
        self._look_beat = Beat(self, LOOK_MS, self._look, also_asleep=True)

    def first_focus(self) -> QWidget:
        """The way back; the run begins by itself."""
        return self._back

    def begin(self) -> None:
        """Open the devices and run."""
        self._problem.hide()
        self._results.hide()
        self._mirror.show()
        self._sound.show()
        self._again.setEnabled(False)
        self._now.say(self.tr("Opening camera and microphone…"))
        self._operation = self._doorway.run(
            self._open, self._begun, self._failed, discard=lambda practice: practice.close()
        )

    def leave(self) -> None:
        """Let the devices go; the page is not used again."""
        if self._operation is not None:
            self._operation.abandon()
        self._let_go()

    def _build(self) -> None:
        self._problem = Banner()
        self._mirror, self._meter = Mirror(24), Meter(self.tr("Sound level"))
        self._mirror.failed.connect(self._problem.trouble)
        self._bar = Bar(self.tr("Practice"))
        self._now, self._left = Text(role="heading"), Text(role="muted")
        self._sound = Card()
        self._sound.setLayout(
            column(Text(self.tr("Sound level"), role="label"), self._meter, gap=8, edge=PADDING)
        )
        state = Card()
        state.setLayout(column(self._now, self._bar, self._left, gap=10, edge=PADDING))
        right = column(state, self._sound, gap=12)
        right.addStretch(1)
        picture = column(self._mirror)
        picture.addStretch(1)
        sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        sides.setSpacing(24)
        sides.addLayout(picture, 5)
        sides.addLayout(right, 6)
        self.split(sides)
        self._results, self._rows = Card(), column(gap=12, edge=PADDING)
        self._results.setLayout(self._rows)
        self._results.hide()
        self.add(self._problem, self._results)
        self.body.addStretch(1)
        self._again = Button(self.tr("&Once more"), self._repeat, "primary")
        self._back = Button(self.tr("&Back"), self.left.emit)
        self.primary, self.secondary = self._again, self._back
        self.act(self._back, right=(self._again,))

    def _open(self) -> Practice:
        """On a thread: with the first devices there are, where none were chosen."""
        if not self._camera:
            devices = self._program.devices()
            self._camera = _first(devices, "camera")
            self._microphone = _first(devices, "microphone")
        return self._program.practice(self._offer, self._camera, self._microphone)

    def _begun(self, practice: Practice) -> None:
        self._operation, self._practice = None, practice
        self._mirror.watch(practice.preview.picture)
        self._listen.start()
        self._look_beat.start()

    def _failed(self, trouble: Trouble) -> None:
        self._operation = None
        self._now.say(self.tr("The practice run cannot begin."))
        self._problem.trouble(trouble)
        self._again.setEnabled(True)

    def _repeat(self) -> None:
        self._let_go()
        self.begin()

    def _hear(self) -> None:
        if self._practice is not None:
            self._meter.set_level(self._practice.preview.sound_level())

    def _look(self) -> None:
        if self._practice is None:
            return
        view = self._practice.view()
        if view.done:
            self._show_results(view)
            return
        self._bar.fill(1 - view.left_s / PRACTICE_S)
        if not view.ready:
            self._now.say(self.tr("The detectors are starting…"))
            return
        self._now.say(spoken(view.now) or self.tr("Looking…"))
        seconds = QLocale().toString(math.ceil(view.left_s))
        self._left.say(self.tr("{0} seconds left").format(seconds))

    def _show_results(self, view: PracticeView) -> None:
        self._let_go()
        self._mirror.hide()  # nothing comes any more: large text needs the room
        self._sound.hide()
        self._bar.fill(1.0)
        self._now.say(self.tr("This is what the exam would see and hear."))
        self._left.say(self.tr("Nothing of it was kept."))
        while (item := self._rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for number, finding in enumerate(view.findings):
            if number:
                self._rows.addWidget(Rule())
            line = FindingRow(finding.topic)
            self._rows.addWidget(line)
            line.show_finding(finding, again=False)
        self._results.show()
        self._again.setEnabled(True)
        self._again.setFocus()
        announce(self, self._now.plain)

    def _let_go(self) -> None:
        practice, self._practice = self._practice, None
        self._mirror.watch(None)
        self._listen.stop()
        self._look_beat.stop()
        if practice is not None:
            self._doorway.run(practice.close, lambda _: None, lambda _: None)


def _first(devices: dict[str, list[tuple[str, str]]], stream: str) -> str:
    choices = devices.get(stream, [])
    return choices[0][0] if choices else "none"
