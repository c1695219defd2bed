"""Whatever is sent, the answer is the caller's mistake or a success, never the server's."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.campus import Campus, Pupil, client_of, copy_of, redeem

from shared.encoding import to_base64
from shared.records import Gap
from shared.signed import Domain, sign

# Every example is an HTTP request through the whole application.
EXAMPLES = 40

LINES = st.lists(
    st.one_of(
        st.binary(max_size=200),
        st.builds(
            lambda signature, payload: to_base64(signature).encode() + b" " + payload,
            st.binary(min_size=64, max_size=64),
            st.binary(max_size=200).filter(lambda payload: b"\n" not in payload),
        ),
    ),
    max_size=5,
).map(lambda lines: b"".join(line + b"\n" for line in lines))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


async def started(campus: Campus):
    """A client of the running application, and the way to end both."""
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def hold() -> None:
        async with client_of(campus) as client:
            ready.set_result(client)
            await stop.wait()

    holding = asyncio.create_task(hold())

    async def finish() -> None:
        stop.set()
        await holding

    return await ready, finish


@pytest.fixture(scope="module")
def world(template: Campus, tmp_path_factory: pytest.TempPathFactory):
    """One running application and one session for all examples, on a loop of its own."""
    campus = copy_of(template, tmp_path_factory.mktemp("fuzz") / "data")
    with asyncio.Runner() as runner:
        client, finish = runner.run(started(campus))
        pupil = runner.run(redeem(client, runner.run(campus.code("fuzz"))))
        pupil.open()
        runner.run(pupil.deliver(*pupil.records))
        yield runner, pupil
        runner.run(finish())


def refused_well(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        body = response.json()
        assert body["status"] == response.status_code
        assert body["detail"]


many = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@many
@given(body=LINES | st.binary(max_size=2_000))
def test_any_body_of_records(world: tuple[asyncio.Runner, Pupil], body: bytes) -> None:
    runner, pupil = world
    refused_well(
        runner.run(pupil.client.post(pupil.url("records"), content=body, headers=pupil.headers))
    )


@many
@given(member=st.sampled_from(["v", "type", "seq", "prev", "wall", "boot", "body"]), value=JSON)
def test_any_member_of_a_genuinely_signed_record(
    world: tuple[asyncio.Runner, Pupil], member: str, value: object
) -> None:
    """Its owner holds the key, so the signature holds whatever the record says."""
    runner, pupil = world
    kept = len(pupil.records)
    honest = json.loads(pupil.record(Gap(stream="camera", start=1, end=2, reason="x")).payload)
    del pupil.records[kept:]
    bent = json.dumps(honest | {member: value}).encode()
    signed = sign(pupil.key, Domain.RECORD, bent)
    response = runner.run(pupil.deliver(signed))
    refused_well(response)
    if response.status_code == 200:
        pupil.records.append(signed)


@many
@given(detail=st.dictionaries(st.text(), JSON, max_size=3))
def test_any_detail_of_an_incident(
    world: tuple[asyncio.Runner, Pupil], detail: dict[str, object]
) -> None:
    runner, pupil = world
    kept = len(pupil.records)
    record = json.loads(pupil.incident(len(pupil.records)).payload)
    del pupil.records[kept:]
    record["body"]["detail"] = detail
    signed = sign(pupil.key, Domain.RECORD, json.dumps(record).encode())
    response = runner.run(pupil.deliver(signed))
    refused_well(response)
    if response.status_code == 200:
        pupil.records.append(signed)


@many
@given(
    path=st.sampled_from(["/api/v1/enrolments/inspect", "/api/v1/enrolments/redeem", "/login"]),
    body=st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()),
    kind=st.sampled_from(
        [
            None,
            "application/json",
            "application/x-www-form-urlencoded",
            "text/plain",
            "x",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
        ]
    ),
)
def test_any_body_of_the_open_doors(
    world: tuple[asyncio.Runner, Pupil], path: str, body: bytes, kind: str | None
) -> None:
    runner, pupil = world
    headers = {"Content-Type": kind} if kind else {}
    response = runner.run(pupil.client.post(path, content=body, headers=headers))
    assert response.status_code < 500, response.text


@many
@given(
    path=st.binary(max_size=40).map(lambda raw: quote(raw, safe="/")),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]),
)
def test_any_path(world: tuple[asyncio.Runner, Pupil], path: str, method: str) -> None:
    runner, pupil = world
    url = f"/api/v1/sessions/{path}"
    response = runner.run(pupil.client.request(method, url, headers=pupil.headers))
    assert response.status_code < 500, response.text
