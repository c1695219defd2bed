"""One machine a platform that a test can change: windows, displays, keyboards, copies.

X11 is a real server with a window manager; Windows and macOS are fakes of their functions;
Wayland is the kernel's files, below a folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import psutil
from demo.machine import process
from support.fake_macos import FakeMac
from support.fake_windows import FakeWindows
from support.monitors import monitor
from Xlib.display import Display as XDisplay

from recorder.lockdown.adapter import Machine, Process, Window
from recorder.lockdown.environment.facts import FactReader
from recorder.lockdown.environment.reading import MachineSigns
from recorder.lockdown.linux.facts import LinuxFacts
from recorder.lockdown.linux.inputs import KernelInputs
from recorder.lockdown.macos.api import Application, HidDevice, Screen
from recorder.lockdown.macos.machine import macos_machine
from recorder.lockdown.wayland.machine import wayland_machine
from recorder.lockdown.windows.api import RIM_KEYBOARD, Monitor, RawInput
from recorder.lockdown.windows.machine import windows_machine
from recorder.lockdown.x11.machine import x11_machine

# A USB keyboard as /proc/bus/input/devices has it: every key of the first two rows and more.
KEYBOARD = """I: Bus=0003 Vendor=046d Product=c31c Version=0110
N: Name="Logitech USB Keyboard"
P: Phys=usb-0000:00:14.0-{port}/input0
S: Sysfs=/devices/pci0000:00/0000:00:14.0/usb1/1-{port}/input/input5
U: Uniq=
H: Handlers=sysrq kbd event3 leds
B: PROP=0
B: EV=120013
B: KEY=1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe
B: MSC=10
B: LED=7

"""

WINDOW = """
import os, sys
from Xlib import Xutil
from Xlib.display import Display

display = Display()
root = display.screen().root
window = root.create_window(10, 10, 200, 100, 0, display.screen().root_depth)
window.set_wm_class("instance", sys.argv[1])
window.set_wm_hints(flags=Xutil.InputHint, input=1)
name, utf8 = display.intern_atom("_NET_WM_NAME"), display.intern_atom("UTF8_STRING")
window.change_property(name, utf8, 8, sys.argv[2].encode())
window.map()
display.sync()
sys.stdin.read()
"""


class NoProcesses:
    """Nothing runs."""

    def processes(self) -> list[Process]:
        return []


def signs(facts: FactReader) -> MachineSigns:
    """The signs of such facts alone."""
    return MachineSigns(facts, NoProcesses(), None, lambda _pid: False)


class Rig(Protocol):
    """What a test may do to a machine; each change ends with its block."""

    machine: Machine

    def window(self, app: str, title: str) -> AbstractContextManager[Window]:
        """A window in front; what the platform must tell of it."""
        ...

    def display(self, *, mirrored: bool) -> AbstractContextManager[None]: ...

    def keyboard(self, port: int) -> AbstractContextManager[None]: ...

    def copy(self) -> None: ...

    def fail(self) -> None:
        """From here on the platform refuses every question."""
        ...


class X11Rig:
    """A real X server; its keyboards are those of a file."""

    def __init__(self, display: str, folder: Path) -> None:
        self._display = display
        self._inputs = folder / "devices"
        self._inputs.write_text("")
        self._owner = XDisplay(display)
        environ = {"DISPLAY": display}
        facts = LinuxFacts(environ, root=folder, ask=lambda _command: "")
        self.machine = x11_machine(
            display, environ, NoProcesses(), KernelInputs(self._inputs), signs(facts)
        )

    @contextmanager
    def window(self, app: str, title: str) -> Iterator[Window]:
        command = [sys.executable, "-c", WINDOW, app, title]
        environ = {**os.environ, "DISPLAY": self._display}
        with process(command, stdin=subprocess.PIPE, env=environ) as child:
            yield Window(title, app, child.pid)

    @contextmanager
    def display(self, *, mirrored: bool) -> Iterator[None]:
        with monitor(self._display, "BEAMER-1", 0 if mirrored else 400, 400, 300):
            yield

    @contextmanager
    def keyboard(self, port: int) -> Iterator[None]:
        self._inputs.write_text(KEYBOARD.format(port=port))
        yield
        self._inputs.write_text("")

    def copy(self) -> None:
        root = self._owner.screen().root
        window = root.create_window(0, 0, 1, 1, 0, self._owner.screen().root_depth)
        window.set_selection_owner(self._owner.intern_atom("CLIPBOARD"), 0)
        self._owner.sync()

    def fail(self) -> None:
        self._inputs.unlink()

    def close(self) -> None:
        self._owner.close()


class WindowsRig:
    """A fake of Windows' functions."""

    def __init__(self) -> None:
        self.api = FakeWindows()
        self.machine = windows_machine(NoProcesses(), signs, api=self.api)

    @contextmanager
    def window(self, app: str, title: str) -> Iterator[Window]:
        # The program's file name is asked of the system, which here is this test's own.
        before, handle = self.api.front, len(self.api.titles) + 1
        own = psutil.Process()
        self.api.titles[handle], self.api.pids[handle] = title, own.pid
        self.api.front = handle
        yield Window(title, own.name(), own.pid)
        self.api.front = before
        del self.api.pids[handle]

    @contextmanager
    def display(self, *, mirrored: bool) -> Iterator[None]:
        before = list(self.api.shown)
        first = before[0]
        if mirrored:
            screens = (*first.screens, r"MONITOR\EPS0001")
            self.api.shown = [Monitor(first.device, first.width, first.height, screens)]
        else:
            beamer = Monitor(r"\\.\DISPLAY2", 1024, 768, (r"MONITOR\EPS0001",))
            self.api.shown = [*before, beamer]
        yield
        self.api.shown = before

    @contextmanager
    def keyboard(self, port: int) -> Iterator[None]:
        path = rf"\\?\HID#VID_046D&PID_C31C&MI_00#{port}&2a1b&0&0000#{{884b96c3}}"
        self.api.inputs.append(RawInput(path, RIM_KEYBOARD))
        yield
        self.api.inputs.clear()

    def copy(self) -> None:
        self.api.serial += 1

    def fail(self) -> None:
        self.api.refuses = True


