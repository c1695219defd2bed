"""The first page: codes, addresses, links, and a server that answers or does not."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt

from recorder.faults import EnvironmentFault
from recorder.ui.pages.enter import EnterPage
from recorder.ui.pages.overview import OverviewPage
from recorder.ui.window import MainWindow

FINGERPRINT = "ab" * 32
LINK = "invigil://exam.example.edu/ABCDEFGH"

Open = Callable[..., MainWindow]


def enter(window: MainWindow) -> EnterPage:
    page = window.page
    assert isinstance(page, EnterPage)
    return page


def problem(page: EnterPage) -> str:
    banner = page._problem
    return "" if banner.isHidden() else f"{banner.title.plain} {banner.text.plain}"


def test_a_code_is_grouped_while_it_is_typed(qtbot: Any, open_window: Open) -> None:
    page = enter(open_window())
    qtbot.keyClicks(page.code, "ab cd-ef23x")
    assert page.code.text() == "ABCD-EF23-X"
    qtbot.keyClick(page.code, Qt.Key.Key_Backspace)
    qtbot.keyClick(page.code, Qt.Key.Key_Backspace)
    assert page.code.text() == "ABCD-EF2"


def test_a_good_code_leads_to_the_consent(
    qtbot: Any, open_window: Open, program: Any, settings: QSettings
) -> None:
    window = open_window()
    page = enter(window)
    qtbot.keyClicks(page.code, "abcdefgh")
    qtbot.keyClicks(page.server, "exam.example.edu")
    qtbot.keyClick(page.server, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(window.page, OverviewPage))
    assert program.calls == [("inspect", ("https://exam.example.edu", "ABCDEFGH"))]
    assert settings.value("server") == "https://exam.example.edu"


def test_the_last_server_is_filled_in(open_window: Open, settings: QSettings) -> None:
    settings.setValue("server", "https://last.example")
    assert enter(open_window()).server.text() == "https://last.example"


def test_the_institutions_server_is_filled_in_at_first(open_window: Open) -> None:
    assert (
        enter(open_window(server="https://own.example")).server.text() == "https://own.example"
    )


def test_a_link_fills_in_both_and_waits_for_the_candidate(
    open_window: Open, program: Any
) -> None:
    window = open_window(LINK)
    page = enter(window)
    assert page.code.text() == "ABCD-EFGH"
    assert page.server.text() == "https://exam.example.edu"
    assert page._continue.hasFocus()
    assert program.calls == []


def test_a_pasted_link_is_taken_apart(qtbot: Any, open_window: Open) -> None:
    page = enter(open_window())
    qtbot.keyClicks(page.code, "invigil://localhost:8123/abcd-efgh-jkmn")
    assert page.code.text() == "ABCD-EFGH-JKMN" or page.server.text() != ""
    page.code.clear()
    page.code.insert(LINK)
    page._typed(page.code.text())
    assert page.code.text() == "ABCD-EFGH"
    assert page.server.text() == "https://exam.example.edu"


@pytest.mark.parametrize(
    ("code", "server", "words", "field"),
    [
        ("", "exam.example.edu", "The code is missing.", "code"),
        ("AB!CD", "exam.example.edu", "This is not a code.", "code"),
        ("ABCDEFGH", "", "The server's address is missing.", "server"),
        ("ABCDEFGH", "exam example", "This is not a server's address.", "server"),
        ("ABCDEFGH", "http://exam.example.edu", "This address is not secure.", "server"),
        ("invigil://a.example", "", "The code is missing.", "code"),
        ("invigil://a.example/A/B", "", "This link is not complete.", "code"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    qtbot: Any, open_window: Open, program: Any, code: str, server: str, words: str, field: str
) -> None:
    page = enter(open_window())
    page.code.setText(code)
    page.server.setText(server)
    page.submit()
    assert problem(page).startswith(words)
    assert getattr(page, field).property("wrong") == "true"
    assert getattr(page, field).hasFocus()
    assert program.calls == []
    qtbot.keyClicks(getattr(page, field), "X")
    assert problem(page) == ""
    assert getattr(page, field).property("wrong") == "false"


def test_a_damaged_link_at_the_start_is_said(open_window: Open) -> None:
    page = enter(open_window("invigil://exam.example.edu/ABCD?key=12"))
    assert problem(page).startswith("The key in this link is damaged.")


def test_a_refused_code_is_said_in_the_programs_words(
    qtbot: Any, open_window: Open, program: Any
) -> None:
    program.faults["inspect"] = [EnvironmentFault("The code is used up.", "Ask for another.")]
    window = open_window(LINK)
    page = enter(window)
    page.submit()
    qtbot.waitUntil(lambda: problem(page) == "The code is used up. Ask for another.")
    assert page.code.hasFocus()
    page.submit()
    qtbot.waitUntil(lambda: isinstance(window.page, OverviewPage))


def test_a_bug_is_said_with_a_reference(qtbot: Any, open_window: Open, program: Any) -> None:
    program.faults["inspect"] = [RuntimeError("boom")]
    page = enter(open_window(LINK))
    page.submit()
    qtbot.waitUntil(lambda: "reference" in problem(page))
    assert "boom" not in problem(page)


def test_a_slow_server_can_be_given_up(qtbot: Any, open_window: Open, program: Any) -> None:
    gate = program.gates["inspect"] = threading.Event()
    window = open_window(LINK)
    page = enter(window)
    page.submit()
    qtbot.waitUntil(lambda: len(program.calls) == 1)
    assert not page._continue.isEnabled()
    assert page.code.isReadOnly()
    assert page._cancel.hasFocus()
    qtbot.keyClick(page._cancel, Qt.Key.Key_Escape)
    assert page._continue.isEnabled()
    gate.set()
    assert window.settle()
    qtbot.wait(20)
    assert window.page is page
    assert problem(page) == ""


def test_another_key_than_the_links_is_refused(
    qtbot: Any, open_window: Open, program: Any
) -> None:
    window = open_window(f"{LINK}?key={'cd' * 32}")
    page = enter(window)
    page.submit()
    qtbot.waitUntil(lambda: "signing key differs" in problem(page))
    # Whom the other one names is nobody to ask.
    assert "exams@example.edu" not in problem(page)
    assert "write to whoever invited you" in problem(page)
    assert window.page is page


def test_the_links_key_is_accepted(qtbot: Any, open_window: Open) -> None:
    window = open_window(f"{LINK}?key={FINGERPRINT.upper()}")
    enter(window).submit()
    qtbot.waitUntil(lambda: isinstance(window.page, OverviewPage))


def test_a_key_belongs_to_its_link_alone(qtbot: Any, open_window: Open, program: Any) -> None:
    program.offer = dataclasses.replace(program.offer, key_fingerprint="ef" * 32)
    window = open_window(f"{LINK}?key={FINGERPRINT}")
    page = enter(window)
    qtbot.keyClicks(page.server, "x")  # another server, typed by hand: the link is void
    page.server.setText("https://other.example")
    page.submit()
    qtbot.waitUntil(lambda: isinstance(window.page, OverviewPage))


def test_a_link_opened_meanwhile_is_used(qtbot: Any, open_window: Open) -> None:
    window = open_window(LINK)
    enter(window).submit()
    qtbot.waitUntil(lambda: isinstance(window.page, OverviewPage))
    window.open_link("invigil://other.example/WXYZ2345")
    assert enter(window).code.text() == "WXYZ-2345"
    assert enter(window).server.text() == "https://other.example"


def test_a_link_may_leave_https_out_but_is_needed_again_next_time(
    qtbot: Any, open_window: Open, program: Any, settings: QSettings
) -> None:
    window = open_window("invigil://lan.example/ABCDEFGH?insecure=1")
    enter(window).submit()
    qtbot.waitUntil(lambda: isinstance(window.page, OverviewPage))
    assert program.calls == [("inspect", ("http://lan.example", "ABCDEFGH"))]
    assert settings.value("server") is None


def test_another_code_may_be_typed_over_a_links(
    qtbot: Any, open_window: Open, program: Any
) -> None:
    window = open_window(f"invigil://lan.example/ABCDEFGH?insecure=1&key={'cd' * 32}")
    page = enter(window)
    page.code.clear()
    qtbot.keyClicks(page.code, "WXYZ2345")
    page.submit()
    qtbot.waitUntil(lambda: "signing key differs" in problem(page))
    assert program.calls == [("inspect", ("http://lan.example", "WXYZ2345"))]
