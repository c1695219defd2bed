"""A session as a bundle: what leaves the server verifies without it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from support.campus import Campus, Pupil, connected, sign_in

from server.audit.models import LogEntryRow
from server.reports.bundle import BundleExport
from server.storage.blobs import BlobStore
from shared.records import Gap
from shared.signed import fingerprint
from shared.verify import verify_bundle

pytestmark = pytest.mark.anyio


async def recorded(pupil: Pupil) -> Pupil:
    pupil.open()
    for stream in ("camera", "microphone", "screen"):
        pupil.segment(stream)
    pupil.take(await pupil.deliver(*pupil.records))
    pupil.segment()
    pupil.incident()
    pupil.rotate()
    pupil.segment()
    pupil.close()
    pupil.take(await pupil.deliver(*pupil.records[4:]))
    for name in pupil.blobs:
        pupil.take(await pupil.upload(name))
    return pupil


async def download(client: httpx.AsyncClient, pupil: Pupil, folder: Path) -> Path:
    answer = await client.get(f"/sessions/{pupil.session}/bundle")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert pupil.session in answer.headers["content-disposition"]
    file = folder / "bundle.zip"
    file.write_bytes(answer.content)
    return file


async def test_a_whole_session_verifies(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, tmp_path: Path
) -> None:
    await recorded(pupil)
    await sign_in(campus, client, campus.proctor)
    file = await download(client, pupil, tmp_path)
    verdict = verify_bundle(file, fingerprint(campus.public_key))
    assert verdict.holds, verdict.results
    assert (verdict.records, verdict.blobs) == (9, 5)
    with zipfile.ZipFile(file) as archive:
        report = json.loads(archive.read("report.json"))
    assert report["candidate"]["name"] == "Ada Example"
    assert [flag["kind"] for flag in report["flags"]] == ["gaze_away"]
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow).where(LogEntryRow.action == "access.bundle")
        (row,) = await db.scalars(query)
        assert row.subject_id == pupil.session
    assert list((campus.settings.data_dir / "exports").iterdir()) == []


async def test_a_session_under_way_is_incomplete_and_nothing_worse(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, tmp_path: Path
) -> None:
    pupil.open()
    pupil.segment()
    pupil.take(await pupil.deliver(*pupil.records))
    await sign_in(campus, client, campus.proctor)
    verdict = verify_bundle(await download(client, pupil, tmp_path))
    failed = {r.check.name for r in verdict.results if r.outcome.name == "FAILS"}
    assert failed == {"BLOB", "DURABLE", "COMPLETE"}


async def test_a_fork_shows_in_the_bundle(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, tmp_path: Path
) -> None:
    await recorded(pupil)
    pupil.records, pupil.epoch, key = pupil.records[:-1], 1, pupil.key
    other = pupil.record(Gap(stream="camera", start=1, end=2, reason="x"), key)
    assert (await pupil.deliver(other)).status_code == 409
    await sign_in(campus, client, campus.proctor)
    verdict = verify_bundle(await download(client, pupil, tmp_path))
    failed = {r.check.name for r in verdict.results if r.outcome.name == "FAILS"}
    assert failed == {"ORDER"}


@pytest.mark.parametrize("how", ["lost", "the disk does not give it"])
async def test_a_blob_that_the_store_lost_is_named_by_the_verifier(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, tmp_path: Path, how: str
) -> None:
    await recorded(pupil)
    lost = campus.settings.data_dir / "blobs" / pupil.session / next(iter(pupil.blobs))
    lost.unlink()
    if how != "lost":
        lost.symlink_to(lost)  # an error other than that there is none
    await sign_in(campus, client, campus.proctor)
    verdict = verify_bundle(await download(client, pupil, tmp_path))
    failed = {r.check.name for r in verdict.results if r.outcome.name == "FAILS"}
    assert failed == {"BLOB"}


async def test_only_a_proctor_of_the_institution_may_export(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    path = f"/sessions/{pupil.session}/bundle"
    assert (await client.get(path)).status_code == 401
    await sign_in(campus, client, campus.observer)
    assert (await client.get(path)).status_code == 403
    await sign_in(campus, client, campus.proctor)
    assert (await client.get(f"/sessions/{'0' * 32}/bundle")).status_code == 404


async def test_writing_says_whether_there_is_such_a_session(
    campus: Campus, tmp_path: Path
) -> None:
    async with connected(campus.settings) as database:
        blobs = BlobStore(campus.settings.blobs, tmp_path)
        export = BundleExport(database, campus.keys, blobs, campus.clock)
        assert not await export.write("0" * 32, tmp_path / "x.zip")
