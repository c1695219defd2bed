"""Every operation of the OpenAPI, with any data that fits it and any that does not, asked by
everyone: no 5xx, no answer that the description does not know, every refusal a problem.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, product
from typing import Any

import httpx
import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from support.authority import API
from support.campus import (
    MovableClock,
    Pupil,
    connected,
    found_campus,
    redeem,
    sign_in,
)
from support.existing import INWARD, Existing, make_token
from support.figures import FULL, amount
from support.running_server import RunningServer, running

from server.ingest.models import ExamSession
from server.problems import MEDIA_TYPE as PROBLEM
from server.review.flag_memory import read_flags
from shared.signed import MEDIA_TYPE as SIGNED
from shared.wire import Problem

# Cases an operation, at least: half of them fit the description, half are bent; of each
# half, half go to what exists and half to invented ids.
CASES = amount(5, 500)

# Never more of them than a flood's bounds let through.
UNBOUNDED = dict.fromkeys(
    (
        "records_per_minute",
        "blobs_per_minute",
        "requests_per_minute",
        "login_attempts",
        "code_attempts",
    ),
    "1000000000",
)

CONFORMS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

GENERATED = settings(
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)

# What no operation asks for and anybody may send all the same.
WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)
EXTRA_HEADERS = st.dictionaries(
    st.sampled_from(
        (
            *("Accept", "Accept-Encoding", "Accept-Language", "Content-Encoding", "Cookie"),
            *("Content-Digest", "Forwarded", "HX-Request", "If-Match", "Origin", "Range"),
            *("Sec-Fetch-Site", "X-Forwarded-For", "X-HTTP-Method-Override", "X-CSRF-Token"),
        )
    ),
    st.sampled_from(("*/*", "0", "gzip", "null", "bytes=5-1", "invigil=x", "DELETE")) | WORDS,
    max_size=3,
)
EXTRA_QUERY = st.dictionaries(WORDS, st.text(max_size=20) | st.integers(), max_size=3)

JSON = "application/json"

Who = dict[str, dict[str, str]]


@schemathesis.serializer(SIGNED, "text/csv")
def as_bytes(_: object, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Doors:
    """A running server, who may ask it, and what there is on it."""

    server: RunningServer
    who: Who
    existing: Existing


@dataclass
class Told:
    """What came of all cases: answers by operation and status, those of them to what exists,
    and what was not right.
    """

    answers: dict[str, Counter[int]] = field(default_factory=dict[str, Counter[int]])
    of_existing: dict[str, Counter[int]] = field(default_factory=dict[str, Counter[int]])
    findings: list[str] = field(default_factory=list[str])


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    folder = tmp_path_factory.mktemp("hostile") / "data"
    clock = MovableClock(time.time_ns() // 1_000)
    campus = asyncio.run(found_campus(folder, clock=clock))

    async def enter() -> tuple[Who, dict[str, str]]:
        who: Who = {"nobody": {}}
        for role in ("admin", "proctor", "observer"):
            async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
                headers = await sign_in(campus, client, f"{role}@example.edu")
                who[role] = {"Cookie": f"invigil={client.cookies['invigil']}", **headers}
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            pupil = await redeem(client, await campus.code())
            await recorded(pupil)
        who["recorder"] = pupil.headers
        async with connected(campus.settings) as database, database.transaction() as db:
            session = await db.get_one(ExamSession, pupil.session)
            (flag,) = await read_flags(db, session)
        real = {
            "session_id": pupil.session,
            "exam_id": campus.exam.id,
            "flag_id": flag.id,
            "sha256": next(iter(pupil.blobs)),
        }
        return who, real

    with running(folder, **UNBOUNDED, **INWARD) as server:
        who, ids = asyncio.run(enter())
        with httpx.Client(base_url=server.url, headers=who["admin"], timeout=60) as admin:
            who["program"] = {"Authorization": f"Bearer {make_token(admin)}"}
            yield Doors(server, who, Existing(admin, ids))


async def recorded(pupil: Pupil) -> None:
    """A session with a flag, a piece that is here and one that is not."""
    pupil.open()
    pupil.segment()
    pupil.segment("screen")
    pupil.incident()
    pupil.take(await pupil.deliver(*pupil.records))
    pupil.take(await pupil.upload(next(reversed(pupil.blobs))))


def test_every_operation_answers_as_described(
    doors: Doors, figures: Callable[[str, str], None]
) -> None:
    told, began = Told(), time.monotonic()
    schema = schemathesis.openapi.from_url(f"{doors.server.url}/schema/openapi.json")
    with requests.Session() as session:
        for found in schema.get_all_operations():
            asking = Asking(doors, session, found.ok(), told)
            assert asking.unknown == [], f"support.existing makes none for {asking.name}"
            ask_all(asking)
    assert told.findings == [], "\n\n".join(told.findings[:5])
    log = doors.server.log
    assert "failed" not in log, log[-4_000:]
    assert "Traceback" not in log, log[-4_000:]
    still_in(doors)
    total = sum(counter.total() for counter in told.answers.values())
    figures(
        "hostile HTTP, schemathesis",
        f"{total:,} cases on {len(told.answers)} operations "
        f"(at least {min(c.total() for c in told.answers.values())} each) in "
        f"{time.monotonic() - began:.0f} s: {by_status(told)}; none undocumented, no 5xx; "
        f"{sum(c.total() for c in told.of_existing.values()):,} to what exists",
    )


# Containers within each other: few enough for every reader, around where the interpreter
# gives up (1,000 and the calls that it is in), and far beyond.
DEPTHS = (100, *(range(850, 1_001, 10) if FULL else (980,)), 1_500, 50_000)


def test_no_body_is_too_deep_to_be_answered(
    doors: Doors, figures: Callable[[str, str], None]
) -> None:
    schema = schemathesis.openapi.from_url(f"{doors.server.url}/schema/openapi.json")
    told: Counter[int] = Counter()
    for found in schema.get_all_operations():
        operation = found.ok()
        if JSON not in operation.definition.raw.get("requestBody", {}).get("content", {}):
            continue
        path = operation.path.format(**doors.existing.ids)
        for depth, (before, after) in product(DEPTHS, ((b"[", b"]"), (b'{"name":', b"}"))):
            answer = doors.existing.admin.request(
                operation.method.upper(),
                path,
                content=before * depth + b"1" + after * depth,
                headers={"Content-Type": JSON},
            )
            assert answer.status_code in {400, 413}, f"{path}, {depth} deep: {answer.text}"
            assert answer.headers["content-type"] == PROBLEM
            told[answer.status_code] += 1
    assert "Traceback" not in doors.server.log, doors.server.log[-4_000:]
    assert told[400] > 100
    figures(
        "hostile HTTP, nested bodies", f"{told.total()} of up to {DEPTHS[-1]:,}, each refused"
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """One operation being asked."""

    doors: Doors
    session: requests.Session
    operation: APIOperation
    told: Told

    @property
    def name(self) -> str:
        return f"{self.operation.method.upper()} {self.operation.path}"

    @property
    def done(self) -> int:
        return self.told.answers[self.name].total()

    @property
    def parameters(self) -> list[str]:
        """What its path names."""
        return [parameter.name for parameter in self.operation.path_parameters]

    @property
    def unknown(self) -> list[str]:
        """What of it no existing value is known for."""
        return [name for name in self.parameters if name not in self.doors.existing.ids]

    def who(self) -> st.SearchStrategy[str]:
        """Half of the time who may ask this, half of the time anybody."""
        wanted = {
            name for one in self.operation.definition.raw.get("security", ()) for name in one
        }
        fitting = {
            "session": ["recorder"],
            "staff": ["admin", "proctor", "observer"],
            "token": ["program"],
        }
        names = [who for one in sorted(wanted) for who in fitting.get(one, ())] or ["nobody"]
        return st.sampled_from(names) | st.sampled_from(sorted(self.doors.who))


def ask_all(asking: Asking) -> None:
    """All cases of one operation, half of them of what exists where its path names something;
    what has nothing to bend gets more of the rest.
    """
    told, existing = asking.told, asking.doors.existing
    told.answers[asking.name], told.of_existing[asking.name] = Counter(), Counter()
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ways = [(mode, real) for real in ((True, False) if asking.parameters else (False,))
            for mode in modes]  # fmt: skip
    for number in count():
        if asking.done >= CASES:
            break
        mode, real = ways[number % len(ways)]
        ask_many(asking, mode, number, -(-CASES // len(ways)), real=real)
    assert not asking.parameters or told.of_existing[asking.name].total() > 0, asking.name
    for name in asking.parameters:
        assert existing.is_there(name), f"{name} is gone after {asking.name}"


def ask_many(
    asking: Asking, mode: GenerationMode, number: int, most: int, *, real: bool
) -> None:
    path = {name: asking.doors.existing.ids[name] for name in asking.parameters} if real else {}
    strategy = asking.operation.as_strategy(mode, path_parameters=path or None)

    @seed(number)
    @settings(GENERATED, max_examples=most)
    @given(case=strategy, who=asking.who(), extra=EXTRA_HEADERS, query=EXTRA_QUERY)
    def ask(case: Case, who: str, extra: dict[str, str], query: dict[str, Any]) -> None:
        if real:
            # What there was when the strategy was made may have gone by an earlier case.
            case.path_parameters = {name: asking.doors.existing.ids[name] for name in path}
        status = ask_once(asking, case, who, extra, query)
        if real:
            asking.told.of_existing[asking.name][status] += 1
            go_on(asking, status)

    # An operation may have nothing to bend.
    with suppress(Unsatisfiable):
        ask()


def ask_once(
    asking: Asking, case: Case, who: str, extra: dict[str, str], query: dict[str, Any]
) -> int:
    """Ask, look at the answer, and note what is not right; the answer's status."""
    answer = case.call(
        asking.doors.server.url,
        session=asking.session,
        headers={**extra, **asking.doors.who[who]},
        params=query,
        timeout=60,
    )
    asking.session.cookies.clear()
    asking.told.answers[asking.name][answer.status_code] += 1
    try:
        case.validate_response(answer, checks=CONFORMS)
        is_well_put(answer)
    except (FailureGroup, AssertionError, msgspec.DecodeError) as why:
        asked = case.as_curl_command()[:2_000]
        asking.told.findings.append(f"{asking.name} by {who}: {why}\n{asked}\n{extra} {query}")
    return answer.status_code


