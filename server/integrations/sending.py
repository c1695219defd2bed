"""One attempt to tell one target of one event, bounded in time and in what is read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import anyio
import httpcore
from standardwebhooks.webhooks import Webhook

from server.clock import MICROS_PER_SECOND
from server.integrations.target import Inward, Targets

# A target that takes longer is tried again: it should answer first and work afterwards
# (https://www.standardwebhooks.com, "Operational considerations").
ANSWER_WITHIN_S = 15.0
CONNECT_WITHIN_S = 5.0

# What is read of an answer, and what of it is kept for the log, in bytes and characters.
MAX_READ = 4_096
EXCERPT_CHARS = 300

# Longer is no reasonable wish of a target, in seconds.
MAX_RETRY_AFTER_S = 12 * 3600


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: ``id`` stays the same for every attempt, so that a receiver knows what it
    has had.
    """

    id: str
    url: str
    body: bytes
    signers: Sequence[Webhook]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt: ``status`` is the answer's, ``None`` where there was none;
    ``words`` are an excerpt of it, or what went wrong; ``took`` in milliseconds.
    """

    status: int | None
    words: str
    took: int
    retry_after_s: int = 0

    @property
    def taken(self) -> bool:
        """Whether the target has it."""
        return self.status is not None and HTTPStatus.OK <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the target wants nothing more, ever."""
        return self.status == HTTPStatus.GONE


async def send(targets: Targets, message: Message, now: int) -> Answer:
    """Try it once at ``now`` (µs UTC)."""
    began = time.monotonic()

    def answer(status: int | None, words: str, retry_after_s: int = 0) -> Answer:
        took = round((time.monotonic() - began) * 1000)
        return Answer(status, words, took, retry_after_s)

    try:
        async with asyncio.timeout(ANSWER_WITHIN_S), targets.pool(message.url) as pool:
            return answer(*await _exchange(pool, message, now))
    except (TimeoutError, httpcore.TimeoutException):
        return answer(None, f"no answer within {ANSWER_WITHIN_S:.0f} s")
    except Inward as error:
        return answer(None, f"not sent: {error}")
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, anyio.EndOfStream) as error:
        return answer(None, excerpt(str(error).encode()) or "the connection broke")


async def _exchange(
    pool: httpcore.AsyncConnectionPool, message: Message, now: int
) -> tuple[int, str, int]:
    limits = {"connect": CONNECT_WITHIN_S, "read": ANSWER_WITHIN_S, "write": ANSWER_WITHIN_S}
    headers = [(name.encode(), value.encode()) for name, value in signed(message, now).items()]
    # Redirects are not followed, by this client ever: where they lead was not looked at.
    async with pool.stream(
        "POST",
        message.url.encode(),
        headers=headers,
        content=message.body,
        extensions={"timeout": limits},
    ) as response:
        data = b""
        async for chunk in response.aiter_stream():
            data += chunk[: MAX_READ - len(data)]
            if len(data) >= MAX_READ:
                break
        said = {name.lower(): value for name, value in response.headers}
        status = response.status
    words = excerpt(data)
    if status in range(300, 400):
        where = excerpt(said.get(b"location", b""))
        words = f"a redirect{f' to {where}' if where else ''}, which is not followed"
    return status, words, _seconds(said.get(b"retry-after", b""))


def signed(message: Message, now: int) -> Mapping[str, str]:
    """The headers of a message that is sent at ``now`` (standard-webhooks 1.0)."""
    seconds = now // MICROS_PER_SECOND
    at, text = datetime.fromtimestamp(seconds, UTC), message.body.decode()
    signatures = [signer.sign(message.id, at, text) for signer in message.signers]
    return {
        "content-type": "application/json",
        "user-agent": "Invigil",
        "webhook-id": message.id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }


def excerpt(data: bytes) -> str:
    """The beginning of what a stranger sent, in one line that any page and table can hold."""
    text = data.decode("utf-8", "replace")
    plain = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return plain if len(plain) <= EXCERPT_CHARS else plain[: EXCERPT_CHARS - 1] + "…"


def _seconds(value: bytes) -> int:
    """``Retry-After`` in seconds; a date, or nonsense, is no wish."""
    few = value.isdigit() and len(value) <= 6
    return min(int(value), MAX_RETRY_AFTER_S) if few else 0
