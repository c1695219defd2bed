"""Candidates looked after by a program: a list taken in, letters, codes, places."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from support.campus import HOUR, Campus, connected, redeem, sign_in

from server.enrolment.models import Enrolment
from server.exams.models import Exam
from server.mail.models import MailRow

pytestmark = pytest.mark.anyio

LIST = "name;reference;email\nJörg Müller;1;jm@uni.example\nÅsa;2;\n"
WITH_BAD = "name,reference\nAda,1\n,2\nCy,1\nDi,4\n"


class Program:
    """A program that looks after the exam's candidates."""

    def __init__(self, campus: Campus, client: httpx.AsyncClient, headers: Any) -> None:
        self.campus, self.client, self.headers = campus, client, headers
        self.base = f"/api/v1/exams/{campus.exam.id}"

    async def imports(self, data: bytes | str, query: str = "", **more: Any) -> httpx.Response:
        content = data if isinstance(data, bytes) else data.encode()
        kind = {"Content-Type": more.get("kind", "text/csv; charset=utf-8")}
        path = f"{self.base}/imports{query}"
        return await self.client.post(path, content=content, headers=self.headers | kind)

    async def post(self, rest: str, **body: Any) -> httpx.Response:
        return await self.client.post(self.base + rest, json=body, headers=self.headers)

    async def places(self) -> int:
        async with connected(self.campus.settings) as database, database.transaction() as db:
            return await db.scalar(select(func.count()).select_from(Enrolment)) or 0

    async def letters(self) -> list[tuple[str, str]]:
        async with connected(self.campus.settings) as database, database.transaction() as db:
            rows = await db.scalars(select(MailRow).order_by(MailRow.kind))
            return [(row.kind, row.state) for row in rows]


@pytest.fixture
async def program(campus: Campus, client: httpx.AsyncClient) -> Program:
    return Program(campus, client, await sign_in(campus, client, campus.examiner))


async def test_a_list_is_tried_and_taken_in(program: Program) -> None:
    data = LIST.encode("cp1252")
    tried = (await program.imports(data, "?dry_run=true")).json()
    assert (tried["encoding"], tried["sure"], tried["separator"]) == (
        "cp1252",
        False,
        "semicolon",
    )
    assert (tried["new"], tried["rows"], tried["imported"]) == (2, 2, None)
    assert await program.places() == 0
    done = await program.imports(data)
    assert (done.status_code, done.json()["imported"]) == (200, 2)
    again = (await program.imports(data)).json()
    assert (again["enrolled"], again["new"], again["imported"]) == (2, 0, 0)
    assert await program.places() == 2


async def test_bad_rows_keep_everybody_out_and_are_all_told(program: Program) -> None:
    tried = (await program.imports(WITH_BAD, "?dry_run=true")).json()
    assert (tried["bad_rows"], tried["new"]) == (2, 2)
    refused = await program.imports(WITH_BAD)
    assert refused.status_code == 422
    assert refused.headers["content-type"].startswith("application/problem+json")
    problem = refused.json()
    assert problem["detail"] == "2 rows are wrong, so nobody was enrolled."
    assert problem["list"]["bad"] == tried["bad"]
    assert [(one["line"], one["what"]) for one in tried["bad"]] == [
        (3, "There is no name."),
        (4, "The same reference as on line 2."),
    ]
    assert await program.places() == 0
    good = await program.imports(WITH_BAD, "?good_only=true")
    assert (good.status_code, good.json()["imported"]) == (200, 2)


@pytest.mark.parametrize(
    ("data", "query", "status", "said"),
    [
        (b" ", "", 422, "nothing in this file"),
        (b"PK\x03\x04 a workbook", "", 422, "CSV UTF-8"),
        (b"name\nAda\n", "", 422, "which column is the reference"),
        (b"Ada;\xff\n", "?encoding=utf-8", 422, "This is not UTF-8"),
        (b"Ada,1\n", "?encoding=ebcdic", 400, "encoding is one of utf-8"),
        (b"Ada,1\n", "?separator=dash", 400, "separator is one of comma"),
        (b"Ada,1\n", "?columns=name,number", 400, "There is no column 'number'"),
        (b"Ada,1\n", "?dry_run=perhaps", 400, "dry_run"),
    ],
)
async def test_what_is_no_list_is_said_with_what_to_do(
    program: Program, data: bytes, query: str, status: int, said: str
) -> None:
    answer = await program.imports(data, query)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
    assert await program.places() == 0


async def test_a_form_is_no_list_and_an_exam_that_is_over_takes_nobody(
    campus: Campus, program: Program
) -> None:
    assert (await program.imports(LIST, kind="application/json")).status_code == 415
    columns = await program.imports("X;Ada;7\n", "?columns=,name,reference&header=false")
    assert columns.json()["imported"] == 1
    campus.clock.advance(25 * HOUR)
    program.headers = await sign_in(campus, program.client, campus.examiner)
    over = await program.imports(LIST)
    assert (over.status_code, "over or cancelled" in over.json()["detail"]) == (422, True)


async def test_letters_codes_and_places(campus: Campus, program: Program) -> None:
    await program.imports(LIST)
    sent = await program.post("/letters", kind="invitation", standing="no_code")
    assert sent.json() == {"queued": 1, "no_address": 1, "left": 0}
    for count in (1, 0):
        reminded = await program.post("/letters", kind="reminder", everybody=True)
        assert reminded.json() == {"queued": count, "no_address": 0, "left": 2 - count}
    assert await program.letters() == [("invitation", "waiting"), ("reminder", "waiting")]
    issued = (await program.post("/codes", references=["2"])).json()
    assert [one["candidate"] for one in issued] == ["Åsa"]
    assert issued[0]["code"] in issued[0]["link"]
    pupil = await redeem(program.client, issued[0]["code"])
    assert pupil.session
    changed = await program.post("/enrolments/changes", do="withdraw", everybody=True)
    assert changed.json() == {"changed": 1, "left": 1}
    assert {state for _, state in await program.letters()} == {"withdrawn"}
    back = await program.post("/enrolments/changes", do="restore", standing="withdrawn")
    assert back.json() == {"changed": 1, "left": 0}
    assert (await program.post("/enrolments/changes", do="revoke", text="Jörg")).json() == {
        "changed": 0,
        "left": 1,
    }


@pytest.mark.parametrize(
    ("whom", "said"),
    [
        ({}, "Say whom in one way"),
        ({"everybody": True, "text": "a"}, "Say whom in one way"),
        ({"references": ["nobody"]}, "Nobody in this exam is 'nobody'"),
        ({"enrolments": ["0" * 32]}, "Nobody in this exam is"),
        ({"standing": "asleep"}, "asleep"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_whom_it_is_about_is_said_clearly(
    program: Program, whom: dict[str, Any], said: str
) -> None:
    answer = await program.post("/codes", **whom)
    assert (answer.status_code, said in answer.json()["detail"]) == (400, True), answer.text


async def test_nobody_is_reminded_of_a_draft(campus: Campus, program: Program) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.get_one(Exam, campus.exam.id)).published = None
    answer = await program.post("/letters", kind="reminder", everybody=True)
    assert (answer.status_code, "is a draft" in answer.json()["detail"]) == (400, True)
