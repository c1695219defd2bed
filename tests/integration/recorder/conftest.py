"""Real devices without hardware: a display of our own, and a sound server of our own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from demo.machine import virtual_display
from support.sound_server import SoundServer, missing, sound_server


@pytest.fixture
def display() -> Iterator[str]:
    """A fresh 640×480 display with a window manager; its name is in DISPLAY, too."""
    if not (shutil.which("Xvfb") and shutil.which("openbox")):
        pytest.skip("Xvfb or openbox is not installed")
    with ExitStack() as stack:
        name = stack.enter_context(virtual_display("640x480x24"))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("DISPLAY", name)
        patch.delenv("WAYLAND_DISPLAY", raising=False)
        yield name


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[SoundServer]:
    """A fresh sound server; PULSE_SERVER leads this process' libraries to it."""
    lacking = missing()
    if lacking:
        pytest.skip(lacking)
    with ExitStack() as stack:
        server = stack.enter_context(sound_server(tmp_path))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("PULSE_SERVER", server.address)
        yield server
