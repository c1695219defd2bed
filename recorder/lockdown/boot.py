"""Which start of the computer this is: the monotonic clock means nothing across two.

No answer may come from the wall clock where the system has another: a clock that is set would
look like another start, behind which nobody sees that it was set.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Any

import psutil

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

# XNU makes one for each start; a UUID as text, with the NUL at its end.
_SESSION, _UUID_BYTES = b"kern.bootsessionuuid", 37

# Windows 10 on: how often its loader has started it (KUSER_SHARED_DATA.BootId, ntddk.h), in the
# page that each process may read and nobody may write. Before, the place holds 0.
_COUNTER_AT = 0x7FFE0000 + 0x2C4


def boot_id(platform: str = sys.platform) -> str:
    """The system's own id where it has one, else the time of the start.

    ``platform`` is this computer's, as ``sys.platform`` names it.
    """
    match platform:
        case "linux":
            own = _linux()
        case "darwin":
            own = _macos(ctypes.CDLL(None))
        case "win32":
            own = _windows()
        case _:
            own = ""
    return own or f"started-{int(psutil.boot_time())}"


def _linux() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


def _macos(library: Any) -> str:
    size, value = ctypes.c_size_t(_UUID_BYTES), ctypes.create_string_buffer(_UUID_BYTES)
    refused = library.sysctlbyname(
        _SESSION, value, ctypes.byref(size), None, ctypes.c_size_t(0)
    )
    return "" if refused else value.value.decode("ascii", "replace")


def _windows() -> str:
    starts = ctypes.c_uint32.from_address(_COUNTER_AT).value
    return f"boot-{starts}" if starts else ""
