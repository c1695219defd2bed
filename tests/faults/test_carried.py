"""Recordings that travel as files, damaged on the way: told, and never believed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import httpx
from support.campus import Campus, client_of, found_campus, imports_of
from support.carrying import BY_HAND, redeemed, saved
from support.figures import amount
from support.parcels import kept
from support.recording import segment

from recorder.evidence.drafts import draft_segment
from recorder.evidence.ledger import empty_close
from server.ingest.importing import Declined, Report


def test_hostile_files_are_told_and_never_believed(
    figures: Callable[[str, str], None], tmp_path: Path
) -> None:
    """Bits flipped and ends cut, at random, each of a session that is not here yet."""
    tries = amount(20, 2_000)
    told, whole = asyncio.run(carry(tmp_path, tries, random.Random(1)))
    assert told + whole == tries
    assert told > tries / 2
    figures(
        "files of recordings with flipped bits or cut ends",
        f"{told} of {tries} named, {whole} whole all the same, none believed",
    )


async def carry(folder: Path, tries: int, dice: random.Random) -> tuple[int, int]:
    """How many were told, and how many arrived whole although they were damaged."""
    campus = await found_campus(folder / "campus")
    told = 0
    async with client_of(campus) as client:
        for number in range(tries):
            outcome = await carry_one(campus, client, folder, number, dice)
            if isinstance(outcome, Declined) or not outcome.whole:
                told += 1
                continue
            # Nothing to tell only where all of it is there all the same.
            arrived = (outcome.new_records, outcome.new_pieces, outcome.missing)
            assert arrived == (4, 2, 0), number
    return told, tries - told


async def carry_one(
    campus: Campus, client: httpx.AsyncClient, folder: Path, number: int, dice: random.Random
) -> Report | Declined:
    """A short session, saved, damaged, imported."""
    store, ledger = await redeemed(campus, client, folder / "s", f"s-{number}")
    for piece in range(2):
        ledger.commit(draft_segment(segment(piece, size=200)))
    ledger.commit(empty_close("finished"))
    bad = bytearray(saved(store, folder).read_bytes())
    store.close()
    if number % 2:
        del bad[dice.randrange(len(bad)) :]
    else:
        bad[dice.randrange(len(bad))] ^= 1 << dice.randrange(8)
    return await imports_of(campus).take(kept(folder, bytes(bad)), BY_HAND)
