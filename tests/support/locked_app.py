"""A program under lockdown that tests end in every way: told to, killed, or with its watchdog.

``python -m support.locked_app JOURNALS`` does every step and says on its standard output, in
JSON lines, what came of it; ``stop`` on its standard input gives the machine back.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from support.policies import default_policy

from shared.policy import Level, Lockdown

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


class LockedApp:
    """The program, as a test holds it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._said = process.stdin, process.stdout
        self.held = self._hear()

    @property
    def watchdog(self) -> int:
        """The watchdog's process id now."""
        self._orders.write("watchdog\n")
        self._orders.flush()
        return self._hear()["pid"] or 0

    def incidents(self) -> list[dict[str, Any]]:
        """What it has reported so far."""
        self._orders.write("incidents\n")
        self._orders.flush()
        return self._hear()

    def stop(self) -> dict[str, Any]:
        """Give the machine back and end: whether all was undone, and each step."""
        self._orders.write("stop\n")
        self._orders.flush()
        told = self._hear()
        self.process.wait(30)
        return told

    def kill(self) -> None:
        """Nothing can be done any more."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def _hear(self) -> Any:
        line = self._said.readline()
        assert line, "the program ended"
        return json.loads(line)


@contextmanager
def locked_app(journals: Path, environ: dict[str, str]) -> Iterator[LockedApp]:
    """Start it; killed at the end if it still runs."""
    here = Path(__file__).parents[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "support.locked_app", str(journals)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**environ, "PYTHONPATH": str(here)},
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


def main(journals: str) -> None:
    import msgspec

    from recorder.lockdown.at_start import undo_at_start
    from recorder.lockdown.lockdown import Lockdown as Holding
    from recorder.lockdown.lockdown import new_journal
    from recorder.lockdown.machine import this_machine
    from recorder.logs import log_to_stderr

    log_to_stderr()
    folder, ids = Path(journals), count()
    undo_at_start(folder)
    heard: list[Any] = []
    held = Holding(
        default_policy(lockdown=EVERYTHING),
        this_machine(),
        heard.append,
        lambda: str(next(ids)),
        new_journal(folder),
    )

    def say(value: object) -> None:
        print(msgspec.json.encode(value).decode(), flush=True)

    say(held.start())
    for line in sys.stdin:
        match line.strip():
            case "watchdog":
                say({"pid": held.watchdog})
            case "incidents":
                say([{"kind": one.kind, **one.detail} for one in heard])
            case "stop":
                say({"undone": held.stop(), "held": held.held()})
                return


if __name__ == "__main__":
    main(sys.argv[1])
