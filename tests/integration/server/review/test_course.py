"""Sessions that tell their phases: on the page, in the list, over HTTP and in the report."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select, update
from support.campus import Campus, connected, sign_in
from support.filmed import Absence, Filming, Scene, Script, Stand, film
from support.pictured import clip, snapshot
from support.reels import Reel, make_reels

from server.review.models import ObservedRow
from server.review.observed import RENEWED_EVERY, kept_shares
from server.review.observing import Observing
from shared.records import Phase

pytestmark = pytest.mark.anyio

Shoot = Callable[..., Awaitable[Filming]]

PHASES = [
    Stand(0.5, "preparing"),
    Stand(8, "exam"),
    Stand(16, "break", "candidate"),
    Stand(20, "exam", "candidate", "back"),
    Stand(28, "handed_in", "candidate"),
]
SCENES = [
    Scene("looking_away", 2, 4, "critical"),
    Scene("face_missing", 9, 11, "low", pictures=(snapshot(),), later=(clip(),)),
    Scene("speech", 17, 18, "critical"),
]
SCRIPT = Script(
    32,
    SCENES,
    streams=("camera",),
    unobserved=[Absence("camera", 0, 10, "too_dark"), Absence("camera", 16, 20, "covered")],
    gaps=[Absence("camera", 24, 28, "unplugged")],
    phases=PHASES,
)


@pytest.fixture(scope="module")
def reels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reel]:
    return make_reels(tmp_path_factory.mktemp("reels"), 32)


@pytest.fixture
async def shoot(campus: Campus, client: httpx.AsyncClient, reels: dict[str, Reel]) -> Shoot:
    """Films a session and signs a proctor in."""

    async def make(script: Script = SCRIPT) -> Filming:
        filming = await film(client, campus, await campus.code(), reels, script)
        await sign_in(campus, client, campus.proctor)
        return filming

    return make


async def told(client: httpx.AsyncClient, filming: Filming) -> dict:
    return (await client.get(filming.pupil.url(""))).json()


async def test_the_course_is_told_everywhere(client: httpx.AsyncClient, shoot: Shoot) -> None:
    filming = await shoot()
    course = (await told(client, filming))["course"]
    assert course["began"] == pytest.approx(8, abs=0.5)
    assert course["ended"] == pytest.approx(28, abs=0.5)
    assert course["seconds"] == pytest.approx(16, abs=0.5)
    assert course["breaks"] == 1
    assert course["break_seconds"] == pytest.approx(4, abs=0.5)
    assert [one["name"] for one in course["phases"]] == [one.name for one in PHASES]
    page = (await client.get(f"/sessions/{filming.pupil.session}")).text
    for words in ("handed in by the candidate", "<dt>Breaks</dt><dd>1, 4", "before the exam"):
        assert words in page, words
    line = (await client.get(f"/sessions/{filming.pupil.session}/timeline.json")).json()
    assert line["lanes"][0] == {"id": "phases", "label": "Exam"}
    assert line["phases"][3]["words"] == "by the candidate: back"
    bundle = await client.get(f"/sessions/{filming.pupil.session}/bundle")
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        report = json.loads(archive.read("report.json"))
    assert report["exam_course"] == course
    assert [flag["counts"] for flag in report["flags"]] == [False, True, False]
    assert [one["kind"] for one in report["score"]["contributions"]] == ["face_missing"]


async def test_only_the_exam_is_to_be_observed_and_list_and_page_agree(
    campus: Campus, client: httpx.AsyncClient, shoot: Shoot
) -> None:
    filming = await shoot()
    (camera, *_) = (await told(client, filming))["observability"]
    # Of 15.9 s of the exam: dark until 10 s, and 4 s not recorded.
    assert camera["missed"] == pytest.approx(1.9 + 3.9, abs=0.5)
    assert camera["share"] == pytest.approx(1 - camera["missed"] / 15.9, abs=0.01)
    page = (await client.get(f"/sessions/{filming.pupil.session}")).text
    percent = f"{int(camera['share'] * 100)} %"
    assert f"Camera: {percent} observed" in page
    for _ in range(2):  # made, then kept
        assert percent in (await client.get("/sessions")).text
    async with connected(campus.settings) as database, database.transaction() as db:
        (row,) = await db.scalars(select(ObservedRow))
        assert row.streams[0][2] == round(camera["missed"] * 1e6)


async def test_a_session_that_tells_no_phases_counts_as_before(
    client: httpx.AsyncClient, shoot: Shoot
) -> None:
    filming = await shoot(replace(SCRIPT, phases=()))
    said = await told(client, filming)
    assert said["course"] is None
    (camera, *_) = said["observability"]
    assert camera["missed"] == pytest.approx(18, abs=0.5)
    page = (await client.get(f"/sessions/{filming.pupil.session}")).text
    assert "before the exam" not in page
    flags = (await client.get(filming.pupil.url("flags"))).json()
    assert all(flag["counts"] for flag in flags)


async def test_flags_list_what_is_attached(client: httpx.AsyncClient, shoot: Shoot) -> None:
    filming = await shoot()
    flags = (await client.get(filming.pupil.url("flags"))).json()
    assert [flag["counts"] for flag in flags] == [False, True, False]
    assert [len(flag["attachments"]) for flag in flags] == [0, 2, 0]
    for one in flags[1]["attachments"]:
        assert one["there"]
        answer = await client.get(one["address"])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == one["media_type"]
    assert [one["role"] for one in flags[1]["attachments"]] == ["snapshot", "clip"]


async def test_the_score_follows_the_phases_as_they_come(
    campus: Campus, client: httpx.AsyncClient, shoot: Shoot
) -> None:
    """A flag that lasts from the waiting room into the exam counts once the exam begins."""
    filming = await shoot(
        Script(
            8,
            [Scene("face_missing", 2, None, "critical")],
            streams=("camera",),
            phases=[Stand(0.5, "waiting")],
            closed=False,
        )
    )
    assert 'class="number">0<' in (await client.get("/sessions")).text
    filming.move_to(9)
    filming.pupil.record(Phase(name="exam", by="recorder"))
    filming.move_to(12)
    filming.beat([])
    await filming.deliver()
    assert 'class="number">0<' not in (await client.get("/sessions")).text


@pytest.mark.both_databases
async def test_what_could_be_observed_is_told_once_a_session_is_over(
    campus: Campus, client: httpx.AsyncClient, shoot: Shoot
) -> None:
    """Without anybody who looks at it, in the list or in the exam's report."""
    running = await shoot(Script(8, streams=("camera",), closed=False))
    over = await shoot()
    async with connected(campus.settings) as database:
        await Observing(database).look()
        async with database.transaction() as db:
            kept = {row.session_id: row for row in await db.scalars(select(ObservedRow))}
            assert set(kept) == {over.pupil.session}
            told, others = await kept_shares(db, campus.exam.id)
            assert others == [running.pupil.session]
        said = (await client.get(over.pupil.url(""))).json()["observability"]
        shares = {stream: share for stream, (share,) in told.items()}
        known = {one["stream"]: one["share"] for one in said if one["share"] is not None}
        assert shares == pytest.approx(known, abs=1e-4)
        # What is not right any more is made anew.
        async with database.transaction() as db:
            await db.execute(update(ObservedRow).values(size=1, streams=[]))
            assert (await kept_shares(db, campus.exam.id))[0] == {}
        await Observing(database).look()
        async with database.transaction() as db:
            assert await kept_shares(db, campus.exam.id) == (told, others)


async def test_a_live_session_is_looked_at_anew_after_a_minute(
    campus: Campus, client: httpx.AsyncClient, shoot: Shoot
) -> None:
    live = Script(8, streams=("camera",), closed=False)
    filming = await shoot(live)

    async def kept() -> int:
        await client.get("/sessions")
        async with connected(campus.settings) as database, database.transaction() as db:
            return await db.scalar(select(ObservedRow.size)) or 0

    first = await kept()
    filming.move_to(20)
    filming.beat([])
    await filming.deliver()
    assert await kept() == first
    filming.move_to(20 + RENEWED_EVERY / 1e6)
    filming.beat([])
    await filming.deliver()
    assert await kept() == first + 2
    filming.pupil.close()
    await filming.deliver()
    assert await kept() == first + 3


async def test_a_hostile_reason_is_printed_and_bounded(
    client: httpx.AsyncClient, shoot: Shoot
) -> None:
    filming = await shoot(
        Script(
            4,
            streams=("camera",),
            phases=[Stand(0.5, "paused", "proctor", "<script>\0" + "x" * 9_000)],
        )
    )
    page = (await client.get(f"/sessions/{filming.pupil.session}")).text
    assert "&lt;script&gt;" in page
    assert "x" * 200 not in page
