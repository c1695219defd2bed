"""Uploads of which one bit flips on the way, or which are cut: the server takes none of it.

A body is changed where a proxy or a bad memory would change it: after the recorder signed and
hashed it. Whatever the server answers is a refusal in words, what it holds stays a beginning
of what was signed, and the body as it was is taken afterwards as if nothing had been.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx
import msgspec
from support.campus import Pupil, client_of, found_campus, redeem
from support.figures import amount
from support.flips import flipped, some_bits, some_lengths

from shared.encoding import ZERO_HASH
from shared.receipts import Receipt, decode_receipt
from shared.signed import Domain, holds, parse_line
from shared.wire import Problem, SessionStatus

SEED = 20261121
# Changed bodies before the one that is right.
TRIES_A_BODY = 50
LINES_A_BODY = 3
# As many requests as a test likes.
UNBOUNDED = dict.fromkeys(
    ("records_per_minute", "blobs_per_minute", "requests_per_minute"), 10**9
)


async def status(pupil: Pupil) -> SessionStatus:
    answer = await pupil.client.get(pupil.url("status"), headers=pupil.headers)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=SessionStatus)


async def holds_a_beginning(pupil: Pupil) -> None:
    """The server's chain is this recorder's own, up to somewhere."""
    held = await status(pupil)
    heads = [ZERO_HASH, *(record.hash for record in pupil.records)]
    assert heads[held.size] == held.head


def refused(answer: httpx.Response) -> str:
    """Why a body was refused, by the last word of the problem's type."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    problem = msgspec.json.decode(answer.content, type=Problem)
    assert problem.status == answer.status_code
    assert problem.detail
    return problem.type.rsplit(":", 1)[-1]


def taken(pupil: Pupil, answer: httpx.Response) -> Receipt:
    """The receipt for a body that was right."""
    assert answer.status_code == 200, answer.text
    signed = parse_line(answer.content)
    assert holds(signed, Domain.RECEIPT, pupil.institution_key)
    return decode_receipt(signed.payload)


async def post(pupil: Pupil, body: bytes) -> httpx.Response:
    return await pupil.client.post(pupil.url("records"), content=body, headers=pupil.headers)


def portions(many: int) -> Iterable[int]:
    """``many`` in portions of what is tried before each body that is right."""
    while many > 0:
        yield min(many, TRIES_A_BODY)
        many -= TRIES_A_BODY


async def flip_records(pupil: Pupil, many: int, dice: random.Random) -> Counter[str]:
    whys = Counter[str]()
    for tries in portions(many):
        batch = [pupil.segment(plain=bytes([dice.randrange(256)])) for _ in range(LINES_A_BODY)]
        body = b"".join(record.line() for record in batch)
        for bit in some_bits(body, tries, dice):
            whys[refused(await post(pupil, flipped(body, bit)))] += 1
            await holds_a_beginning(pupil)
        assert taken(pupil, await post(pupil, body)).head == pupil.records[-1].hash
    return whys


async def cut_records(pupil: Pupil, many: int, dice: random.Random) -> Counter[str]:
    batch = [pupil.segment() for _ in range(LINES_A_BODY)]
    body = b"".join(record.line() for record in batch)
    ends = {len(b"".join(r.line() for r in batch[:n])) for n in range(1, LINES_A_BODY)}
    whys = Counter[str]()
    for size in [*some_lengths(body, many, dice), *ends]:
        answer = await post(pupil, body[:size])
        if size in ends:
            # Whole lines: the beginning of the batch, as good as any other delivery.
            taken(pupil, answer)
            whys["whole lines, taken"] += 1
        else:
            whys[refused(answer)] += 1
        await holds_a_beginning(pupil)
    assert taken(pupil, await post(pupil, body)).head == pupil.records[-1].hash
    return whys


async def change_pieces(
    pupil: Pupil, change: Callable[[bytes], Iterable[bytes]]
) -> Counter[str]:
    """Upload changed pieces, each under the name of the right one, and then that one."""
    whys = Counter[str]()
    for name in list(pupil.blobs)[-3:]:
        before = await status(pupil)
        for body in change(pupil.blobs[name]):
            whys[refused(await pupil.upload(name, body))] += 1
        assert await status(pupil) == before
        assert name in taken(pupil, await pupil.upload(name)).durable
    return whys


def said(whys: Counter[str]) -> str:
    return f"{whys.total():,}: " + ", ".join(f"{n:,} {why}" for why, n in whys.most_common())


async def tampered_session(folder: Path, figures: Callable[[str, str], None]) -> None:
    dice = random.Random(SEED)
    campus = await found_campus(folder, **UNBOUNDED)
    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code())
        pupil.open()
        taken(pupil, await pupil.deliver(*pupil.records))
        flips, pieces = amount(100, 7_000), amount(30, 1_000)
        figures(
            "bit flips in records on their way", said(await flip_records(pupil, flips, dice))
        )
        cuts = await cut_records(pupil, amount(40, 10**6), dice)
        figures("records cut on their way", said(cuts))
        whys = await change_pieces(
            pupil, lambda good: (flipped(good, b) for b in some_bits(good, pieces, dice))
        )
        figures("bit flips in pieces on their way", said(whys))
        for _ in range(3):
            pupil.segment()
        taken(pupil, await pupil.deliver(*pupil.records[-3:]))
        whys = await change_pieces(
            pupil, lambda good: (good[:n] for n in some_lengths(good, pieces, dice))
        )
        figures("pieces cut on their way", said(whys))
        pupil.close()
        taken(pupil, await pupil.deliver(*pupil.records[-1:]))
        for name in pupil.blobs:
            taken(pupil, await pupil.upload(name))
        held = await status(pupil)
        assert (held.state, held.missing) == ("closed", ())
        assert (held.size, held.head) == (len(pupil.records), pupil.records[-1].hash)


def test_nothing_that_changed_on_its_way_is_taken(
    tmp_path: Path, figures: Callable[[str, str], None]
) -> None:
    asyncio.run(tampered_session(tmp_path, figures))
