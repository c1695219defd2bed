"""Sealed pieces over HTTP: committed first, checked, durable, receipted."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

import httpx
import pytest
from support.campus import Campus, Pupil, client_of, connected, digest_header, redeem

from server.ingest.models import BlobRow, ExamSession
from shared.encoding import sha256_hex
from shared.receipts import decode_receipt
from shared.records import Segment
from shared.sealing import OpeningKey, SealingKey
from shared.signed import parse_line
from shared.wire import ProblemType

pytestmark = pytest.mark.anyio


def stored(campus: Campus, pupil: Pupil) -> dict[str, bytes]:
    folder = Path(campus.settings.data_dir) / "blobs" / pupil.session
    return {file.name: file.read_bytes() for file in folder.glob("*")}


def scratch(campus: Campus) -> list[Path]:
    return list((Path(campus.settings.data_dir) / "blobs" / ".incoming").iterdir())


async def begun(pupil: Pupil, *plains: bytes) -> list[str]:
    pupil.open()
    for plain in plains or (b"picture" * 50,):
        pupil.segment(plain=plain)
    pupil.take(await pupil.deliver(*pupil.records))
    return list(pupil.blobs)


async def test_a_piece_is_kept_as_it_came_and_receipted(campus: Campus, pupil: Pupil) -> None:
    one, two = await begun(pupil, b"a" * 10, os.urandom(700_000))
    receipt = decode_receipt(pupil.take(await pupil.upload(two)).payload)
    assert (receipt.durable, receipt.missing) == ((two,), (one,))
    receipt = decode_receipt(pupil.take(await pupil.upload(one)).payload)
    assert (receipt.durable, receipt.missing) == ((one,), ())
    assert stored(campus, pupil) == pupil.blobs
    assert scratch(campus) == []


async def test_the_same_piece_again_gets_the_same_receipt(pupil: Pupil) -> None:
    one, two = await begun(pupil, b"a", b"b")
    first = await pupil.upload(one)
    second = await pupil.upload(two)
    assert (await pupil.upload(one)).content == first.content
    assert (await pupil.upload(two)).content == second.content


async def test_uploads_at_once_are_each_receipted_once(pupil: Pupil) -> None:
    names = await begun(pupil, *(bytes([n]) * 1000 for n in range(4)))
    answers = await asyncio.gather(*(pupil.upload(name) for name in names * 2))
    assert {answer.status_code for answer in answers} == {200}
    receipts = {decode_receipt(parse_line(answer.content).payload) for answer in answers}
    listed = [name for receipt in receipts for name in receipt.durable]
    assert sorted(listed) == sorted(names)


async def test_a_piece_without_its_record_waits(pupil: Pupil) -> None:
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    pupil.segment()
    (name,) = pupil.blobs
    answer = (await pupil.upload(name)).json()
    assert (answer["type"], answer["status"]) == (ProblemType.BLOB_UNKNOWN, 409)
    assert (answer["check"], answer["size"]) == (7, 1)
    pupil.take(await pupil.deliver(pupil.records[-1]))
    pupil.take(await pupil.upload(name))


@pytest.mark.parametrize(
    "bend",
    [
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: b"",
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    ],
)
async def test_other_bytes_are_not_that_piece(campus: Campus, pupil: Pupil, bend) -> None:
    (name,) = await begun(pupil)
    answer = (await pupil.upload(name, bend(pupil.blobs[name]))).json()
    assert (answer["type"], answer["status"]) == (ProblemType.BLOB_DIGEST, 422)
    assert answer["check"] == 7
    assert stored(campus, pupil) == {}
    assert scratch(campus) == []
    pupil.take(await pupil.upload(name))


@pytest.mark.parametrize("header", [None, "", "sha-256=x", digest_header("0" * 64)])
async def test_the_digest_must_be_said_and_be_the_addresss(
    pupil: Pupil, header: str | None
) -> None:
    (name,) = await begun(pupil)
    headers = pupil.headers if header is None else {**pupil.headers, "Content-Digest": header}
    response = await pupil.client.put(
        pupil.url(f"blobs/{name}"), content=pupil.blobs[name], headers=headers
    )
    assert response.json()["type"] == ProblemType.BLOB_DIGEST
    assert response.status_code == 400


@pytest.mark.parametrize("name", ["x", "A" * 64, "0" * 63, "..%2f..%2fetc%2fpasswd"])
async def test_an_address_is_a_hash(pupil: Pupil, name: str) -> None:
    response = await pupil.client.put(
        pupil.url(f"blobs/{name}"), content=b"x", headers=pupil.headers
    )
    assert response.status_code in {400, 404}


async def test_a_piece_sealed_to_another_key_is_refused(campus: Campus, pupil: Pupil) -> None:
    pupil.sealing = SealingKey(OpeningKey(OpeningKey.generate()).public_key)
    (name,) = await begun(pupil)
    answer = (await pupil.upload(name)).json()
    assert (answer["type"], answer["check"]) == (ProblemType.REFUSED, 7)
    assert stored(campus, pupil) == {}


async def test_a_piece_that_is_not_sealed_is_refused(pupil: Pupil) -> None:
    pupil.open()
    plain = b"plain picture"
    name = sha256_hex(plain)
    pupil.blobs[name] = plain
    pupil.record(
        Segment(
            stream="camera",
            stream_seq=0,
            part="init",
            start=0,
            duration=0,
            frames=0,
            independent=True,
            sha256=name,
            size=len(plain),
        )
    )
    pupil.take(await pupil.deliver(*pupil.records))
    assert (await pupil.upload(name)).json()["type"] == ProblemType.REFUSED


async def test_after_the_close_pieces_still_come(pupil: Pupil) -> None:
    await begun(pupil)
    pupil.close()
    pupil.take(await pupil.deliver(pupil.records[-1]))
    (name,) = pupil.blobs
    pupil.take(await pupil.upload(name))
    status = (await pupil.client.get(pupil.url("status"), headers=pupil.headers)).json()
    assert (status["state"], status["missing"]) == ("closed", [])


async def test_a_purged_session_takes_nothing(campus: Campus, pupil: Pupil) -> None:
    (name,) = await begun(pupil)
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.get_one(ExamSession, pupil.session)).purged_at = 1
    answer = await pupil.upload(name)
    assert (answer.status_code, answer.json()["type"]) == (410, ProblemType.SESSION_OVER)
    assert (await pupil.deliver(pupil.records[0])).status_code == 410


async def test_a_flood_of_pieces_is_asked_to_wait(found) -> None:
    campus = found(blobs_per_minute=60)
    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code())
        (name,) = await begun(pupil)
        for _ in range(60):
            assert (await pupil.upload(name)).status_code == 200
        response = await pupil.upload(name)
        assert response.status_code == 429
        assert int(response.headers["retry-after"]) >= 1


async def test_a_full_disk_is_a_problem_and_loses_nothing(
    campus: Campus, pupil: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    (name,) = await begun(pupil)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("server.storage.blobs.BlobStore._take", full)
        response = await pupil.upload(name)
    assert response.status_code == 503
    assert response.json()["type"] == ProblemType.BUSY
    async with connected(campus.settings) as database, database.transaction() as db:
        assert (await db.get_one(BlobRow, (pupil.session, name))).durable_at is None
    pupil.take(await pupil.upload(name))


async def test_a_lost_connection_leaves_nothing_behind(campus: Campus, pupil: Pupil) -> None:
    """What came of a piece that was cut short is removed, and it can come again."""
    (name,) = await begun(pupil, os.urandom(900_000))
    digest = {"Content-Digest": digest_header(name)}
    response = await pupil.client.put(
        pupil.url(f"blobs/{name}"),
        content=pupil.blobs[name][:600_000],
        headers={**pupil.headers, **digest},
    )
    assert response.status_code == 422
    assert scratch(campus) == []
    pupil.take(await pupil.upload(name))
    assert hashlib.sha256(stored(campus, pupil)[name]).hexdigest() == name


async def test_uploads_a_crash_left_are_forgotten(found) -> None:
    campus = found()
    left = Path(campus.settings.data_dir) / "blobs" / ".incoming" / "left"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"half")
    async with client_of(campus) as client:
        assert isinstance(client, httpx.AsyncClient)
        assert scratch(campus) == []
