"""A second start hands its link to the window that is open, over a real socket."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtNetwork import QLocalSocket

from recorder.ui.doorbell import MAX_NAME_BYTES, PATIENCE_MS, Doorbell, bell_of, ring

LINK = "invigil://localhost:8000/abcdefgh"

RING = """
import sys
from PySide6.QtCore import QCoreApplication
from recorder.ui.doorbell import ring
application = QCoreApplication([])
print(ring(sys.argv[1], sys.argv[2] or None))
"""


@pytest.fixture
def bell(tmp_path: Path) -> str:
    # A socket's name is short; pytest's folders are not always.
    return bell_of(tmp_path)


@pytest.fixture
def doorbell(qapp: QCoreApplication, bell: str) -> Iterator[Doorbell]:
    doorbell = Doorbell(bell)
    assert doorbell.listen()
    yield doorbell
    doorbell.close()


def start_again(bell: str, link: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RING, bell, link], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("link", [LINK, ""])
def test_a_second_start_is_heard_with_its_link(qtbot, doorbell, bell: str, link: str) -> None:
    heard: list[str] = []
    doorbell.rung.connect(heard.append)
    with start_again(bell, link) as second:
        qtbot.waitUntil(lambda: second.poll() is not None, timeout=30_000)
        assert second.stdout is not None
        assert second.stdout.read().strip() == "True"
    assert heard == [link]


def test_on_a_new_computer_the_bell_is_hung_up_as_well(
    qtbot, qapp: QCoreApplication, tmp_path: Path
) -> None:
    bell = bell_of(tmp_path / "share" / "recordings")
    doorbell = Doorbell(bell)
    assert doorbell.listen()
    assert (tmp_path / "share" / "recordings").stat().st_mode & 0o777 == 0o700
    with start_again(bell, "") as second:
        qtbot.waitUntil(lambda: second.poll() is not None, timeout=30_000)
        assert second.stdout is not None
        assert second.stdout.read().strip() == "True"
    doorbell.close()


def test_where_no_bell_can_be_hung_up_the_window_opens_all_the_same(
    qapp: QCoreApplication, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert Doorbell(bell_of(tmp_path / "file" / "recordings")).listen() is False


def test_nobody_at_home(qapp: QCoreApplication, bell: str) -> None:
    assert ring(bell, LINK) is False


def test_a_bell_that_a_crash_left_behind_is_made_anew(
    qapp: QCoreApplication, bell: str
) -> None:
    code = (
        "import os, sys\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "from recorder.ui.doorbell import Doorbell\n"
        "application = QCoreApplication([])\n"
        "print(Doorbell(sys.argv[1]).listen(), flush=True)\n"
        "os._exit(9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, bell],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "True"
    assert ring(bell, None) is False
    again = Doorbell(bell)
    assert again.listen()
    again.close()


def test_what_is_no_link_does_no_harm(qtbot, doorbell, bell: str) -> None:
    heard: list[str] = []
    doorbell.rung.connect(heard.append)
    door = QLocalSocket()
    door.connectToServer(bell)
    assert door.waitForConnected(PATIENCE_MS)
    door.write(b"x" * 100_000)
    qtbot.waitUntil(
        lambda: door.state() is QLocalSocket.LocalSocketState.UnconnectedState, timeout=30_000
    )
    assert heard == []


def test_a_long_path_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("folder" * 30)
    assert len(bell_of(deep).encode()) <= MAX_NAME_BYTES
    assert bell_of(deep) != bell_of(tmp_path / ("holder" * 30))
