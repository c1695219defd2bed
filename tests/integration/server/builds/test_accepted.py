"""The list of accepted builds over HTTP, on pages and commands, and what sessions get of it."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from support import postgres
from support.campus import Campus, Pupil, client_of, connected, found_campus, redeem, sign_in
from support.signed_builds import OTHER_KEY, SignedBuild, signed_build

from server.audit.models import LogEntryRow
from server.builds.accepting import MAX_MANIFEST_BYTES
from server.cli import main
from server.ingest.models import ExamSession, ProgramRow
from server.live.care import has_fresh
from server.live.gathering import Gathering
from server.live.limits import Limits
from server.reports.summary import report_members
from server.review.casefile import read_case
from server.review.models import RankRow
from server.review.ranking import refresh_stale
from server.storage.schema import migrate, take_back

pytestmark = pytest.mark.anyio

API = "/api/v1/builds"
BROWSER = {"Accept": "text/html"}
BUILD, NEXT = signed_build(1), signed_build(2)
FLAG = "program-0"

# How long a busy server may take to make a score anew, in seconds.
PATIENCE_S = 30


async def accept(
    client: httpx.AsyncClient, headers: dict[str, str], made: SignedBuild, signer: str = ""
) -> httpx.Response:
    query = {"signer": signer} if signer else {}
    content = {"Content-Type": "application/octet-stream"}
    return await client.post(
        API, params=query, content=made.manifest, headers={**headers, **content}
    )


async def recorded(client: httpx.AsyncClient, campus: Campus, told: dict, name: str) -> Pupil:
    pupil = await redeem(client, await campus.code(name))
    pupil.open(build=told)
    await pupil.hand_in()
    return pupil


async def flags_of(client: httpx.AsyncClient, pupil: Pupil) -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/sessions/{pupil.session}/flags")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def score_comes_to(
    campus: Campus, pupil: Pupil, expected: Callable[[float], bool]
) -> None:
    """As the list of sessions has it once stale scores were made anew: by whoever is first, the
    test or the server itself, which passes over what the other is at.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        async with connected(campus.settings) as database, database.transaction() as db:
            await refresh_stale(db)
            score = (await db.get_one(RankRow, pupil.session)).score
        if expected(score):
            return
        assert time.monotonic() < deadline, score
        await asyncio.sleep(0.05)


async def page_of(client: httpx.AsyncClient, pupil: Pupil) -> str:
    return (await client.get(f"/sessions/{pupil.session}")).text


async def whole_course(campus: Campus, client: httpx.AsyncClient) -> None:
    """From an empty list to accepted, withdrawn and accepted again."""
    headers = await sign_in(campus, client, campus.admin)
    pupil = await recorded(client, campus, BUILD.told(), "s-own")
    source = await recorded(client, campus, {"files": "runs from its source"}, "s-source")
    # While the list is empty nothing is said.
    assert await flags_of(client, pupil) == await flags_of(client, source) == []
    assert "Not judged" in await page_of(client, pupil)
    # A stranger's build is accepted only by its fingerprint.
    refused = await accept(client, headers, NEXT)
    assert refused.status_code == 422
    assert NEXT.signer in refused.json()["detail"]
    refused = await accept(client, headers, NEXT, "ab" * 32)
    assert "not by the key that you name" in refused.json()["detail"]
    made = await accept(client, headers, NEXT, NEXT.signer)
    assert made.status_code == 201, made.text
    assert (made.json()["build"], made.json()["number"]) == (NEXT.id, 2)
    assert (await accept(client, headers, NEXT)).status_code == 422
    # Now others are flagged, those of before too.
    (flag,) = await flags_of(client, pupil)
    assert (flag["id"], flag["kind"]) == (FLAG, "altered_program")
    await score_comes_to(campus, pupil, lambda score: score > 0)
    (flag,) = await flags_of(client, source)
    assert flag["needs_person"]
    assert "runs from source code" in await page_of(client, source)
    # Its signer is known by now; accepted later, it is judged anew where it is shown.
    assert (await accept(client, headers, BUILD)).status_code == 201
    assert await flags_of(client, pupil) == []
    await score_comes_to(campus, pupil, lambda score: score == 0)
    page = await page_of(client, pupil)
    assert "Accepted build" in page
    # Withdrawn, it counts for those who begin from then on.
    own = next(one for one in (await listed(client))["builds"] if one["build"] == BUILD.id)
    campus.clock.advance(1)
    done = await client.post(f"{API}/{own['id']}/withdraw", headers=headers)
    assert done.status_code == 204, done.text
    later = await recorded(client, campus, BUILD.told(), "s-later")
    assert await flags_of(client, pupil) == []
    assert len(await flags_of(client, later)) == 1
    assert "withdrawn from the list before" in await page_of(client, later)
    assert (await accept(client, headers, BUILD)).status_code == 201
    assert await flags_of(client, later) == []
    # And the institution can have it shown only.
    settled = await client.put(f"{API}/rule", json={"flags": False}, headers=headers)
    assert settled.status_code == 204, settled.text
    assert await flags_of(client, source) == []
    assert "Run from source" in await page_of(client, source)


