"""What an earlier run left, on the first page: gone on with, handed in, saved, delivered."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from recorder.evidence import opening
from recorder.faults import EnvironmentFault
from recorder.status import Delivery, Interrupted, Unreadable
from recorder.ui.pages.check import CheckPage
from recorder.ui.pages.enter import EnterPage
from recorder.ui.pages.identity import IdentityPage
from recorder.ui.saving import choose_file
from recorder.ui.widgets.leftover import LeftoverCard
from recorder.ui.widgets.unreadable import UnreadableBanner
from recorder.ui.window import MainWindow

Open = Callable[..., MainWindow]


@pytest.fixture(name="left")
def _left(left_behind: tuple[Interrupted, Interrupted]) -> Interrupted:
    return left_behind[0]


@pytest.fixture(name="done")
def _done(left_behind: tuple[Interrupted, Interrupted]) -> Interrupted:
    return left_behind[1]


@pytest.fixture
def shown(qtbot: Any, open_window: Open, program: Any) -> Callable[..., EnterPage]:
    """Opens a window with these recordings on its first page."""

    def show(*left: Interrupted) -> EnterPage:
        program.left = list(left)
        page = cast("EnterPage", open_window().page)
        qtbot.waitUntil(lambda: len(page.leftovers.cards) == len(left))
        return page

    return show


def card_of(page: EnterPage, left: Interrupted | None = None) -> LeftoverCard:
    """The recording's card, or the only one."""
    cards = page.leftovers.cards
    return cards[left.session] if left else next(iter(cards.values()))


def said(card: LeftoverCard) -> str:
    return f"{card._state.plain} {card._waiting.plain}"


def offered(card: LeftoverCard) -> list[str]:
    buttons = (card.go_on, card.hand_in, card.save)
    return [button.accessibleName() for button in buttons if button.isVisible()]


def problem(card: LeftoverCard) -> str:
    return "" if card._problem.isHidden() else card._problem.title.plain


def test_nothing_is_in_the_way_of_a_normal_start(qtbot: Any, shown: Any) -> None:
    page = shown()
    qtbot.wait(400)
    assert page.leftovers.urgent.isHidden()
    assert page.leftovers.quiet.isHidden()
    assert page.code.hasFocus()


def test_one_that_cannot_be_looked_at_says_nothing(
    qtbot: Any, open_window: Open, program: Any
) -> None:
    program.faults["survey"] = [EnvironmentFault("The folder cannot be read.", "Look.")]
    page = cast("EnterPage", open_window().page)
    qtbot.waitUntil(lambda: not program.faults["survey"])
    qtbot.wait(50)
    assert page.leftovers.urgent.isHidden()
    assert page._problem.isHidden()


def test_one_that_is_damaged_is_told_of_quietly_with_what_to_do(
    qtbot: Any, open_window: Open, program: Any, tmp_path: Path
) -> None:
    fault = opening.damaged(tmp_path / "one", "database disk image is malformed")
    program.unreadable = [Unreadable(tmp_path / "one", fault.what, fault.advice)]
    page = cast("EnterPage", open_window().page)
    qtbot.waitUntil(lambda: not page.leftovers.quiet.isHidden())
    [banner] = page.leftovers.quiet.findChildren(UnreadableBanner)
    assert str(tmp_path / "one") in banner.title.plain
    assert "is damaged" in banner.title.plain
    assert "Do not delete it" in banner.text.plain
    assert page.leftovers.urgent.isHidden()


def test_the_folder_of_a_damaged_one_is_shown(qtbot: Any, tmp_path: Path) -> None:
    opened: list[str] = []
    broken = Unreadable(tmp_path, "It is damaged.", "Do not delete it.")
    banner = UnreadableBanner(broken, lambda folder: opened.append(folder.toLocalFile()))
    qtbot.addWidget(banner)
    banner.open.click()
    assert opened == [str(tmp_path)]


def test_an_unfinished_one_stands_first_and_a_finished_one_last(
    shown: Any, left: Interrupted, done: Interrupted
) -> None:
    page = shown(left, done)
    places = page.leftovers
    assert card_of(page).parentWidget() is places.urgent
    assert card_of(page, done).parentWidget() is places.quiet
    assert places.urgent.y() < page.code.y() < places.quiet.y()
    assert said(card_of(page)) == (
        "This recording was interrupted. 4.2 MB wait on this computer."
    )
    assert offered(card_of(page)) == [
        "Continue recording",
        "Hand in what there is…",
        "Save as a file…",
    ]
    assert offered(card_of(page, done)) == ["Save as a file…"]
    assert page.code.hasFocus()


def test_one_that_is_delivered_so_far_says_so(shown: Any, left: Interrupted) -> None:
    so_far = dataclasses.replace(left, waiting_records=0, waiting_bytes=0)
    assert "Everything so far has been delivered." in said(card_of(shown(so_far)))


def test_each_button_says_which_recording_it_means(
    shown: Any, left: Interrupted, done: Interrupted
) -> None:
    page = shown(left, done)
    descriptions = {
        button.accessibleDescription()
        for card in page.leftovers.cards.values()
        for button in (card.go_on, card.hand_in, card.save)
    }
    assert "Save as a file…: Linear Algebra I" in descriptions
    assert "Save as a file…: Calculus" in descriptions
    assert len(descriptions) == 6


def test_going_on_leads_past_the_consent(
    qtbot: Any, shown: Any, program: Any, open_window: Open, left: Interrupted
) -> None:
    page = shown(left)
    window = cast("MainWindow", page.window())
    card_of(page).go_on.setFocus()
    qtbot.keyClick(card_of(page).go_on, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(window.page, CheckPage))
    check = cast("CheckPage", window.page)
    qtbot.waitUntil(check._start.isEnabled)
    check.start()
    qtbot.waitUntil(lambda: isinstance(window.page, IdentityPage))
    assert program.calls[0] == ("go_on", (left,))


