"""A macOS that does what a test says, behind `macos.api.MacApi`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from recorder.lockdown.macos.api import Application, HidDevice, Screen


@dataclass
class FakeTap:
    """An event tap: keys are pressed by the test, on the test's thread."""

    on_key: Callable[[int, int], bool]
    alive: bool = True

    def close(self) -> None:
        self.alive = False


@dataclass
class FakeMac:
    """``refuses`` makes every function raise; permissions are granted or not."""

    front: Application | None = None
    titles: dict[int, str] = field(default_factory=dict)
    shown: list[Screen] = field(
        default_factory=lambda: [Screen(1, "Built-in display", 1512, 982)]
    )
    inputs: list[HidDevice] = field(default_factory=list)
    serial: int = 40
    console: bool = True
    values: dict[str, str] = field(default_factory=lambda: {"hw.model": "MacBookPro18,3"})
    debugged: bool = False
    refuses: bool = False
    control: bool = True
    screen: bool = True
    assertions: dict[int, str] = field(default_factory=dict)
    taps: list[FakeTap] = field(default_factory=list)

    def _answer(self) -> None:
        if self.refuses:
            raise OSError("kIOReturnNotPermitted")

    def front_application(self) -> Application | None:
        self._answer()
        return self.front

    def front_title(self, pid: int) -> str:
        return self.titles.get(pid, "") if self.screen else ""

    def screens(self) -> list[Screen]:
        self._answer()
        return list(self.shown)

    def hid_devices(self) -> list[HidDevice]:
        self._answer()
        return list(self.inputs)

    def clipboard_serial(self) -> int:
        self._answer()
        return self.serial

    def on_console(self) -> bool:
        return self.console

    def system_value(self, name: str) -> str:
        return self.values.get(name, "")

    def traced(self) -> bool:
        self._answer()
        return self.debugged

    def may_control(self) -> bool:
        return self.control

    def stay_awake(self, reason: str) -> int:
        self._answer()
        number = max(self.assertions, default=0) + 1
        self.assertions[number] = reason
        return number

    def let_sleep(self, assertion: int) -> None:
        del self.assertions[assertion]

    def tap_keys(self, on_key: Callable[[int, int], bool]) -> FakeTap:
        self._answer()
        self.taps.append(FakeTap(on_key))
        return self.taps[-1]

    def press(self, code: int, flags: int = 0) -> bool:
        tap = self.taps[-1]
        return tap.alive and tap.on_key(code, flags)
