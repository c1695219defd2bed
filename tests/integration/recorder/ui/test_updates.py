"""A newer build on the first page: what changes, now or later, and never in the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtGui import QGuiApplication
from support.published import NOTES
from support.signed_builds import signed_build

from recorder.faults import EnvironmentFault
from recorder.ui import updates
from recorder.ui.pages.enter import EnterPage
from recorder.ui.updates import UpdateOffer
from recorder.ui.window import MainWindow
from recorder.updates.news import Beside, ByCommand, Fetched, Opened, Trouble, Wrong
from shared.sidecar import read_sidecar
from shared.updates import Release

Shown = Callable[[Any], UpdateOffer]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "LOOK_AFTER_MS", 0)


@pytest.fixture
def shown(qtbot: Any, open_window: Callable[..., MainWindow], program: Any) -> Shown:
    """Opens a window where a look comes to this, and waits until it has something to say."""

    def show(news: Any) -> UpdateOffer:
        program.news = news
        offer = cast("EnterPage", open_window().page).updates
        qtbot.waitUntil(lambda: not offer.banner.isHidden())
        return offer

    return show


def fetched(*, back: bool = False) -> Fetched:
    made = signed_build(6)
    release = Release(
        build=made.id, number=6, version="0.2.0", name=made.name, share=100, back=back,
        notes=NOTES,
    )  # fmt: skip
    return Fetched(release, Path("/x") / made.name, read_sidecar(made.manifest))


def said(offer: UpdateOffer) -> tuple[str, str]:
    return offer.banner.title.plain, offer.banner.text.plain


def test_it_says_what_changes_and_later_is_later(shown: Shown, program: Any) -> None:
    offer = shown(fetched())
    assert said(offer) == ("Version 0.2.0 of this program is here.", "Quicker.")
    assert offer.install.isVisible()
    assert not offer.copy.isVisible()
    offer.later.click()
    assert offer.banner.isHidden()
    assert program.calls == []
    assert program.on_main_thread == []


def test_going_back_is_said(shown: Shown) -> None:
    title, _ = said(shown(fetched(back=True)))
    assert title == "Your institution goes back to version 0.2.0."


@pytest.mark.parametrize(
    ("installed", "words"),
    [
        (
            ByCommand(Path("/x/y.deb"), "sudo apt-get install /x/y.deb"),
            "It is here, and checked.",
        ),
        (Beside(Path("/n"), Path("/o"), "/o/register"), "It is installed."),
        (Opened(Path("/x/y.msi")), "The installer is open."),
    ],
)
def test_installing_says_what_is_left_to_do(
    qtbot: Any, shown: Shown, program: Any, installed: Any, words: str
) -> None:
    program.installed = installed
    offer = shown(fetched())
    offer.install.click()
    qtbot.waitUntil(lambda: said(offer)[0] == words)
    assert [name for name, _ in program.calls] == ["install"]
    assert not offer.install.isVisible()
    assert offer.copy.isVisible() == isinstance(installed, ByCommand)
    if isinstance(installed, ByCommand):
        assert installed.command in said(offer)[1]
        offer.copy.click()
        assert QGuiApplication.clipboard().text() == installed.command


def test_what_cannot_be_installed_is_told(qtbot: Any, shown: Shown, program: Any) -> None:
    program.faults["install"] = [EnvironmentFault("It could not be unpacked.", "Ask.")]
    offer = shown(fetched())
    offer.install.click()
    qtbot.waitUntil(lambda: said(offer) == ("It could not be unpacked.", "Ask."))


@pytest.mark.parametrize(
    "wrong", [one for one in Wrong if one not in (Wrong.UNREACHABLE, Wrong.ABSENT)]
)
def test_what_is_wrong_is_said_with_that_it_is_in_nobodys_way(
    shown: Shown, wrong: Wrong
) -> None:
    offer = shown(Trouble(wrong))
    title, text = said(offer)
    assert title == "Updates were not looked at."
    assert text.endswith("Your exam is not affected.")
    assert not offer.install.isVisible()


@pytest.mark.parametrize("news", [None, Trouble(Wrong.UNREACHABLE), Trouble(Wrong.ABSENT)])
def test_nothing_to_say_says_nothing(
    qtbot: Any, open_window: Callable[..., MainWindow], program: Any, news: Any
) -> None:
    program.news = news
    page = cast("EnterPage", open_window().page)
    qtbot.waitUntil(lambda: not page._doorway.busy)
    assert page.updates.banner.isHidden()
    assert page.code.hasFocus()


def test_a_look_that_fails_says_nothing(
    qtbot: Any, open_window: Callable[..., MainWindow], program: Any
) -> None:
    program.faults["update"] = [EnvironmentFault("Not whole.", "Install it again.")]
    page = cast("EnterPage", open_window().page)
    qtbot.waitUntil(lambda: not program.faults["update"] and not page._doorway.busy)
    assert page.updates.banner.isHidden()
