"""The steps that this Windows knows, through its own libraries or those of a test."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable

from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.hooked_keys import HookedKeys
from recorder.lockdown.operation import Operation
from recorder.lockdown.operations.shortcuts import Shortcut
from recorder.lockdown.unavailable import Unavailable
from recorder.lockdown.windows.api import WindowsApi
from recorder.lockdown.windows.operations import WITHOUT, KeyboardHook, OutOfPictures, StayAwake
from recorder.lockdown.windows.shortcuts import BLOCKED


def system_api() -> WindowsApi | Unsupported:
    """Windows' own libraries, where this is Windows."""
    if not hasattr(ctypes, "WinDLL"):
        return Unsupported("this is not Windows")
    from recorder.lockdown.windows.ctypes_api import SystemApi

    return SystemApi()


def keys(
    name: str = "keys",
    which: Callable[[Shortcut], bool] = lambda _: True,
    *,
    taken: bool,
    api: WindowsApi | None = None,
) -> Operation:
    """Shortcuts held, or only noticed: of those that lead out, ``which``."""
    found = api or system_api()
    hook = found if isinstance(found, Unsupported) else KeyboardHook(found)
    return HookedKeys(hook, filter(which, BLOCKED), taken=taken, name=name, without=WITHOUT)


def out_of_pictures(
    windows: Callable[[], Iterable[int]], api: WindowsApi | None = None
) -> Operation:
    """The windows with these handles left out of every capture, our own too."""
    found = api or system_api()
    if isinstance(found, Unsupported):
        return Unavailable(OutOfPictures.name, found.reason)
    return OutOfPictures(found, windows)


def stay_awake(api: WindowsApi | None = None) -> Operation:
    """Sleep held off."""
    found = api or system_api()
    if isinstance(found, Unsupported):
        return Unavailable("stay_awake", found.reason)
    return StayAwake(found)
