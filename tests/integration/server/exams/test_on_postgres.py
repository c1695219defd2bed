"""Rules and accommodations where several really do write at once: on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from support import postgres
from support.campus import Campus, client_of, found_campus, redeem, sign_in

from server.exams.terms import Terms
from server.web.policy_form import fields_of
from shared.policy import decode_policy

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not postgres.available(), reason="PostgreSQL is not on this machine"),
]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    folder = tmp_path_factory.mktemp("postgres")
    with postgres.cluster() as socket:
        yield asyncio.run(found_campus(folder, database_url=postgres.url(socket)))


async def test_many_begin_and_sign_at_once(founded: Campus) -> None:
    async with client_of(founded) as client:
        headers = await sign_in(founded, client, founded.admin)
        profile = {"name": "Profile B", "off": ["speech"]}
        both = await asyncio.gather(
            *(
                client.post("/api/v1/accommodations", json=profile, headers=headers)
                for _ in range(2)
            )
        )
        assert sorted(answer.status_code for answer in both) == [201, 409]
        exam = f"/api/v1/exams/{founded.exam.id}"
        drafts = [
            {"name": "Ada", "reference": str(n), "accommodation": "Profile B"} for n in range(4)
        ]
        made = await client.post(
            f"{exam}/enrolments", json={"candidates": drafts}, headers=headers
        )
        codes = [one["code"] for one in made.json()]
        policies = [
            client.post(f"{exam}/policies", json={"retention_days": n}, headers=headers)
            for n in (7, 8)
        ]
        pupils, *signed = await asyncio.gather(
            asyncio.gather(*(redeem(client, code) for code in codes)), *policies
        )
        assert [answer.status_code for answer in signed] == [201, 201]
        for pupil in pupils:
            policy = decode_policy(pupil.policy.payload)
            assert policy.accommodation is not None
        listed = (await client.get(f"{exam}/policies")).json()
        assert len({one["version"] for one in listed}) == 3
        # The pages of it work there too.
        newest = fields_of(Terms(retention_days=9)) | {"version": str(listed[0]["version"])}
        page = await client.post(
            f"/exams/{founded.exam.id}/policy", data=newest, headers=headers
        )
        assert "9 days" in page.text
        for address in ("/accommodations", f"/exams/{founded.exam.id}", "/sessions"):
            assert (await client.get(address)).status_code == 200
