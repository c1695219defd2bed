"""Whom the server asks by TLS has to be who it says: somebody vouches for its certificate."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from ipaddress import ip_network
from pathlib import Path

import httpcore
import pytest
from support.self_signed import make_certificate

from server.accounts.provider import ProviderError, discover
from server.integrations.target import Targets
from server.mail.carriers import Later, SmtpCarrier

pytestmark = pytest.mark.anyio

LOOPBACK = Targets((ip_network("127.0.0.0/8"),))


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """Where something answers by TLS, with a certificate of its own making."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(make_certificate(tmp_path / "own.pem"))
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]
    assert not any(heard), "something was said to a server that nobody vouches for"


async def test_webhooks_and_sign_ins_go_to_nobody_unknown(port: int) -> None:
    url = f"https://127.0.0.1:{port}"
    assert await LOOPBACK.refusal(url) is None
    async with LOOPBACK.pool(url) as pool:
        with pytest.raises(httpcore.ConnectError, match="certificate verify failed"):
            await pool.request("POST", url, content=b"secret")
    with pytest.raises(ProviderError, match="certificate verify failed"):
        await discover(LOOPBACK, url)


async def test_letters_are_handed_to_nobody_unknown(port: int) -> None:
    carrier = SmtpCarrier("127.0.0.1", port, "invigil", "secret", tls=True)
    letter = EmailMessage()
    letter["From"], letter["To"] = "invigil@example.edu", "ada@example.edu"
    outcome = await carrier.carry(letter)
    await carrier.close()
    assert isinstance(outcome, Later)
    assert "certificate verify failed" in outcome.why
