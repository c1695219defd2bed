"""Writes the vectors: `python -m vectors.make` in `tests/`; `--seal` seals new pieces.

What it writes is the same on every machine, since keys, times and sealed pieces are fixed;
a test holds the files to it. New pieces mean that every vector changes.
"""

from __future__ import annotations

import json
from pathlib import Path

from vectors.attack import Attack
from vectors.attacks import chain, clock, container, founding, pieces, receipts, text
from vectors.session import INSTITUTION, fingerprint

HERE = Path(__file__).parent
BUNDLES, EXPECTED = HERE / "bundles", HERE / "expected.json"
ATTACKS: tuple[Attack, ...] = (
    *container.ATTACKS,
    *founding.ATTACKS,
    *chain.ATTACKS,
    *text.ATTACKS,
    *clock.ATTACKS,
    *pieces.ATTACKS,
    *receipts.ATTACKS,
)


def expected() -> str:
    """What every vector must get, as the file says it."""
    vectors = {
        one.name: {"attack": one.words, "status": one.status, "fails": sorted(one.fails)}
        for one in ATTACKS
    }
    said = {"institution_key": fingerprint(INSTITUTION), "vectors": vectors}
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def write() -> None:
    BUNDLES.mkdir(exist_ok=True)
    for old in BUNDLES.iterdir():
        old.unlink()
    for one in ATTACKS:
        (BUNDLES / f"{one.name}.zip").write_bytes(one.make())
    EXPECTED.write_text(expected())


if __name__ == "__main__":
    write()
