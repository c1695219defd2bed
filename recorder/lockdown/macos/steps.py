"""The steps that this macOS knows, through its own frameworks or those of a test."""

from __future__ import annotations

from collections.abc import Callable

from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.hooked_keys import HookedKeys
from recorder.lockdown.macos.api import MacApi
from recorder.lockdown.macos.operations import BLOCKED, WITHOUT, KeyTap, StayAwake
from recorder.lockdown.operation import Operation
from recorder.lockdown.operations.shortcuts import Shortcut
from recorder.lockdown.unavailable import Unavailable

MISSING = Unsupported("this installation lacks pyobjc, which asks macOS")


def system_api() -> MacApi | Unsupported:
    """MacOS' own frameworks, where pyobjc is installed."""
    from recorder.lockdown.macos.pyobjc_api import SystemApi

    try:
        return SystemApi()
    except ImportError:
        return MISSING


def keys(
    name: str = "keys",
    which: Callable[[Shortcut], bool] = lambda _: True,
    *,
    taken: bool,
    api: MacApi | None = None,
) -> Operation:
    """Shortcuts held, or only noticed: of those that lead out, ``which``."""
    found = api or system_api()
    hook = found if isinstance(found, Unsupported) else KeyTap(found)
    return HookedKeys(hook, filter(which, BLOCKED), taken=taken, name=name, without=WITHOUT)


def stay_awake(api: MacApi | None = None) -> Operation:
    """Sleep held off."""
    found = api or system_api()
    if isinstance(found, Unsupported):
        return Unavailable("stay_awake", found.reason)
    return StayAwake(found)
