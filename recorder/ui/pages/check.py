"""The system check: what the exam needs is tried, seen and heard before it starts."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QBoxLayout, QWidget

from recorder.doctor import judging
from recorder.doctor.finding import Finding, State
from recorder.doctor.judging import Heard, Seen
from recorder.status import Offer
from recorder.ui import checks
from recorder.ui.looks import Looks
from recorder.ui.operation import Doorway, Operation, Trouble
from recorder.ui.pages.check_mending import CheckMending
from recorder.ui.pages.page import Page
from recorder.ui.ports import Preview, Program, Recording
from recorder.ui.viewfinder import NOTHING, Sight, Viewfinder
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.beat import Beat
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, column
from recorder.ui.widgets.checkitem import CheckItem
from recorder.ui.widgets.findings import Findings
from recorder.ui.widgets.meter import Meter
from recorder.ui.widgets.mirror import PICTURE_MS, Mirror
from recorder.ui.widgets.text import Text
from recorder.ui.widgets.tick import Tick

# Milliseconds between two verdicts: quicker would make words flicker.
JUDGE_MS = 400

# The topic of the exam's browser, which is tried there (`recorder.doctor.demands`).
BROWSER = "policy"

_TOPICS = {
    "camera": judging.CAMERA,
    "microphone": judging.MICROPHONE,
    "screen": judging.DISPLAY,
}


class CheckPage(Page):
    """One offer's check. Opens a preview, judges it, and starts the recording with it."""

    started = Signal(object)
    """The ``Recording`` that took the preview over."""
    left = Signal()
    practising = Signal(str, str)
    """A practice run is wished for, with this camera and this microphone (SRC)."""

    def __init__(
        self,
        program: Program,
        doorway: Doorway,
        offer: Offer,
        clock: Callable[[], float] = time.monotonic,
        open_page: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__("")
        self.title.say(self.tr("Check your equipment"))
        self.lead.say(
            self.tr(
                "This is what the exam will see and hear. Nothing is recorded yet, and "
                "nothing is sent but some random bytes, to see how fast your line is."
            )
        )
        self.lead.show()
        self.setAccessibleName(self.title.plain)
        self._program, self._doorway, self._clock = program, doorway, clock
        self._offer = offer
        self.viewfinder = Viewfinder(program, offer)
        self._streams = offer.policy.streams
        self._devices: dict[str, list[tuple[str, str]]] | None = None
        self._preview: Preview | None = None
        self._sight = Sight(None)
        self._operation: Operation | None = None
        self._starting = self._broken = self._unlooked = False
        self._opened_at: float | None = None
        self._heard_at: float | None = None
        self._problem = Banner()
        # Who goes on with an exam has no time to lose.
        first = BROWSER if offer.resumes is not None else ""
        self.looks = Looks(program, doorway, offer, self, first=first)
        self._mending = CheckMending(
            self,
            program,
            doorway,
            self.looks,
            self._problem,
            preview=lambda: self._preview,
            open_page=open_page,
        )
        self._mending.said_changed.connect(self._show_findings)
        self._build()
        self._follow_looks()
        self._listen = Beat(self, PICTURE_MS, self._hear)
        self._judge = Beat(self, JUDGE_MS, self._show_findings)

    def first_focus(self) -> QWidget:
        """What is enabled from the beginning; the choosers get the focus once they are."""
        return self._back

    def begin(self) -> None:
        """List the devices, open the first ones, look at everything else, and keep looking."""
        self._problem.hide()
        self._unlooked = False
        self._forget_sight()
        self._run(self._program.devices, self._list)
        self.looks.begin()
        self._listen.start()
        self._judge.start()
        self._show_findings()

    def leave(self) -> None:
        """Close what is open and forget what is under way; the page is not used again."""
        if self._operation is not None:
            self._operation.abandon()
        self._mending.abandon()
        self._rest()
        self._doorway.run(self.viewfinder.close, lambda _: None, lambda _: None)

    def start(self) -> None:
        """Begin the recording."""
        self._starting = True
        self._problem.hide()
        self._start.rename(self.tr("Starting…"))
        self._show_findings()
        self._mirror.watch(None)
        camera, microphone, screen = (self._chosen(name) for name in self._items)
        self._preview = None
        self._operation = self._doorway.run(
            lambda: self.viewfinder.start(camera, microphone, screen),
            self._succeed,
            self._fail_to_start,
            discard=lambda recording: recording.finish("quit"),
        )

    def practise(self) -> None:
        """Let the devices go, for a practice run that takes them."""
        camera, microphone = self._chosen("camera"), self._chosen("microphone")
        self._forget_sight()
        self.looks.stop()
        self._listen.stop()
        self._judge.stop()
        self._run(
            lambda: self.viewfinder.look(NOTHING, NOTHING),
            lambda _: self.practising.emit(camera, microphone),
        )

    def _build(self) -> None:
        waiting = {
            "camera": self.tr("Opening the camera…"),
            "microphone": self.tr("Opening the microphone…"),
            "screen": self.tr("Looking for the screen…"),
        }
        self._items = {
            "camera": CheckItem("camera", self.tr("Ca&mera"), waiting["camera"]),
            "microphone": CheckItem(
                "microphone", self.tr("Mic&rophone"), waiting["microphone"]
            ),
            "screen": CheckItem("screen", self.tr("Scr&een"), waiting["screen"]),
        }
        for name, item in self._items.items():
            if not self._needs(name):
                item.hide()
            if name != "screen":
                item.chosen.connect(self._look)
        self._items["microphone"].wished.connect(self._mending.wish_of_microphone)
        self._mirror, self._meter = Mirror(24), Meter(self.tr("Sound level"))
        self._mirror.failed.connect(self._problem.trouble)
        self._mirror.lit.connect(self._show_findings)
        if not self._streams.camera.enabled:
            self._mirror.hide()
        self._practise = Button(self.tr("&Practise first"), self.practise)
        if self._offer.resumes is not None:  # who goes on has no time to rehearse
            self._practise.hide()
        left = column(self._mirror, self._sound_row(), self._practise, gap=14)
        left.addStretch(1)
        right = column(*self._items.values(), gap=12)
        right.addStretch(1)
        sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        sides.setSpacing(24)
        sides.addLayout(left, 5)
        sides.addLayout(right, 6)
        self.split(sides)
        self._findings = Findings(self.tr("Your computer"))
        self._told_to = Tick(self.tr("My &institution told me to go on all the same"))
        self._told_to.toggled.connect(lambda _: self._show_findings())
        self._told_to.hide()
        self._verdict = Banner()
        self.add(self._problem, self._verdict, self._told_to, self._findings)
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

    def _follow_looks(self) -> None:
        self.looks.known.connect(self._findings.show_topics)
        self.looks.looking.connect(self._findings.look)
        self.looks.found.connect(self._findings.show_finding)
        self.looks.found.connect(lambda _name, _finding: self._show_findings())
        self.looks.failed.connect(self._cannot_look)
        self._findings.wished.connect(self._mending.wish)

    def _cannot_look(self, trouble: Trouble) -> None:
        self._problem.trouble(trouble)
        self._unlooked = True
        self._show_findings()

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
        self._show_findings()
        self._run(lambda: self.viewfinder.look(camera, microphone), self._see)

    def _see(self, sight: Sight) -> None:
        self._operation = None
        self._sight, self._preview = sight, sight.preview
        self._opened_at = self._clock()
        if sight.preview is not None and sight.camera_fault is None:
            self._mirror.watch(sight.preview.picture)
        self.looks.camera_is(sight.preview, settled=True)
        self._show_findings()

    def _forget_sight(self) -> None:
        self._mirror.watch(None)
        self._sight, self._preview, self._broken = Sight(None), None, False
        self._opened_at = self._heard_at = None
        self._mending.said = None
        self.looks.camera_is(None, settled=False)

    def _run(self, work: Callable[[], object], success: Callable[..., None]) -> None:
        if self._operation is not None:
            self._operation.abandon()
        self._operation = self._doorway.run(work, success, self._fail)

    def _fail(self, trouble: Trouble) -> None:
        self._operation, self._broken = None, True
        self._problem.trouble(trouble)
        self.looks.camera_is(None, settled=True)
        self._show_findings()

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
        self._mending.forget()
        self.looks.stop()
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
        if level >= judging.HEARD:
            self._heard_at = self._clock()

    def _device_findings(self) -> dict[str, Finding | None]:
        judges = {
            "camera": lambda: judging.judge_camera(self._seen()),
            "microphone": lambda: self._mending.said or judging.judge_microphone(self._heard()),
            "screen": lambda: judging.judge_screen(self._count("screen")),
        }
        needed = {name: judge for name, judge in judges.items() if self._needs(name)}
        if self._broken:
            return {name: judging.unchecked(_TOPICS[name]) for name in needed}
        return {name: judge() for name, judge in needed.items()}

    def _seen(self) -> Seen:
        missing = judging.missing_camera() if self._count("camera") == 0 else None
        return Seen(
            open=self._preview is not None,
            waited_s=0.0 if self._opened_at is None else self._clock() - self._opened_at,
            age_s=self._mirror.age_s,
            brightness=self._mirror.brightness,
            fault=missing or self._sight.camera_fault,
        )

    def _heard(self) -> Heard:
        missing = judging.missing_microphone() if self._count("microphone") == 0 else None
        return Heard(
            open=self._preview is not None,
            quiet_s=None if self._heard_at is None else self._clock() - self._heard_at,
            fault=missing or self._sight.microphone_fault,
        )

    def _count(self, name: str) -> int | None:
        return None if self._devices is None else len(self._devices.get(name, []))

    def _show_findings(self) -> None:
        devices = self._device_findings()
        for name, finding in devices.items():
            self._items[name].judge(finding)
        works = checks.ready(devices.values())
        self._start.setEnabled(works and self._may_go_on() and not self._starting)
        self._show_verdict()

    def _may_go_on(self) -> bool:
        """What was looked at beside the devices holds nobody up who was told to go on."""
        if self._told_to.isVisibleTo(self) and self._told_to.isChecked():
            return True
        if self._offer.resumes is not None:
            return checks.ready(self._needed_to_resume().values())
        return self.looks.done and checks.ready(self.looks.findings.values())

    def _needed_to_resume(self) -> dict[str, Finding | None]:
        """Who goes on with an exam is held up by its browser alone: without that there is none
        to go on with, and its time runs. Where nothing can be looked at, they are let through.
        """
        if self._offer.policy.surface.kind != "browser" or self._unlooked:
            return {}
        return {BROWSER: self.looks.findings.get(BROWSER)}

    def _show_verdict(self) -> None:
        looked_at = self.looks.findings
        found = [one for one in looked_at.values() if one is not None]
        broken = [one for one in found if one.state is State.PROBLEM]
        holds = looked_at if self._offer.resumes is None else self._needed_to_resume()
        self._told_to.setVisible(any(one.id in holds for one in broken))
        if not broken:
            self._verdict.hide()
            return
        names = ", ".join(checks.spoken(one.title) for one in broken)
        contact = self._offer.policy.institution.contact
        self._verdict.say(
            "problem",
            self.tr("This keeps the exam from being recorded: {0}.").format(names),
            self.tr(
                "What to do stands beside it below. If it does not help, ask: {0}. They may "
                "tell you to go on all the same."
            ).format(contact),
        )
