"""Blocked shortcuts where the system hands every key to a hook and asks whether to swallow it.

Windows and macOS work so; X11 has grabs instead (`operations.keys`).
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol

from recorder.clock import now_ns
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.operation import Evasion, InForce, NotInForce, Performed, State
from recorder.lockdown.operations.shortcuts import Shortcut
from shared.flags import Kind

# A person presses a shortcut a few times in a second at most; a stuck key would go on for ever.
_MOST_PRESSES = 100


class KeyHook(Protocol):
    """A system's way to see keys before anybody else does."""

    @property
    def alive(self) -> bool:
        """Whether keys still come here: systems drop a hook that was too slow."""
        ...

    def start(self, swallow: Callable[[Shortcut], bool]) -> None:
        """Ask ``swallow`` for each key pressed, on the hook's thread.

        Raises:
            EnvironmentFault: the system does not allow it, or not now.
        """
        ...

    def close(self) -> None:
        """Let the keys go. Closing twice, or before a start, is allowed."""
        ...


class HookedKeys:
    """The blocked keys of a system with hooks; what is no such shortcut is forgotten."""

    def __init__(
        self,
        hook: KeyHook | Unsupported,
        shortcuts: Iterable[Shortcut],
        *,
        taken: bool,
        name: str = "keys",
        without: tuple[str, ...] = (),
        clock: Callable[[], int] = now_ns,
    ) -> None:
        """Hold ``shortcuts``, or notice them.

        Args:
            hook: the system's, or why there is none.
            shortcuts: those that lead out of the exam.
            taken: swallow them; else they are only noticed.
            name: the step's own word, as there may be two.
            without: what no hook of this system can have, a sentence each.
            clock: the evidence clock, nanoseconds.
        """
        self.name = name
        self._hook = hook
        self._shortcuts = frozenset(shortcuts)
        self._taken = taken
        self._without = without if taken else ()
        self._clock = clock
        self._lock = threading.Lock()
        self._presses: list[tuple[int, Shortcut]] = []
        self._times: Counter[str] = Counter()
        self._on = False

    def before(self) -> State | None:
        """The system takes hooks back by itself when this process ends."""
        return None

    def perform(self) -> Performed:
        """Begin to see keys."""
        if isinstance(self._hook, Unsupported):
            return self._hook
        try:
            self._hook.start(self._swallow)
        except EnvironmentFault as fault:
            self._hook.close()
            return NotInForce(str(fault))
        self._on = True
        return InForce(self._without)

    def check(self) -> tuple[Evasion, ...]:
        """What was pressed; a hook that the system dropped is set again."""
        if not self._on or isinstance(self._hook, Unsupported):
            return ()
        if not self._hook.alive:
            self._hook.close()
            self._hook.start(self._swallow)
        with self._lock:
            presses, self._presses = self._presses, []
        return tuple(self._told(at_ns, shortcut) for at_ns, shortcut in presses)

    def revert(self) -> None:
        """Let the keys go."""
        self._on = False
        if not isinstance(self._hook, Unsupported):
            self._hook.close()

    def _swallow(self, pressed: Shortcut) -> bool:
        if pressed not in self._shortcuts:
            return False
        with self._lock:
            if len(self._presses) < _MOST_PRESSES:
                self._presses.append((self._clock(), pressed))
        return self._taken

    def _told(self, at_ns: int, shortcut: Shortcut) -> Evasion:
        self._times[shortcut.name] += 1
        times = self._times[shortcut.name]
        detail = {"shortcut": shortcut.name, "blocked": self._taken, "times": times}
        return Evasion(Kind.BLOCKED_KEY, f"{shortcut.name} pressed", detail, at_ns)
