"""What is recorded, by whom, why and until when, as cards: to agree to, and to read later."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget

from recorder.status import Offer
from recorder.ui import agreeing
from recorder.ui.agreeing import Item
from recorder.ui.widgets.card import PADDING, Card, Rule, column, row
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.text import Text
from recorder.ui.widgets.tick import Tick


class Terms(QWidget):
    """The whole text of one offer. With ``asks`` each recorded item has a tick of its own."""

    def __init__(self, offer: Offer, today: date, *, asks: bool = False) -> None:
        super().__init__()
        self.ticks: list[Tick] = []
        self._asked: list[str] = []
        policy = offer.policy
        recorded = [self._recorded(item, asks=asks) for item in agreeing.recorded(policy)]
        if (off := agreeing.switched_off(policy)) is not None:
            recorded.append(item_line(off))
        if (limit := agreeing.at_limit(policy)) is not None:
            recorded.append(item_line(limit))
        rights = agreeing.rights(policy.institution)
        self.setLayout(
            column(
                section(self.tr("Who and why"), *map(item_line, agreeing.facts(offer, today))),
                section(self.tr("What is recorded"), *recorded),
                section(self.tr("What is never done"), *map(_ticked, agreeing.never())),
                section(self.tr("What you may do"), *(_pointed(text) for text in rights)),
                gap=16,
            )
        )

    def agreed(self) -> tuple[str, ...]:
        """The ids of the items that are ticked."""
        pairs = zip(self._asked, self.ticks, strict=True)
        return tuple(name for name, tick in pairs if tick.isChecked())

    def _recorded(self, item: Item, *, asks: bool) -> QLayout:
        if not asks:
            return item_line(item)
        tick = Tick(self.tr("I agree"))
        tick.setAccessibleName(self.tr("I agree: {0}").format(item.title))
        tick.setAccessibleDescription(item.what)
        self.ticks.append(tick)
        self._asked.append(item.id)
        return item_line(item, tick)


def section(title: str, *items: QLayout) -> Card:
    """A card with a heading and lines between its items."""
    card = Card()
    layout = column(Text(title, role="heading"), gap=14, edge=PADDING + 4)
    for index, item in enumerate(items):
        if index:
            layout.addWidget(Rule())
        layout.addLayout(item)
    card.setLayout(layout)
    return card


def item_line(item: Item, *more: QWidget) -> QLayout:
    """An item with its icon, its words and its list."""
    what = Text(item.what)
    what.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    texts: list[QWidget] = [Text(item.title, role="label"), what]
    if item.lead:
        texts.append(Text(item.lead, role="muted"))
    if item.points:
        listed = "\n".join(f"•  {point}" for point in item.points)
        texts.append(Text(listed, role="muted"))
    return _beside(Glyph(item.icon, "accent", size=1.7), column(*texts, *more, gap=5), 16)


def _ticked(text: str) -> QLayout:
    return _beside(Glyph("good", "good", size=1.35), column(Text(text)), 12)


def _pointed(text: str) -> QLayout:
    return _beside(Glyph("info", "accent", size=1.35), column(Text(text)), 12)


def _beside(glyph: Glyph, words: QLayout, gap: int) -> QLayout:
    line = row(glyph, words, gap=gap)
    line.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
    line.setStretch(1, 1)
    return line