def go_on(asking: Asking, status: int) -> None:
    """What was taken away is there again, for what is asked next."""
    existing = asking.doors.existing
    if status >= 400:
        return
    if asking.operation.method.upper() == "DELETE":
        existing.renew(asking.parameters[-1])
    elif asking.name == f"POST {API}/exams/{{exam_id}}/cancel":
        exam = existing.ids["exam_id"]
        existing.admin.post(f"{API}/exams/{exam}/reinstate").raise_for_status()


def is_well_put(answer: Any) -> None:
    """A refusal is a problem with words, and an answer in good time is one."""
    if answer.status_code < 400:
        return
    assert answer.headers["content-type"] == [PROBLEM], answer.headers
    problem = msgspec.json.decode(answer.content, type=Problem)
    assert problem.status == answer.status_code
    assert problem.title
    assert problem.detail
    if answer.status_code in {429, 503}:
        assert int(answer.headers["retry-after"][0]) > 0


def still_in(doors: Doors) -> None:
    """Nothing that was asked has signed anybody out, or locked the database."""
    for role in ("admin", "proctor", "observer"):
        url = f"{doors.server.url}/api/v1/exams"
        assert httpx.get(url, headers=doors.who[role]).status_code == 200, role
    path = f"{API}/sessions/{doors.existing.ids['session_id']}/status"
    url = doors.server.url + path
    assert httpx.get(url, headers=doors.who["recorder"]).status_code == 200


def by_status(told: Told) -> str:
    totals = sum(told.answers.values(), Counter[int]())
    return ", ".join(f"{number:,} × {status}" for status, number in sorted(totals.items()))
