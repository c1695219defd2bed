"""The clipboard emptied for the exam, kept so against other programs, and given back.

What was in it is held in this process and in the watchdog's memory, never in a file. What the
exam's own windows copy stays: it is theirs. Any other copy is an incident with its forms and
its length, never its content, and is taken away.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import psutil

from recorder.clock import now_ns
from recorder.lockdown.assistive import assistive
from recorder.lockdown.contents import Content
from recorder.lockdown.operation import Evasion, InForce, Performed, State
from recorder.lockdown.watchers import matches
from recorder.lockdown.x11.clipboard_hold import ClipboardHold, Copy
from recorder.lockdown.x11.copied import Copies, read_copies
from shared.flags import Kind


class Keeper(Protocol):
    """Who holds what was copied, so that no crash loses it."""

    def keep(self, display: str, contents: tuple[Content, ...]) -> None:
        """Hold it; raises EnvironmentFault where it is not safe."""
        ...

    def give_back(self) -> None:
        """Put it back; raises EnvironmentFault."""
        ...


class Clipboard:
    """The selections of one X display."""

    name = "clipboard"

    def __init__(
        self,
        display: str,
        keeper: Keeper,
        allowed: tuple[str, ...],
        is_ours: Callable[[int], bool],
        clock: Callable[[], int] = now_ns,
    ) -> None:
        """Keep it empty.

        Args:
            display: the X display.
            keeper: the watchdog's guard.
            allowed: patterns of windows that belong to the exam, as the policy has them.
            is_ours: whether a process belongs to this program.
            clock: the evidence clock, nanoseconds.
        """
        self._display = display
        self._keeper = keeper
        self._allowed = allowed
        self._is_ours = is_ours
        self._clock = clock
        self._copies = Copies(())
        self._hold: ClipboardHold | None = None
        self._on = False

    def before(self) -> State | None:
        """Read it, and have it safe; the journal learns only that there was something."""
        self._copies = read_copies(self._display)
        self._keeper.keep(self._display, self._copies.contents)
        forms = {one.selection: len(one.forms) for one in self._copies.contents if one.forms}
        return {"forms": forms} if forms else None

    def perform(self) -> Performed:
        """Empty it."""
        self._on = True
        self._hold = ClipboardHold(self._display, self._clock)
        left_out = self._copies.left_out
        return InForce(tuple(f"It will not come back ({one})." for one in left_out))

    def check(self) -> tuple[Evasion, ...]:
        """What other programs copied; it is taken away again."""
        if not self._on:
            return ()
        if self._hold is None or not self._hold.alive:
            self._let_go()
            self._hold = ClipboardHold(self._display, self._clock)
        told: list[Evasion] = []
        for copy in self._hold.copies():
            if self._is_fine(copy):
                continue
            self._hold.empty_again(copy.selection)
            told.append(_evasion(copy))
        return tuple(told)

    def revert(self) -> None:
        """Give back what was there."""
        self._let_go()
        if self._on:
            self._keeper.give_back()
        self._on = False

    def _let_go(self) -> None:
        hold, self._hold = self._hold, None
        if hold is not None:
            hold.close()

    def _is_fine(self, copy: Copy) -> bool:
        if copy.pid is not None and self._is_ours(copy.pid):
            return True
        if assistive(_program(copy.pid)) or any(assistive(one.app) for one in copy.windows):
            return True
        return any(matches(self._allowed, one.app, one.title) for one in copy.windows)


def restore_clipboard(state: State) -> str:
    """The watchdog, which held what was copied, died with the program: it is gone."""
    forms = state["forms"]
    if not isinstance(forms, dict) or not forms:
        return ""
    return "What had been copied before the exam is lost; copy it again where it came from."


def _evasion(copy: Copy) -> Evasion:
    name = copy.windows[0].app if copy.windows else _program(copy.pid)
    detail = {
        "application": name,
        "selection": copy.selection.lower(),
        "formats": list(copy.measure.forms),
        "length": copy.measure.length,
    }
    # A clipboard manager copies for everybody and on its own: nobody's deed.
    kind = None if copy.manages else Kind.CLIPBOARD
    did = "copied" if copy.selection == "CLIPBOARD" else "marked"
    return Evasion(kind, f"{did} in {name or 'another program'}", detail, copy.at_ns)


def _program(pid: int | None) -> str:
    if pid is not None:
        with suppress(psutil.Error):
            return psutil.Process(pid).name()
    return ""
