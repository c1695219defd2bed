"""A Microsoft Windows that does what a test says, behind `windows.api.WindowsApi`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from recorder.lockdown.windows.api import (
    ES_CONTINUOUS,
    WDA_EXCLUDEFROMCAPTURE,
    WDA_MONITOR,
    Monitor,
    RawInput,
)

# The virtual keys of Win.
_WIN = (0x5B, 0x5C)


@dataclass
class FakeHook:
    """A hook: keys are pressed by the test, on the test's thread."""

    on_key: Callable[[int, bool], bool]
    alive: bool = True
    closed: int = 0

    def close(self) -> None:
        self.alive = False
        self.closed += 1


@dataclass
class FakeWindows:
    """Handles are counted from 1; ``refuses`` makes every function raise, as Windows may.

    ``through`` are the strokes that no hook swallowed, and ``start_menus`` how often Win went
    down and up with nothing between.
    """

    titles: dict[int, str] = field(default_factory=dict)
    pids: dict[int, int] = field(default_factory=dict)
    front: int = 0
    shown: list[Monitor] = field(
        default_factory=lambda: [Monitor(r"\\.\DISPLAY1", 1920, 1080, (r"MONITOR\LEN40BA",))]
    )
    inputs: list[RawInput] = field(default_factory=list)
    serial: int = 7
    copier: int = 0
    metrics: dict[int, int] = field(default_factory=dict)
    session: int = 1
    console: int = 1
    makers: tuple[str, ...] = ("LENOVO", "20XW")
    debugged: bool = False
    refuses: bool = False
    awake: dict[int, int] = field(default_factory=dict)
    affinities: dict[int, int] = field(default_factory=dict)
    hooks: list[FakeHook] = field(default_factory=list)
    down: set[int] = field(default_factory=set)
    through: list[tuple[int, bool]] = field(default_factory=list)
    start_menus: int = 0
    oldest: bool = False

    def _answer(self) -> None:
        if self.refuses:
            raise OSError(5, "Access is denied")

    def foreground_window(self) -> int:
        self._answer()
        return self.front

    def window_title(self, window: int) -> str:
        return self.titles.get(window, "")

    def window_process(self, window: int) -> int:
        return self.pids.get(window, 0)

    def monitors(self) -> list[Monitor]:
        self._answer()
        return list(self.shown)

    def raw_inputs(self) -> list[RawInput]:
        self._answer()
        return list(self.inputs)

    def clipboard_serial(self) -> int:
        self._answer()
        return self.serial

    def clipboard_owner(self) -> int:
        return self.copier

    def system_metric(self, which: int) -> int:
        self._answer()
        return self.metrics.get(which, 0)

    def own_session(self) -> int:
        self._answer()
        return self.session

    def console_session(self) -> int:
        if self.console < 0:
            raise OSError("the console is just now nobody's")
        return self.console

    def firmware(self) -> tuple[str, ...]:
        self._answer()
        return self.makers

    def debugger_present(self) -> bool:
        self._answer()
        return self.debugged

    def set_execution_state(self, flags: int) -> bool:
        if self.refuses:
            return False
        self.awake[threading.get_ident()] = flags
        return True

    @property
    def is_kept_awake(self) -> bool:
        return any(flags != ES_CONTINUOUS for flags in self.awake.values())

    def display_affinity(self, window: int) -> int:
        self._answer()
        return self.affinities.get(window, 0)

    def set_display_affinity(self, window: int, affinity: int) -> None:
        self._answer()
        if window not in self.pids:
            raise OSError(1400, "Invalid window handle")
        # Windows before 10 2004 knows no better than an empty window.
        is_new = affinity == WDA_EXCLUDEFROMCAPTURE and self.oldest
        self.affinities[window] = WDA_MONITOR if is_new else affinity

    def key_down(self, key: int) -> bool:
        return key in self.down

    def hook_keyboard(self, on_key: Callable[[int, bool], bool]) -> FakeHook:
        self._answer()
        self.hooks.append(FakeHook(on_key))
        return self.hooks[-1]

    def send_keys(self, strokes: Sequence[tuple[int, bool]]) -> bool:
        if self.refuses:
            return False
        for key, down in strokes:
            self._stroke(key, down=down)
        return True

    def press(self, *keys: int) -> bool:
        """Press keys down in order, and let them go; whether the last was swallowed."""
        if not self.hooks[-1].alive:
            return False
        swallowed = [self.push(key) for key in keys]
        for key in reversed(keys):
            self.release(key)
        return swallowed[-1]

    def push(self, key: int) -> bool:
        """Press a key and hold it; programs see it down unless it was swallowed."""
        return self._stroke(key, down=True)

    def release(self, key: int) -> None:
        """Let a key go."""
        self._stroke(key, down=False)

    def _stroke(self, key: int, *, down: bool) -> bool:
        if self.hooks[-1].on_key(key, down):
            return True
        is_win_alone = key in _WIN and not down and self.through[-1:] == [(key, True)]
        self.start_menus += is_win_alone
        self.through.append((key, down))
        if down:
            self.down.add(key)
        else:
            self.down.discard(key)
        return False
