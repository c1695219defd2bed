"""A mail server on loopback that keeps what it is given, and misbehaves where it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class MailSink:
    """What came, and how the next commands are answered.

    ``answers`` gives a command's verb (``RCPT``, ``DATA``, ``BODY``) another answer than
    "fine", as ``"451 4.7.1 later"``; ``""`` is to hang up instead of answering.
    """

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    # The same as they came.
    written: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    connections: int = 0
    extensions: tuple[str, ...] = ("8BITMIME",)

    @property
    def url(self) -> str:
        """The setting that sends letters here."""
        return f"smtp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, _HangUp):
            await self._say(writer, "", "220 sink ESMTP")
            sender = to = ""
            while line := (await reader.readline()).decode().rstrip("\r\n"):
                verb = line[:4].upper()
                match verb:
                    case "EHLO":
                        lines = [f"250-{name}" for name in self.extensions]
                        await self._say(
                            writer, verb, "\r\n".join(["250-sink", *lines, "250 HELP"])
                        )
                    case "MAIL":
                        sender = _address(line)
                        await self._say(writer, verb, "250 fine")
                    case "RCPT":
                        to = _address(line)
                        await self._say(writer, verb, "250 fine")
                    case "DATA":
                        if await self._say(writer, verb, "354 go on"):
                            data = await reader.readuntil(b"\r\n.\r\n")
                            await self._keep(writer, sender, to, data)
                    case "QUIT":
                        await self._say(writer, verb, "221 bye")
                        break
                    case _:
                        await self._say(writer, verb, "250 fine")
        writer.close()

    async def _keep(
        self, writer: asyncio.StreamWriter, sender: str, to: str, data: bytes
    ) -> None:
        text = data.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        answer = self.answers.get("BODY")
        # Who hangs up here has the letter, and nobody knows.
        if not answer:
            self.written.append(text)
            self.letters.append(message_from_bytes(text, _class=EmailMessage, policy=default))
            self.envelopes.append((sender, to))
        await self._say(writer, "BODY", "250 taken")

    async def _say(self, writer: asyncio.StreamWriter, verb: str, fine: str) -> bool:
        """Answer; whether that was that all is fine."""
        said = self.answers.get(verb, fine)
        if not said:
            raise _HangUp
        writer.write(said.encode() + b"\r\n")
        await writer.drain()
        return said == fine


class _HangUp(Exception):
    """The connection is to be closed without an answer."""


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


@asynccontextmanager
async def mail_sink() -> AsyncIterator[MailSink]:
    """A sink that listens on a free port of this computer."""
    sink = MailSink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    async with server:
        yield sink
