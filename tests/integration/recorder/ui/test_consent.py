"""What is recorded, by whom, why and until when; agreeing and declining."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from recorder.faults import EnvironmentFault
from recorder.ui.agreeing import recorded
from recorder.ui.pages.check import CheckPage
from recorder.ui.pages.consent import ConsentPage
from recorder.ui.pages.declined import DeclinedPage
from recorder.ui.pages.enter import EnterPage
from recorder.ui.pages.overview import OverviewPage
from recorder.ui.widgets.text import Text
from recorder.ui.window import MainWindow
from shared.flags import Kind
from shared.policy import Accommodation

LINK = "invigil://exam.example.edu/ABCDEFGH"

Open = Callable[..., MainWindow]


def said(page: QWidget) -> str:
    """All the words of a page that are shown."""
    labels = page.findChildren(QLabel)
    return "\n".join(
        label.plain if isinstance(label, Text) and label.plain else label.text()
        for label in labels
        if label.isVisibleTo(page)
    )


def consent(qtbot: Any, window: MainWindow) -> ConsentPage:
    page = window.page
    assert isinstance(page, EnterPage)
    page.submit()
    qtbot.waitUntil(lambda: isinstance(window.page, OverviewPage))
    overview = window.page
    assert isinstance(overview, OverviewPage)
    overview.going_on.emit()
    page = window.page
    assert isinstance(page, ConsentPage)
    return page


def test_everything_that_matters_is_said(qtbot: Any, open_window: Open) -> None:
    words = said(consent(qtbot, open_window(LINK)))
    for expected in (
        "Linear Algebra I",
        "University of Example. Questions: exams@example.edu",
        "So that the exam is fair to everyone who takes it away from campus.",
        "On https://exam.example.edu, encrypted. Kept 90 days, until 12 June 2026;",
        "1 hour 30 minutes",
        "Camera",
        "Microphone",
        "Screen",
        "•  when no face is in the picture",
        "•  when someone speaks",
        "•  when a program runs that the exam prohibits",
        "Your emotions or mood are never analysed.",
    ):
        assert expected in words
    assert "phone, a book" not in words  # switched off by the policy


def test_what_is_not_recorded_is_not_said(
    qtbot: Any, open_window: Open, program: Any, make_offer: Any
) -> None:
    program.offer = make_offer(camera=False, microphone=False)
    words = said(consent(qtbot, open_window(LINK)))
    assert "Screen" in words
    assert "Camera" not in words
    assert "Microphone" not in words
    assert "face" not in words


def test_what_is_switched_off_for_the_candidate_is_said(
    qtbot: Any, open_window: Open, program: Any, make_offer: Any
) -> None:
    given = Accommodation(profile="Profile <B>", off=(Kind.SPEECH, Kind.OBJECT_SEEN))
    program.offer = make_offer(accommodation=given)
    told = said(consent(qtbot, open_window(LINK)))
    noted, _, off = told.partition("Switched off for you")
    assert "when someone speaks" not in noted
    assert off.startswith("\nYour accommodation: Profile <B>.")
    assert "•  when someone speaks" in off
    assert "phone, a book" not in off  # off for everybody
    nothing = Accommodation(profile="Profile C", off=(Kind.OBJECT_SEEN,))
    program.offer = make_offer(accommodation=nothing)
    told = said(consent(qtbot, open_window(LINK)))
    assert "This exam notes nothing that it would switch off." in told


def test_what_is_kept_how_long_is_said_by_kind(
    qtbot: Any, open_window: Open, program: Any, make_offer: Any
) -> None:
    program.offer = make_offer(kept_days={"microphone": 14, "camera": 30})
    words = said(consent(qtbot, open_window(LINK)))
    told = words[words.index("On https://exam.example.edu, encrypted.") :].splitlines()
    rest = "Everything else: what was noted, and the exam's record"
    assert told[1:5] == [
        "Kept for so long, and then deleted:",
        "•  Sound from the microphone – 14 days, until 28 March 2026",
        "•  Video from the camera – 30 days, until 13 April 2026",
        f"•  {rest} – 90 days, until 12 June 2026",
    ]


def test_the_institutions_words_are_never_markup(
    qtbot: Any, open_window: Open, program: Any, make_offer: Any
) -> None:
    program.offer = make_offer(purpose="<b>1 < 2</b> & <img src=x>")
    page = consent(qtbot, open_window(LINK))
    assert "<b>1 < 2</b> & <img src=x>" in said(page)
    shown = next(label for label in page.findChildren(Text) if "1 < 2" in label.plain)
    assert "&lt;b&gt;1 &lt; 2" in shown.text()


def test_agreeing_takes_the_tick_and_the_button(qtbot: Any, open_window: Open) -> None:
    window = open_window(LINK)
    page = consent(qtbot, window)
    assert page.tick.hasFocus()
    assert page.primary is not None
    assert not page.primary.isEnabled()
    qtbot.keyClick(page.tick, Qt.Key.Key_Return)
    assert window.page is page
    qtbot.keyClick(page.tick, Qt.Key.Key_Space)
    assert window.page is page
    assert page.primary.isEnabled()
    qtbot.keyClick(page.tick, Qt.Key.Key_Space)
    assert not page.primary.isEnabled()
    qtbot.keyClick(page.tick, Qt.Key.Key_Space)
    page.primary.click()
    assert isinstance(window.page, CheckPage)


def test_what_is_agreed_to_goes_with_the_offer_to_the_recording(
    qtbot: Any, open_window: Open, program: Any, make_offer: Any
) -> None:
    program.offer = make_offer(microphone=False)
    window = open_window(LINK, now_us=lambda: 1_790_000_000_000_007)
    page = consent(qtbot, window)
    qtbot.keyClick(page.terms.ticks[0], Qt.Key.Key_Space)
    assert page.agreement(1).items == ("camera",)
    page.tick.click()
    assert page.primary is not None
    page.primary.click()
    assert isinstance(window.page, CheckPage)
    qtbot.waitUntil(lambda: window.page.primary.isEnabled())
    window.page.primary.click()
    qtbot.waitUntil(lambda: program.started_with is not None)
    agreed = program.started_with.agreed
    assert agreed.items == tuple(item.id for item in recorded(program.offer.policy))
    assert agreed.items == ("camera", "screen", "photo", "computer", "lockdown")
    assert (agreed.at_us, agreed.language) == (1_790_000_000_000_007, "en")
    assert program.offer.agreed is None


def test_declining_uploads_nothing_and_says_so(
    qtbot: Any, open_window: Open, program: Any
) -> None:
    window = open_window(LINK)
    consent(qtbot, window).declined.emit()
    page = window.page
    assert isinstance(page, DeclinedPage)
    words = said(page)
    assert "Nothing was recorded and nothing was uploaded." in words
    assert "Your code ABCD-EFGH is still valid." in words
    assert "exams@example.edu" in words
    qtbot.waitUntil(lambda: [name for name, _ in program.calls] == ["inspect", "decline"])
    assert page.secondary is not None
    page.secondary.click()
    assert isinstance(window.page, EnterPage)
    assert window.page.code.text() == "ABCD-EFGH"
    consent(qtbot, window)


def test_declining_is_said_even_when_the_program_fails(
    qtbot: Any, open_window: Open, program: Any
) -> None:
    program.faults["decline"] = [EnvironmentFault("The store is locked.", "Restart.")]
    window = open_window(LINK)
    consent(qtbot, window).declined.emit()
    page = window.page
    assert isinstance(page, DeclinedPage)
    qtbot.waitUntil(lambda: "The store is locked." in said(page))
    assert "nothing was uploaded" in said(page)


def test_closing_from_the_declined_page(qtbot: Any, open_window: Open) -> None:
    window = open_window(LINK)
    consent(qtbot, window).declined.emit()
    page = window.page
    assert isinstance(page, DeclinedPage)
    assert page.primary is not None
    page.primary.click()
    assert not window.isVisible()


def test_a_long_page_scrolls_by_keyboard(qtbot: Any, open_window: Open) -> None:
    window = open_window(LINK)
    window.resize(500, 460)
    page = consent(qtbot, window)
    bar = page._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 200)
    qtbot.keyClick(page.tick, Qt.Key.Key_PageDown)
    after_one = bar.value()
    assert after_one > 0
    qtbot.keyClick(page, Qt.Key.Key_Down)
    assert bar.value() > after_one
    qtbot.keyClick(page, Qt.Key.Key_Up)
    qtbot.keyClick(page.tick, Qt.Key.Key_PageUp)
    assert bar.value() == 0
