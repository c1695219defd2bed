"""The application as a process: starts, opens a link, ends on a signal, and starts lean."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json, os, signal, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from recorder.status import Survey
from recorder.ui.run import run

class Program:
    def update(self):
        return None

    def stop_updates(self):
        pass

    def survey(self):
        return Survey()

def look():
    window = next(w for w in QApplication.topLevelWidgets() if type(w).__name__ == "MainWindow")
    page = window.page
    print(json.dumps({
        "name": QApplication.applicationName(),
        "icon": not window.windowIcon().isNull(),
        "visible": window.isVisible(),
        "code": page.code.text(),
        "server": page.server.text(),
        "problem": "" if page._problem.isHidden() else page._problem.title.plain,
        "heavy": [name for name in ("numpy", "structlog", "httpx") if name in sys.modules],
        "pages": sorted(n for n in sys.modules if n.startswith("recorder.ui.pages.")),
    }), flush=True)
    END

QTimer.singleShot(0, look)
status = run(Program(), ["invigil-recorder", *sys.argv[1:]], server="https://own.example")
print("status", status, flush=True)
"""


def start(tmp_path: Path, end: str, *arguments: str) -> tuple[dict[str, object], str, str]:
    """What the window was, what was printed last, and what was complained about."""
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT.replace("END", end), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=False,
    )
    first, _, rest = done.stdout.partition("\n")
    assert first, done.stderr
    complaints = [line for line in done.stderr.splitlines() if "does not support" not in line]
    return json.loads(first), rest.strip(), "\n".join(complaints)


def test_a_link_on_the_command_line_is_opened(tmp_path: Path) -> None:
    window, end, complaints = start(
        tmp_path, "window.close()", "--style-is-not-ours", "invigil://localhost:8000/abcdefgh"
    )
    assert window["code"] == "ABCD-EFGH"
    assert window["server"] == "http://localhost:8000"
    assert window["name"] == "Invigil"
    assert window["icon"]
    assert window["visible"]
    assert end == "status 0"
    assert complaints == ""


def test_without_a_link_the_institutions_server_is_there(tmp_path: Path) -> None:
    window, end, complaints = start(tmp_path, "window.close()")
    assert (window["code"], window["server"], window["problem"]) == (
        "",
        "https://own.example",
        "",
    )
    assert (end, complaints) == ("status 0", "")


def test_the_first_page_loads_no_heavy_library_and_no_other_page(tmp_path: Path) -> None:
    window, _, _ = start(tmp_path, "window.close()")
    assert window["heavy"] == []
    assert window["pages"] == ["recorder.ui.pages.enter", "recorder.ui.pages.page"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to processes on POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_in_order(tmp_path: Path, number: signal.Signals) -> None:
    _, end, complaints = start(tmp_path, f"os.kill(os.getpid(), {int(number)})")
    assert (end, complaints) == ("status 0", "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to processes on POSIX")
def test_a_signal_ends_it_where_another_window_stands_for_it(tmp_path: Path) -> None:
    end = f"window.hide(); os.kill(os.getpid(), {int(signal.SIGTERM)})"
    _, end, complaints = start(tmp_path, end)
    assert (end, complaints) == ("status 0", "")


def test_a_bug_in_a_slot_is_said_in_the_window_and_logged(tmp_path: Path) -> None:
    end = """
    def show():
        print(window._banner.title.plain, window._banner.text.plain, flush=True)
        window.close()
    QTimer.singleShot(100, show)
    again = QTimer(window)
    again.timeout.connect(lambda: 1 // 0)
    again.start(5)
    """
    _, printed, _ = start(tmp_path, end)
    assert "Something unexpected went wrong." in printed
    assert printed.count("ZeroDivisionError") == 1  # the log, by default on standard output
    assert printed.endswith("status 0")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_it_says_what_to_do() -> None:
    code = (
        "from recorder.faults import EnvironmentFault\n"
        "from recorder.ui.run import run\n"
        "try: run(None, ['x'])\n"
        "except EnvironmentFault as fault: print(fault)\n"
    )
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=False,
    )
    assert done.stdout.startswith("There is no display to show the window on. Start Invigil")
