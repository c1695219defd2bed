"""What Microsoft Windows tells: windows, displays, input devices, the clipboard, itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import (
    Copied,
    Display,
    InputDevice,
    InputKind,
    Process,
    Window,
)
from recorder.lockdown.environment.facts import (
    NAMELESS,
    Devices,
    Facts,
    Hardware,
    InUse,
    Session,
    Tracing,
)
from recorder.lockdown.windows.api import (
    RIM_KEYBOARD,
    RIM_MOUSE,
    SM_REMOTECONTROL,
    SM_REMOTESESSION,
    RawInput,
    WindowsApi,
)
from shared.flags import Kind

T = TypeVar("T")

# USB's usage tables (HID 1.5): generic desktop with joystick and gamepad; digitizers.
_DESKTOP, _CONTROLLERS, _DIGITIZER = 0x01, (0x04, 0x05), 0x0D


class WindowsDesktop:
    """Windows in front, displays, inputs and the clipboard, through one set of functions."""

    def __init__(self, api: WindowsApi, program: Callable[[int], str]) -> None:
        """Ask ``api``; ``program`` is the file name of a process's program, empty for none."""
        self._api = api
        self._program = program

    def active_window(self) -> Window | None:
        """The window in front; none while the desktop is locked or changes windows."""
        try:
            return self._described(self._api.foreground_window())
        except OSError as error:
            raise _untold("Which window is in front", error) from error

    def displays(self) -> tuple[Display, ...]:
        """Every screen; those that show one part of the desktop repeat its first one."""
        try:
            monitors = self._api.monitors()
        except OSError as error:
            raise _untold("Which displays there are", error) from error
        found: list[Display] = []
        for monitor in monitors:
            screens = monitor.screens or (monitor.device,)
            size = monitor.width, monitor.height
            found.append(Display(screens[0], *size))
            found += [Display(one, *size, mirrors=screens[0]) for one in screens[1:]]
        return tuple(found)

    def input_devices(self) -> tuple[InputDevice, ...]:
        """Keyboards, mice, touch and controllers."""
        try:
            raw = self._api.raw_inputs()
        except OSError as error:
            raise _untold("Which input devices there are", error) from error
        return tuple(
            InputDevice(_model(one.path), kind, _model(one.path))
            for one in raw
            if (kind := _kind(one)) is not None
        )

    def copied(self) -> Copied:
        """The clipboard's sequence number and owner."""
        try:
            serial = self._api.clipboard_serial()
            return Copied(serial, self._described(self._api.clipboard_owner()))
        except OSError as error:
            raise _untold("Whether something was copied", error) from error

    def close(self) -> None:
        """There is nothing to let go."""

    def _described(self, window: int) -> Window | None:
        pid = self._api.window_process(window) if window else 0
        if not pid:
            return None
        return Window(self._api.window_title(window), self._program(pid), pid)


class WindowsFacts:
    """What Windows says of itself."""

    def __init__(self, api: WindowsApi, used: InUse = dict) -> None:
        """Ask ``api``; ``used`` are the names of what the session records from."""
        self._api = api
        self._used = used

    def facts(self, processes: Sequence[Process]) -> Facts:  # noqa: ARG002  (Linux needs them)
        """All that can be told just now; what is refused is left out."""
        return Facts(
            hardware=Hardware(maker=_asked(self._api.firmware, ())),
            session=self._session(),
            devices=Devices.in_use(self._used()),
            tracing=Tracing(traced=_asked(self._api.debugger_present, default=False)),
        )

    def lacks(self) -> Mapping[Kind, str]:
        """Names of cameras."""
        return NAMELESS

    def _session(self) -> Session:
        api = self._api
        remote = _asked(lambda: bool(api.system_metric(SM_REMOTESESSION)), default=False)
        elsewhere = _asked(lambda: api.own_session() != api.console_session(), default=False)
        watched = _asked(lambda: bool(api.system_metric(SM_REMOTECONTROL)), default=False)
        return Session(
            remote=remote or elsewhere,
            said_by="Windows",
            connected=("this session by remote control",) if watched else (),
        )


def _model(path: str) -> str:
    r"""``\\?\HID#VID_046D&PID_C52B&MI_00#7&2a&0&0000#{…}``: the sort and model of a device."""
    parts = path.lstrip("\\?").split("#")
    return "#".join(parts[:2])


def _kind(raw: RawInput) -> InputKind | None:
    if raw.sort == RIM_KEYBOARD:
        return "keyboard"
    if raw.sort == RIM_MOUSE:
        return "pointer"
    if raw.usage_page == _DIGITIZER:
        return "touch"
    is_controller = raw.usage_page == _DESKTOP and raw.usage in _CONTROLLERS
    return "controller" if is_controller else None


def _asked(question: Callable[[], T], default: T) -> T:
    try:
        return question()
    except OSError:
        return default


def _untold(what: str, error: OSError) -> EnvironmentFault:
    return EnvironmentFault(
        f"{what} cannot be told just now ({error}).",
        "Sign in to Windows again if this stays so.",
    )
