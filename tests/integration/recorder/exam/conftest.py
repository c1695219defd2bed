"""A real browser on a display of its own, an exam's site, and another site."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from demo.machine import virtual_display
from support.exam_remote import ExamApp, exam_app
from support.exam_site import Site, serving
from support.waiting import until
from Xlib import X
from Xlib.display import Display

from shared.policy import Surface


def a_screen() -> Iterator[str]:
    """A display with a window manager."""
    needed = ("Xvfb", "openbox", "xdotool")
    if missing := [name for name in needed if shutil.which(name) is None]:
        pytest.skip(f"{', '.join(missing)} not installed")
    with virtual_display("1100x800x24") as name:
        until(lambda: has_window_manager(name), "a window manager")
        yield name


screen = pytest.fixture(a_screen, scope="package", name="screen")
# For windows that would fight with the first one for being in front.
other_screen = pytest.fixture(a_screen, scope="package", name="other_screen")


def has_window_manager(name: str) -> bool:
    """Whether one has announced itself (EWMH, ``_NET_SUPPORTING_WM_CHECK``)."""
    display = Display(name)
    try:
        atom = display.intern_atom("_NET_SUPPORTING_WM_CHECK")
        return display.screen().root.get_full_property(atom, X.AnyPropertyType) is not None
    finally:
        display.close()


@pytest.fixture(scope="package")
def elsewhere() -> Iterator[Site]:
    """A site that is no part of the exam."""
    with serving() as site:
        yield site


@pytest.fixture(scope="package")
def site(elsewhere: Site) -> Iterator[Site]:
    """The exam's own site; the other one has another name."""
    with serving(elsewhere.url.replace("127.0.0.1", "localhost")) as site:
        yield site


@pytest.fixture(scope="module")
def app(screen: str, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExamApp]:
    """The exam's window by a strict policy, full screen and on top."""
    surface = Surface(kind="browser", start=f"{site.url}/", clipboard=False)
    folder: Path = tmp_path_factory.mktemp("exam")
    with ExitStack() as stack:
        made = stack.enter_context(exam_app(surface, folder, screen, patience_s=1))
        made("full.perform()")
        made("top.perform()")
        made("browser.open_start()")
        made.come_to(surface.start)
        made.until("window.isActiveWindow()")
        yield made
