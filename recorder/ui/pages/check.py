"""The system check: what the exam needs is tried, seen and heard before it starts."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from recorder.status import Offer
from recorder.ui import checks
from recorder.ui.checks import Heard, Seen, Verdict
from recorder.ui.operation import Doorway, Operation, Trouble
from recorder.ui.pages.page import Page
from recorder.ui.ports import Preview, Program, Recording
from recorder.ui.viewfinder import NOTHING, Sight, Viewfinder
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.beat import Beat
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, column
from recorder.ui.widgets.checkitem import CheckItem
from recorder.ui.widgets.dress import em
from recorder.ui.widgets.meter import Meter
from recorder.ui.widgets.mirror import PICTURE_MS, Mirror
from recorder.ui.widgets.text import Text

# Multiples of the text's size from which picture and choices fit beside each other.
WIDE = 44
# Milliseconds between two verdicts: quicker would make words flicker.
JUDGE_MS = 400


class CheckPage(Page):
    """One offer's check. Opens a preview, judges it, and starts the recording with it."""

    started = Signal(object)
    """The ``Recording`` that took the preview over."""
    left = Signal()

    def __init__(
        self,
        program: Program,
        doorway: Doorway,
        offer: Offer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("")
        self.title.say(self.tr("Check your equipment"))
        self.lead.say(
            self.tr("This is what the exam will see and hear. Nothing is recorded yet.")
        )
        self.lead.show()
        self.setAccessibleName(self.title.plain)
        self._program, self._doorway, self._clock = program, doorway, clock
        self.viewfinder = Viewfinder(program, offer)
        self._streams = offer.policy.streams
        self._devices: dict[str, list[tuple[str, str]]] | None = None
        self._preview: Preview | None = None
        self._sight = Sight(None)
        self._operation: Operation | None = None
        self._starting = self._broken = False
        self._opened_at: float | None = None
        self._heard_at: float | None = None
        self._build()
        self._listen = Beat(self, PICTURE_MS, self._hear)
        self._judge = Beat(self, JUDGE_MS, self._show_verdicts)

    def first_focus(self) -> QWidget:
        """What is enabled from the beginning; the choosers get the focus once they are."""
        return self._back

    def begin(self) -> None:
        """List the devices, open the first ones, and keep looking."""
        self._problem.hide()
        self._forget_sight()
        self._run(self._program.devices, self._list)
        self._listen.start()
        self._judge.start()
        self._show_verdicts()

    def leave(self) -> None:
        """Close what is open and forget what is under way; the page is not used again."""
        if self._operation is not None:
            self._operation.abandon()
        self._rest()
        self._doorway.run(self.viewfinder.close, lambda _: None, lambda _: None)

    def start(self) -> None:
        """Begin the recording."""
        self._starting = True
        self._problem.hide()
        self._start.rename(self.tr("Starting…"))
        self._show_verdicts()
        self._mirror.watch(None)
        camera, microphone, screen = (self._chosen(name) for name in self._items)
        self._preview = None
        self._operation = self._doorway.run(
            lambda: self.viewfinder.start(camera, microphone, screen),
            self._succeed,
            self._fail_to_start,
            discard=lambda recording: recording.finish("quit"),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Picture and choices beside each other where they fit, else below each other."""
        wide = event.size().width() >= WIDE * em(self)
        direction = QBoxLayout.Direction
        self._sides.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        super().resizeEvent(event)

    def _build(self) -> None:
        self._items = {
            "camera": CheckItem("camera", self.tr("Ca&mera")),
            "microphone": CheckItem("microphone", self.tr("Mic&rophone")),
            "screen": CheckItem("screen", self.tr("Scr&een")),
        }
        for name, item in self._items.items():
            if not self._needs(name):
                item.hide()
            if name != "screen":
                item.chosen.connect(self._look)
        self._problem = Banner()
        self._mirror, self._meter = Mirror(24), Meter(self.tr("Sound level"))
        self._mirror.failed.connect(self._problem.trouble)
        self._mirror.lit.connect(self._show_verdicts)
        if not self._streams.camera.enabled:
            self._mirror.hide()
        left = column(self._mirror, self._sound_row(), gap=14)
        left.addStretch(1)
        right = column(*self._items.values(), gap=12)
        right.addStretch(1)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(24)
        self._sides.addLayout(left, 5)
        self._sides.addLayout(right, 6)
        self.add(self._sides, self._problem)
        self.body.addStretch(1)
        self._build_foot()

    def _sound_row(self) -> Card:
        card = Card()
        card.setLayout(
            column(Text(self.tr("Sound level"), role="label"), self._meter, gap=8, edge=PADDING)
        )
        if not self._streams.microphone.enabled:
            card.hide()
        return card

    def _build_foot(self) -> None:
        self._start = Button(self.tr("&Start the exam recording"), self.start, "primary")
        self.primary = self._start
        self._again = Button(self.tr("&Try again"), self.begin)
        self._back = Button(self.tr("&Back"), self.left.emit)
        self.secondary = self._back
        self.act(self._back, right=(self._again, self._start))

    def _needs(self, name: str) -> bool:
        return getattr(self._streams, name).enabled

    def _list(self, devices: dict[str, list[tuple[str, str]]]) -> None:
        self._devices = devices
        for name, item in self._items.items():
            item.offer(devices.get(name, []))
        self._focus_choice()
        self._look()

    def _focus_choice(self) -> None:
        choices = [item.choice for name, item in self._items.items() if self._needs(name)]
        enabled = [choice for choice in choices if choice.isEnabled()]
        if self._back.hasFocus() and enabled:
            enabled[0].setFocus()

    def _look(self) -> None:
        camera, microphone = self._chosen("camera"), self._chosen("microphone")
        self._forget_sight()
        self._show_verdicts()
        self._run(lambda: self.viewfinder.look(camera, microphone), self._see)

    def _see(self, sight: Sight) -> None:
        self._operation = None
        self._sight, self._preview = sight, sight.preview
        self._opened_at = self._clock()
        if sight.preview is not None and sight.camera_fault is None:
            self._mirror.watch(sight.preview.picture)
        self._show_verdicts()

    def _forget_sight(self) -> None:
        self._mirror.watch(None)
        self._sight, self._preview, self._broken = Sight(None), None, False
        self._opened_at = self._heard_at = None

    def _run(self, work: Callable[[], object], success: Callable[..., None]) -> None:
        if self._operation is not None:
            self._operation.abandon()
        self._operation = self._doorway.run(work, success, self._fail)

    def _fail(self, trouble: Trouble) -> None:
        self._operation, self._broken = None, True
        self._problem.trouble(trouble)
        self._show_verdicts()

    def _fail_to_start(self, trouble: Trouble) -> None:
        self._starting = False
        self._start.rename(self.tr("&Start the exam recording"))
        self._problem.trouble(trouble)
        self._look()

    def _succeed(self, recording: Recording) -> None:
        self._rest()
        self.started.emit(recording)

    def _rest(self) -> None:
        self._operation = None
        self._listen.stop()
        self._judge.stop()
        self._mirror.watch(None)
        self._preview = None
        self._starting = False

    def _chosen(self, name: str) -> str:
        return self._items[name].source if self._needs(name) else NOTHING

    def _hear(self) -> None:
        if self._preview is None:
            return
        level = self._preview.sound_level()
        self._meter.set_level(level)
        if level >= checks.HEARD:
            self._heard_at = self._clock()

    def _verdicts(self) -> dict[str, Verdict]:
        judges = {
            "camera": lambda: checks.judge_camera(self._seen()),
            "microphone": lambda: checks.judge_microphone(self._heard()),
            "screen": lambda: checks.judge_screen(self._count("screen")),
        }
        needed = {name: judge for name, judge in judges.items() if self._needs(name)}
        if self._broken:
            return dict.fromkeys(needed, checks.unchecked())
        return {name: judge() for name, judge in needed.items()}

    def _seen(self) -> Seen:
        missing = checks.missing_camera() if self._count("camera") == 0 else None
        return Seen(
            open=self._preview is not None,
            waited_s=0.0 if self._opened_at is None else self._clock() - self._opened_at,
            age_s=self._mirror.age_s,
            brightness=self._mirror.brightness,
            fault=missing or self._sight.camera_fault,
        )

    def _heard(self) -> Heard:
        missing = checks.missing_microphone() if self._count("microphone") == 0 else None
        return Heard(
            open=self._preview is not None,
            quiet_s=None if self._heard_at is None else self._clock() - self._heard_at,
            fault=missing or self._sight.microphone_fault,
        )

    def _count(self, name: str) -> int | None:
        return None if self._devices is None else len(self._devices.get(name, []))

    def _show_verdicts(self) -> None:
        verdicts = self._verdicts()
        for name, verdict in verdicts.items():
            self._items[name].judge(verdict)
        self._start.setEnabled(checks.ready(verdicts.values()) and not self._starting)