def test_one_may_change_ones_mind_about_going_on(
    qtbot: Any, shown: Any, program: Any, left: Interrupted
) -> None:
    page = shown(left)
    window = cast("MainWindow", page.window())
    card_of(page).go_on.click()
    qtbot.waitUntil(lambda: isinstance(window.page, CheckPage))
    cast("CheckPage", window.page).left.emit()
    qtbot.waitUntil(lambda: window.page is page)
    qtbot.waitUntil(lambda: program.calls[-1][0] == "decline")
    assert program.calls[-1][1][0].resumes == left
    assert card_of(page).go_on.isEnabled()


def test_what_is_in_the_way_is_told_on_the_card(
    qtbot: Any, shown: Any, program: Any, left: Interrupted
) -> None:
    program.faults["go_on"] = [EnvironmentFault("It is in use.", "Close the other one.")]
    card = card_of(shown(left))
    card.go_on.click()
    qtbot.waitUntil(lambda: problem(card) == "It is in use.")
    assert card.go_on.isEnabled()


def test_handing_in_asks_first(qtbot: Any, shown: Any, program: Any, left: Interrupted) -> None:
    card = card_of(shown(left))
    card.hand_in.click()
    assert card._question.isVisible()
    assert card._question.no.hasFocus()
    card._question.no.click()
    assert program.calls == []
    assert card._actions.isVisible()
    card.hand_in.click()
    card._question.yes.click()
    qtbot.waitUntil(lambda: "Finished, not delivered yet" in said(card))
    assert program.calls == [("hand_in", (left,))]
    assert offered(card) == ["Save as a file…"]


def test_delivery_is_shown_as_it_goes(
    qtbot: Any, shown: Any, program: Any, done: Interrupted
) -> None:
    card = card_of(shown(done), done)
    way = Delivery(0, 0, 100, 34, 10_000_000, 3_400_000, online=True)
    program.progress[done.session] = way
    qtbot.waitUntil(lambda: "Delivering: 34 %. You may go on meanwhile." in said(card))
    assert card._bar.isVisible()
    program.progress[done.session] = dataclasses.replace(way, online=False, note="no route")
    qtbot.waitUntil(lambda: "There is no connection to the server" in said(card))
    assert "6.6 MB wait" in said(card)
    assert card._bar.isHidden()
    program.progress[done.session] = dataclasses.replace(
        way, blobs_sent=100, bytes_sent=10_000_000
    )
    qtbot.waitUntil(lambda: "The server has confirmed everything" in said(card))
    assert offered(card) == []


def test_what_the_server_does_not_take_says_why_and_what_to_do(
    qtbot: Any, shown: Any, program: Any, done: Interrupted
) -> None:
    card = card_of(shown(done), done)
    program.progress[done.session] = Delivery(
        *(0, 0, 100, 34, 10_000_000, 3_400_000),
        online=True,
        refused=True,
        note="The server does not take the evidence: this token has been revoked",
    )
    qtbot.waitUntil(lambda: "this token has been revoked. 6.6 MB wait" in said(card))
    assert "ask University of Example where to bring it" in said(card)
    assert "no connection" not in said(card)
    assert card._bar.isHidden()
    assert offered(card) == ["Save as a file…"]


def test_saving_says_where_the_file_is_and_what_to_do(
    qtbot: Any, shown: Any, program: Any, tmp_path: Path, left: Interrupted
) -> None:
    gate = program.gates["save"] = threading.Event()
    card = card_of(shown(left))
    card.save.click()
    panel = card.panel
    qtbot.waitUntil(lambda: panel._words.plain == "Saving: 40.0 MB of 100.0 MB")
    assert 0.39 < panel._bar.value() / panel._bar.maximum() < 0.41
    assert not card.go_on.isEnabled()
    gate.set()
    qtbot.waitUntil(lambda: panel.banner.title.plain == "The file is saved.")
    told = panel.banner.text.plain
    assert str(tmp_path / f"{left.session}.invigil") in told
    assert "University of Example: only they can open it" in told
    assert panel._bar.isHidden()
    assert card.go_on.isEnabled()
    assert program.calls == [("save", (left.session, tmp_path / f"{left.session}.invigil"))]


def test_a_file_that_lacks_something_says_so(
    qtbot: Any, shown: Any, program: Any, left: Interrupted
) -> None:
    program.damaged = 2
    card = card_of(shown(left))
    card.save.click()
    qtbot.waitUntil(lambda: "without 2 pieces" in card.panel.banner.title.plain)


def test_a_file_that_cannot_be_written_says_why(
    qtbot: Any, shown: Any, program: Any, left: Interrupted
) -> None:
    program.faults["save"] = [EnvironmentFault("There is not enough room.", "Free some.")]
    card = card_of(shown(left))
    card.save.click()
    qtbot.waitUntil(lambda: card.panel.banner.title.plain == "There is not enough room.")
    assert card.save.isEnabled()


def test_the_dialog_suggests_a_name_and_tells_the_path(
    qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    chosen: list[Path] = []
    monkeypatch.setattr(QFileDialog, "show", lambda _self: None)
    for _ in range(2):
        choose_file(window, "a.invigil", chosen.append)
    [dialog] = window.findChildren(QFileDialog)
    assert not dialog.isModal()  # the window can be quit meanwhile
    assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    assert dialog.selectedFiles()[0].endswith("a.invigil")
    dialog.fileSelected.emit(str(tmp_path / "b.invigil"))
    assert chosen == [tmp_path / "b.invigil"]
