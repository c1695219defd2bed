"""May this program use camera, microphone and screen? Asked without using them."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from recorder.faults import EnvironmentFault


class Leave(StrEnum):
    """What the system says: ``ASKS`` when the device is first used, ``UNTOLD`` where it does
    not say beforehand."""

    GRANTED = "granted"
    DENIED = "denied"
    ASKS = "asks"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission. ``page`` is the address of the system's page where it is given, empty
    where there is none; ``advice`` is what to do otherwise, a sentence."""

    what: str
    leave: Leave
    page: str = ""
    advice: str = ""


def permissions(platform: str = sys.platform) -> tuple[Permission, ...]:
    """What this program may use."""
    match platform:
        case "linux":
            return on_linux()
        case "win32":
            return on_windows()
        case "darwin":
            return on_macos()
        case _:
            return ()


def admit(
    what: str,
    asked: Callable[[], tuple[Permission, ...]] = permissions,
    ask: Callable[[str], None] | None = None,
) -> None:
    """Go on where the system lets this program use a device, or does not say.

    Where it has to ask its user first it is made to, without waiting for the answer: whoever
    opens the device tries again.

    Args:
        what: "camera" or "microphone".
        asked: what the system says.
        ask: has the system ask its user.

    Raises:
        EnvironmentFault: the device is denied, or the user is being asked.
    """
    for one in asked():
        if one.what != what:
            continue
        if one.leave is Leave.DENIED:
            raise EnvironmentFault(_NOT_ALLOWED[what], one.advice or _ALLOW)
        if one.leave is Leave.ASKS:
            (ask or ask_on_macos)(what)
            raise EnvironmentFault(_ASKING[what], "Answer with “allow”.")


_NOT_ALLOWED = {
    "camera": "Invigil may not use the camera.",
    "microphone": "Invigil may not use the microphone.",
}
_ASKING = {
    "camera": "The system asks whether Invigil may use the camera.",
    "microphone": "The system asks whether Invigil may use the microphone.",
}
_ALLOW = "Allow it in the system's privacy settings, and open Invigil again."

_GROUP = "Add your user to the group “video”, then log out and in again."
_SANDBOX = (
    "Invigil runs in a Flatpak sandbox: allow it devices with Flatseal, or with "
    "`flatpak override --user --device=all`, then start it again."
)
_WAYLAND = "Log out, choose the session “on Xorg” at the login screen, and log in again."


def on_linux(
    environ: Mapping[str, str] = os.environ,
    dev: Path = Path("/dev"),
    sandbox: Path = Path("/.flatpak-info"),
    may_open: Callable[[Path], bool] = lambda path: os.access(path, os.R_OK | os.W_OK),
) -> tuple[Permission, ...]:
    """Cameras are files, the screen is the display server's; sound is open to every user."""
    nodes = sorted(dev.glob("video[0-9]*"))
    advice = _SANDBOX if sandbox.exists() else _GROUP
    if not nodes:
        camera = Permission("camera", Leave.UNTOLD, advice=_SANDBOX if sandbox.exists() else "")
    elif any(may_open(node) for node in nodes):
        camera = Permission("camera", Leave.GRANTED)
    else:
        camera = Permission("camera", Leave.DENIED, advice=advice)
    wayland = environ.get("XDG_SESSION_TYPE") == "wayland" and "WAYLAND_DISPLAY" in environ
    screen = Permission("screen", Leave.DENIED, advice=_WAYLAND) if wayland else None
    return (camera, screen or Permission("screen", Leave.GRANTED))


_CONSENT = r"SOFTWARE\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore"
_WINDOWS = {"camera": "webcam", "microphone": "microphone"}


def on_windows(
    consent: Callable[[str, bool], list[str]] | None = None,
) -> tuple[Permission, ...]:
    """The privacy settings: for the computer, for the user, and for desktop programs.

    Args:
        consent: what the settings of a capability hold, the computer's or the user's.
    """
    ask = consent or _windows_consent
    return tuple(
        Permission(
            what,
            Leave.DENIED
            if "Deny" in [*ask(capability, True), *ask(capability, False)]
            else Leave.GRANTED,
            page=f"ms-settings:privacy-{capability}",
        )
        for what, capability in _WINDOWS.items()
    )


def _windows_consent(capability: str, of_computer: bool) -> list[str]:
    import winreg

    root = winreg.HKEY_LOCAL_MACHINE if of_computer else winreg.HKEY_CURRENT_USER  # type: ignore[attr-defined]
    found: list[str] = []
    for path in (f"{_CONSENT}\\{capability}", f"{_CONSENT}\\{capability}\\NonPackaged"):
        try:
            with winreg.OpenKey(root, path) as key:  # type: ignore[attr-defined]
                found.append(str(winreg.QueryValueEx(key, "Value")[0]))  # type: ignore[attr-defined]
        except OSError:  # never asked for: nothing is denied
            continue
    return found


