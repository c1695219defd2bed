"""A store of which one bit flips, or whose files are cut: its check says so, and crashes not.

What a flip may do without a word: nothing (free space, SQLite's own counters, the way to the
server, which are no evidence), or what a power cut does, where it hits the write-ahead log:
the last transactions are gone as a whole, and the recorder goes on from there with a gap. In
both cases what the store then holds must be what was committed, to the byte.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from support.evidence_server import EvidenceServer
from support.figures import amount
from support.flips import flipped, some_bits, some_lengths
from support.recording import (
    FakeClock,
    deliver_all,
    hurry,
    incident,
    make_ledger,
    make_store,
    opened,
    segment,
)

from recorder.evidence import contents
from recorder.evidence.audit import check_store
from recorder.evidence.drafts import Attachment, draft_incident, draft_segment
from recorder.evidence.opening import DATABASE, StoreTrouble
from recorder.evidence.store import EvidenceStore
from shared.signed import Signed

SEED = 20261121
LOG = f"{DATABASE}-wal"
Figures = Callable[[str, str], None]

# The two files of a store; the log is empty where it was closed.
Files = dict[str, bytes]


class Evidence(NamedTuple):
    """All that a store holds of evidence."""

    founding: tuple[str, Signed, Signed, bytes]
    records: tuple[Signed, ...]
    receipts: tuple[Signed, ...]
    pieces: dict[str, bytes | None]


def evidence_of(store: EvidenceStore) -> Evidence:
    founding = store.founding
    return Evidence(
        (founding.session, founding.policy, founding.grant, founding.institution_key),
        tuple(contents.all_records(store)),
        tuple(contents.receipts(store)),
        {row.reference.sha256: row.data for row in contents.blob_rows(store)},
    )


class Kept(NamedTuple):
    """A store's files as its end left them, and what it held after each commit that is
    still in the log; the last is all of it.
    """

    folder: Path
    closed: Files
    killed: Files
    history: list[Evidence]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """Delivered and waiting evidence, of which the last two commits are in the log."""
    hurry(monkeypatch)
    clock = FakeClock()
    server = EvidenceServer(now=lambda: clock.wall)
    store = make_store(tmp_path, server)
    ledger = opened(make_ledger(store, clock))
    for number in range(8):
        ledger.commit(draft_segment(segment(number, size=2_500)))
        if number == 3:
            deliver_all(server, store)
    store.copy_log()
    store.select("PRAGMA wal_checkpoint(TRUNCATE)")
    history = [evidence_of(store)]
    ledger.commit(draft_segment(segment(8, size=2_500)))
    history.append(evidence_of(store))
    ledger.commit(draft_incident(incident(), [Attachment("clip", "video/mp4", b"clip" * 50)]))
    history.append(evidence_of(store))
    killed = {name: (store.folder / name).read_bytes() for name in (DATABASE, LOG)}
    store.close()
    closed = {DATABASE: (store.folder / DATABASE).read_bytes()}
    return Kept(store.folder, closed, killed, history)


def put(kept: Kept, files: Files) -> None:
    shutil.rmtree(kept.folder)
    kept.folder.mkdir(mode=0o700)
    for name, data in files.items():
        (kept.folder / name).write_bytes(data)


def fate(kept: Kept, files: Files) -> str:
    """What becomes of a store with these files, in a word; fails where that is a lie."""
    put(kept, files)
    try:
        store = EvidenceStore.open(kept.folder)
    except StoreTrouble:
        return "refused"
    try:
        if check_store(store):
            return "named"
        held = evidence_of(store)
    except StoreTrouble:
        return "refused"
    finally:
        store.close()
    if held == kept.history[-1]:
        return "unharmed"
    assert held in kept.history, "what the store holds was never committed"
    return "shorter"


def said(fates: Counter[str]) -> str:
    return ", ".join(f"{count:,} {word}" for word, count in sorted(fates.items()))


def test_the_store_is_sound_as_it_is(kept: Kept) -> None:
    assert fate(kept, kept.closed) == fate(kept, kept.killed) == "unharmed"
    assert fate(kept, {**kept.killed, LOG: b""}) == "shorter"


def test_no_bit_of_a_database_flips_unseen(kept: Kept, figures: Figures) -> None:
    dice, fates, good = random.Random(SEED), Counter[str](), kept.closed[DATABASE]
    for bit in some_bits(good, amount(250, 36_000), dice):
        fates[fate(kept, {DATABASE: flipped(good, bit)})] += 1
    figures("bit flips in a store's database", f"{fates.total():,}: {said(fates)}")
    # A database has no way to lose what it holds without a word.
    assert not fates["shorter"]
    assert fates["named"]


def test_no_bit_of_a_log_flips_unseen(kept: Kept, figures: Figures) -> None:
    dice, fates, good = random.Random(SEED), Counter[str](), kept.killed[LOG]
    for bit in some_bits(good, amount(150, 8_000), dice):
        fates[fate(kept, {**kept.killed, LOG: flipped(good, bit)})] += 1
    figures("bit flips in a store's log", f"{fates.total():,}: {said(fates)}")
    assert fates["shorter"]


def test_no_cut_of_a_database_is_unseen(kept: Kept, figures: Figures) -> None:
    dice, fates, good = random.Random(SEED), Counter[str](), kept.closed[DATABASE]
    for size in some_lengths(good, amount(100, len(good)), dice):
        fates[fate(kept, {DATABASE: good[:size]})] += 1
    figures(
        "a store's database cut to every length",
        f"{fates.total():,} of {len(good):,}: {said(fates)}",
    )
    assert set(fates) <= {"named", "refused"}


def test_a_log_that_is_cut_is_a_power_cut(kept: Kept, figures: Figures) -> None:
    dice, fates, good = random.Random(SEED), Counter[str](), kept.killed[LOG]
    for size in some_lengths(good, amount(100, len(good)), dice):
        fates[fate(kept, {**kept.killed, LOG: good[:size]})] += 1
    figures(
        "a store's log cut to every length",
        f"{fates.total():,} of {len(good):,}: {said(fates)}",
    )
    assert set(fates) <= {"shorter", "unharmed"}
