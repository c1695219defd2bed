"""The order of system calls by which a receipt is true even after a power loss.

Nothing here cuts the power. What counts is the order, by which alone the system owes us
anything: the piece's bytes, its name, its folder's name, the database's log; and only then
the answer.
"""

from __future__ import annotations

import re
from pathlib import Path

from support.calls import Call

# What strace has to show for it.
LOOKED_AT = (
    "trace=openat,mkdir,rename,renameat,renameat2,fsync,fdatasync,pwrite64,write,writev,sendto"
)


def is_answer(call: Call) -> bool:
    return call.name in {"write", "writev", "sendto"} and "HTTP/1.1 200" in call.arguments


def database_synced(calls: list[Call], answer: Call) -> int:
    """Where the write-ahead log began to be written for the last time; synced after it.

    The server's own chores write into it between the answers, too: what counts is what was
    written after the sync before.
    """
    writes = [call for call in calls if call.name == "pwrite64" and "db-wal>" in call.arguments]
    assert writes, "no receipt without a row"
    (*before, synced) = [call for call in calls if is_sync(call, r"db-wal>\)?$")]
    assert writes[-1].over < synced.begun
    assert synced.over < answer.begun
    last = writes[-1].begun
    earlier = max((call.over for call in before if call.over < last), default=0)
    return min(call.begun for call in writes if call.begun > earlier)


def piece_synced(calls: list[Call], folder: Path, name: str) -> int:
    """Where the last of a piece's syncs was over."""
    (moved,) = [c for c in calls if c.name.startswith("rename") and f"/{name}" in c.arguments]
    source = re.search(r'"([^"]+/\.incoming/\w+)', moved.arguments)
    assert source is not None
    bytes_synced = [c for c in calls if is_sync(c, re.escape(source[1]) + r">$")]
    assert bytes_synced, "the bytes before the name"
    assert bytes_synced[-1].over < moved.begun
    written = [c for c in calls if c.name == "write" and f"{source[1]}>" in c.arguments]
    assert written, "a piece has bytes"
    assert max(call.over for call in written) < bytes_synced[-1].begun
    named = [c for c in calls if is_sync(c, re.escape(str(folder)) + r">$")]
    assert named, "the folder that it was moved to"
    assert moved.over < named[-1].begun
    made = [c for c in calls if c.name == "mkdir" and str(folder) in c.arguments]
    around = [c for c in calls if is_sync(c, re.escape(str(folder.parent)) + r">$")]
    if made:
        assert around, "a new folder's own name"
        assert made[0].over < around[-1].begun
    return max(call.over for call in (*named, *around))


def is_sync(call: Call, what: str) -> bool:
    return call.name in {"fsync", "fdatasync"} and bool(re.search(what, call.arguments))
