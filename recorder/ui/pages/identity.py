"""Who sits down: a photograph, perhaps a document and a sentence, taken one after the other."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from recorder.announcing import announce
from recorder.status import EnrolmentView, Offer, Status
from recorder.ui.marking import QT_TRANSLATE_NOOP
from recorder.ui.operation import guarded
from recorder.ui.pages.page import Page
from recorder.ui.ports import Recording
from recorder.ui.told import told
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.bar import Bar
from recorder.ui.widgets.beat import Beat
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import column
from recorder.ui.widgets.dress import dress
from recorder.ui.widgets.meter import Meter
from recorder.ui.widgets.mirror import PICTURE_MS, Mirror
from recorder.ui.widgets.text import Text

# The part of the enrolment that a step belongs to, as ``Recording.leave_out`` names it.
PARTS = {"face": "face", "turn": "face", "document": "document", "voice": "voice"}


class IdentityPage(Page):
    """A view of the enrolment; it begins when the candidate says so."""

    done = Signal()

    def __init__(self, offer: Offer, recording: Recording) -> None:
        super().__init__("")
        self._recording, self._policy = recording, offer.policy
        self._view: EnrolmentView | None = None
        self._begun = False
        self.title.say(self.tr("Show who you are"))
        self.setAccessibleName(self.title.plain)
        self.lead.say(
            self.tr(
                "What is taken here is compared on this computer. You may take each part "
                "again, and whatever does not come off is a person's to decide."
            )
        )
        self.lead.show()
        self._build()
        self._build_foot()
        self._beat = Beat(self, PICTURE_MS, self.look)
        self._beat.start()
        self._show()

    def first_focus(self) -> QWidget | None:
        """The button that begins."""
        return self.begin if self.begin.isEnabled() else None

    def show_status(self, status: Status) -> None:
        """Show what a proctor decided."""
        if status.refused:
            self._banner.say("problem", self.tr("A proctor has refused."), told(status.words))

    def rest(self) -> None:
        """The page is left."""
        self._beat.stop()
        self._mirror.watch(None)

    def look(self) -> None:
        """One look at the enrolment."""
        view = guarded(self._recording.enrolment, self.show_trouble)
        if self._policy.streams.microphone.enabled:
            self._meter.set_level(self._recording.preview.sound_level())
        if view is not None and view != self._view:
            self._view = view
            self._show()

    def _build(self) -> None:
        self._mirror, self._meter = Mirror(22), Meter(self.tr("Sound level"))
        self._mirror.failed.connect(self.show_trouble)
        if self._policy.streams.camera.enabled:
            self._mirror.watch(self._recording.preview.picture)
        else:
            self._mirror.hide()
        self._step, self._words = Text(role="heading"), Text()
        self._sentence = Text(role="subject")
        self._bar, self._banner = Bar(self.tr("Progress of this step")), Banner()
        right = column(
            self._step,
            self._words,
            self._sentence,
            self._meter,
            self._bar,
            self._banner,
            gap=12,
        )
        right.addStretch(1)
        left = column(self._mirror)
        left.addStretch(1)
        sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        sides.setSpacing(24)
        sides.addLayout(left, 5)
        sides.addLayout(right, 6)
        self.split(sides)
        self.body.addStretch(1)

    def _build_foot(self) -> None:
        self.begin = Button(self.tr("&Begin"), self._begin, "primary")
        self.again = Button(self.tr("&Take it again"), self._again)
        self.proctor = Button(self.tr("Ask a &proctor"), self._ask_proctor)
        self.leave_out = Button(self.tr("&Leave this out…"), self._ask_to_leave_out)
        self.go_on = Button(self.tr("C&ontinue"), self.done.emit, "primary")
        self.act(self.leave_out, right=(self.proctor, self.again, self.begin, self.go_on))

    def _begin(self) -> None:
        self._begun = True
        guarded(self._recording.begin_enrolment, self.show_trouble)
        self.look()
        self._show()

    def _again(self) -> None:
        guarded(self._recording.retake, self.show_trouble)
        self.look()

    def _ask_proctor(self) -> None:
        guarded(lambda: self._recording.ask_proctor("identity"), self.show_trouble)
        self.look()

    def _ask_to_leave_out(self) -> None:
        if self._view is None or self._view.step not in PARTS:
            return
        part = PARTS[self._view.step]
        self.ask(
            self.tr("Leave this part out?"),
            self.tr(
                "It is noted that it is missing, and a person looks at it. You may go on "
                "with the exam."
            ),
            yes=self.tr("&Leave it out"),
            no=self.tr("&Keep trying"),
            on_yes=lambda: self._leave_out(part),
        )

    def _leave_out(self, part: str) -> None:
        guarded(lambda: self._recording.leave_out(part), self.show_trouble)
        self.look()

    def _show(self) -> None:
        view = self._view
        if view is None:
            self._show_before()
        else:
            self._show_view(view)
        self._show_buttons(view)

    def _show_before(self) -> None:
        self._step.say(self.tr("Sit in front of the camera, in good light."))
        waiting = self.tr("One moment…")
        ready = self.tr("Press “Begin” when you are ready. It takes about a minute.")
        self._words.say(waiting if self._begun else ready)
        for widget in (self._sentence, self._meter, self._bar):
            widget.hide()

    def _show_view(self, view: EnrolmentView) -> None:
        title = self.tr(_TITLES[view.step])
        words = told(view.words)
        if (title, words) != (self._step.plain, self._words.plain):
            announce(self, f"{title} {words}")
        self._step.say(title)
        self._words.say(words)
        self._sentence.say(f"“{told(view.sentence)}”" if view.sentence else "")
        self._sentence.setVisible(bool(view.sentence))
        self._meter.setVisible(view.step == "voice")
        running = view.outcome == "running" and view.step != "done"
        self._bar.setVisible(running)
        self._bar.fill(view.progress)
        self._mirror.outline(view.box, tall=view.step != "document")
        self._show_outcome(view)

    def _show_outcome(self, view: EnrolmentView) -> None:
        match view.outcome:
            case "failed":
                self._banner.say("attention", self.tr("This did not come off."), self._advice())
            case "awaiting":
                self._banner.say(
                    "accent",
                    self.tr("A proctor has been asked."),
                    self.tr("The answer appears here. You may try again meanwhile."),
                )
            case "left_out":
                self._banner.say(
                    "attention",
                    self.tr("A part is missing."),
                    self.tr("It is noted, and a person looks at it. You may go on."),
                )
            case "done" if view.step == "done":
                self._banner.say("good", self.tr("All is taken. You may go on."))
            case _:
                self._banner.hide()

    def _advice(self) -> str:
        if self._policy.identity.override:
            return self.tr("Take it again, ask a proctor, or leave it out.")
        return self.tr("Take it again, or leave it out.")

    def _show_buttons(self, view: EnrolmentView | None) -> None:
        over = view is not None and view.step == "done"
        under_way = view is not None and not over
        stuck = view is not None and view.outcome == "failed"
        self.begin.setVisible(view is None)
        self.begin.setEnabled(not self._begun)
        self.again.setVisible(view is not None)
        self.leave_out.setVisible(under_way)
        self.proctor.setVisible(stuck and self._policy.identity.override)
        self.go_on.setVisible(over)
        dress(self.again, kind="primary" if stuck else "plain")
        wanted = self.go_on if over else self.again if stuck else None
        changed = wanted is not self.primary
        self.primary = wanted or (self.begin if view is None else None)
        self._keep_focus(wanted if changed else None)

    def _keep_focus(self, wanted: Button | None) -> None:
        """The focus never stays on a button that is gone."""
        if self.question.open:
            return
        if wanted is not None:
            wanted.setFocus()
        elif self._view is not None and not self.go_on.isVisibleTo(self):
            focused = self.focusWidget()
            if focused is None or not focused.isVisibleTo(self):
                self.again.setFocus()


_TITLES = {
    "face": QT_TRANSLATE_NOOP("IdentityPage", "Look into the camera"),
    "turn": QT_TRANSLATE_NOOP("IdentityPage", "Turn your head a little"),
    "document": QT_TRANSLATE_NOOP("IdentityPage", "Hold up your identity document"),
    "voice": QT_TRANSLATE_NOOP("IdentityPage", "Read this aloud"),
    "done": QT_TRANSLATE_NOOP("IdentityPage", "Done"),
}
