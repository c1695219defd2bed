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


# Where a string is any text: what JSON can say there and no database or screen likes.
UNKIND = {
    "nul": b'"\\u0000"',
    "half a surrogate pair": b'"\\ud800"',
    "the halves in the wrong order": b'"\\udc00\\ud800"',
    "no UTF-8": b'"\xff\xfe"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "overlong UTF-8": b'"\xc0\x80"',
    "a control character": b'"\x01"',
    "not a character": '"\uffff"'.encode(),
    "deep lists": b"[" * 10_000 + b"]" * 10_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep and cut": b"[" * 60_000,
    "a number beyond all": b"1" + b"0" * 5_000,
    "a number beyond a double": b"1e999",
    "a number that is none": b"NaN",
    "a member twice": b'{"a":1,"a":2}',
    "a long text": b'"' + b"x" * 60_000 + b'"',
}


@pytest.mark.parametrize("member", ["boot", "detail", "kind", "confidence"])
@pytest.mark.parametrize("said", UNKIND.values(), ids=UNKIND.keys())
def test_unkind_json_in_a_genuinely_signed_record(
    world: tuple[asyncio.Runner, Pupil], member: str, said: bytes
) -> None:
    runner, pupil = world
    kept, mono = len(pupil.records), pupil.mono
    record = json.loads(pupil.incident(kept).payload)
    del pupil.records[kept:]
    (record if member in record else record["body"])[member] = "@"
    signed = sign(pupil.key, Domain.RECORD, json.dumps(record).encode().replace(b'"@"', said))
    response = runner.run(pupil.deliver(signed))
    refused_well(response)
    if response.status_code == 200:
        pupil.records.append(signed)
    else:
        pupil.mono = mono
    status = runner.run(pupil.client.get(pupil.url("status"), headers=pupil.headers))
    assert (status.status_code, status.json()["size"]) == (200, len(pupil.records))


@pytest.mark.parametrize("path", ["inspect", "redeem"])
@pytest.mark.parametrize("said", UNKIND.values(), ids=UNKIND.keys())
def test_unkind_json_at_the_open_doors(
    world: tuple[asyncio.Runner, Pupil], path: str, said: bytes
) -> None:
    runner, pupil = world
    for body in (said, b'{"code":' + said + b',"public_key":' + said + b"}"):
        response = runner.run(
            pupil.client.post(
                f"/api/v1/enrolments/{path}",
                content=body,
                headers={"Content-Type": "application/json"},
            )
        )
        refused_well(response)
        assert response.status_code in {400, 404, 413}


def test_a_line_of_ten_megabytes(world: tuple[asyncio.Runner, Pupil]) -> None:
    runner, pupil = world
    line = b"A" * 86 + b" " + b"1" * 10_000_000 + b"\n"
    for body, status in ((line, 413), (line[:1_000_000], 400), (b"\n" * 100_000, 400)):
        answer = runner.run(
            pupil.client.post(pupil.url("records"), content=body, headers=pupil.headers)
        )
        refused_well(answer)
        assert answer.status_code == status


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
