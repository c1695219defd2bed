"""The watchdog: a small process that undoes what the recorder changed when the recorder dies.

It is told by the closing of a pipe, so at once and whatever the recorder died of. It also
holds what lay in the clipboard before the exam, in its memory alone, and gives it back; on X11
that means to stay until something else is copied. It knows nothing of the exam.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from recorder.faults import EnvironmentFault
from recorder.lockdown.operations.restorers import CLIPBOARD, RESTORERS
from recorder.lockdown.owner import Owner, owner_of, runs
from recorder.lockdown.undoing import undo
from recorder.lockdown.watchdog_messages import (
    Done,
    End,
    GiveBack,
    Keep,
    receive_order,
    send,
)

# What task lists call it; Linux keeps 15 characters.
NAME = "invigil-watch"

# A process that was killed closes its pipes a moment before it is gone (seconds). One that
# only lost its pipe goes on, and its journal is its own.
GONE_WAIT_S = 10.0
_POLL_S = 0.005

# Closing the window of a terminal, or Ctrl-C in it, is for the recorder to deal with. A log-out
# or a shutdown ends the recorder as well, which the pipe tells; what was copied goes with the
# display.
_IGNORED = ("SIGINT", "SIGHUP", "SIGPIPE", "SIGTERM")


class GivenBack(Protocol):
    """What was given back, for as long as somebody may still want it."""

    def wait(self) -> None:
        """Return when nobody does any more."""
        ...


# Puts what is held into a clipboard; raises EnvironmentFault.
Give = Callable[[Keep], GivenBack]


class Watchdog:
    """Takes orders until the recorder ends or dies."""

    def __init__(self, journal: Path, owner: Owner, give: Give) -> None:
        """Watch over ``owner`` and its journal."""
        self._journal = journal
        self._owner = owner
        self._give = give
        self._kept: Keep | None = None
        self._given: GivenBack | None = None

    def serve(self, orders: BinaryIO, answers: BinaryIO) -> None:
        """Work until there is nothing left to do."""
        ended = False
        with suppress(OSError):  # the recorder went while it was being answered
            send(answers, Done())
            while not ended and (order := receive_order(orders)) is not None:
                ended = isinstance(order, End)
                send(answers, Done(self._take(order)))
        for pipe in (orders, answers):
            with suppress(OSError):
                pipe.close()
        if not ended:
            self._undo()
        if self._given is not None:
            self._given.wait()

    def _take(self, order: Keep | GiveBack | End) -> str:
        match order:
            case Keep():
                self._kept = order
                return ""
            case GiveBack():
                return self._give_back()
            case End():
                return ""

    def _give_back(self) -> str:
        if self._kept is None or not any(one.forms for one in self._kept.contents):
            return ""
        try:
            self._given = self._give(self._kept)
        except EnvironmentFault as fault:
            return str(fault)
        self._kept = None
        return ""

    def _undo(self) -> None:
        """The recorder has died: at once, once it is really gone."""
        until = time.monotonic() + GONE_WAIT_S
        while runs(self._owner):
            if time.monotonic() > until:
                return
            time.sleep(_POLL_S)
        told = self._give_back()
        # What could not be given back stays in the journal: the next start says so.
        done = {
            name: how for name, how in RESTORERS.items() if not (told and name == CLIPBOARD)
        }
        undo(self._journal, done)


def give_back(kept: Keep) -> GivenBack:
    """Put what was copied into the display's clipboard again.

    Raises:
        EnvironmentFault: the display does not answer.
    """
    from recorder.lockdown.x11.giving_back import GivingBack

    return GivingBack(kept.display, kept.contents)


def main(arguments: list[str] | None = None) -> int:
    """Run as the watchdog: the journal's path, and the recorder's process id."""
    journal, pid = (sys.argv[1:] if arguments is None else arguments)[:2]
    for name in _IGNORED:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    with suppress(OSError):
        Path("/proc/self/comm").write_text(NAME, "ascii")
    owner = owner_of(int(pid))
    if owner is None:  # it died before its watchdog was up
        undo(Path(journal))
        return 0
    dog = Watchdog(Path(journal), owner, give_back)
    dog.serve(*_pipes())
    return 0


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output as pipes that can be closed for good: the recorder waits for
    that, and a watchdog may stay on after it."""
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)
    os.close(nothing)
    return orders, answers


if __name__ == "__main__":
    sys.exit(main())
