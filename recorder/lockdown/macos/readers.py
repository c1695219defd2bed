"""What macOS tells: the application in front, displays, input devices, copies, itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from recorder.lockdown.macos.api import HidDevice, MacApi
from shared.flags import Kind

# USB's usage tables (HID 1.5): pages of the generic desktop and of digitizers, and usages.
_DESKTOP, _DIGITIZER = 0x01, 0x0D
_KINDS: dict[int, InputKind] = {
    0x01: "pointer",
    0x02: "pointer",
    0x04: "controller",
    0x05: "controller",
    0x06: "keyboard",
    0x07: "keyboard",
}


class MacDesktop:
    """Applications, displays, inputs and the clipboard, through one set of functions."""

    def __init__(self, api: MacApi) -> None:
        self._api = api

    def active_window(self) -> Window | None:
        """The application in front; its window's title where that may be read."""
        try:
            front = self._api.front_application()
            if front is None:
                return None
            title = self._api.front_title(front.pid)
        except OSError as error:
            raise _untold("Which application is in front", error) from error
        return Window(title, front.name or front.bundle, front.pid)

    def displays(self) -> tuple[Display, ...]:
        """Every display that is plugged in."""
        try:
            screens = self._api.screens()
        except OSError as error:
            raise _untold("Which displays there are", error) from error
        names = {screen.number: f"{screen.name} {screen.number}" for screen in screens}
        return tuple(
            Display(names[one.number], one.width, one.height, names.get(one.mirrors, ""))
            for one in screens
        )

    def input_devices(self) -> tuple[InputDevice, ...]:
        """Keyboards, mice, touch and controllers."""
        try:
            devices = self._api.hid_devices()
        except OSError as error:
            raise _untold("Which input devices there are", error) from error
        return tuple(
            InputDevice(one.name, kind, f"{one.vendor:04x}:{one.product:04x} {one.serial}")
            for one in devices
            if (kind := _kind(one)) is not None
        )

    def copied(self) -> Copied:
        """The clipboard's number. Who copied is the application in front: nobody says."""
        try:
            return Copied(self._api.clipboard_serial(), self.active_window())
        except OSError as error:
            raise _untold("Whether something was copied", error) from error

    def close(self) -> None:
        """There is nothing to let go."""


class MacFacts:
    """What macOS says of itself."""

    def __init__(self, api: MacApi, used: InUse = dict) -> None:
        """Ask ``api``; ``used`` are the names of what the session records from."""
        self._api = api
        self._used = used

    def facts(self, processes: Sequence[Process]) -> Facts:  # noqa: ARG002  (Linux needs them)
        """All that can be told just now."""
        api = self._api
        model = api.system_value("hw.model")
        return Facts(
            hardware=Hardware(
                # One of Apple's own for guests of its hypervisor (since macOS 11).
                hypervisor=api.system_value("kern.hv_vmm_present") == "1",
                maker=(model,) if model else (),
            ),
            session=Session(remote=not api.on_console(), said_by="macOS"),
            devices=Devices.in_use(self._used()),
            tracing=Tracing(traced=self._traced()),
        )

    def lacks(self) -> Mapping[Kind, str]:
        """Names of cameras."""
        return NAMELESS

    def _traced(self) -> bool:
        try:
            return self._api.traced()
        except OSError:
            return False


def _kind(device: HidDevice) -> InputKind | None:
    if device.usage_page == _DIGITIZER:
        return "touch"
    return _KINDS.get(device.usage) if device.usage_page == _DESKTOP else None


def _untold(what: str, error: OSError) -> EnvironmentFault:
    return EnvironmentFault(
        f"{what} cannot be told just now ({error}).",
        "Log in to macOS again if this stays so.",
    )