_MAC_PAGE = "x-apple.systempreferences:com.apple.preference.security?Privacy_"
_MAC_PAGES = {
    "camera": "Camera",
    "microphone": "Microphone",
    "screen": "ScreenCapture",
    "accessibility": "Accessibility",
}

# AVAuthorizationStatus (AVFoundation, AVCaptureDevice.h).
_AV_STATUS = {0: Leave.ASKS, 1: Leave.DENIED, 2: Leave.DENIED, 3: Leave.GRANTED}


def on_macos(
    av_status: Callable[[str], int] | None = None,
    check: Callable[[str, str], bool] | None = None,
) -> tuple[Permission, ...]:
    """What *Privacy & Security* says.

    Args:
        av_status: AVAuthorizationStatus of a media type.
        check: asks a function of a framework that takes nothing and answers yes or no.
    """
    status, yes = av_status or _av_status, check or _framework_says
    screen = yes("CoreGraphics", "CGPreflightScreenCaptureAccess")
    trusted = yes("ApplicationServices", "AXIsProcessTrusted")
    leaves = {
        "camera": _AV_STATUS.get(status(_MEDIA["camera"]), Leave.UNTOLD),
        "microphone": _AV_STATUS.get(status(_MEDIA["microphone"]), Leave.UNTOLD),
        "screen": Leave.GRANTED if screen else Leave.DENIED,
        "accessibility": Leave.GRANTED if trusted else Leave.DENIED,
    }
    return tuple(
        Permission(what, leave, _MAC_PAGE + _MAC_PAGES[what]) for what, leave in leaves.items()
    )


# The media types of AVCaptureDevice (AVMediaFormat.h).
_MEDIA = {"camera": "vide", "microphone": "soun"}

# What pyobjc has to know of ``requestAccessForMediaType:completionHandler:``: it takes a block,
# which is told yes or no.
_REQUEST = b"requestAccessForMediaType:completionHandler:"
_TOLD = {"retval": {"type": b"v"}, "arguments": {0: {"type": b"^v"}, 1: {"type": b"Z"}}}


def ask_on_macos(what: str, load: Callable[[str], Any] = importlib.import_module) -> None:
    """Have macOS ask its user; once answered, `on_macos` knows. OpenCV asks on the main thread
    alone, where no camera of ours is opened, and PortAudio hears silence until it is answered.
    """
    try:
        objc = load("objc")
    except ImportError:  # then whoever opens the device asks as well as it can
        return
    path = "/System/Library/Frameworks/AVFoundation.framework"
    objc.loadBundle("AVFoundation", {}, bundle_path=path)
    objc.registerMetaDataForSelector(
        b"AVCaptureDevice", _REQUEST, {"arguments": {3: {"callable": _TOLD}}}
    )
    devices = objc.lookUpClass("AVCaptureDevice")
    devices.requestAccessForMediaType_completionHandler_(_MEDIA[what], _noted)


def _noted(_granted: bool) -> None:
    """The answer: the next look sees it."""


def _framework_says(framework: str, function: str) -> bool:
    """Call ``bool function(void)`` of a framework; yes where the system knows no such thing."""
    path = ctypes.util.find_library(framework)
    library = None if path is None else ctypes.CDLL(path)
    call = getattr(library, function, None)
    if call is None:
        return True
    call.restype = ctypes.c_bool
    return bool(call())


def _av_status(media: str) -> int:
    """``[AVCaptureDevice authorizationStatusForMediaType:]``, through the runtime itself."""
    runtime, found = ctypes.util.find_library("objc"), ctypes.util.find_library("AVFoundation")
    if runtime is None or found is None:
        return -1
    ctypes.CDLL(found)
    objc = ctypes.CDLL(runtime)
    objc.objc_getClass.restype = objc.sel_registerName.restype = ctypes.c_void_p
    objc.objc_getClass.argtypes = objc.sel_registerName.argtypes = [ctypes.c_char_p]
    pointer, selector = ctypes.c_void_p, objc.sel_registerName
    send = ctypes.CFUNCTYPE(pointer, pointer, pointer, ctypes.c_char_p)(("objc_msgSend", objc))
    text = send(
        objc.objc_getClass(b"NSString"), selector(b"stringWithUTF8String:"), media.encode()
    )
    ask = ctypes.CFUNCTYPE(ctypes.c_long, pointer, pointer, pointer)(("objc_msgSend", objc))
    device = objc.objc_getClass(b"AVCaptureDevice")
    return int(ask(device, selector(b"authorizationStatusForMediaType:"), text))
