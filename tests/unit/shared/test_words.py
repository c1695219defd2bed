"""What the verifier says is evidence too: word for word, of every vector."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import proofs
from support.said import PATHS, SAID, SAID_OF_FILES, as_kept, said_of

KEPT = json.loads(SAID.read_text("utf-8"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_every_vector_gets_the_words_that_were_read_once(path: Path) -> None:
    """Changed on purpose? ``python -m support.said`` in ``tests/``, and read what is new."""
    assert said_of(path) == KEPT[path.name]


def test_every_vector_was_read() -> None:
    assert set(KEPT) == {path.name for path in PATHS}


def test_receipts_and_certificates_get_the_words_that_were_read_once() -> None:
    assert as_kept(proofs.said()) == SAID_OF_FILES.read_text("utf-8")
