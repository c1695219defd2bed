"""A program under lockdown that tests end in every way: told to, killed, or with its watchdog.

``python -m support.locked_app JOURNALS START LOCKDOWN`` shows the exam's window at the page
``START`` as the recorder does, and holds the machine to ``LOCKDOWN`` (JSON). It takes orders on
its standard input and answers each with a line of JSON; ``stop`` gives the machine back.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from shared.flags import Kind
from shared.policy import Level, Lockdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recorder.lockdown.lockdown import Lockdown as Holding
    from recorder.lockdown.operation import Operation
    from recorder.status import Offer

# The steps that need no window of the exam's.
EVERYTHING = Lockdown(
    keys=Level.ENFORCE,
    clipboard=Level.ENFORCE,
    sleep=Level.ENFORCE,
    notifications=Level.ENFORCE,
    screen_capture=Level.OFF,
    programs=Level.OFF,
    windows=Level.OFF,
    displays=Level.OFF,
    input_devices=Level.OFF,
)

# All that can be enforced is, and all else watched.
STRICTEST = msgspec.structs.replace(
    EVERYTHING,
    full_screen=Level.ENFORCE,
    on_top=Level.ENFORCE,
    windows=Level.ENFORCE,
    displays=Level.ENFORCE,
    screen_capture=Level.ENFORCE,
    programs=Level.WATCH,
    input_devices=Level.WATCH,
)


class LockedApp:
    """The program, as a test holds it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._said = process.stdin, process.stdout
        assert self._hear() == "shown"

    @property
    def watchdog(self) -> int:
        """The watchdog's process id now."""
        return self._ask("watchdog")["pid"] or 0

    def held(self) -> dict[str, dict[str, Any]]:
        """How each step is doing, by its name; none before the lockdown has begun."""
        return {one["name"]: one for one in self._ask("held")}

    def watched(self) -> dict[str, dict[str, Any]]:
        """How each kind of incident is looked for."""
        return {one["kind"]: one for one in self._ask("watched")}

    @property
    def looks(self) -> bool:
        """Whether windows were looked at once: what is done before, nobody notices."""
        return self._ask("looks")

    def incidents(self) -> list[dict[str, Any]]:
        """What it has reported so far."""
        return self._ask("incidents")

    def stop(self) -> dict[str, Any]:
        """Give the machine back and end: whether all was undone, and each step."""
        told = self._ask("stop")
        self.process.wait(30)
        return told

    def kill(self) -> None:
        """Nothing can be done any more."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def _ask(self, order: str) -> Any:
        self._orders.write(f"{order}\n")
        self._orders.flush()
        return self._hear()

    def _hear(self) -> Any:
        line = self._said.readline()
        assert line, "the program ended"
        return json.loads(line)


@contextmanager
def locked_app(
    journals: Path, environ: dict[str, str], start: str, wanted: Lockdown = STRICTEST
) -> Iterator[LockedApp]:
    """Start it; killed at the end if it still runs."""
    here = Path(__file__).parents[1]
    command = [sys.executable, "-m", "support.locked_app", str(journals), start]
    process = subprocess.Popen(
        [*command, msgspec.json.encode(wanted).decode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**environ, "PYTHONPATH": str(here), "QT_QPA_PLATFORM": "xcb"},
        start_new_session=True,
    )
    try:
        yield LockedApp(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


class _Sitting:
    """What of a session the exam's room and its lockdown need, joined as the recorder does."""

    def __init__(self, offer: Offer, journals: Path) -> None:
        from recorder.lockdown.at_start import undo_at_start
        from recorder.lockdown.lockdown import Lockdown as Holding
        from recorder.lockdown.lockdown import new_journal
        from recorder.lockdown.machine import this_machine
        from recorder.locking import Locking

        undo_at_start(journals)
        ids, machine, journal = count(), this_machine(), new_journal(journals)
        self.heard: list[Any] = []

        def make(extra: Sequence[Operation]) -> Holding:
            ident: Callable[[], str] = lambda: str(next(ids))  # noqa: E731
            self.lockdown = Holding(
                offer.policy, machine, self.heard.append, ident, journal, extra
            )
            return self.lockdown

        self.lockdown: Holding
        self.locking = Locking(make, lambda notice: print(notice.text, file=sys.stderr))
        self.hold = self.locking.add

    def answer(self, order: str) -> object:
        """To what a test asks."""
        match order:
            case "watchdog":
                return {"pid": self.lockdown.watchdog}
            case "held":
                return self.lockdown.held()
            case "watched":
                return self.lockdown.status()
            case "looks":
                # Displays come after windows, on the same thread.
                lanes = {one.watched.kind: one for one in self.lockdown._watch._lanes}
                displays = lanes[Kind.DISPLAY_CHANGE]
                return displays._last_ns is not None or displays.watched.state == "off"
            case "incidents":
                return [{"kind": one.kind, **one.detail} for one in list(self.heard)]
            case "stop":
                self.locking.stop()
                held = self.lockdown.held()
                left = [one for one in held if one.state not in ("undone", "unsupported")]
                return {"undone": not left, "held": held}
        raise LookupError(order)


def say(value: object) -> None:
    print(msgspec.json.encode(value).decode(), flush=True)


def main(journals: str, start: str, wanted: str) -> None:
    from PySide6.QtCore import QObject, Signal
    from PySide6.QtWidgets import QApplication
    from support.scripted_program import TODAY, FakePreview, make_offer

    from recorder.exam_room import ExamRoom
    from recorder.logs import log_to_stderr
    from recorder.ui.pages.exam import ExamPage
    from shared.policy import DEFAULT_RULES, OFF, Surface

    log_to_stderr()
    # What the place may truly be, whoever sits there.
    place = (Kind.VIRTUAL_MACHINE, Kind.REMOTE_SESSION, Kind.DEBUGGER, Kind.VIRTUAL_CAMERA)
    offer = make_offer(
        lockdown=msgspec.json.decode(wanted, type=Lockdown),
        surface=Surface(kind="browser", start=start, header=False),
        kinds={**DEFAULT_RULES, **dict.fromkeys(place, OFF)},
        prohibited_processes=("teamviewer*", "anydesk*", "obs*", "discord"),
    )
    application = QApplication(["invigil"])
    application.setQuitOnLastWindowClosed(False)
    sitting = _Sitting(offer, Path(journals))
    room = ExamRoom(offer, sitting)  # type: ignore[arg-type]
    page = ExamPage(offer, FakePreview(None, 0.4), TODAY)
    page.fold()

    class Inbox(QObject):
        ended, over = Signal(), Signal()

    inbox = Inbox()
    inbox.ended.connect(room.close)
    # There, too: from here it would wait for that thread, and that one for Python's lock.
    inbox.over.connect(application.quit)

    def listen() -> None:
        for order in map(str.strip, sys.stdin):
            if order == "stop":
                inbox.ended.emit()  # while the machine is given back, as in the recorder
            say(sitting.answer(order))
            if order == "stop":
                break
        inbox.over.emit()

    sitting.locking.start()
    room.open(page, application.quit)
    threading.Thread(target=listen, daemon=True).start()
    say("shown")
    application.exec()


if __name__ == "__main__":
    main(*sys.argv[1:])
