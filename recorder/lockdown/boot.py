"""Which start of the computer this is: the monotonic clock means nothing across two."""

from __future__ import annotations

from pathlib import Path

import psutil

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> str:
    """The kernel's own id where it has one (Linux), else the time of the start."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return f"started-{int(psutil.boot_time())}"
