"""Accommodation profiles: who may set them up, what the recorder gets, what stays as it was."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from support.campus import Campus, Pupil, connected, redeem, sign_in

from server.accounts.models import Account, Institution, Role
from server.accounts.service import create_institution
from server.audit.models import LogEntryRow
from server.exams.models import PolicyVersion
from server.exams.rekeying import rekey
from server.exams.service import add_policy, newest_policy
from server.exams.terms import Terms
from shared.encoding import from_base64, to_base64
from shared.flags import Kind
from shared.policy import Accommodation, Breaks, decode_policy
from shared.signed import Domain, fingerprint, holds, parse_line, public_bytes
from shared.verify import verify_bundle

pytestmark = pytest.mark.anyio

API = "/api/v1/accommodations"
INSPECT, REDEEM = "/api/v1/enrolments/inspect", "/api/v1/enrolments/redeem"
QUIET = {"name": "Profile B", "off": ["speech", "gaze_away"], "note": "reads aloud"}


async def profile(client: httpx.AsyncClient, headers: dict[str, str], **changed: object) -> str:
    answer = await client.post(API, json=QUIET | changed, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def enrolled(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], **changed: object
) -> dict[str, str]:
    """A new place in the exam: its id and its code."""
    draft = {"name": "Ada", "reference": "a", "accommodation": "Profile B"} | changed
    answer = await client.post(
        f"/api/v1/exams/{campus.exam.id}/enrolments",
        json={"candidates": [draft]},
        headers=headers,
    )
    assert answer.status_code == 201, answer.text
    return answer.json()[0]


async def inspected(client: httpx.AsyncClient, code: str) -> tuple[str, Accommodation | None]:
    """The policy's line, and the accommodation in it."""
    answer = (await client.post(INSPECT, json={"code": code})).json()
    signed = parse_line(answer["policy"].encode())
    assert holds(signed, Domain.POLICY, from_base64(answer["institution_key"]))
    return answer["policy"], decode_policy(signed.payload).accommodation


@pytest.fixture
async def headers(campus: Campus, client: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(campus, client, campus.admin)


async def test_the_recorder_gets_the_policy_signed_for_this_candidate(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], tmp_path: Path
) -> None:
    await profile(client, headers)
    place = await enrolled(campus, client, headers)
    line, given = await inspected(client, place["code"])
    assert given == Accommodation(profile="Profile B", off=(Kind.GAZE_AWAY, Kind.SPEECH))
    pupil = await redeem(client, place["code"])
    assert pupil.policy.line().decode() == line
    policy = decode_policy(pupil.policy.payload)
    assert not policy.rule(Kind.SPEECH).enabled
    assert policy.rule(Kind.FACE_MISSING).enabled
    # Everybody else begins under the exam's own.
    _, none = await inspected(client, await campus.code("s-9"))
    assert none is None
    pupil.open(unwatched=("object_seen: no object model is installed",))
    pupil.segment()
    pupil.segment()
    pupil.close()
    await pupil.hand_in()
    await _is_in_the_report(client, pupil, tmp_path)


async def _is_in_the_report(client: httpx.AsyncClient, pupil: Pupil, folder: Path) -> None:
    page = (await client.get(f"/sessions/{pupil.session}")).text
    assert "Switched off for this candidate by accommodation Profile B" in page
    assert "version 2 (version 1 with accommodation Profile B)" in page
    assert "no object model is installed" in page
    file = folder / "bundle.zip"
    file.write_bytes((await client.get(f"/sessions/{pupil.session}/bundle")).content)
    assert verify_bundle(file, fingerprint(pupil.institution_key)).holds
    with ZipFile(file) as bundle:
        report = msgspec.json.decode(bundle.read("report.json"))
    watching = report["watching"]
    assert watching["accommodation"] == "Profile B"
    told = {(one["kind"], one["by"]) for one in watching["left_out"]}
    assert {("speech", "accommodation"), ("gaze_away", "accommodation")} <= told
    assert ("object_seen", "machine") in told
    shares = {one["stream"]: one["share"] for one in report["observability"]}
    assert shares == {"camera": 1.0, "microphone": 0.0}
    assert (await client.get(f"/api/v1/sessions/{pupil.session}")).json()[
        "watching"
    ] == watching


