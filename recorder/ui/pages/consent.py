"""Who records what, why and until when; and the candidate's decision about it."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLayout, QSizePolicy, QWidget

from recorder.status import Offer
from recorder.ui import words
from recorder.ui.pages.page import Page
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, Rule, column, row
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.text import Text
from shared.flags import Group
from shared.policy import Policy


class ConsentPage(Page):
    """Built for one offer. Agreeing takes a tick and a button, declining one button."""

    agreed = Signal()
    declined = Signal()

    def __init__(self, offer: Offer, today: date) -> None:
        policy = offer.policy
        super().__init__(policy.exam.title)
        self.lead.say(
            self.tr("This exam is recorded. Please read what that means before you decide.")
        )
        self.lead.show()
        self.add(_section(self.tr("Who and why"), *self._facts(offer, today)))
        self.add(_section(self.tr("What is recorded"), *self._streams(policy)))
        self.add(_section(self.tr("What is never done"), *self._never()))
        self.body.addStretch(1)
        self._build_foot()

    def first_focus(self) -> QWidget:
        """The tick: it is the first thing to decide about."""
        return self.tick

    def _facts(self, offer: Offer, today: date) -> list[QLayout]:
        policy, institution = offer.policy, offer.policy.institution
        kept = self.tr("On {0}, encrypted. {1}").format(
            offer.server, words.kept_until(policy, today)
        )
        length = words.duration(policy.exam.duration_s)
        contact = Text(
            self.tr("{0}. Questions: {1}").format(institution.name, institution.contact)
        )
        contact.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return [
            _item("building", self.tr("Who records"), contact),
            _item("purpose", self.tr("What for"), Text(policy.purpose)),
            _item("calendar", self.tr("Where and how long it is kept"), Text(kept)),
            _item("clock", self.tr("How long the exam is"), Text(length)),
        ]

    def _streams(self, policy: Policy) -> list[QLayout]:
        streams, rows = policy.streams, []
        if streams.camera.enabled:
            rows.append(
                self._noticing(
                    "camera",
                    self.tr("Camera"),
                    self.tr("Video of you, from the start of the exam to its end."),
                    policy,
                    Group.FACE,
                    Group.OBJECTS,
                )
            )
        if streams.microphone.enabled:
            rows.append(
                self._noticing(
                    "microphone",
                    self.tr("Microphone"),
                    self.tr("What can be heard where you sit."),
                    policy,
                    Group.VOICE,
                )
            )
        if streams.screen.enabled:
            rows.append(
                self._noticing(
                    "screen",
                    self.tr("Screen"),
                    self.tr("Everything that is shown on it. Close what is private first."),
                    policy,
                )
            )
        if words.noted(policy, Group.MACHINE) or words.noted(policy, Group.RECORDER):
            rows.append(
                self._noticing(
                    "computer",
                    self.tr("This computer"),
                    self.tr(
                        "The names of windows and programs, and whether the recording runs."
                    ),
                    policy,
                    Group.MACHINE,
                    Group.RECORDER,
                )
            )
        if policy.accommodation is not None:
            rows.append(self._switched_off(policy, policy.accommodation.profile))
        return rows

    def _switched_off(self, policy: Policy, profile: str) -> QLayout:
        phrases = words.switched_off(policy)
        agreed = self.tr("Your accommodation: {0}.").format(profile)
        title = self.tr("Switched off for you")
        if not phrases:
            nothing = self.tr("This exam notes nothing that it would switch off.")
            return _item("good", title, Text(agreed), Text(nothing, role="muted"))
        listed = "\n".join(f"•  {phrase}" for phrase in phrases)
        lead = Text(self.tr("Not looked for, and so not noted:"), role="muted")
        return _item("good", title, Text(agreed), lead, Text(listed, role="muted"))

    def _noticing(
        self, icon: str, title: str, what: str, policy: Policy, *groups: Group
    ) -> QLayout:
        parts = [Text(what)]
        noted = [phrase for group in groups for phrase in words.noted(policy, group)]
        if noted:
            listed = "\n".join(f"•  {phrase}" for phrase in noted)
            parts.append(Text(self.tr("Noted, for a person to look at:"), role="muted"))
            parts.append(Text(listed, role="muted"))
        return _item(icon, title, *parts)

    def _never(self) -> list[QLayout]:
        return [
            _ticked(text)
            for text in (
                self.tr("Nothing is recorded or uploaded before you agree and start."),
                self.tr("No program decides about you: a person looks at what was noted."),
                self.tr("Your emotions or mood are never analysed."),
                self.tr("Your files are not opened, and recording ends with the exam."),
            )
        ]

    def _build_foot(self) -> None:
        self.tick = QCheckBox(self.tr("&I have read this and agree to it"))
        self.tick.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.tick.setAccessibleName(self.tr("I have read this and agree to it"))
        self.primary = Button(self.tr("&Agree and continue"), self.agreed.emit, "primary")
        self.primary.setEnabled(False)
        self.tick.toggled.connect(self.primary.setEnabled)
        decline = Button(self.tr("&Decline"), self.declined.emit)
        self.act(self.tick)
        self.act(decline, right=(self.primary,))


def _ticked(text: str) -> QLayout:
    glyph = Glyph("good", "good", size=1.35)
    line = row(glyph, Text(text), gap=12)
    line.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
    line.setStretch(1, 1)
    return line


def _section(title: str, *items: QLayout) -> Card:
    card = Card()
    layout = column(Text(title, role="heading"), gap=14, edge=PADDING + 4)
    for index, item in enumerate(items):
        if index:
            layout.addWidget(Rule())
        layout.addLayout(item)
    card.setLayout(layout)
    return card


def _item(icon: str, title: str, *texts: Text) -> QLayout:
    glyph = Glyph(icon, "accent", size=1.7)
    line = row(glyph, column(Text(title, role="label"), *texts, gap=5), gap=16)
    line.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
    line.setStretch(1, 1)
    return line
