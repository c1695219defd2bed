"""What the verifier says is evidence too: word for word, of every vector."""

from __future__ import annotations

import json

import pytest
import vectors.make
from support.said import SAID, said_of

KEPT = json.loads(SAID.read_text("utf-8"))


@pytest.mark.parametrize(
    "path", sorted(vectors.make.BUNDLES.iterdir()), ids=lambda path: path.stem
)
def test_every_vector_gets_the_words_that_were_read_once(path) -> None:
    """Changed on purpose? ``python -m support.said`` in ``tests/``, and read what is new."""
    assert said_of(path) == KEPT[path.stem]


def test_every_vector_was_read() -> None:
    assert set(KEPT) == {path.stem for path in vectors.make.BUNDLES.iterdir()}
