"""New keys for an institution: what began goes on under the old ones, what begins is new."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from support.campus import HOUR, Campus, Pupil, connected, redeem, sign_in

from server.accounts.models import Institution
from server.audit.log import logged_database
from server.audit.models import LogEntryRow
from server.exams.models import PolicyVersion
from server.exams.rekeying import generations, rekey
from shared.encoding import to_base64
from shared.log import Key, decode_entry
from shared.signed import fingerprint, public_bytes
from shared.verify import verify_bundle

pytestmark = pytest.mark.anyio


async def rotated(campus: Campus, **which: bool) -> int:
    """Take new keys; how many exams were signed anew."""
    database = logged_database(campus.settings.database, campus.keys)
    try:
        async with database.transaction() as db:
            owner = await db.get_one(Institution, campus.institution.id)
            done = await rekey(db, campus.keys, owner, campus.clock(), **which)
    finally:
        await database.close()
    return done.exams


async def handed_in(pupil: Pupil) -> Pupil:
    pupil.open()
    pupil.segment()
    pupil.segment()
    pupil.close()
    await pupil.hand_in()
    return pupil


async def verdict(client: httpx.AsyncClient, pupil: Pupil, folder: Path, key: bytes) -> bool:
    answer = await client.get(f"/sessions/{pupil.session}/bundle")
    file = folder / f"{pupil.session}.zip"
    file.write_bytes(answer.content)
    return verify_bundle(file, fingerprint(key)).holds


@pytest.mark.parametrize(
    "which",
    [{"signing": True, "evidence": True}, {"signing": False, "evidence": True}],
    ids=["both", "evidence"],
)
async def test_sessions_end_under_the_keys_that_they_began_with(
    campus: Campus,
    client: httpx.AsyncClient,
    pupil: Pupil,
    tmp_path: Path,
    which: dict[str, bool],
) -> None:
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    assert await rotated(campus, **which) == 1
    later = await handed_in(await redeem(client, await campus.code("s-2")))
    pupil.segment()
    pupil.close()
    pupil.take(await pupil.deliver(*pupil.records[1:]))
    for name in pupil.blobs:
        pupil.take(await pupil.upload(name))

    assert (pupil.institution_key == later.institution_key) != which["signing"]
    assert pupil.sealing.kid != later.sealing.kid
    await sign_in(campus, client, campus.proctor)
    assert await verdict(client, pupil, tmp_path, pupil.institution_key)
    assert await verdict(client, later, tmp_path, later.institution_key)
    for one in (pupil, later):
        shown = await client.get(f"/media/{one.session}/camera/0/init.mp4")
        assert shown.status_code == 200, shown.text
        assert shown.content == b"picture" * 50


async def test_the_same_code_again_names_the_key_that_the_session_began_under(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    code = await campus.code("s-3")
    first = await redeem(client, code)
    await rotated(campus, signing=True, evidence=False)
    body = {"code": code, "public_key": to_base64(public_bytes(first.key))}
    again = await client.post("/api/v1/enrolments/redeem", json=body)
    assert again.json()["institution_key"] == to_base64(first.institution_key)
    assert again.json()["session"] == first.session


async def test_the_log_goes_on_under_the_new_key(campus: Campus) -> None:
    await rotated(campus, signing=True, evidence=False)
    await rotated(campus, signing=False, evidence=True)
    async with connected(campus.settings) as database, database.transaction() as db:
        rows = list(await db.scalars(select(LogEntryRow).order_by(LogEntryRow.n)))
    entries = [decode_entry(row.payload) for row in rows]
    assert sum(isinstance(entry.body, Key) for entry in entries) == 1
    assert [row.action for row in rows].count("key.rotate") == 2


async def test_an_exam_that_is_over_keeps_its_policy(campus: Campus) -> None:
    campus.clock.advance(25 * HOUR)
    assert await rotated(campus, signing=False, evidence=True) == 0
    async with connected(campus.settings) as database, database.transaction() as db:
        versions = list(await db.scalars(select(PolicyVersion)))
    assert len(versions) == 1


@pytest.mark.parametrize("which", ["signing", "evidence"])
async def test_an_exam_that_is_moved_after_its_keys_went_is_held_under_the_new_ones(
    campus: Campus, client: httpx.AsyncClient, which: str
) -> None:
    campus.clock.advance(25 * HOUR)
    await rotated(campus, signing=which == "signing", evidence=which == "evidence")
    headers = await sign_in(campus, client, campus.examiner)
    path = f"/api/v1/exams/{campus.exam.id}/schedule"
    plan = (await client.get(path)).json()
    told = {name: plan[name] for name in ("starts", "ends", "duration_s", "zone", "starts_us")}
    # Another reminder signs nothing where nobody can begin.
    assert (await client.put(path, json=told | {"reminders": [5]}, headers=headers)).is_success
    later = told | {"ends": plan["ends"] + 48 * HOUR}
    assert (await client.put(path, json=later, headers=headers)).is_success
    versions = (await client.get(f"/api/v1/exams/{campus.exam.id}/policies")).json()
    assert len(versions) == 2
    code = await campus.code("s-5")
    began = await handed_in(await redeem(client, code))
    shown = await client.get(f"/media/{began.session}/camera/0/init.mp4")
    assert shown.status_code == 200, shown.text


async def test_generations_are_tried_on_their_sessions(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await rotated(campus, signing=True, evidence=True)
    await redeem(client, await campus.code("s-4"))
    async with connected(campus.settings) as database, database.transaction() as db:
        first, second = await generations(db, campus.keys)
        assert (first.in_force, first.sessions, first.fault) == (False, 1, None)
        assert (second.in_force, second.sessions, second.fault) == (True, 1, None)
        old = campus.settings.keys / first.generation
        new = campus.settings.keys / second.generation
        (old / "signing.key").write_bytes((new / "signing.key").read_bytes())
        (new / "evidence.key").write_bytes((old / "evidence.key").read_bytes())
        faults = [one.fault or "" for one in await generations(db, campus.keys)]
    assert pupil.session in faults[0]
    assert "signed by another key" in faults[0]
    assert "sealed to another key" in faults[1]
