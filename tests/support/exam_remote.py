"""The exam window's program, from a test: started, told what to do, asked, ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from Xlib import X
from Xlib.display import Display
from Xlib.protocol.event import ClientMessage

from shared.policy import Surface

# Where the engine's viewer of PDFs has its buttons: from the top right corner, in pixels.
SAVES, PRINTS = (104, 28), (68, 28)

# What a client message does to a state of a window (EWMH).
_REMOVE = 0
TESTS = Path(__file__).parents[1]


class ExamApp:
    """A running ``support.exam_app``; calling it has Python evaluated on its main thread."""

    def __init__(self, process: subprocess.Popen[str], said: Path, display: str) -> None:
        self.process, self._said, self._display = process, said, display

    def __call__(self, code: str) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(code) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the exam's window has died: {self._said.read_text()[-2000:]}"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def js(self, script: str) -> Any:
        return self(f"js({script!r})")

    def go(self, url: str) -> None:
        """Load an address and wait until its page is there; the one before is complete, too."""
        self.js("window.before = 1; 0")
        self(f"browser.page.load(QUrl({url!r}))")
        there = "!window.before && document.readyState"
        self.until(f"not browser.page.isLoading() and js({there!r}) == 'complete'")

    def come_to(self, url: str) -> None:
        """Wait for the page at an address; the empty one before it is complete, too."""
        script = "`${location.href} ${document.readyState}`"
        self.until(f"js({script!r}) == {f'{url} complete'!r}")

    def until(self, condition: str, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not self(f"bool({condition})"):
            assert time.monotonic() < deadline, f"{condition} did not come about"
            time.sleep(0.03)

    def attempts(self, number: int) -> list[dict[str, Any]]:
        """The attempts so far, once there are so many; they are forgotten then."""
        self.until(f"len(attempts) >= {number}")
        found = self("list(attempts)")
        self("attempts.clear()")
        return found

    def press(self, *keys: str) -> None:
        """Keys as from a keyboard."""
        self.xdotool("key", "--delay", "30", *keys)

    def click(self, x: float, y: float) -> None:
        self.xdotool("mousemove", str(round(x)), str(round(y)), "click", "1")

    def click_on(self, element: str, button: str = "1", *held: str) -> None:
        """Click an element of the page, perhaps with keys held."""
        script = (
            "(r => r && (r.x + r.width / 2) + ',' + (r.y + r.height / 2))"
            f"(document.getElementById('{element}')?.getBoundingClientRect())"
        )
        self.until(f"',' in ((place := js({script!r})) or '')")
        zoom = self("browser.zoom_factor")
        x, y = (float(share) * zoom for share in self("place").split(","))
        left, top = self("browser.view.mapToGlobal(browser.view.rect().topLeft()).toTuple()")
        for key in held:
            self.xdotool("keydown", key)
        where = (str(round(left + x)), str(round(top + y)))
        self.xdotool("mousemove", *where, "click", button)
        for key in held:
            self.xdotool("keyup", key)

    def click_in_viewer(self, left: int, below: int) -> None:
        """Click so far from the top right corner of a PDF that fills the page (pixels)."""
        x, y = self("browser.view.mapToGlobal(browser.view.rect().topRight()).toTuple()")
        self.click(x - left, y + below)

    def xdotool(self, *arguments: str) -> None:
        environment = {**os.environ, "DISPLAY": self._display}
        subprocess.run(["xdotool", *arguments], env=environment, check=True, timeout=20)

    def minimise(self) -> None:
        """As from the window's menu."""
        self.xdotool("windowminimize", self.window)

    def leave_full_screen(self) -> None:
        """As from a window manager's key: ``_NET_WM_STATE`` without full screen (EWMH)."""
        display = Display(self._display)
        names = ("_NET_WM_STATE", "_NET_WM_STATE_FULLSCREEN")
        state, full = (display.intern_atom(name) for name in names)
        message = ClientMessage(
            window=display.create_resource_object("window", int(self.window)),
            client_type=state,
            data=(32, [_REMOVE, full, 0, 2, 0]),
        )
        mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask
        display.screen().root.send_event(message, event_mask=mask)
        display.sync()
        display.close()

    @property
    def window(self) -> str:
        """The window's number on its display."""
        return str(self("int(window.winId())"))


@contextmanager
def unhurried(app: ExamApp) -> Iterator[None]:
    """However long a click takes to arrive at a page, it was the candidate's."""
    app("import recorder.exam.page as its\nits.DEED_NS *= 30")
    try:
        yield
    finally:
        app("its.DEED_NS //= 30")


@contextmanager
def exam_app(
    surface: Surface, folder: Path, display: str, platform: str = "xcb", **options: Any
) -> Iterator[ExamApp]:
    """Start the program on a display; its words go to a file in ``folder``."""
    said = folder / "exam_app.txt"
    command = [
        sys.executable,
        "-m",
        "support.exam_app",
        msgspec.json.encode(surface).decode(),
        json.dumps(options),
    ]
    environment = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": platform,
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)]),
    }
    with (
        said.open("w") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        ) as process,
    ):
        app = ExamApp(process, said, display)
        try:
            assert app.answer() == "ready"
            yield app
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
