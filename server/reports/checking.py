"""The program that verifies one session: started by ``verdicts``, one at a time.

A process of its own, because the checks are computation for seconds: in a thread they would
hold up whatever else the server's interpreter has to do, above all the taking in of evidence.
It reads one ``Task`` from standard input (MessagePack) and writes a JSON line now and then
(``Step``), then the verdict (``Done``). It holds no private key and opens no database.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
from obstore.exceptions import BaseError as BlobStoreError

from server.reports.held import HeldBundle
from server.storage.regions import DEFAULT, RegionalBlobs
from shared.bundle import UnreadableBundle
from shared.verdict import verdict_json
from shared.verify import verify

# Whoever delivers evidence goes first.
NICENESS = 10


class Task(msgspec.Struct, frozen=True):
    """What to verify: ``files`` of the bundle but the blobs, ``pieces`` by hash, ``pinned``
    the fingerprint of the institution's key, ``blobs`` the store's URL and ``regions`` those of
    regions.
    """

    session: str
    files: dict[str, bytes]
    pieces: list[str]
    pinned: str
    blobs: str
    scratch: str
    regions: dict[str, str] = {}


class Step(msgspec.Struct, frozen=True, tag="step"):
    """How far it is."""

    done: int
    total: int


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The verdict, as ``invigil-verify --json`` prints it."""

    verdict: msgspec.Raw


Said = Step | Done


def check(task: Task, out: BinaryIO) -> None:
    """Verify and write what there is to say.

    Raises:
        UnreadableBundle: the manifest that the server made is none (a bug).
        BlobStoreError: the store of blobs cannot be reached.
    """

    def say(said: Said) -> None:
        out.write(msgspec.json.encode(said) + b"\n")
        out.flush()

    blobs = RegionalBlobs(task.blobs, Path(task.scratch), task.regions, _nowhere)
    held = HeldBundle(task.session, task.files, task.pieces, blobs)
    verdict = verify(held, task.pinned, lambda done, total: say(Step(done, total)))
    say(Done(msgspec.Raw(verdict_json(verdict))))


async def _nowhere(_: str) -> str:
    """Nothing is written here, and what is read is looked for in every store."""
    return DEFAULT


def main() -> int:
    """The process's way in; what stops it is one line on standard error."""
    if hasattr(os, "nice"):
        # Where the system forbids it, the session is verified all the same.
        with suppress(OSError):
            os.nice(NICENESS)
    try:
        task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Task)
        check(task, sys.stdout.buffer)
    except (UnreadableBundle, BlobStoreError, OSError) as error:
        sys.stderr.write(f"{str(error).partition(chr(10))[0]}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
