"""The server is killed around receipts: every receipt that anybody ever got must be true."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from support import postgres
from support.calls import read_calls, traced
from support.campus import Campus, MovableClock, Pupil, found_campus, redeem
from support.durable import LOOKED_AT, database_synced, is_answer, piece_synced
from support.figures import amount
from support.nursery import Child, Nursery, nursery, runs
from support.running_server import environment
from support.senders import Sender, audit
from support.waiting import until

from server.reports.bundle import BundleExport
from server.storage.blobs import BlobStore
from server.storage.database import Database
from shared.encoding import sha256_hex
from shared.signed import fingerprint
from shared.verify import verify_bundle

Figures = Callable[[str, str], None]

# Kills: at a random moment, and at one of the calls below, on each database.
RANDOM = amount(3, 150)
AT_CALLS = amount(2, 150)
ON_POSTGRES = amount(3, 200)

# Recorders at once, and how many kills their sessions live through.
SENDERS = 4
LIVES = 10

# A kill at a random moment comes after at most so many receipts, and a part of a request.
SOON = 40
JITTER_S = 0.02

# Sessions of which the order of system calls is looked at, each with two batches of records
# and as many pieces as there are streams.
SYNCED_SESSIONS = amount(2, 40)

# More than a piece stays in memory (``server.ingest.incoming``), so that both ways are seen.
LARGE = 300_000

# The calls with which the server makes things durable, and those it answers with.
CALLS = {
    "sqlite": ("pwrite64", "fsync", "fdatasync", "rename", "write", "writev", "sendto"),
    "postgresql": ("fsync", "rename", "write", "writev", "sendto"),
}

# Each thread counts its own calls; this many of each are made in the time that a kill gets.
MOST_CALLS = {"pwrite64": 80, "write": 12, "fsync": 12, "rename": 6}
FEW_CALLS = 25

# How long receipts or a call are waited for, in seconds, before it is time all the same.
REACHED_S = 3.0

FAST = {
    "records_per_minute": "1000000",
    "blobs_per_minute": "1000000",
    "requests_per_minute": "1000000",
}


class World:
    """A campus, a nursery of servers for it, and the recorders of the day."""

    def __init__(self, folder: Path, nursery: Nursery, database_url: str = "") -> None:
        clock = MovableClock(time.time_ns() // 1_000)
        self.campus: Campus = asyncio.run(
            found_campus(folder, clock=clock, database_url=database_url)
        )
        self.kills: Counter[str] = Counter()
        self.promises = 0
        self.sessions = 0
        self._environment = environment(folder, database_url=database_url, **FAST)
        self._nursery = nursery

    def start(self) -> Child:
        return self._nursery.start(self._environment)

    async def enrolled(self, client: httpx.AsyncClient, rng: random.Random) -> list[Sender]:
        senders: list[Sender] = []
        for _ in range(SENDERS):
            self.sessions += 1
            pupil = await redeem(client, await self.campus.code(f"s-{self.sessions}"))
            pupil.wall = time.time_ns() // 1_000 - pupil.mono
            senders.append(Sender(pupil, random.Random(rng.random())))
        return senders

    async def verified(self, senders: list[Sender], folder: Path) -> None:
        """The offline verifier has the last word on what was delivered."""
        settings = self.campus.settings
        database = Database(settings.database)
        export = BundleExport(
            database, self.campus.keys, BlobStore(settings.blobs, folder), self.campus.clock
        )
        try:
            for sender in senders:
                file = folder / "session.zip"
                await export.write(sender.pupil.session, file)
                verdict = verify_bundle(file, fingerprint(self.campus.public_key))
                assert verdict.holds, [one for one in verdict.results if one.failures]
                file.unlink()
        finally:
            await database.close()


Killing = Callable[[Child, Callable[[], int]], Awaitable[str]]
Kill = tuple[int, Callable[[random.Random], Killing]]


async def live_through(world: World, kills: list[Kill], folder: Path) -> None:
    """One set of recorders lives through kills, and delivers everything in the end."""
    senders: list[Sender] = []
    for seed, killing in kills:
        rng = random.Random(seed)
        server = world.start()
        try:
            async with client_of(server) as client:
                senders = senders or await world.enrolled(client, rng)
                await restarted(world, client, senders)
                world.kills[
                    await killed(server, client, senders, killing(random.Random(seed)))
                ] += 1
        except BaseException as error:
            error.add_note(f"seed {seed}; the server said: {server.log}")
            raise
        finally:
            server.kill()
            until(server.is_gone, "the end of the server")
    server = world.start()
    try:
        async with client_of(server) as client:
            await restarted(world, client, senders)
            for sender in senders:
                await sender.hand_in(client)
            world.promises += await audit(world.campus, client, senders)
            await world.verified(senders, folder)
    finally:
        server.kill()
        until(server.is_gone, "the end of the server")


def client_of(server: Child) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, timeout=30, verify=False)


async def restarted(world: World, client: httpx.AsyncClient, senders: list[Sender]) -> None:
    await audit(world.campus, client, senders)
    await asyncio.gather(*(sender.again(client) for sender in senders))


async def killed(
    server: Child, client: httpx.AsyncClient, senders: list[Sender], killing: Killing
) -> str:
    """Deliver until the server is gone; which way it went."""
    before = sum(len(sender.promises) for sender in senders)

    def promised() -> int:
        return sum(len(sender.promises) for sender in senders) - before

    dying = asyncio.create_task(killing(server, promised))
    await asyncio.gather(*(sender.deliver(client) for sender in senders))
    return await dying


def at_random(rng: random.Random) -> Killing:
    """Kill both processes, or the supervisor alone, whose worker is to follow it."""
    soon, jitter, alone = rng.randint(0, SOON), rng.uniform(0, JITTER_S), rng.random() < 0.4

    async def kill(server: Child, promised: Callable[[], int]) -> str:
        await asyncio.to_thread(_come_to_pass, lambda: promised() >= soon)
        await asyncio.sleep(jitter)
        if not alone:
            server.kill()
            return "both at once"
        os.kill(server.supervisor, signal.SIGKILL)
        gone = await asyncio.to_thread(_come_to_pass, lambda: not runs(server.worker))
        assert gone, "a worker went on serving without its supervisor"
        return "the supervisor, its worker after it"

    return kill


def at_call(call: str, rng: random.Random) -> Killing:
    """Kill the worker when one of its threads begins its nth call of this kind."""
    n = rng.randint(1, MOST_CALLS.get(call, FEW_CALLS))

    async def kill(server: Child, promised: Callable[[], int]) -> str:
        inject = f"inject={call}:signal=KILL:when={n}"
        with traced(server.worker, "-e", f"trace={call}", "-e", inject):
            reached = await asyncio.to_thread(_come_to_pass, lambda: not runs(server.worker))
            server.kill()
        return f"the worker at its {call}" if reached else "both at once"

    return kill


def _come_to_pass(condition: Callable[[], bool]) -> bool:
    """Whether it does so in ``REACHED_S``."""
    deadline = time.monotonic() + REACHED_S
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.001)
    return condition()


def kills_of(database: str, randoms: int, at_calls: int) -> Iterator[list[Kill]]:
    """What kills each set of recorders lives through, from seeds of their own."""
    calls = CALLS[database]
    kills: list[Kill] = [(seed, at_random) for seed in range(randoms)]
    kills += [(1_000 + n, partial(at_call, calls[n % len(calls)])) for n in range(at_calls)]
    random.Random(database).shuffle(kills)
    for at in range(0, len(kills), LIVES):
        yield kills[at : at + LIVES]


def tell(figures: Figures, world: World, where: str, began: float) -> None:
    ways = ", ".join(f"{number} × {way}" for way, number in sorted(world.kills.items()))
    figures(
        f"kill -9 of the server around receipts, {where}",
        f"{world.kills.total()} kills ({ways}) in {time.monotonic() - began:.0f} s; "
        f"{world.promises:,} receipts to {world.sessions} sessions, every one true; "
        f"{world.sessions} bundles verify",
    )


@pytest.fixture(scope="module")
def starting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with nursery(tmp_path_factory.mktemp("nursery")) as starting:
        yield starting


def test_every_receipt_is_true_on_sqlite(
    starting: Nursery, tmp_path: Path, figures: Figures
) -> None:
    began, world = time.monotonic(), World(tmp_path / "data", starting)
    for kills in kills_of("sqlite", RANDOM, AT_CALLS):
        asyncio.run(live_through(world, kills, tmp_path))
    tell(figures, world, "SQLite", began)


@pytest.mark.skipif(not postgres.available(), reason="PostgreSQL is not on this machine")
def test_every_receipt_is_true_on_postgres(
    starting: Nursery, tmp_path: Path, figures: Figures
) -> None:
    with postgres.cluster() as socket:
        began, world = time.monotonic(), World(tmp_path, starting, postgres.url(socket))
        for kills in kills_of("postgresql", ON_POSTGRES - ON_POSTGRES // 3, ON_POSTGRES // 3):
            asyncio.run(live_through(world, kills, tmp_path))
        tell(figures, world, "PostgreSQL", began)


async def in_turn(pupil: Pupil) -> list[str]:
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
    starting: Nursery, tmp_path: Path, figures: Figures
) -> None:
    data, log = tmp_path / "data", tmp_path / "calls"
    clock = MovableClock(time.time_ns() // 1_000)
    campus = asyncio.run(found_campus(data, clock=clock))

    async def deliver_all(url: str) -> list[tuple[str, str]]:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            pupils = [
                await redeem(client, await campus.code(f"s-{n}"))
                for n in range(SYNCED_SESSIONS)
            ]
            brought: list[tuple[str, str]] = []
            with traced(server.worker, "-yy", "-s", "32", "-e", LOOKED_AT, log=log):
                for pupil in pupils:
                    brought += [(pupil.session, what) for what in await in_turn(pupil)]
                # One more, so that the log has the last of those in full.
                await client.get("/health")
            return brought

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
