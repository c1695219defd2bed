"""What a receipt promises must survive a power loss: it is synced before it is promised.

Nothing here cuts the power. What counts is the order of the system calls, by which alone the
system owes us anything: the piece's bytes, its name, its folder's name, the database's log;
and only then the answer.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from support.calls import Call, read_calls, traced
from support.campus import MovableClock, Pupil, found_campus, redeem
from support.figures import amount
from support.nursery import nursery
from support.running_server import environment
from support.waiting import until

from shared.encoding import sha256_hex

# Sessions, each with two batches of records and as many pieces as there are streams.
SESSIONS = amount(2, 40)

LOOKED_AT = (
    "trace=openat,mkdir,rename,renameat,renameat2,fsync,fdatasync,pwrite64,write,writev,sendto"
)

# More than a piece stays in memory (``server.ingest.incoming``), so that both ways are seen.
LARGE = 300_000


async def deliver(pupil: Pupil) -> list[str]:
    """One request after the other; what each brought, for whom the order is looked at."""
    brought: list[str] = []
    pupil.open()
    pupil.segment("camera")
    pupil.segment("microphone", b"x" * LARGE)
    for records in (pupil.records[:], [pupil.segment("screen")]):
        pupil.take(await pupil.deliver(*records))
        brought.append("records")
    for name in pupil.blobs:
        pupil.take(await pupil.upload(name))
        brought.append(name)
    return brought


def test_everything_is_synced_before_its_receipt_leaves(
    tmp_path: Path, figures: Callable[[str, str], None]
) -> None:
    data, log = tmp_path / "data", tmp_path / "calls"
    clock = MovableClock(time.time_ns() // 1_000)
    campus = asyncio.run(found_campus(data, clock=clock))

    async def deliver_all(url: str) -> list[tuple[str, str]]:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            pupils = [
                await redeem(client, await campus.code(f"s-{n}")) for n in range(SESSIONS)
            ]
            brought: list[tuple[str, str]] = []
            with traced(server.worker, "-yy", "-s", "32", "-e", LOOKED_AT, log=log):
                for pupil in pupils:
                    brought += [(pupil.session, what) for what in await deliver(pupil)]
                # One more, so that the log has the last of those in full.
                await client.get("/health")
            return brought

    with nursery(tmp_path) as starting:
        server = starting.start(environment(data))
        try:
            brought = asyncio.run(deliver_all(server.url))
        finally:
            server.kill()
            until(server.is_gone, "the end of the server")

    calls = read_calls(log)
    answers = [call for call in calls if is_answer(call)][: len(brought)]
    since = 0
    for (session, what), answer in zip(brought, answers, strict=True):
        own = [call for call in calls if since <= call.begun < answer.begun]
        committed = database_synced(own, answer)
        if what != "records":
            assert piece_synced(own, data / "blobs" / session, what) < committed
        since = answer.over
    figures(
        "synced before promised, by strace",
        f"{len(answers)} of {len(answers)} receipts: bytes, name and folder of each piece, "
        "then SQLite's log, then the answer",
    )


def is_answer(call: Call) -> bool:
    return call.name in {"write", "writev", "sendto"} and "HTTP/1.1 200" in call.arguments


def database_synced(calls: list[Call], answer: Call) -> int:
    """Where the write-ahead log began to be written for the last time; synced after it."""
    writes = [call for call in calls if call.name == "pwrite64" and "db-wal>" in call.arguments]
    assert writes, "no receipt without a row"
    (*_, synced) = [call for call in calls if is_sync(call, r"db-wal>\)?$")]
    assert writes[-1].over < synced.begun
    assert synced.over < answer.begun
    return min(call.begun for call in writes)


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


def test_the_test_would_see_a_missing_sync(tmp_path: Path) -> None:
    """The oracle itself: the same log without one fsync does not pass."""
    folder, name, source = tmp_path / "s", sha256_hex(b"x"), f"{tmp_path}/.incoming/ab"
    lines = [
        f'7 write(5<{source}>, "x", 1) = 1',
        f"7 fsync(5<{source}>) = 0",
        f'7 rename("{source}", "{folder}/{name}") = 0',
        f"7 fsync(6<{folder}> <unfinished ...>",
        '8 write(1<pipe:[3]>, "x", 1) = 1',
        "7 <... fsync resumed>) = 0",
    ]
    log = tmp_path / "log"
    for missing in (None, 1, 3):
        kept = [line for n, line in enumerate(lines) if n != missing]
        log.write_text("\n".join(kept))
        try:
            piece_synced(read_calls(log), folder, name)
        except AssertionError:
            assert missing is not None
        else:
            assert missing is None