async def listed(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(API)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def logged(campus: Campus) -> list[str]:
    """What the institution's log has of builds."""
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow.action).where(LogEntryRow.action.startswith("build."))
        return list(await db.scalars(query.order_by(LogEntryRow.n)))


async def test_builds_are_accepted_withdrawn_and_judged_by(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await whole_course(campus, client)
    assert await logged(campus) == [
        "build.accept",
        "build.accept",
        "build.withdraw",
        "build.accept",
        "build.settle",
    ]


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    folder = tmp_path_factory.mktemp("postgres")
    with postgres.cluster() as socket:
        yield asyncio.run(found_campus(folder, database_url=postgres.url(socket)))


@pytest.mark.skipif(not postgres.available(), reason="PostgreSQL is not on this machine")
async def test_the_same_on_postgres(on_postgres: Campus) -> None:
    async with client_of(on_postgres) as client:
        await whole_course(on_postgres, client)
    await read_again(on_postgres)


async def test_a_decision_stays_when_its_build_is_accepted(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    await accept(client, headers, NEXT, NEXT.signer)
    pupil = await recorded(client, campus, BUILD.told(), "s-2")
    verdict = {"verdict": "accepted", "version": 0, "note": "Not ours."}
    path = f"/api/v1/sessions/{pupil.session}/flags/{FLAG}/decisions"
    assert (await client.post(path, json=verdict, headers=headers)).status_code == 200
    assert (await accept(client, headers, BUILD)).status_code == 201
    (flag,) = await flags_of(client, pupil)
    assert (flag["verdict"], flag["severity"]) == ("accepted", "info")
    assert "It is on the list of accepted builds" in await page_of(client, pupil)


async def test_a_resume_with_another_build_is_judged_too(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    await accept(client, headers, BUILD, BUILD.signer)
    pupil = await recorded(client, campus, BUILD.told(), "s-3")
    await score_comes_to(campus, pupil, lambda score: score == 0)
    resumed = pupil.resume_as(NEXT.told(files="changed since it was built"))
    pupil.take(await pupil.deliver(resumed))
    (flag,) = await flags_of(client, pupil)
    assert flag["id"] == "program-1"
    await score_comes_to(campus, pupil, lambda score: score > 0)
    async with connected(campus.settings) as database, database.transaction() as db:
        session = await db.get_one(ExamSession, pupil.session)
        told = report_members(await read_case(db, session, campus.clock()))["programs"]
    assert [one["standing"] for one in told] == ["accepted", "altered"]
    assert [one["build"] for one in told] == [BUILD.id, NEXT.id]


async def test_no_limit_ends_a_session_for_its_build(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    terms = {"review": {"limit": 1, "at_limit": "terminate"}}
    path = f"/api/v1/exams/{campus.exam.id}/policy"
    answer = await client.put(path, json=terms, headers=headers)
    assert answer.status_code == 200, answer.text
    await accept(client, headers, NEXT, NEXT.signer)
    pupil = await recorded(
        client, campus, BUILD.told(files="changed since it was built"), "s-4"
    )
    async with connected(campus.settings) as database:
        await Limits(database, campus.clock).look()
        async with database.transaction() as db:
            assert (await db.get_one(ExamSession, pupil.session)).state == "open"
    await score_comes_to(campus, pupil, lambda score: score > 1)


async def read_again(campus: Campus) -> None:
    """Sessions from before the table say the same once it is there."""
    async with client_of(campus) as client:
        told = BUILD.told(version="0.\N{SNOWMAN}")
        pupil = await recorded(client, campus, told, "s-before")
    async with connected(campus.settings) as database:
        before = await _programs(database, pupil)
        await take_back(database, "0014")
        await migrate(database)
        assert await _programs(database, pupil) == before
    assert before[0]["build"] == BUILD.id


async def _programs(database: Any, pupil: Pupil) -> list[dict[str, Any]]:
    async with database.transaction() as db:
        query = select(ProgramRow).where(ProgramRow.session_id == pupil.session)
        rows = await db.scalars(query.order_by(ProgramRow.seq))
        return [
            {column.name: getattr(row, column.name) for column in ProgramRow.__table__.columns}
            for row in rows
        ]


async def test_recorded_sessions_are_read_when_the_database_is_brought_up_to_date(
    campus: Campus,
) -> None:
    await read_again(campus)


HOSTILE = {
    "nothing": b"",
    "not JSON": b"hello\nworld\n",
    "an installer": b"!<arch>\ndebian-binary" + bytes(2000),
    "a wrong signature": BUILD.manifest.replace(b'"number":1', b'"number":9'),
    "another format": signed_build(v=2).manifest,
    "two signers": signed_build(carrier=OTHER_KEY).manifest,
    "cut": BUILD.manifest[:300],
    "another product": signed_build(product="other").manifest,
    "zero bytes in a name": signed_build(name="in\0vigil.deb").manifest[:-1],
    "a list of another": BUILD.manifest + BUILD.manifest,
    "deep": b"A" * 86 + b" " + b"[" * 60_000 + b"\n",
}


async def test_what_is_no_manifest_is_refused_in_words(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    octets = {**headers, "Content-Type": "application/octet-stream"}
    form = {"signer": BUILD.signer, "_csrf": headers["X-CSRF-Token"]}
    for what, data in HOSTILE.items():
        query = {"signer": BUILD.signer}
        answer = await client.post(API, params=query, content=data, headers=octets)
        assert answer.status_code == 422, (what, answer.text)
        assert "NAME.manifest" in answer.json()["detail"], what
        files = {"manifest": ("x.manifest", data)}
        page = await client.post("/settings/builds", data=form, files=files, headers=BROWSER)
        assert page.status_code == 422, what
        assert "NAME.manifest" in page.text, what
    assert (await listed(client))["builds"] == []


async def test_fifty_megabytes_are_not_read(campus: Campus, client: httpx.AsyncClient) -> None:
    headers = await sign_in(campus, client, campus.admin)
    octets = {**headers, "Content-Type": "application/octet-stream"}
    large = bytes(50 * 1024 * 1024)
    assert (await client.post(API, content=large, headers=octets)).status_code == 413
    form = {"signer": BUILD.signer, "_csrf": headers["X-CSRF-Token"]}
    files = {"manifest": ("x.manifest", large)}
    page = await client.post("/settings/builds", data=form, files=files, headers=BROWSER)
    assert page.status_code == 413


async def test_the_page_does_all_of_it(campus: Campus, client: httpx.AsyncClient) -> None:
    headers = await sign_in(campus, client, campus.admin)
    assert "No build yet" in (await client.get("/settings/builds", headers=BROWSER)).text
    form = {"signer": BUILD.signer, "_csrf": headers["X-CSRF-Token"]}
    files = {"manifest": ("x.manifest", BUILD.manifest)}
    page = await client.post("/settings/builds", data=form, files=files, headers=BROWSER)
    assert BUILD.id in page.text
    assert "Sessions are judged by it" in page.text
    own = (await listed(client))["builds"][0]
    assert own["added_by"] == "Admin"
    withdrawn = await client.post(
        f"/settings/builds/{own['id']}/withdraw", data=form, headers=BROWSER
    )
    assert "not judged" in withdrawn.text
    settled = await client.post("/settings/builds/rule", data=form, headers=BROWSER)
    assert settled.status_code == 200
    assert not (await listed(client))["flags"]


async def test_another_institutions_build_does_not_exist(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    gone = await client.post(f"{API}/{'0' * 32}/withdraw", headers=headers)
    assert gone.status_code == 404


def test_the_commands_do_the_same(
    campus: Campus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("INVIGIL_DATA_DIR", str(campus.settings.data_dir))
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def run(*arguments: str) -> tuple[int, str, str]:
        status = 0
        try:
            main(["admin", "builds", *arguments, "--institution", "Example University"])
        except SystemExit as error:
            status = int(error.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    file = tmp_path / "x.manifest"
    status, _, said = run("add", str(file))
    assert (status, "cannot read" in said) == (2, True)
    file.write_bytes(BUILD.manifest)
    status, _, said = run("add", str(file))
    assert (status, BUILD.signer in said) == (2, True)
    status, out, said = run("add", str(file), "--signer", BUILD.signer.upper())
    assert (status, json.loads(out)["build"]) == (0, BUILD.id), said
    assert json.loads(run("list")[1])["added_by"] == "command line"
    assert "no build has" in run("withdraw", "77")[2]
    assert json.loads(run("withdraw", "1")[1])["build"] == BUILD.id
    assert json.loads(run("list")[1])["withdrawn_by"] == "command line"
    assert run("settle", "--show")[:2] == (0, '{"flags":false}\n')
    file.write_bytes(bytes(MAX_MANIFEST_BYTES + 1))
    status, _, said = run("add", str(file))
    assert (status, "larger than 8 MB" in said) == (2, True)


async def test_the_board_calls_for_a_changed_program_and_not_for_an_unlisted_one(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    await accept(client, headers, NEXT, NEXT.signer)
    changed = await recorded(
        client, campus, BUILD.told(files="changed since it was built"), "s-5"
    )
    unlisted = await recorded(client, campus, BUILD.told(), "s-6")
    async with connected(campus.settings) as database, database.transaction() as db:
        now = campus.clock()
        board = Gathering(campus.institution.id)
        facts = {one.id: one for one in await board.look(db, now)}
        (seen,) = facts[changed.session].fresh
        assert (seen.kind, seen.severity.value) == ("altered_program", "high")
        assert facts[unlisted.session].fresh == ()
        assert await has_fresh(db, changed.session, now)
        assert not await has_fresh(db, unlisted.session, now)
        # Looked at again, it is the same one.
        changed.incident(over=False)
    changed.take(await changed.deliver(changed.records[-1]))
    async with connected(campus.settings) as database, database.transaction() as db:
        (again,) = [one for one in await board.look(db, now) if one.id == changed.session]
        assert (again.incidents, len(again.fresh)) == (2, 1)