async def test_a_change_is_for_those_who_have_not_begun(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    own = await profile(client, headers)
    first = await enrolled(campus, client, headers)
    second = await enrolled(campus, client, headers, reference="b")
    key = to_base64(public_bytes(Ed25519PrivateKey.generate()))
    begun = {"code": first["code"], "public_key": key}
    before = (await client.post(REDEEM, json=begun)).json()
    changed = {"name": "Profile C", "off": ["multiple_faces"]}
    answer = await client.put(f"{API}/{own}", json=changed, headers=headers)
    assert answer.json()["off"] == ["multiple_faces"]
    _, given = await inspected(client, second["code"])
    assert given == Accommodation(profile="Profile C", off=(Kind.MULTIPLE_FACES,))
    # Who has begun is shown and given what they began under, whatever came later.
    assert (await client.post(REDEEM, json=begun)).json() == before
    assert (await inspected(client, first["code"]))[0] == before["policy"]


async def test_breaks_last_ten_minutes_where_the_exam_has_none(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    await profile(client, headers, breaks=2)
    place = await enrolled(campus, client, headers)
    none = Terms(breaks=Breaks(count=0, longest_s=0.0))
    async with connected(campus.settings) as database, database.transaction() as db:
        owner = await db.get_one(Institution, campus.institution.id)
        await add_policy(db, campus.keys, owner, campus.exam, none, campus.clock())
    policy = decode_policy((await redeem(client, place["code"])).policy.payload)
    assert policy.breaks == Breaks(count=2, longest_s=600.0)


async def test_the_newest_policy_and_the_newest_keys_are_under_it(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    await profile(client, headers)
    first = await enrolled(campus, client, headers)
    other = await enrolled(campus, client, headers, reference="b")
    await redeem(client, first["code"])
    async with connected(campus.settings) as database, database.transaction() as db:
        owner = await db.get_one(Institution, campus.institution.id)
        made = await add_policy(
            db, campus.keys, owner, campus.exam, Terms(retention_days=7), campus.clock()
        )
        # The first candidate's own took number 2.
        assert (made.version, (await newest_policy(db, campus.exam.id)).version) == (3, 3)
        await rekey(db, campus.keys, owner, campus.clock(), signing=True, evidence=True)
        newest = decode_policy((await newest_policy(db, campus.exam.id)).payload)
        assert newest.accommodation is None
    line, given = await inspected(client, other["code"])
    pupil = await redeem(client, other["code"])
    assert pupil.policy.line().decode() == line
    policy = decode_policy(pupil.policy.payload)
    assert (policy.retention_days, policy.evidence_keys) == (7, newest.evidence_keys)
    assert given is not None
    assert pupil.institution_key != campus.public_key


async def test_all_who_begin_under_the_same_bytes_share_a_row(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    await profile(client, headers)
    for reference in "abc":
        place = await enrolled(campus, client, headers, reference=reference)
        await redeem(client, place["code"])
    async with connected(campus.settings) as database, database.transaction() as db:
        rows = list(await db.scalars(select(PolicyVersion)))
    assert sorted((row.version, row.follows) for row in rows) == [(1, None), (2, 1)]
    listed = (await client.get(f"/api/v1/exams/{campus.exam.id}/policies")).json()
    assert [one["version"] for one in listed] == [1]


async def test_a_place_is_given_another_until_the_candidate_begins(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    own = await profile(client, headers)
    place = await enrolled(campus, client, headers, accommodation=None)
    exam = f"/api/v1/exams/{campus.exam.id}/enrolments"
    address = f"{exam}/{place['enrolment']}/accommodation"
    for said, has in ((own, own), (None, None), ("Profile B", own)):
        answer = await client.put(address, json={"accommodation": said}, headers=headers)
        assert (answer.status_code, answer.json()["accommodation"]) == (200, has)
    wrong = await client.put(address, json={"accommodation": "Profile X"}, headers=headers)
    assert wrong.status_code == 409
    assert "Create it first" in wrong.json()["detail"]
    nobody = await client.put(
        f"{exam}/{'0' * 32}/accommodation", json={"accommodation": own}, headers=headers
    )
    assert nobody.status_code == 404
    pupil = await redeem(client, place["code"])
    late = await client.put(address, json={"accommodation": None}, headers=headers)
    assert late.status_code == 409
    assert "has begun" in late.json()["detail"]
    (listed,) = (await client.get(exam)).json()
    assert (listed["session"], listed["accommodation"]) == (pupil.session, own)
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow).where(LogEntryRow.action == "accommodation.give")
        assert len(list(await db.scalars(query))) == 3


async def test_an_archived_profile_is_kept_and_not_given(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    own = await profile(client, headers)
    place = await enrolled(campus, client, headers)
    put = await client.put(f"{API}/{own}/archived", json={"archived": True}, headers=headers)
    assert put.json()["archived"] == campus.clock()
    assert (await inspected(client, place["code"]))[1] is not None
    draft = {"name": "Eve", "reference": "e", "accommodation": own}
    address = f"/api/v1/exams/{campus.exam.id}/enrolments"
    other = {"name": "Dan", "reference": "d"}
    answer = await client.post(address, json={"candidates": [other, draft]}, headers=headers)
    assert answer.status_code == 400
    assert "Restore it first" in answer.json()["detail"]
    # Nothing is half imported.
    assert len((await client.get(address)).json()) == 1
    back = await client.put(f"{API}/{own}/archived", json={"archived": False}, headers=headers)
    assert back.json()["archived"] is None


NO_PROFILES = [
    ({}, 400),
    (QUIET | {"name": " "}, 400),
    (QUIET | {"name": "x" * 101}, 400),
    (QUIET | {"name": "a\0b"}, 400),
    (QUIET | {"off": []}, 400),
    (QUIET | {"off": ["sneezing"]}, 400),
    (QUIET | {"off": ["gap"]}, 400),
    (QUIET | {"note": "a\0b"}, 400),
    (QUIET | {"surprise": 1}, 400),
    (QUIET | {"name": " Profile  A "}, 409),
]


async def test_what_is_no_profile(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    await profile(client, headers, name="Profile A")
    own = await profile(client, headers, name="Other")
    for draft, status in NO_PROFILES:
        for answer in (
            await client.post(API, json=draft, headers=headers),
            await client.put(f"{API}/{own}", json=draft, headers=headers),
        ):
            assert answer.status_code == status, draft
            assert answer.json()["detail"]
    assert len((await client.get(API)).json()) == 2


async def test_only_admins_of_the_institution_have_them(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    own = await profile(client, headers)
    place = await enrolled(campus, client, headers)
    give = f"/api/v1/exams/{campus.exam.id}/enrolments"
    give_to = f"{give}/{place['enrolment']}/accommodation"
    forged = await client.post(API, json=QUIET, headers={})
    assert forged.status_code == 403
    proctor = await sign_in(campus, client, campus.proctor)
    for address in (API, give, "/accommodations", f"/accommodations/{own}"):
        assert (await client.get(address)).status_code == 403, address
    given = {"accommodation": None}
    assert (await client.put(give_to, json=given, headers=proctor)).status_code == 403
    assert (await client.post("/accommodations", data={}, headers=proctor)).status_code == 403
    stranger = await sign_in(campus, client, campus.admin)
    async with connected(campus.settings) as database, database.transaction() as db:
        other = await create_institution(db, campus.keys, "Other", "o@example.org", 1)
        (row,) = await db.scalars(select(Account).where(Account.role == Role.ADMIN.value))
        row.institution_id = other.id
    assert (await client.get(API)).json() == []
    for address, body in (
        (f"{API}/{own}", QUIET),
        (f"{API}/{own}/archived", {"archived": True}),
        (give_to, given),
    ):
        assert (await client.put(address, json=body, headers=stranger)).status_code == 404
    assert (await client.get(f"/accommodations/{own}")).status_code == 404
