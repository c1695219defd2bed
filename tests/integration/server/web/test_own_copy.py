"""A candidate's own copy: it tells of what was destroyed and decided as it is."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import httpx
import pytest
from support.campus import HOUR, Campus, Pupil, connected, redeem, sign_in
from support.destroying import destroy, hold

from server.candidates.own_copy import OwnCopy
from server.ingest.models import ExamSession
from server.ingest.regions import open_blobs
from server.reports.bundle import BundleExport
from server.retention import destruction
from server.retention.destruction import Destroyed, Destruction, Held
from shared.candidate_page import page_path, page_token
from shared.certificate import EvidenceKind
from shared.certificate_file import SUFFIX, verify_certificate_file
from shared.signed import fingerprint
from shared.verify import verify_bundle

pytestmark = pytest.mark.anyio

NOTE = "The colleague Ms Turing saw the neighbour Mr Hopper help."


@pytest.fixture
async def own(pupil: Pupil) -> Pupil:
    return await handed_in(pupil)


async def handed_in(pupil: Pupil) -> Pupil:
    pupil.open()
    pupil.segment("camera", b"init")
    pupil.segment("camera", b"and a fragment")
    pupil.close()
    await pupil.hand_in()
    return pupil


def page_of(pupil: Pupil) -> str:
    return page_path(page_token(pupil.token))


async def copy_of(client: httpx.AsyncClient, pupil: Pupil) -> dict[str, bytes]:
    answer = await client.get(f"{page_of(pupil)}/copy")
    assert answer.status_code == 200, answer.text
    return unpacked(io.BytesIO(answer.content))


def unpacked(file: Path | io.BytesIO) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def whole_copy(campus: Campus, session: str, file: Path) -> dict[str, bytes]:
    """The copies of all sessions of whoever sat this one."""
    async with connected(campus.settings) as database:
        async with database.transaction() as db:
            candidate = (await db.get_one(ExamSession, session)).candidate_id
        blobs = open_blobs(campus.settings, database)
        bundles = BundleExport(database, campus.keys, blobs, campus.clock)
        copies = OwnCopy(database, bundles, blobs, campus.keys, campus.clock)
        await copies.write_all(candidate, file)
    return unpacked(file)


async def test_of_a_session_that_was_destroyed_there_is_no_bundle(
    campus: Campus, client: httpx.AsyncClient, own: Pupil, tmp_path: Path
) -> None:
    """What nobody can verify is not handed out as evidence; that it was destroyed is said."""
    second = await handed_in(await redeem(client, await campus.code("s-2")))
    async with connected(campus.settings) as database, database.transaction() as db:
        session = await db.get_one(ExamSession, own.session)
        (await db.get_one(ExamSession, second.session)).candidate_id = session.candidate_id
    assert isinstance(await destroy(campus, second.session), Destroyed)
    alone = await copy_of(client, second)
    together = await whole_copy(campus, own.session, tmp_path / "copies.zip")
    key = fingerprint(campus.public_key)
    (tmp_path / "b.zip").write_bytes(together[f"session-01/{own.session}.invigil.zip"])
    assert verify_bundle(tmp_path / "b.zip", key).holds
    for contents, folder in ((alone, ""), (together, "session-02/")):
        there = {name for name in contents if name.startswith(folder)}
        names = ("README.txt", "about.json", second.session + SUFFIX)
        assert there == {folder + name for name in names}
        (tmp_path / "certificates").write_bytes(contents[folder + second.session + SUFFIX])
        assert verify_certificate_file(tmp_path / "certificates", key).holds
        readme = contents[f"{folder}README.txt"].decode()
        assert "no signed evidence" in readme
        assert ".invigil.zip" not in readme
        about = json.loads(contents[f"{folder}about.json"])
        assert "records" in about["destroyed"][0]["what"]


async def test_what_goes_while_a_copy_is_written_is_not_in_it(
    campus: Campus,
    client: httpx.AsyncClient,
    own: Pupil,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = BundleExport.write

    async def write(self: BundleExport, session: str, file: Path, *rest: object) -> bool:
        written = await real(self, session, file, *rest)  # type: ignore[arg-type]
        await destroy(campus, session)
        return written

    monkeypatch.setattr(BundleExport, "write", write)
    contents = await copy_of(client, own)
    assert set(contents) == {"README.txt", "about.json", own.session + SUFFIX}
    assert not list((campus.settings.data_dir / "exports").glob("*"))


async def test_what_a_hold_stopped_is_told_as_a_part(
    campus: Campus,
    client: httpx.AsyncClient,
    own: Pupil,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(destruction, "STEP", 1)
    real, steps = Destruction._step, 0

    async def step(self: Destruction, session: str):
        nonlocal steps
        steps += 1
        if steps == 2:
            await hold(campus, session)
        return await real(self, session)

    monkeypatch.setattr(Destruction, "_step", step)
    assert isinstance(await destroy(campus, own.session, {EvidenceKind.CAMERA}), Held)
    page = (await client.get(page_of(own))).text
    assert "Part of this was deleted on" in page
    assert ">Deleted on" not in page
    german = (await client.get(page_of(own), headers={"Accept-Language": "de"})).text
    assert "Zum Teil gelöscht am" in german
    contents = await whole_copy(campus, own.session, tmp_path / "copies.zip")
    about = json.loads(contents["session-01/about.json"])
    index = json.loads(contents["index.json"])["sessions"][0]
    for told in (about["destroyed"], index["destroyed"]):
        assert [one["stopped"] for one in told] == [True]
    assert "part of: camera recording" in contents["index.html"].decode()


@pytest.mark.parametrize("published", [True, False])
async def test_what_was_decided_is_in_a_copy_where_the_institution_says_it(
    campus: Campus, client: httpx.AsyncClient, own: Pupil, tmp_path: Path, published: bool
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    form = {"appeal_days": "1"} | ({"publish_decision": "on"} if published else {})
    await client.post("/settings/data-protection", data=form, headers=headers)
    before = await copy_of(client, own)
    campus.clock.advance(HOUR)
    ask = {"outcome": "concerns", "version": "0", "note": NOTE}
    done = await client.post(f"/sessions/{own.session}/conclusion", data=ask, headers=headers)
    assert done.status_code == 200, done.text
    client.cookies.clear()
    contents = await whole_copy(campus, own.session, tmp_path / "copies.zip")
    about, index, readme, page = (
        contents[name].decode()
        for name in (
            "session-01/about.json",
            "index.json",
            "session-01/README.txt",
            "index.html",
        )
    )
    own_page = (await client.get(page_of(own))).text
    hidden = {"outcome": None, "words": "The institution tells you its decision itself."}
    undecided = {"outcome": "open", "words": "Nothing has been decided."}
    told = {"outcome": "concerns", "words": "Concerns were noted. Your result stands."}
    said = {**told, "at": campus.clock()} if published else {**hidden, "at": None}
    first = {**(undecided if published else hidden), "at": None}
    assert json.loads(before["about.json"])["decision"] == first
    assert json.loads(about)["decision"] == said
    assert json.loads(index)["sessions"][0]["decision"] == said
    assert said["words"] in page
    assert ("exam as a whole in about.json" in readme) == published
    assert ("it tells you that itself" in readme) != published
    assert ("known and was decided" in readme, "known and was decided" in page) == (
        (published,) * 2
    )
    assert ("is not in it: it tells you that itself" in own_page) != published
    assert "in writing within 1 day, and" in own_page
    for text in (about, index, readme, page):
        assert NOTE not in text
        assert "Admin" not in text
