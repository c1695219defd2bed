"""Shortcuts that lead out of the exam, held or only noticed. What is typed is nobody's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from recorder.clock import now_ns
from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.operation import Evasion, InForce, Performed, State
from recorder.lockdown.operations.shortcuts import BLOCKED, Shortcut
from recorder.lockdown.x11.key_hold import KeyHold, Press
from shared.flags import Kind


class Keys:
    """The blocked keys of one X display. A pressed one is told by its name, nothing else is."""

    def __init__(
        self,
        display: str,
        *,
        taken: bool,
        name: str = "keys",
        shortcuts: Iterable[Shortcut] = BLOCKED,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        """``taken`` holds them; else they are only noticed."""
        self.name = name
        self._display = display
        self._taken = taken
        self._shortcuts = tuple(shortcuts)
        self._clock = clock
        self._hold: KeyHold | None = None
        self._on = False
        self._times: Counter[str] = Counter()

    def before(self) -> State | None:
        """The server takes grabs back by itself when this process ends."""
        return None

    def perform(self) -> Performed:
        """Hold them, or begin to notice."""
        self._hold = hold = self._new_hold()
        without: list[str] = []
        if not hold.notices and not self._taken:
            return Unsupported("this display does not tell which keys are pressed (XInput 2.1)")
        self._on = True
        if not hold.notices:
            without.append("That a shortcut was tried cannot be told on this display.")
        if hold.lost:
            names = ", ".join(hold.lost)
            without.append(f"Other programs keep these to themselves: {names}.")
        return InForce(tuple(without))

    def check(self) -> tuple[Evasion, ...]:
        """What was pressed; one that came through is taken once more."""
        if not self._on:
            return ()
        if self._hold is None or not self._hold.alive:
            self._let_go()
            self._hold = self._new_hold()
        presses = self._hold.presses()
        if self._taken and any(not press.caught for press in presses):
            self._hold.take_again()
        return tuple(self._told(press) for press in presses)

    def revert(self) -> None:
        """Let them go."""
        self._on = False
        self._let_go()

    def _let_go(self) -> None:
        hold, self._hold = self._hold, None
        if hold is not None:
            hold.close()

    def _new_hold(self) -> KeyHold:
        return KeyHold(self._display, self._shortcuts, taken=self._taken, clock=self._clock)

    def _told(self, press: Press) -> Evasion:
        name = press.shortcut.name
        self._times[name] += 1
        detail = {"shortcut": name, "blocked": press.caught, "times": self._times[name]}
        return Evasion(Kind.BLOCKED_KEY, f"{name} pressed", detail, press.at_ns)
