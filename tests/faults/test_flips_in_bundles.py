"""A bundle of which one bit flips, or which is cut: both verifiers see it, and none crashes.

Zip keeps time stamps, rights and the like, which are no evidence (specification, check 0):
there a flip may change nothing, and then the contents must be the same to the byte.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.both_verifiers import agreed
from support.figures import amount
from support.flips import flipped, some_bits, some_lengths
from vectors.packing import brief

GOOD = brief().packed()
SEED = 20261121


def contents(data: bytes) -> dict[str, bytes]:
    """What every reader of the zip gets: names and bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {entry.orig_filename: archive.read(entry) for entry in archive.infolist()}


HELD = contents(GOOD)


def test_no_flipped_bit_passes(tmp_path: Path, figures: Callable[[str, str], None]) -> None:
    dice, path = random.Random(SEED), tmp_path / "b.zip"
    unreadable, named, harmless = 0, 0, 0
    for bit in some_bits(GOOD, amount(700, 8 * len(GOOD)), dice):
        data = flipped(GOOD, bit)
        match agreed(path, data).status:
            case 0:
                assert contents(data) == HELD, f"bit {bit} passes"
                harmless += 1
            case 1:
                named += 1
            case _:
                unreadable += 1
    figures(
        "bit flips in a bundle",
        f"{unreadable + named + harmless:,} by both verifiers: {named:,} named by a check, "
        f"{unreadable:,} unreadable, {harmless:,} in what zip keeps and nobody reads: "
        "contents the same",
    )
    assert harmless < named + unreadable


def test_no_cut_passes(tmp_path: Path, figures: Callable[[str, str], None]) -> None:
    """The table of contents stands at a zip's end, so that no prefix is a zip."""
    lengths = list(some_lengths(GOOD, amount(400, len(GOOD)), random.Random(SEED)))
    for size in lengths:
        assert agreed(tmp_path / "b.zip", GOOD[:size]).status == 2, size
    figures("bundles cut to every length", f"{len(lengths):,} of {len(GOOD):,}: all unreadable")


@pytest.mark.parametrize("more", [b"\0", b"x" * 70_000, GOOD])
def test_what_is_appended_is_not_taken_for_evidence(tmp_path: Path, more: bytes) -> None:
    data = GOOD + more

    said = agreed(tmp_path / "b.zip", data)

    assert said.status == 2 or contents(data) == HELD
