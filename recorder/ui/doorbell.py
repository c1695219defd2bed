"""One window a user: a second start hands its link to the window that is open, and ends.

The bell is a local socket that only this user can reach: beside the recordings, in a folder
that nobody else may enter, or a named pipe of this user's on Windows.
"""

from __future__ import annotations

import hashlib
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

# A link is some hundred bytes.
MAX_LINK_BYTES = 4_096
# An open window answers at once; one that hangs is not waited for.
PATIENCE_MS = 1_500
ANSWER = b"open\n"
# Recordings are their user's alone, and so is the bell beside them.
FOLDER_MODE = 0o700
# The system's bound for a socket's name is 104 bytes on macOS, 108 on Linux.
MAX_NAME_BYTES = 100


def bell_of(folder: Path) -> str:
    """The bell of whoever keeps recordings in ``folder``."""
    name = str(folder.absolute() / "window")
    if sys.platform == "win32" or len(name.encode()) > MAX_NAME_BYTES:
        return f"invigil-{hashlib.sha256(name.encode()).hexdigest()[:32]}"
    return name


def ring(bell: str, link: str | None) -> bool:
    """Hand a link (or nothing but the wish to see it) to the window that is open.

    Returns:
        Whether there is one and it answered; else this program opens its own.
    """
    if bell.startswith("/") and not Path(bell).exists():
        return False  # without loading Qt's network, as at nearly every start
    from PySide6.QtNetwork import QLocalSocket

    door = QLocalSocket()
    door.connectToServer(bell)
    try:
        if not door.waitForConnected(PATIENCE_MS):
            return False
        door.write((link or "").encode()[:MAX_LINK_BYTES] + b"\n")
        answered = door.waitForBytesWritten(PATIENCE_MS) and door.waitForReadyRead(PATIENCE_MS)
        return bool(answered) and bytes(door.readAll().data()) == ANSWER
    finally:
        door.abort()


class Doorbell(QObject):
    """Listens for further starts. ``rung`` has their link, or nothing."""

    rung = Signal(str)

    def __init__(self, bell: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bell = bell
        self._server: QLocalServer | None = None

    def listen(self) -> bool:
        """Begin; whether it could (else a second window is possible, as without a bell).

        On a new computer there is no folder of recordings yet: it is made.
        """
        from PySide6.QtNetwork import QLocalServer

        if self._bell.startswith("/"):
            with suppress(OSError):  # a full disk, for one: the system check says what to do
                Path(self._bell).parent.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        # One that a crash left behind answers nobody: ``ring`` has tried.
        QLocalServer.removeServer(self._bell)
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._open)
        self._server = server
        return server.listen(self._bell)

    def close(self) -> None:
        """No longer: what starts now opens its own window."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _open(self) -> None:
        server = self._server
        door = server.nextPendingConnection() if server is not None else None
        if door is not None:
            door.readyRead.connect(lambda: self._hear(door))
            door.disconnected.connect(door.deleteLater)

    def _hear(self, door: QLocalSocket) -> None:
        if door.bytesAvailable() > MAX_LINK_BYTES + 1:
            door.abort()
        elif door.canReadLine():
            link = bytes(door.readLine().data()).decode(errors="replace").strip()
            door.write(ANSWER)
            door.flush()
            self.rung.emit(link)
