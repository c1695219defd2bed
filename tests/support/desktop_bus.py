"""A message bus of its own, and parts of a desktop on it, made with Qt: what is asked of them
they say on standard output.

``python -m support.desktop_bus PART…`` with the bus's address in the environment; it takes
``names`` on standard input and says who is on the bus.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo.machine import process


@contextmanager
def message_bus(folder: Path) -> Iterator[str]:
    """A session's bus; its address."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "bus.conf"
    settings.write_text(
        "<busconfig><type>session</type><auth>EXTERNAL</auth>"
        f"<listen>unix:path={folder}/bus</listen>"
        '<policy context="default"><allow send_destination="*"/><allow own="*"/>'
        '<allow eavesdrop="false"/></policy></busconfig>'
    )
    command = ["dbus-daemon", f"--config-file={settings}", "--nofork", "--print-address=1"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with process(command, **pipes) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()


class Desktop:
    """Some parts of a desktop, as a test holds them."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        self._orders, self._said = child.stdin, child.stdout
        self.child = child
        assert self.hear() == "ready"

    def hear(self) -> Any:
        """What was said next."""
        line = self._said.readline()
        assert line, "the desktop's part has ended"
        return json.loads(line)

    def names(self) -> set[str]:
        """Everybody who is on the bus."""
        self._orders.write("names\n")
        self._orders.flush()
        return set(self.hear())


@contextmanager
def parts(address: str, *names: str) -> Iterator[Desktop]:
    """Have these parts on the bus."""
    here = str(Path(__file__).parents[1])
    environ = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address, "PYTHONPATH": here}
    command = [sys.executable, "-m", "support.desktop_bus", *names]
    pipe = subprocess.PIPE
    with process(command, env=environ, stdin=pipe, stdout=pipe) as child:
        yield Desktop(child)


def main(names: list[str]) -> None:
    from PySide6.QtCore import (
        ClassInfo,
        Property,
        QCoreApplication,
        QObject,
        QSocketNotifier,
        Slot,
    )
    from PySide6.QtDBus import QDBusConnection, QDBusVariant

    application = QCoreApplication([])
    bus = QDBusConnection.sessionBus()

    def say(value: object) -> None:
        print(json.dumps(value), flush=True)

    @ClassInfo({"D-Bus Interface": "org.freedesktop.ScreenSaver"})
    class Saver(QObject):
        @Slot(str, str, result="uint")
        def Inhibit(self, who: str, why: str) -> int:  # noqa: N802
            say([who, why])
            return 7

    @ClassInfo({"D-Bus Interface": "org.freedesktop.Notifications"})
    class Notifications(QObject):
        @Slot(str, str, "QVariantMap", result="uint")
        def Inhibit(self, who: str, why: str, _hints: object) -> int:  # noqa: N802
            say([who, why])
            return 9

        def _inhibited(self) -> bool:
            return False

        Inhibited = Property(bool, _inhibited)

    @ClassInfo({"D-Bus Interface": "org.dunstproject.cmd0"})
    class Dunst(QObject):
        value = False

        def _paused(self) -> bool:
            return Dunst.value

        def _pause(self, value: bool) -> None:
            Dunst.value = value
            say({"paused": value})

        paused = Property(bool, _paused, _pause)

    @ClassInfo({"D-Bus Interface": "org.xfce.Xfconf"})
    class Xfconf(QObject):
        @Slot(str, str, result="QDBusVariant")
        def GetProperty(self, _channel: str, name: str) -> QDBusVariant:  # noqa: N802
            # Only what was set is asked for, at the end of an exam that another log-in had.
            assert name == "/do-not-disturb"
            return QDBusVariant(True)

        @Slot(str, str, "QDBusVariant")
        def SetProperty(self, channel: str, name: str, value: QDBusVariant) -> None:  # noqa: N802
            say([channel, name, value.variant()])

    known = {
        "xfce": ("org.xfce.Xfconf", "/org/xfce/Xfconf", Xfconf),
        "saver": ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", Saver),
        "kde": (
            "org.freedesktop.Notifications",
            "/org/freedesktop/Notifications",
            Notifications,
        ),
        "dunst": ("org.freedesktop.Notifications", "/org/freedesktop/Notifications", Dunst),
    }
    objects = []
    for name in names:
        service, path, kind = known[name]
        objects.append(kind())
        everything = (
            QDBusConnection.RegisterOption.ExportAllSlots
            | QDBusConnection.RegisterOption.ExportAllProperties
        )
        assert bus.registerObject(path, objects[-1], everything)
        assert bus.registerService(service)

    def take() -> None:
        if not sys.stdin.readline():
            application.quit()
            return
        say(bus.interface().registeredServiceNames().value())

    notifier = QSocketNotifier(0, QSocketNotifier.Type.Read)
    notifier.activated.connect(take)
    say("ready")
    application.exec()


if __name__ == "__main__":
    main(sys.argv[1:])
