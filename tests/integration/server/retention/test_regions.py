"""Each institution's recordings in its own region's store, and moved there and back."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update
from support.campus import HOUR, Campus, client_of, connected, copy_of, redeem, sign_in

from server.audit.models import LogEntryRow
from server.config import ConfigError, Settings
from server.ingest.models import ExamSession
from server.ingest.regions import open_blobs
from server.retention import moving
from server.retention.destruction import Destroyed
from server.retention.moving import NotMoved, move_institution
from server.retention.service import Retention
from server.storage.regions import RegionalBlobs, UnknownRegion
from shared.certificate import SEALED

pytestmark = pytest.mark.anyio


@pytest.fixture
def regional(template: Campus, tmp_path: Path) -> Campus:
    regions = {"eu-west": (tmp_path / "west").as_uri(), "us": (tmp_path / "us").as_uri()}
    return copy_of(template, tmp_path / "data", blob_regions=regions)


def files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


async def recorded(campus: Campus, client: httpx.AsyncClient, reference: str):
    pupil = await redeem(client, await campus.code(reference))
    pupil.open()
    pupil.segment()
    pupil.segment()
    pupil.close()
    await pupil.hand_in()
    return pupil


def test_regions_are_read_from_the_environment_and_written_back() -> None:
    said = {"INVIGIL_BLOB_URL_EU_WEST": "s3://west/x", "INVIGIL_BLOB_URL": "s3://else"}
    settings = Settings.from_environment(said)
    assert settings.blob_regions == {"eu-west": "s3://west/x"}
    assert said.items() <= settings.to_environment().items()
    assert Settings.from_environment(settings.to_environment()) == settings
    for wrong in ({"INVIGIL_BLOB_URL_X": "ftp://x"}, {"INVIGIL_BLOB_URL_Ä": "s3://x"}):
        with pytest.raises(ConfigError):
            Settings.from_environment(wrong)


async def test_an_institution_s_recordings_lie_where_it_chose_and_move_when_it_says(
    regional: Campus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    west, us = tmp_path / "west", tmp_path / "us"
    own = regional.institution.id
    async with client_of(regional) as client, connected(regional.settings) as database:
        blobs = open_blobs(regional.settings, database)
        assert isinstance(blobs, RegionalBlobs)
        first = await recorded(regional, client, "s-1")
        with pytest.raises(UnknownRegion, match="INVIGIL_BLOB_URL_MOON"):
            await move_institution(database, blobs, regional.clock, own, "moon")
        # A crash in the middle leaves both copies, and doing it again finishes it.
        real = moving._copy

        async def broken(session: str, name: str, old: object, new: object) -> None:
            if name == sorted(first.blobs)[1]:
                raise NotMoved("the disk is full")
            await real(session, name, old, new)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(moving, "_copy", broken)
            with pytest.raises(NotMoved):
                await move_institution(database, blobs, regional.clock, own, "eu-west")
        assert files(regional.settings.data_dir / "blobs") == 2
        moved = await move_institution(database, blobs, regional.clock, own, "eu-west")
        assert (moved.sessions, moved.pieces) == (1, 2)
        assert (files(regional.settings.data_dir / "blobs"), files(west), files(us)) == (
            0,
            2,
            0,
        )
        # What comes from now on goes there at once, and is seen and verified from there.
        second = await recorded(regional, client, "s-2")
        assert files(west) == 4
        await sign_in(regional, client, regional.proctor)
        for pupil in (first, second):
            url = f"/sessions/{pupil.session}/bundle"
            assert len((await client.get(url)).content) > sum(map(len, pupil.blobs.values()))
        async with database.transaction() as db:
            await db.execute(update(ExamSession).values(state="open"))
        with pytest.raises(NotMoved, match="still open"):
            await move_institution(database, blobs, regional.clock, own, "us")
        regional.clock.advance(HOUR)
        # Destroying reaches every store that it was in, one with a forgotten copy too.
        copy = regional.settings.data_dir / "blobs" / first.session / min(first.blobs)
        copy.parent.mkdir(parents=True)
        copy.write_bytes(first.blobs[copy.name])
        retention = Retention(database, blobs, regional.keys, regional.clock)
        for pupil in (first, second):
            outcome = await retention.destroy(pupil.session, SEALED, "system", "over")
            assert isinstance(outcome, Destroyed)
        assert (files(west), files(regional.settings.data_dir / "blobs")) == (0, 0)


async def test_a_region_is_chosen_on_the_page_and_sessions_follow(
    regional: Campus, tmp_path: Path
) -> None:
    west, here = tmp_path / "west", regional.settings.data_dir / "blobs"
    async with client_of(regional) as client, connected(regional.settings) as database:
        blobs = open_blobs(regional.settings, database)
        retention = Retention(database, blobs, regional.keys, regional.clock)
        first = await recorded(regional, client, "s-1")
        running = await redeem(client, await regional.code("s-2"))
        running.open()
        running.segment()
        running.take(await running.deliver(*running.records))
        headers = await sign_in(regional, client, regional.admin)
        url = "/settings/data-protection/region"
        wrong = await client.post(url, data={"region": "moon"}, headers=headers)
        assert wrong.status_code == 422
        assert "Choose one of the list" in wrong.text
        done = await client.post(url, data={"region": "eu-west"}, headers=headers)
        assert "New sessions are kept in eu-west from now on" in done.text
        assert "2 sessions are moved to eu-west" in done.text
        notice = "/settings/data-protection/documents/privacy-notice.md"
        stored = "are stored in the region eu-west"
        left = f"{stored} (2 earlier sessions not moved there yet);"
        assert left in (await client.get(notice)).text
        # What runs stays where it is until it has ended.
        assert (await retention.follow()).sessions == 1
        assert (files(here), files(west)) == (0, 2)
        running.close()
        await running.hand_in()
        assert (files(here), files(west)) == (1, 2)
        assert (await retention.follow()).sessions == 1
        assert (files(here), files(west)) == (0, 3)
        assert "by themselves" not in (await client.get(url)).text
        assert f"{stored};" in (await client.get(notice)).text
        for pupil in (first, running):
            bundle = await client.get(f"/sessions/{pupil.session}/bundle")
            assert len(bundle.content) > sum(map(len, pupil.blobs.values()))
        async with database.transaction() as db:
            query = select(LogEntryRow.n).where(LogEntryRow.action == "institution.move")
            assert len(list(await db.scalars(query))) == 1


async def half_recorded(campus: Campus, client: httpx.AsyncClient, reference: str):
    """A session that is closed, with two pieces that the server does not have yet."""
    pupil = await redeem(client, await campus.code(reference))
    pupil.open()
    for stream in ("camera", "screen", "microphone"):
        pupil.segment(stream)
    pupil.close()
    pupil.take(await pupil.deliver(*pupil.records))
    pupil.take(await pupil.upload(min(pupil.blobs)))
    return pupil


async def test_what_is_still_delivered_is_not_moved_by_command(
    regional: Campus, tmp_path: Path
) -> None:
    west, here = tmp_path / "west", regional.settings.data_dir / "blobs"
    own = regional.institution.id
    async with client_of(regional) as client, connected(regional.settings) as database:
        blobs = open_blobs(regional.settings, database)
        assert isinstance(blobs, RegionalBlobs)
        pupil = await half_recorded(regional, client, "s-1")
        with pytest.raises(NotMoved, match=f"{pupil.session} is still being delivered"):
            await move_institution(database, blobs, regional.clock, own, "eu-west")
        assert (files(here), files(west)) == (1, 0)
        await pupil.hand_in()
        assert (files(here), files(west)) == (3, 0)
        moved = await move_institution(database, blobs, regional.clock, own, "eu-west")
        assert (moved.sessions, moved.pieces) == (1, 3)
        assert (files(here), files(west)) == (0, 3)


async def test_a_session_that_comes_back_while_it_is_moved_stays_where_it_was(
    regional: Campus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    west, here = tmp_path / "west", regional.settings.data_dir / "blobs"
    async with client_of(regional) as client, connected(regional.settings) as database:
        blobs = open_blobs(regional.settings, database)
        retention = Retention(database, blobs, regional.keys, regional.clock)
        pupil = await half_recorded(regional, client, "s-1")
        headers = await sign_in(regional, client, regional.admin)
        form = {"region": "eu-west"}
        url = "/settings/data-protection/region"
        assert (await client.post(url, data=form, headers=headers)).status_code == 200
        assert (await retention.follow()).sessions == 0
        regional.clock.advance(moving.QUIET_FOR)
        real = moving._copy

        async def coming_back(session: str, name: str, old: object, new: object) -> None:
            if name == min(pupil.blobs):
                pupil.take(await pupil.upload(sorted(pupil.blobs)[1]))
            await real(session, name, old, new)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(moving, "_copy", coming_back)
            assert (await retention.follow()).sessions == 0
        assert files(here) == 2
        async with database.transaction() as db:
            assert (await db.get_one(ExamSession, pupil.session)).region == ""
        await pupil.hand_in()
        assert (await retention.follow()).pieces == 3
        assert (files(here), files(west)) == (0, 3)
