"""Snapshots, clips and photographs through the server: who sees them, and what there is not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select, update
from support.campus import Campus, connected, sign_in
from support.filmed import Filming, Scene, Script, film
from support.pictured import clip, snapshot

from server.audit.models import LogEntryRow
from server.ingest.models import AttachmentRow, ExamSession
from server.storage.database import Database

pytestmark = pytest.mark.anyio

FACE = Scene("face_missing", 1, 3, "critical", pictures=(snapshot(),), later=(clip(2),))
VOICE = Scene("speech", 2, 3, "low", detail={"clip": {"incident": f"{1:032x}"}})
Shoot = Callable[..., Awaitable[Filming]]


@pytest.fixture
async def database(campus: Campus) -> AsyncIterator[Database]:
    async with connected(campus.settings) as found:
        yield found


@pytest.fixture
def shoot(campus: Campus, client: httpx.AsyncClient) -> Shoot:
    """Plays a session without streams; a proctor is signed in afterwards."""

    async def run(*scenes: Scene, **script: object) -> Filming:
        wanted = Script(4, scenes, streams=(), **script)  # type: ignore[arg-type]
        filming = await film(client, campus, await campus.code(), {}, wanted)
        await sign_in(campus, client, campus.proctor)
        return filming

    return run


def address(filming: Filming, n: int) -> str:
    return f"/media/{filming.pupil.session}/attachments/{n}"


async def test_what_was_attached_is_opened_for_who_may_see_it(
    client: httpx.AsyncClient, shoot: Shoot
) -> None:
    filming = await shoot(FACE)
    for n, picture in enumerate((snapshot(), clip(2))):
        answer = await client.get(address(filming, n))
        assert answer.status_code == 200
        assert answer.content == picture.data
        assert answer.headers["content-type"] == picture.media_type
        assert answer.headers["cache-control"] == "private, no-store"


async def test_a_clip_is_given_in_parts_to_players_that_ask(
    client: httpx.AsyncClient, shoot: Shoot
) -> None:
    filming = await shoot(FACE)
    whole = clip(2).data
    part = await client.get(address(filming, 1), headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == whole[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    beyond = await client.get(address(filming, 1), headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.content) == (416, b"")


async def test_seeing_is_written_down_first_and_once(
    client: httpx.AsyncClient, shoot: Shoot, database: Database
) -> None:
    filming = await shoot(FACE, enrolled=(snapshot(role="photo"),))
    for n in (0, 1, 1, 2, 2):
        assert (await client.get(address(filming, n))).status_code == 200
    query = select(LogEntryRow.action).where(LogEntryRow.subject_id == filming.pupil.session)
    async with database.transaction() as db:
        actions = [name for name in await db.scalars(query) if name.startswith("access.")]
    assert sorted(actions) == ["access.clip", "access.photo", "access.snapshot"]


@pytest.mark.parametrize("n", ["7", "-1", "99999999999999999999999", "x"])
async def test_there_is_no_such_picture(
    client: httpx.AsyncClient, shoot: Shoot, n: str
) -> None:
    filming = await shoot(FACE)
    answer = await client.get(f"/media/{filming.pupil.session}/attachments/{n}")
    assert answer.status_code == 404


async def test_one_that_was_not_delivered_yet_is_said(
    client: httpx.AsyncClient, shoot: Shoot
) -> None:
    filming = await shoot(replace(FACE, pictures=(replace(snapshot(), lost=True),)))
    answer = await client.get(address(filming, 0))
    assert answer.status_code == 409
    assert "not been delivered yet" in answer.json()["detail"]
    page = (await client.get(f"/sessions/{filming.pupil.session}")).text
    assert "The snapshot was recorded, but has not been delivered yet." in page
    assert f'src="{address(filming, 1)}"' in page


async def test_one_that_was_destroyed_is_said(
    client: httpx.AsyncClient, shoot: Shoot, database: Database
) -> None:
    filming = await shoot(FACE, enrolled=(snapshot(role="photo"),))
    async with database.transaction() as db:
        await db.execute(update(ExamSession).values(purged_at=1))
    assert (await client.get(address(filming, 0))).status_code == 410
    page = (await client.get(f"/sessions/{filming.pupil.session}")).text
    assert "/attachments/" not in page
    assert "The clip was destroyed." in page


async def test_a_kind_that_a_browser_might_run_is_not_given(
    client: httpx.AsyncClient, shoot: Shoot
) -> None:
    bad = replace(snapshot(), media_type="text/html", data=b"<script>alert(1)</script>")
    filming = await shoot(replace(FACE, pictures=(bad,)))
    answer = await client.get(address(filming, 0))
    assert answer.status_code == 422
    assert b"script" not in answer.content


async def test_all_records_of_an_incident_give_it_what_they_attach(
    client: httpx.AsyncClient, shoot: Shoot, database: Database
) -> None:
    filming = await shoot(FACE, VOICE)
    async with database.transaction() as db:
        rows = (await db.scalars(select(AttachmentRow).order_by(AttachmentRow.seq))).all()
    assert [(row.incident_id, row.role) for row in rows] == [
        (f"{1:032x}", "snapshot"),
        (f"{1:032x}", "clip"),
    ]
    page = (await client.get(f"/sessions/{filming.pupil.session}")).text
    assert 'alt="Snapshot of No face in view at 0:01"' in page
    assert 'aria-label="Clip around No face in view at 0:01"' in page
    # The other one lies in it, and shows it too.
    assert 'aria-label="Clip around Speech at 0:02"' in page
    assert "The clip is that of No face in view at" in page


async def test_the_candidates_photograph_stands_by_the_name(
    client: httpx.AsyncClient, shoot: Shoot
) -> None:
    filming = await shoot(
        enrolled=(snapshot(role="photo"), snapshot(role="document", red=90)),
        identity={"distance": 0.41, "same": True},
    )
    page = (await client.get(f"/sessions/{filming.pupil.session}")).text
    assert page.count('class="enrolled"') == 2
    assert ", taken before the exam" in page
    assert "distance: 0.41, same: yes" in page


async def test_a_slowed_detection_is_told_beside_the_score(
    client: httpx.AsyncClient, shoot: Shoot
) -> None:
    filming = await shoot(
        paces=(
            {"at": 1, "level": 2, "fps": 15, "off": ["hand_at_ear"], "why": "busy"},
            {"at": 3, "level": 0, "fps": 30, "off": [], "why": "room"},
        )
    )
    page = (await client.get(f"/sessions/{filming.pupil.session}")).text
    told = "detection slowed down to 15 pictures a second; not looked for: hand at the ear"
    assert told in page
