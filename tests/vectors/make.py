"""Writes the vectors: `python -m vectors.make` in `tests/`; `--seal` seals new pieces.

What it writes is the same on every machine, since keys, times and sealed pieces are fixed;
a test holds the files to it. New pieces mean that every vector changes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from vectors import header
from vectors.attack import Attack
from vectors.attacks import (
    certificates,
    chain,
    clock,
    container,
    founding,
    given_receipts,
    handed_certificates,
    handed_receipts,
    log,
    pieces,
    receipts,
    text,
)
from vectors.session import INSTITUTION, fingerprint, public

HERE = Path(__file__).parent
BUNDLES, EXPECTED = HERE / "bundles", HERE / "expected.json"
LOGS, EXPECTED_OF_LOGS = HERE / "logs", HERE / "expected_of_logs.json"
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


class Handed(NamedTuple):
    """Vectors of what people hold in their hands: a folder of a kind, its attacks, and what
    the caller knows of the institution's key.
    """

    name: str
    suffix: str
    attacks: tuple[Attack, ...]
    key: str

    @property
    def folder(self) -> Path:
        return HERE / self.name

    @property
    def expected(self) -> Path:
        return HERE / f"expected_of_{self.name}.json"

    def file_of(self, vector: str) -> Path:
        return self.folder / f"{vector}{self.suffix}"


PINNED = fingerprint(INSTITUTION)
HANDED = (
    Handed("receipts", ".json", handed_receipts.ATTACKS, PINNED),
    Handed("certificates", ".json", handed_certificates.ATTACKS, PINNED),
    Handed("given_receipts", ".receipt", given_receipts.ATTACKS, public(INSTITUTION)),
)


def expected(attacks: tuple[Attack, ...] = ATTACKS, key: str = PINNED) -> str:
    """What every vector must get, as the file says it."""
    vectors = {
        one.name: {"attack": one.words, "status": one.status, "fails": sorted(one.fails)}
        for one in attacks
    }
    said = {"institution_key": key, "vectors": vectors}
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
    for folder in (BUNDLES, LOGS, *(kind.folder for kind in HANDED)):
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
    for one in ATTACKS:
        (BUNDLES / f"{one.name}.zip").write_bytes(one.make())
    for one in log.ATTACKS:
        (LOGS / f"{one.name}.log").write_bytes(one.make())
    for kind in HANDED:
        for one in kind.attacks:
            if is_kept(data := one.make()):
                kind.file_of(one.name).write_bytes(data)
        kind.expected.write_text(expected(kind.attacks, kind.key))
    EXPECTED.write_text(expected())
    EXPECTED_OF_LOGS.write_text(expected_of_logs())
    EXAM_HEADERS.write_text(header.listed())


if __name__ == "__main__":
    write()
