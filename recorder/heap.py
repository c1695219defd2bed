"""Memory that the program has given back goes back to the system, not only to the C library.

glibc keeps what is freed, for each thread apart (``mallopt(3)``). A recorder has some twenty
threads, through which pictures of megabytes pass: a fifth of its memory was kept so. Elsewhere
nothing is done.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time

# Of glibc's <malloc.h>: how many heaps there may be, whatever the number of threads.
_M_ARENA_MAX = -8
_HEAPS = 2

# A look takes some 3 ms; what is needed again meanwhile comes back page by page, so not often.
EVERY_S = 5.0

THREAD_NAME = "heap"


def keep_small() -> None:
    """Have it go back every ``EVERY_S`` seconds, on a thread of its own, to the program's end.
    Before other threads begin; twice is allowed.
    """
    library = _glibc()
    if library is None or any(one.name == THREAD_NAME for one in threading.enumerate()):
        return
    library.mallopt(_M_ARENA_MAX, _HEAPS)
    threading.Thread(target=_run, args=(library,), name=THREAD_NAME, daemon=True).start()


def _run(library: ctypes.CDLL) -> None:
    while True:
        time.sleep(EVERY_S)
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """The C library, where it is the one that has these."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None