class MacRig:
    """A fake of macOS' functions."""

    def __init__(self) -> None:
        self.api = FakeMac()
        self.machine = macos_machine(NoProcesses(), signs, api=self.api)

    @contextmanager
    def window(self, app: str, title: str) -> Iterator[Window]:
        before, pid = self.api.front, 500 + len(self.api.titles)
        self.api.front = Application(pid, app, f"org.example.{app}")
        self.api.titles[pid] = title
        yield Window(title, app, pid)
        self.api.front = before

    @contextmanager
    def display(self, *, mirrored: bool) -> Iterator[None]:
        self.api.shown.append(Screen(2, "Display", 1920, 1080, 1 if mirrored else 0))
        yield
        self.api.shown.pop()

    @contextmanager
    def keyboard(self, port: int) -> Iterator[None]:
        del port  # IOKit's registry has it; identity leaves it out
        self.api.inputs.append(HidDevice("USB Keyboard", 0x046D, 0xC31C, "", 1, 6))
        yield
        self.api.inputs.clear()

    def copy(self) -> None:
        self.api.serial += 1

    def fail(self) -> None:
        self.api.refuses = True


class WaylandRig:
    """The kernel's files below a folder: windows and copies are out of sight."""

    def __init__(self, folder: Path) -> None:
        self._inputs = folder / "devices"
        self._inputs.write_text("")
        self._drm = folder / "drm"
        self._connector("card0-eDP-1", "connected", "1920x1200\n1280x800\n")
        self._connector("card0-HDMI-A-1", "disconnected", "")
        (self._drm / "version").write_text("drm 1.1.0")
        environ = {"WAYLAND_DISPLAY": "wayland-0", "XDG_SESSION_TYPE": "wayland"}
        facts = LinuxFacts(environ, root=folder, ask=lambda _command: "")
        inputs = KernelInputs(self._inputs)
        self.machine = wayland_machine(environ, NoProcesses(), inputs, signs(facts), self._drm)

    def _connector(self, name: str, status: str, modes: str) -> None:
        folder = self._drm / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "status").write_text(f"{status}\n")
        (folder / "modes").write_text(modes)

    @contextmanager
    def window(self, app: str, title: str) -> Iterator[Window]:
        yield Window(title, app, 1)

    @contextmanager
    def display(self, *, mirrored: bool) -> Iterator[None]:
        del mirrored  # the kernel does not say
        self._connector("card0-HDMI-A-1", "connected", "1024x768\n")
        yield
        self._connector("card0-HDMI-A-1", "disconnected", "")

    @contextmanager
    def keyboard(self, port: int) -> Iterator[None]:
        self._inputs.write_text(KEYBOARD.format(port=port))
        yield
        self._inputs.write_text("")

    def copy(self) -> None:
        """Out of sight."""

    def fail(self) -> None:
        self._inputs.unlink()
        for connector in self._drm.glob("card0-*"):
            (connector / "status").unlink()
