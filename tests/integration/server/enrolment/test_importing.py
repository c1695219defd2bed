"""Lists of candidates taken in over HTTP, whole or not at all."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, delete, event, func, select
from support.campus import HOUR, Campus, client_of, connected, sign_in

from server.enrolment.importing import NotImported, keep_upload
from server.enrolment.models import Candidate, Enrolment, ImportRow
from server.enrolment.places import PAGE, Standing, Wanted, read_places
from server.enrolment.under_way import CandidateImports, Progress
from server.exams.accommodations import ProfileDraft, create_profile
from server.exams.models import Exam

pytestmark = pytest.mark.anyio

LIST = "name;reference;email\nJörg Müller;1;jm@uni.example\nÅsa;2;\n"
WITH_BAD = "name,reference\nAda,1\n,2\nCy,1\nDi,4\n"


async def upload(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], data: bytes
) -> str:
    """Send a file; the address of what it says."""
    path = f"/exams/{campus.exam.id}/import"
    files = {"file": ("list.csv", data, "text/csv")}
    answer = await client.post(path, files=files, headers=headers, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def run(
    client: httpx.AsyncClient, headers: dict[str, str], path: str, what: str = "all"
) -> str:
    """Import what was uploaded; the page in the end."""
    await client.post(f"{path}/run", data={"what": what}, headers=headers)
    for _ in range(2_000):
        text = (await client.get(path)).text
        if "hx-trigger" not in text:
            return text
        await asyncio.sleep(0.01)
    raise AssertionError("the import does not end")


async def enrolled(campus: Campus) -> list[tuple[str, str, str | None]]:
    """Who sits the exam: name, reference, address."""
    async with connected(campus.settings) as database, database.transaction() as db:
        query = (
            select(Candidate.name, Candidate.reference, Candidate.email)
            .join(Enrolment, Enrolment.candidate_id == Candidate.id)
            .where(Enrolment.exam_id == campus.exam.id)
            .order_by(Candidate.reference)
        )
        return list((await db.execute(query)).tuples())


async def test_a_list_is_looked_at_and_then_taken_in(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    path = await upload(campus, client, headers, LIST.encode("cp1252"))
    seen = (await client.get(path)).text
    assert "Windows-1252 (Western Europe), by a guess" in seen
    assert "Jörg Müller" in seen
    assert "Import 2 candidates" in seen
    assert await enrolled(campus) == []
    assert "2 candidates are enrolled" in await run(client, headers, path)
    assert await enrolled(campus) == [
        ("Jörg Müller", "1", "jm@uni.example"),
        ("Åsa", "2", None),
    ]
    # What was imported is gone, and a second click does nothing.
    assert "2 candidates are enrolled" in (await client.get(path)).text
    again = await client.post(f"{path}/run", data={"what": "all"}, headers=headers)
    assert again.status_code == 404


async def test_the_list_is_read_as_it_is_said_to_be(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    data = "Łucja;7\n".encode("cp1250")
    path = await upload(campus, client, headers, data)
    chosen = {
        "encoding": "cp1250",
        "separator": "semicolon",
        "header": "no",
        "column.0": "name",
        "column.1": "reference",
    }
    assert "Łucja" in (await client.post(path, data=chosen, headers=headers)).text
    await run(client, headers, path)
    assert await enrolled(campus) == [("Łucja", "7", None)]


async def test_bad_rows_keep_everybody_out_unless_they_are_left_out(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    path = await upload(campus, client, headers, WITH_BAD.encode())
    seen = (await client.get(path)).text
    assert "The same reference as on line 2." in seen
    report = await client.get(f"{path}/report.csv")
    assert report.headers["content-disposition"].startswith("attachment")
    assert "3,name,There is no name.," in report.text
    assert "2 rows are wrong, so nobody was enrolled" in await run(client, headers, path)
    assert await enrolled(campus) == []
    assert "2 candidates are enrolled" in await run(client, headers, path, "good")
    assert [reference for _, reference, _ in await enrolled(campus)] == ["1", "4"]


async def test_who_is_known_keeps_their_name_and_who_is_enrolled_is_left(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await campus.code("1")
    headers = await sign_in(campus, client, campus.examiner)
    path = await upload(campus, client, headers, b"name,reference\nAda B,1\nBob,2\n")
    seen = (await client.get(path)).text
    assert "Import 1 candidate" in seen
    await run(client, headers, path)
    assert [name for name, _, _ in await enrolled(campus)] == ["Ada Example", "Bob"]


async def test_who_looks_on_while_the_server_is_started_anew_is_led_back_to_the_list(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    path = await upload(campus, client, headers, LIST.encode())
    lost = await client.get(f"{path}/progress", headers={"HX-Request": "true"})
    assert (lost.status_code, lost.headers["hx-redirect"]) == (404, path)


@pytest.mark.both_databases
async def test_addresses_of_who_is_enrolled_are_corrected_by_the_list_that_has_them_right(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    first = b"name,reference,email\nAda,1,ada@uni.exmaple\nBob,2,bob@uni.example\nCy,3,\n"
    path = await upload(campus, client, headers, first)
    await run(client, headers, path)
    right = (
        b"name,reference,email\nAda,1,ada@uni.example\nBob,2,BOB@uni.example\nCy,3,cy@x.de\n"
    )
    path = await upload(campus, client, headers, right)
    seen = (await client.get(path)).text
    assert "1 gets another e-mail address" in seen
    assert "1 who had none so far gets an e-mail address." in seen
    assert "Change 2 e-mail addresses" in seen
    told = await run(client, headers, path, "good")
    assert "2 candidates have another e-mail address now." in told
    assert "enrolled" not in told.partition('role="status">')[2].partition("</p>")[0]
    assert await enrolled(campus) == [
        ("Ada", "1", "ada@uni.example"),
        ("Bob", "2", "bob@uni.example"),
        ("Cy", "3", "cy@x.de"),
    ]
    path = await upload(campus, client, headers, right)
    assert "There is nobody to enrol." in (await client.get(path)).text


# One of letters that both databases make small, one of others.
@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("first", "again"),
    [("Ada.Example@uni.example", "ada.example@UNI.example"), ("Åsa-1", "åsa-1")],
)
async def test_a_reference_in_other_letters_is_the_same_candidates(
    campus: Campus, client: httpx.AsyncClient, first: str, again: str
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    others = f"name,reference\nBob,b-1\nAda B,{again}\n".encode()
    assert await take_in(campus, f"name,reference\nAda,{first}\n".encode()) == 1
    path = await upload(campus, client, headers, others)
    assert "Import 1 candidate" in (await client.get(path)).text
    api = f"/api/v1/exams/{campus.exam.id}"
    body = {"candidates": [{"name": "Ada B", "reference": again}]}
    refused = await client.post(f"{api}/enrolments", json=body, headers=headers)
    assert refused.status_code == 409, refused.text
    twice = [{"name": "C", "reference": "c-1"}, {"name": "C", "reference": "C-1"}]
    refused = await client.post(
        f"{api}/enrolments", json={"candidates": twice}, headers=headers
    )
    assert "“c-1” is named twice" in refused.json()["detail"]
    # In another exam it is the same candidate, whose own letters stay.
    copied = (await client.post(f"{api}/copy", headers=headers)).json()["id"]
    answer = await client.post(f"/api/v1/exams/{copied}/enrolments", json=body, headers=headers)
    assert [one["reference"] for one in answer.json()] == [first]
    assert await take_in(campus, others) == 1
    here = {(name, reference) for name, reference, _ in await enrolled(campus)}
    assert here == {("Ada", first), ("Bob", "b-1")}


async def test_new_addresses_take_one_statement(campus: Campus) -> None:
    await take_in(campus, entries(300))
    async with connected(campus.settings) as database, database.transaction() as db:
        exam = await db.get_one(Exam, campus.exam.id)
        await db.execute(delete(Enrolment).where(Enrolment.exam_id == exam.id))
    said: list[str] = []

    def note(_one: Any, _two: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        moved = entries(300).replace(b"uni.example", b"new.example")
        assert await take_in(campus, moved) == 300
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert sum(one.startswith("UPDATE candidate ") for one in said) == 1
    assert {email.partition("@")[2] for _, _, email in await enrolled(campus) if email} == {
        "new.example"
    }


async def test_what_is_no_list_is_told(campus: Campus, client: httpx.AsyncClient) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    empty = await client.post(
        f"/exams/{campus.exam.id}/import", files={"file": ("l.csv", b" ")}, headers=headers
    )
    assert (empty.status_code, "a line for each candidate" in empty.text) == (422, True)
    path = await upload(campus, client, headers, b"PK\x03\x04 a workbook")
    seen = await client.get(path)
    assert seen.status_code == 422
    assert "Save the list as “CSV UTF-8”" in seen.text


class PowerCut(Exception):
    """The power goes."""


class Watched(Progress):
    """What an import told, which may be cut short while it enrols."""

    def __init__(self, fails_at: int | None = None) -> None:
        super().__init__()
        self.told: list[int] = []
        self.fails_at = fails_at

    def tell(self, done: int, all_: int) -> None:
        self.told.append(done)
        enrolling = self.step == "Enrolling"
        if enrolling and self.fails_at is not None and done >= self.fails_at:
            raise PowerCut


def entries(count: int) -> bytes:
    rows = "".join(f"Candidate {n},s-{n},s{n}@uni.example\n" for n in range(count))
    return b"name,reference,email\n" + rows.encode()


async def take_in(campus: Campus, data: bytes, **more: Any) -> int:
    """Import a file past the pages."""
    async with connected(campus.settings) as database:
        async with database.transaction() as db:
            exam = await db.get_one(Exam, campus.exam.id)
            name = await keep_upload(db, exam, "l.csv", data, campus.clock())
            row = await db.get_one(ImportRow, name)
        imports = CandidateImports(database, campus.clock)
        given = {"good_only": False, "progress": Progress()} | more
        return await imports.take_in("command line", exam, row, **given)


async def test_fifty_thousand_are_taken_in_and_looked_through(campus: Campus) -> None:
    progress = Watched()
    count = 50_000
    assert await take_in(campus, entries(count), progress=progress) == count
    assert len(progress.told) > 50
    async with connected(campus.settings) as database, database.transaction() as db:
        wanted = Wanted("s-4999", Standing.NO_CODE, 999)
        found = await read_places(db, campus.exam.id, wanted, campus.clock())
        assert found.all == count
        assert found.found == 11
        assert len(found.lines) == 11
        assert found.wanted.page == 0
        first = await read_places(db, campus.exam.id, Wanted(), campus.clock())
        assert (len(first.lines), first.last_page) == (PAGE, count // PAGE - 1)


async def test_a_failure_half_way_enrols_nobody(campus: Campus) -> None:
    progress = Watched(fails_at=2_000)
    with suppress(PowerCut):
        await take_in(campus, entries(3_000), progress=progress)
    async with connected(campus.settings) as database, database.transaction() as db:
        assert await db.scalar(select(func.count()).select_from(Candidate)) == 0
        assert await db.scalar(select(func.count()).select_from(Enrolment)) == 0
        # The list is still there to be tried again.
        assert await db.scalar(select(func.count()).select_from(ImportRow)) == 1


async def test_an_accommodation_that_is_gone_meanwhile_keeps_all_out(campus: Campus) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        draft = ProfileDraft(name="Profile B", extra_percent=25)
        await create_profile(db, campus.institution.id, draft, campus.clock())
    data = b"name,reference,accommodation\nAda,1,profile b\n"
    assert await take_in(campus, data) == 1
    with pytest.raises(NotImported, match="1 row is wrong"):
        await take_in(campus, data.replace(b"profile b", b"profile c").replace(b",1,", b",2,"))


async def test_nobody_is_taken_in_for_an_exam_that_is_over(campus: Campus) -> None:
    campus.clock.advance(48 * HOUR)
    with pytest.raises(NotImported, match="over or cancelled"):
        await take_in(campus, entries(1))


async def test_two_at_once_enrol_everybody_once(found: Any) -> None:
    campus = found()
    async with client_of(replace(campus)):
        both = await asyncio.gather(
            take_in(campus, entries(200)), take_in(campus, entries(300))
        )
    assert sum(both) == 300
    assert len(await enrolled(campus)) == 300
