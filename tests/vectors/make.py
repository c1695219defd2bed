"""Writes the vectors: `python -m vectors.make` in `tests/`; `--seal` seals new pieces.

What it writes is the same on every machine, since keys, times and sealed pieces are fixed;
a test holds the files to it. New pieces mean that every vector changes.
"""

from __future__ import annotations

import json
from pathlib import Path

from vectors import header
from vectors.attack import Attack
from vectors.attacks import (
    certificates,
    chain,
    clock,
    container,
    founding,
    handed_certificates,
    handed_receipts,
    log,
    pieces,
    receipts,
    text,
)
from vectors.session import INSTITUTION, fingerprint

HERE = Path(__file__).parent
BUNDLES, EXPECTED = HERE / "bundles", HERE / "expected.json"
LOGS, EXPECTED_OF_LOGS = HERE / "logs", HERE / "expected_of_logs.json"
RECEIPTS, EXPECTED_OF_RECEIPTS = HERE / "receipts", HERE / "expected_of_receipts.json"
CERTIFICATES = HERE / "certificates"
EXPECTED_OF_CERTIFICATES = HERE / "expected_of_certificates.json"
EXAM_HEADERS = HERE / "exam_headers.json"
ATTACKS: tuple[Attack, ...] = (
    *container.ATTACKS,
    *founding.ATTACKS,
    *chain.ATTACKS,
    *text.ATTACKS,
    *clock.ATTACKS,
    *pieces.ATTACKS,
    *receipts.ATTACKS,
    *certificates.ATTACKS,
)


# Bytes: what is longer is so by blanks or brackets alone, and is made when it is asked for.
LONGEST_KEPT = 256 * 1024


def is_kept(data: bytes) -> bool:
    """Whether a vector is so short that it is kept as a file."""
    return len(data) <= LONGEST_KEPT


def expected(attacks: tuple[Attack, ...] = ATTACKS) -> str:
    """What every vector must get, as the file says it."""
    vectors = {
        one.name: {"attack": one.words, "status": one.status, "fails": sorted(one.fails)}
        for one in attacks
    }
    said = {"institution_key": fingerprint(INSTITUTION), "vectors": vectors}
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def expected_of_logs() -> str:
    """What every log must get; `after` and `beside` are what it is checked with."""
    vectors = {
        one.name: {
            "attack": one.words,
            "status": one.status,
            "fails": sorted(one.fails),
            "after": list(one.after),
            "beside": one.beside,
        }
        for one in log.ATTACKS
    }
    said = {"institution_key": fingerprint(INSTITUTION), "vectors": vectors}
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def write() -> None:
    for folder in (BUNDLES, LOGS, RECEIPTS, CERTIFICATES):
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
    for one in ATTACKS:
        (BUNDLES / f"{one.name}.zip").write_bytes(one.make())
    for one in log.ATTACKS:
        (LOGS / f"{one.name}.log").write_bytes(one.make())
    for folder, attacks in (
        (RECEIPTS, handed_receipts.ATTACKS),
        (CERTIFICATES, handed_certificates.ATTACKS),
    ):
        for one in attacks:
            if is_kept(data := one.make()):
                (folder / f"{one.name}.json").write_bytes(data)
    EXPECTED_OF_RECEIPTS.write_text(expected(handed_receipts.ATTACKS))
    EXPECTED_OF_CERTIFICATES.write_text(expected(handed_certificates.ATTACKS))
    EXPECTED.write_text(expected())
    EXPECTED_OF_LOGS.write_text(expected_of_logs())
    EXAM_HEADERS.write_text(header.listed())


if __name__ == "__main__":
    write()
