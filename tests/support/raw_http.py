"""HTTP spoken by hand over a socket, so that it can be spoken badly."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass

# How long anything may take on a busy machine, in seconds.
PATIENCE_S = 90.0

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: status codes in order (100 left out), and all bytes."""

    statuses: tuple[int, ...]
    raw: bytes

    @property
    def only(self) -> int | None:
        """The one status; ``None`` where the connection closed without an answer."""
        assert len(self.statuses) <= 1, self.raw
        return self.statuses[0] if self.statuses else None


def head(method: str, path: str, headers: dict[str, str], length: int | None = None) -> bytes:
    """A request's head; chunked where no length is given to a method with a body."""
    own = {"Host": "x", **headers}
    if length is not None:
        own["Content-Length"] = str(length)
    elif method != "GET":
        own["Transfer-Encoding"] = "chunked"
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in own.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def chunk(data: bytes) -> bytes:
    """A chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


async def dripped(data: Iterable[bytes], every_s: float) -> AsyncIterable[bytes]:
    """A piece at a time."""
    for piece in data:
        yield piece
        await asyncio.sleep(every_s)


async def speak(
    address: tuple[str, int],
    said: AsyncIterable[bytes] | bytes,
    *,
    half_close: bool = False,
) -> Heard:
    """Say it, and hear until the other side closes, or answers and falls silent."""
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection(*address)
        try:
            saying = asyncio.create_task(_say(writer, said, half_close))
            raw = await _hear(reader)
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)
        finally:
            writer.transport.abort()
    found = tuple(int(code) for code in _STATUS.findall(raw))
    return Heard(tuple(code for code in found if code != 100), raw)


async def _say(
    writer: asyncio.StreamWriter, said: AsyncIterable[bytes] | bytes, half_close: bool
) -> None:
    if isinstance(said, bytes):
        writer.write(said)
        await writer.drain()
    else:
        async for piece in said:
            writer.write(piece)
            await writer.drain()
    if half_close:
        writer.write_eof()


async def _hear(reader: asyncio.StreamReader) -> bytes:
    raw = b""
    try:
        while piece := await reader.read(65_536):
            raw += piece
            if _whole(raw):
                break
    except ConnectionError:
        # Reset: what was heard before counts.
        pass
    return raw


def _whole(raw: bytes) -> bool:
    top, end, body = raw.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", top)
    return bool(end) and length is not None and len(body) >= int(length[1])
