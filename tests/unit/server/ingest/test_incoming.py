"""A blob on its way in, and the header that says what it should be."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest

from server.ingest.incoming import BUFFER_BYTES, Incoming, TooLong, content_digest
from shared.sealing import MAGIC

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("size", [0, 10, BUFFER_BYTES - 1, BUFFER_BYTES, 3 * BUFFER_BYTES + 7])
async def test_it_is_hashed_and_whole_whatever_its_size(tmp_path: Path, size: int) -> None:
    data = MAGIC + os.urandom(size)
    file = tmp_path / "blob"
    async with Incoming(file, len(data)) as incoming:
        for at in range(0, len(data), 100_000):
            await incoming.feed(data[at : at + 100_000])
        assert incoming.sha256 == hashlib.sha256(data).hexdigest()
        whole = await incoming.finish()
        assert (whole if isinstance(whole, bytes) else whole.read_bytes()) == data
        assert isinstance(whole, bytes) == (len(data) < BUFFER_BYTES)
        assert (incoming.kid is not None) == (size >= 32)
    assert not file.exists()


async def test_more_than_was_said_is_too_long(tmp_path: Path) -> None:
    file = tmp_path / "blob"
    async with Incoming(file, 5) as incoming:
        await incoming.feed(b"12345")
        with pytest.raises(TooLong):
            await incoming.feed(b"6")
    assert not file.exists()


async def test_what_is_not_sealed_names_no_key(tmp_path: Path) -> None:
    async with Incoming(tmp_path / "blob", 100) as incoming:
        await incoming.feed(b"x" * 100)
        assert incoming.kid is None


DIGEST = hashlib.sha256(b"x").digest()
ENCODED = base64.b64encode(DIGEST).decode()


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (f"sha-256=:{ENCODED}:", DIGEST.hex()),
        (f"sha-512=:AAAA:, sha-256=:{ENCODED}:", DIGEST.hex()),
        (None, None),
        ("", None),
        (f"sha-256={ENCODED}", None),
        ("sha-256=:AAAA:", None),
        ("sha-256=:AAA:", None),
        ("sha-256=:====:", None),
        (f"xsha-256=:{ENCODED}:", None),
    ],
)
async def test_content_digest(header: str | None, said: str | None) -> None:
    assert content_digest(header) == said
