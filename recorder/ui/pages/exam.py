"""Shown while the exam is recorded: small and calm, it says how things stand."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from recorder.status import Light, Notice, Offer, Status, StreamHealth
from recorder.ui import words
from recorder.ui.operation import Trouble
from recorder.ui.pages.page import Page
from recorder.ui.ports import Preview
from recorder.ui.widgets.actions import Actions
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, Rule, column, row
from recorder.ui.widgets.dress import announce, dress
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.meter import Meter
from recorder.ui.widgets.mirror import Mirror
from recorder.ui.widgets.notices import Notices
from recorder.ui.widgets.question import Question
from recorder.ui.widgets.streamrow import StreamRow
from recorder.ui.widgets.text import Text


class ExamPage(Page):
    """A view of one recording's status. It decides nothing but asks before it finishes."""

    finishing = Signal(str)
    """The reason: ``finished`` or ``quit``."""

    def __init__(self, offer: Offer, preview: Preview) -> None:
        super().__init__(offer.policy.exam.title)
        dress(self.title, role="subject")
        self._duration_s = offer.policy.exam.duration_s
        self._rows: dict[str, StreamRow] = {}
        self._light: Light | None = None
        self._preview = preview
        self._about_quitting = False
        self.notices = Notices()
        self._problem = Banner()
        self.add(self._build_light(), self.notices, self._problem, self._build_times())
        self.add(self._build_streams(), self._build_mirror(offer))
        self.body.addStretch(1)
        self._build_foot()

    def show_status(self, status: Status) -> None:
        """Show one look at the session."""
        self._show_light(status)
        self._elapsed.say(words.clock(status.elapsed_s))
        self._show_left(self._duration_s - status.elapsed_s)
        for health in status.streams:
            self._row(health).show_health(health)
        delivery = status.delivery
        if delivery.online:
            self._queue_mark.draw("upload", "accent")
        else:
            self._queue_mark.draw("offline", "attention")
        self._queue.say(self._queue_words(status))
        self._meter.set_level(status.sound_level)

    def add_notice(self, notice: Notice) -> None:
        """Show a message from the proctor or the recorder, and make sure it is seen."""
        self.notices.add(notice)
        self._scroll.verticalScrollBar().setValue(0)

    def trouble(self, trouble: Trouble) -> None:
        """Show a problem of the window itself; the recording goes on."""
        self._problem.trouble(trouble)

    @property
    def asking_to_quit(self) -> bool:
        """Whether the question about closing the window waits for an answer."""
        return self.question.open and self._about_quitting

    def ask_to_finish(self) -> None:
        """The candidate wants to hand in: make sure."""
        self._about_quitting = False
        self.question.ask(
            self.tr("Finish the exam?"),
            self.tr("The recording stops and what is still queued is delivered."),
            yes=self.tr("&Finish now"),
            no=self.tr("&Keep going"),
            on_yes=lambda: self.finishing.emit("finished"),
        )

    def ask_to_quit(self) -> None:
        """The window was asked to close: make sure."""
        self._about_quitting = True
        self.question.ask(
            self.tr("Finish the exam and close Invigil?"),
            self.tr(
                "Your exam is being recorded. If you close Invigil, the recording ends "
                "and the exam counts as finished."
            ),
            yes=self.tr("&Finish and close"),
            no=self.tr("&Keep going"),
            on_yes=lambda: self.finishing.emit("quit"),
        )

    def let_go(self) -> None:
        """The recording is over: no longer show its camera."""
        self._mirror.watch(None)

    def _build_light(self) -> Card:
        self._light_card = Card("good")
        self._light_mark, self._light_words = Glyph("waiting", size=2.0), Text(role="heading")
        line = row(self._light_mark, self._light_words, gap=12, edge=PADDING)
        line.setAlignment(self._light_words, Qt.AlignmentFlag.AlignVCenter)
        line.setStretch(1, 1)
        self._light_card.setLayout(line)
        return self._light_card

    def _build_times(self) -> QHBoxLayout:
        self._elapsed = Text(role="display", wrap=False)
        self._left = Text(role="display", wrap=False)
        self._left_name = Text(self.tr("Time left"), role="small", wrap=False)
        return row(
            column(self._elapsed, Text(self.tr("Elapsed"), role="small", wrap=False), gap=0),
            column(self._left, self._left_name, gap=0),
            gap=24,
        )

    def _build_streams(self) -> Card:
        card = Card()
        self._streams = QGridLayout()
        self._streams.setHorizontalSpacing(10)
        self._streams.setVerticalSpacing(8)
        self._queue_mark, self._queue = Glyph("upload", size=1.3), Text(role="body")
        queue = row(self._queue_mark, self._queue, gap=10)
        queue.setAlignment(self._queue_mark, Qt.AlignmentFlag.AlignTop)
        queue.setStretch(1, 1)
        card.setLayout(column(self._streams, Rule(), queue, gap=12, edge=PADDING))
        return card

    def _build_mirror(self, offer: Offer) -> QGridLayout:
        streams = offer.policy.streams
        self._mirror, self._meter = Mirror(13), Meter(self.tr("Sound level"))
        self._mirror.failed.connect(self.trouble)
        self._hide = Button(self.tr("&Hide picture"), self._toggle_mirror, "quiet")
        sound = Text(self.tr("Sound level"), role="small", wrap=False)
        grid = QGridLayout()
        grid.setSpacing(8)
        if streams.camera.enabled:
            self._mirror.watch(self._preview.picture)
            grid.addWidget(self._mirror, 0, 0, 4, 1)
            grid.addWidget(self._hide, 3, 1, Qt.AlignmentFlag.AlignLeft)
        else:
            self._mirror.hide()
            self._hide.hide()
        if streams.microphone.enabled:
            grid.addWidget(sound, 0, 1)
            grid.addWidget(self._meter, 1, 1)
        grid.setRowStretch(2, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _build_foot(self) -> None:
        self.finish = Button(self.tr("&Finish the exam…"), self.ask_to_finish, "primary")
        bar = Actions((), (self.finish,))
        self.question = Question(bar)
        self.secondary = self.question.no
        self.foot.addWidget(self.question)
        self.foot.addWidget(bar)

    def first_focus(self) -> QWidget:
        """The one thing that can be done."""
        return self.finish

    def _toggle_mirror(self) -> None:
        hidden = not self._mirror.isHidden()
        self._mirror.setHidden(hidden)
        self._hide.rename(self.tr("S&how picture") if hidden else self.tr("&Hide picture"))

    def _row(self, health: StreamHealth) -> StreamRow:
        if health.stream not in self._rows:
            self._rows[health.stream] = StreamRow(health.stream, self._streams)
        return self._rows[health.stream]

    def _show_light(self, status: Status) -> None:
        tone = status.light.value
        icon = "recording" if status.light is Light.GOOD else tone
        self._light_mark.draw(icon, tone)
        self._light_card.set_tone(tone)
        if status.light is not self._light or status.words != self._light_words.plain:
            announce(self, status.words)
        self._light = status.light
        self._light_words.say(status.words)

    def _show_left(self, left_s: float) -> None:
        over = left_s < 0
        self._left_name.say(self.tr("Over time") if over else self.tr("Time left"))
        self._left.say(words.clock(abs(left_s)))
        self._left.set_tone("attention" if over else "")

    def _queue_words(self, status: Status) -> str:
        waiting = words.waiting(status.delivery)
        if status.delivery.online:
            return waiting
        return self.tr("No connection to the server; that is all right. {0}").format(waiting)
