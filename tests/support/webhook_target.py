"""A place that webhooks go to, on loopback, which answers as a test says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Call:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    def signed_with(self, secret: str) -> bool:
        """Whether it is, at the time that it says; the library checks that by its own clock."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        name, body = self.headers["webhook-id"], self.body.decode()
        mine = Webhook(secret).sign(name, at, body)
        return mine in self.headers["webhook-signature"].split()

    def verified(self, secret: str) -> dict[str, Any]:
        """What it says, if it is signed with ``secret``."""
        assert self.signed_with(secret)
        return json.loads(self.body)


@dataclass
class Target:
    """Answers each call with the next of ``answers``, the last one for ever after. ``None``
    never answers.
    """

    port: int = 0
    answers: list[bytes | None] = field(default_factory=lambda: [OK])
    calls: list[Call] = field(default_factory=list)
    # Bytes of an endless body that were taken before the caller had enough.
    poured: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.split("\r\n")[1:]
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines if line)
            }
            body = await reader.readexactly(int(headers["content-length"]))
            answer = self.answers[min(len(self.calls), len(self.answers) - 1)]
            self.calls.append(Call(headers, body))
            if answer is None:
                await reader.read()
            elif answer.endswith(b"POUR"):
                await self._pour(writer, answer.removesuffix(b"POUR"))
            else:
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _pour(self, writer: asyncio.StreamWriter, head: bytes) -> None:
        writer.write(head)
        while True:
            writer.write(b"x" * 1_000)
            await writer.drain()
            self.poured += 1_000


@asynccontextmanager
async def target(*answers: bytes | None) -> AsyncIterator[Target]:
    """A target that listens; gone afterwards."""
    made = Target(answers=list(answers) or [OK])
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()
