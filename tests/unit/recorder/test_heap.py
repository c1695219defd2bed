"""What was freed goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

from recorder import heap

# Frees 60 MB between pieces that stay, which glibc alone would keep.
_PROGRAM = """
import threading, time
import psutil
from recorder import heap

heap.EVERY_S = 0.1
heap.keep_small()
heap.keep_small()
assert [one.name for one in threading.enumerate()].count(heap.THREAD_NAME) == 1
pieces = [bytearray(60_000) for _ in range(1_000)]
stays, pieces[::50] = pieces[::50], [None] * 20
most = psutil.Process().memory_info().rss
pieces.clear()
until = time.monotonic() + 20
while most - psutil.Process().memory_info().rss < 40_000_000 and time.monotonic() < until:
    time.sleep(0.05)
print(most - psutil.Process().memory_info().rss)
"""


@pytest.mark.skipif(heap._glibc() is None, reason="only glibc keeps it so")
def test_memory_between_what_stays_goes_back() -> None:
    command = [sys.executable, "-c", _PROGRAM]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.stderr == ""
    assert int(run.stdout) > 40_000_000


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert heap._glibc() is None
    heap.keep_small()
