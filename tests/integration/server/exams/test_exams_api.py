"""Exams and enrolments over HTTP, as an admin's program uses them."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select
from support.campus import HOUR, Campus, connected, redeem, sign_in

from server.accounts.models import Account, Role
from server.accounts.service import create_institution
from server.audit.models import LogEntryRow
from shared.log import decode_entry
from shared.policy import decode_policy
from shared.signed import fingerprint

pytestmark = pytest.mark.anyio

EXAMS = "/api/v1/exams"


async def test_from_nothing_to_a_session(campus: Campus, client: httpx.AsyncClient) -> None:
    headers = await sign_in(campus, client, campus.admin)
    draft = {
        "title": "Geometry",
        "starts": campus.clock(),
        "ends": campus.clock() + HOUR,
        "terms": {"retention_days": 9, "prohibited_processes": ["zoom"]},
    }
    exam = (await client.post(EXAMS, json=draft, headers=headers)).json()
    listed = (await client.get(EXAMS)).json()
    assert exam in listed
    body = {
        "candidates": [{"name": "Ada", "reference": "a"}, {"name": "Alan", "reference": "b"}]
    }
    answer = await client.post(f"{EXAMS}/{exam['id']}/enrolments", json=body, headers=headers)
    assert answer.status_code == 201
    ada, alan = answer.json()
    assert (ada["candidate"], alan["reference"]) == ("Ada", "b")
    assert fingerprint(campus.public_key) in ada["link"]
    assert ada["code"] in ada["link"]
    pupil = await redeem(client, ada["code"])
    policy = decode_policy(pupil.policy.payload)
    assert (policy.retention_days, policy.prohibited_processes) == (9, ("zoom",))


async def test_a_new_policy_is_a_new_version(campus: Campus, client: httpx.AsyncClient) -> None:
    headers = await sign_in(campus, client, campus.admin)
    url = f"{EXAMS}/{campus.exam.id}/policies"
    answer = await client.post(url, json={"retention_days": 3}, headers=headers)
    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow).where(LogEntryRow.action == "policy.sign")
        (row,) = await db.scalars(query)
        assert decode_entry(row.payload).body.detail["hash"] == answer.json()["hash"]


@pytest.mark.parametrize(
    "draft",
    [
        {},
        {"title": "", "starts": 1, "ends": 2},
        {"title": " \t ", "starts": 1, "ends": 2},
        {"title": "x", "starts": 1, "ends": 2, "terms": {"duration_s": 0}},
        {"title": "x", "starts": 2, "ends": 2},
        {"title": "x", "starts": -1, "ends": 2},
        {"title": "x", "starts": 1, "ends": 2**60},
        {"title": "x", "starts": 1, "ends": 2, "terms": {"retention_days": 0}},
        {"title": "x", "starts": 1, "ends": 2, "terms": {"surprise": 0}},
        {
            "title": "x",
            "starts": 1,
            "ends": 2,
            "terms": {"prohibited_processes": ["x" * 70_000]},
        },
        {"title": "x" * 201, "starts": 1, "ends": 2},
        {"title": "Alge\N{SOFT HYPHEN}bra", "starts": 1, "ends": 2},
        {"title": "Algebra\nI", "starts": 1, "ends": 2},
    ],
)
async def test_what_is_no_exam(
    campus: Campus, client: httpx.AsyncClient, draft: dict[str, object]
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    answer = await client.post(EXAMS, json=draft, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["detail"]


async def test_another_institutions_exam_does_not_exist(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    async with connected(campus.settings) as database, database.transaction() as db:
        other = await create_institution(db, campus.keys, "Other", "o@example.org", 1)
        (row,) = await db.scalars(select(Account).where(Account.role == Role.ADMIN.value))
        row.institution_id = other.id
    body = {"candidates": [{"name": "Ada", "reference": "a"}]}
    for path in ("enrolments", "policies"):
        answer = await client.post(
            f"{EXAMS}/{campus.exam.id}/{path}",
            json=body if path == "enrolments" else {},
            headers=headers,
        )
        assert answer.status_code == 404
    assert (await client.get(EXAMS)).json() == []
