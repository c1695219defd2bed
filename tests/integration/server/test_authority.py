"""Every route, for everybody: nobody sees or does what is not theirs.

The rows of ``support.authority`` are held against the application's own routes, so that a
route without a row fails here, and so does a row without a route.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from litestar.routes import HTTPRoute, WebSocketRoute
from sqlalchemy import select
from support.authority import LINK, PUBLIC, RECORDER, ROWS, WEBSOCKET, Row
from support.campus import Campus, client_of, connected, copy_of
from support.two_houses import House, add_token, found_house, signed_in

from server.accounts.models import Role
from server.accounts.scopes import Scope, scope_of
from server.audit.models import LogEntryRow
from server.storage.database import Database
from server.web import assets
from shared.log import decode_entry

pytestmark = pytest.mark.anyio

ROLES = list(Role)
STAFF_ROWS = [row for row in ROWS if isinstance(row.least, Role) and row.method != WEBSOCKET]
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}

# Where requests come from.
HERE = "127.0.0.1"


@dataclass
class World:
    """Two houses on one server."""

    client: httpx.AsyncClient
    database: Database
    campus: Campus
    ours: House
    theirs: House
    kept: dict[tuple[str, Role], dict[str, str]] = field(default_factory=dict)

    async def ask(
        self, row: Row, ids: dict[str, str], headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Use a route, with nothing but these headers for a credential."""
        self.client.cookies.clear()
        given: dict[str, Any] = {"headers": {**_kind(row), **(headers or {})}}
        if row.json is not None:
            given["json"] = row.json
        elif row.form is not None:
            given["data"] = row.form
        elif row.body is not None:
            given["content"] = row.body
        path = row.path.format(**{**ids, "version": assets.version(), **row.at})
        return await self.client.request(row.method, path, follow_redirects=False, **given)

    async def as_staff(
        self, row: Row, ids: dict[str, str], house: House, role: Role
    ) -> httpx.Response:
        """Use a route as this house's member of staff, signed in for the whole module."""
        key = (house.name, role)
        if key in self.kept:
            answer = await self.ask(row, ids, self.kept[key])
            # Another row may have signed it out.
            if answer.status_code != 401:
                return answer
        self.kept[key] = await signed_in(self.database, house, role)
        return await self.ask(row, ids, self.kept[key])


def _kind(row: Row) -> dict[str, str]:
    return {"Content-Type": "application/octet-stream"} if row.body is not None else {}


@pytest.fixture(scope="module")
async def world(
    template: Campus, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """One server for all rows: refusals change nothing."""
    campus = copy_of(template, tmp_path_factory.mktemp("houses") / "data")
    async with client_of(campus) as client, connected(campus.settings) as database:
        ours = await found_house(campus, client, "ours")
        theirs = await found_house(campus, client, "theirs")
        yield World(client, database, campus, ours, theirs)


def test_every_route_has_a_row_and_every_row_a_route(template: Campus) -> None:
    there: set[str] = set()
    for route in template.app.routes:
        if isinstance(route, HTTPRoute):
            path = re.sub("^/static/[0-9a-f]+/", "/static/{version}/", route.path_format)
            methods = {m for one in route.route_handlers for m in one.http_methods}
            there |= {f"{method} {path}" for method in methods - {"OPTIONS", "HEAD"}}
        elif isinstance(route, WebSocketRoute):
            there.add(f"{WEBSOCKET} {route.path_format}")
        else:
            there.add(f"ASGI {route.path}")
    named = [str(row) for row in ROWS]
    missing, stale = sorted(there - set(named)), sorted(set(named) - there)
    assert not missing, f"routes without a row in tests/support/authority.py: {missing}"
    assert not stale, f"rows of tests/support/authority.py without a route: {stale}"
    assert len(named) == len(set(named)), "a route with two rows"


@pytest.mark.parametrize("row", STAFF_ROWS, ids=str)
async def test_a_visitor_is_sent_to_the_sign_in(world: World, row: Row) -> None:
    answer = await world.ask(row, world.ours.ids)
    assert answer.status_code == 401, answer.text
    browser = {"Accept": "text/html"}
    page = await world.ask(row, world.ours.ids, browser)
    if page.status_code != 401:
        assert page.status_code == 303
        assert page.headers["location"].startswith("/login?next=")
    recorder = await world.ask(row, world.ours.ids, world.ours.pupil.headers)
    assert recorder.status_code == 401, "a recorder's token is no account"


@pytest.mark.parametrize("row", STAFF_ROWS, ids=str)
async def test_a_lower_role_is_refused(world: World, row: Row) -> None:
    for role in ROLES[: ROLES.index(row.least)]:
        answer = await world.as_staff(row, world.ours.ids, world.ours, role)
        assert answer.status_code == 403, f"{role}: {answer.text}"


@pytest.mark.parametrize("row", [r for r in STAFF_ROWS if r.method in CHANGES], ids=str)
async def test_a_forged_form_is_refused(world: World, row: Row) -> None:
    headers = await signed_in(world.database, world.ours, Role.ADMIN)
    del headers["X-CSRF-Token"]
    answer = await world.ask(row, world.ours.ids, headers)
    assert answer.status_code == 403, answer.text
    others = await signed_in(world.database, world.ours, Role.ADMIN)
    forged = {**headers, "X-CSRF-Token": others["X-CSRF-Token"]}
    assert (await world.ask(row, world.ours.ids, forged)).status_code == 403


def _named(row: Row) -> list[str]:
    """The path's parameters that are ids."""
    return [name for name in ids_in(row.path) if name not in row.at and name != "version"]


def ids_in(path: str) -> list[str]:
    """The names in braces."""
    return [part.partition("}")[0] for part in path.split("{")[1:]]


@pytest.mark.parametrize("row", STAFF_ROWS, ids=str)
async def test_another_institutions_things_do_not_exist(world: World, row: Row) -> None:
    """By real ids and guessed ones, all at once and each alone; and both look alike."""
    ours, theirs = world.ours.ids, world.theirs.ids
    names = _named(row)
    if not names:
        headers = await signed_in(world.database, world.theirs, row.least)
        answer = await world.ask(row, theirs, headers)
        told = [one for one in world.ours.secrets if one in answer.text]
        assert not told, f"{told} of another institution is told"
        return
    guessed = {name: secrets.token_hex(16) for name in names}
    whole = await world.as_staff(row, ours, world.theirs, row.least)
    assert whole.status_code == 404, whole.text
    alike = await world.as_staff(row, guessed, world.theirs, row.least)
    assert (alike.status_code, alike.text) == (404, whole.text)
    for name in names:
        one = await world.as_staff(
            row, {**theirs, name: guessed[name]}, world.theirs, row.least
        )
        assert one.status_code == 404, f"{name}: {one.text}"
        if ours[name] != theirs[name]:
            two = await world.as_staff(
                row, {**theirs, name: ours[name]}, world.theirs, row.least
            )
            assert (two.status_code, two.text) == (404, one.text), name


@pytest.mark.parametrize(
    "row", sorted(STAFF_ROWS, key=lambda row: row.method in CHANGES), ids=str
)
async def test_those_who_may_are_let_in(world: World, row: Row) -> None:
    """What is seen first, and then what changes something. The log says from where."""
    before = await _written(world)
    for role in ROLES[ROLES.index(row.least) :]:
        # A session of its own, as the route may end it.
        headers = await signed_in(world.database, world.ours, role)
        answer = await world.ask(row, world.ours.ids, headers)
        assert answer.status_code not in {401, 403}, f"{role}: {answer.text}"
        assert answer.status_code < 500, f"{role}: {answer.text}"
        if role is row.least and not row.absent:
            assert answer.status_code != 404, answer.text
    new = (await _written(world))[len(before) :]
    entries = [decode_entry(payload) for payload in new]
    assert [one for one in entries if one.role is not None and one.address != HERE] == []


async def _written(world: World) -> Sequence[bytes]:
    """The entries of our log."""
    own = LogEntryRow.institution_id == world.ours.institution.id
    async with world.database.transaction() as db:
        query = select(LogEntryRow.payload).where(own).order_by(LogEntryRow.n)
        return (await db.scalars(query)).all()


ALL_SCOPES = frozenset(Scope)


async def token(
    world: World, house: House, role: Role, scopes: frozenset[Scope]
) -> dict[str, str]:
    """The headers of a program with such a token."""
    key = (f"{house.name} {len(scopes)} {sorted(ALL_SCOPES - scopes)}", role)
    if key not in world.kept:
        async with world.database.transaction() as db:
            world.kept[key] = add_token(db, house, role, scopes)[1]
    return world.kept[key]


@pytest.mark.parametrize("row", STAFF_ROWS, ids=str)
async def test_a_token_does_what_its_scopes_and_its_maker_may(world: World, row: Row) -> None:
    ours, filled = world.ours, row.path.format(**{**world.ours.ids, **row.at})
    whole = await token(world, ours, Role.ADMIN, ALL_SCOPES)
    wanted = scope_of(row.method, filled)
    if wanted is None:
        assert not row.path.startswith(("/api/", "/media/")), "no scope for it"
        assert (await world.ask(row, ours.ids, whole)).status_code == 403
        return
    answer = await world.ask(row, ours.ids, whole)
    assert answer.status_code not in {401, 403}, answer.text
    assert answer.status_code < 500, answer.text
    without = await token(world, ours, Role.ADMIN, ALL_SCOPES - {wanted})
    assert (await world.ask(row, ours.ids, without)).status_code == 403
    for role in ROLES[: ROLES.index(row.least)]:
        lower = await token(world, ours, role, ALL_SCOPES)
        assert (await world.ask(row, ours.ids, lower)).status_code == 403, role
    if _named(row):
        strangers = await token(world, world.theirs, Role.ADMIN, ALL_SCOPES)
        assert (await world.ask(row, ours.ids, strangers)).status_code == 404


async def test_the_description_says_of_every_operation_whom_it_lets_in(world: World) -> None:
    """Its roles and scopes are those that the rows above are held to, one by one."""
    told = (await world.client.get("/schema/openapi.json")).json()
    rows, wrong, scoped = {(row.path, row.method): row for row in ROWS}, list[str](), 0
    for path, item in told["paths"].items():
        for method, operation in item.items():
            row = rows[path, method.upper()]
            said, fitting = operation.get("security", []), credentials_of(row)
            scoped += any("token" in way for way in said)
            if said != fitting:
                wrong.append(f"{row}: says {said}, is held to {fitting}")
    assert scoped > 40
    assert not wrong, "\n".join(wrong)
    schemes = told["components"]["securitySchemes"]
    assert {scheme["type"] for scheme in schemes.values()} == {"http", "apiKey"}
    assert schemes["staff"]["name"] == "invigil"
    assert all(scope in schemes["token"]["description"] for scope in Scope)


def credentials_of(row: Row) -> list[dict[str, list[str]]]:
    """The ways in, as a description lists them."""
    if row.least is RECORDER:
        return [{"session": []}]
    if not isinstance(row.least, Role):
        return []
    form: dict[str, list[str]] = {"form": []} if row.method in CHANGES else {}
    wanted = scope_of(row.method, row.path)
    token: list[dict[str, list[str]]] = [{"token": [wanted.value]}] if wanted else []
    return [{"staff": [row.least.value], **form}, *token]


@pytest.mark.parametrize("row", [row for row in ROWS if row.least is PUBLIC], ids=str)
async def test_what_is_public_fails_for_nobody(world: World, row: Row) -> None:
    answer = await world.ask(row, {})
    assert answer.status_code < 500, answer.text
    told = [one for one in world.ours.secrets if one in answer.text]
    assert not told


RECORDER_ROWS = [row for row in ROWS if row.least is RECORDER and row.method != WEBSOCKET]


@pytest.mark.parametrize("row", RECORDER_ROWS, ids=str)
async def test_a_recorder_reaches_its_own_session_only(world: World, row: Row) -> None:
    ours, theirs = world.ours, world.theirs
    own = await world.ask(row, ours.ids, ours.pupil.headers)
    assert own.status_code not in {401, 403}, own.text
    for headers in (
        {},
        theirs.pupil.headers,
        {"Authorization": "Bearer guessed"},
        await signed_in(world.database, ours, Role.ADMIN),
    ):
        answer = await world.ask(row, ours.ids, headers)
        assert answer.status_code == 401, answer.text
    guessed = {"session_id": secrets.token_hex(16)}
    answer = await world.ask(row, guessed, ours.pupil.headers)
    assert answer.status_code == 401, answer.text


@pytest.mark.parametrize("row", [row for row in ROWS if row.least is LINK], ids=str)
async def test_a_link_opens_what_it_names_and_a_guessed_one_nothing(
    world: World, row: Row
) -> None:
    answer = await world.ask(row, world.ours.ids)
    assert answer.status_code not in {401, 403, 404}, answer.text
    assert answer.status_code < 500, answer.text
    told = [one for one in world.theirs.secrets if one in answer.text]
    assert not told, f"{told} of another institution is told"
    guessed = {name: secrets.token_hex(16) for name in _named(row)}
    assert (await world.ask(row, guessed)).status_code == 404


async def knock(world: World, path: str, headers: dict[str, str]) -> bool:
    """Whether a WebSocket is accepted there."""
    sent: list[dict[str, Any]] = []
    coming = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}]

    async def receive() -> dict[str, Any]:
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "http_version": "1.1",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8470),
        "subprotocols": [],
        "extensions": {},
    }
    await world.campus.app(scope, receive, send)  # pyright: ignore[reportArgumentType]
    return any(message["type"] == "websocket.accept" for message in sent)


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == WEBSOCKET], ids=str)
async def test_a_websocket_is_its_owners(world: World, row: Row) -> None:
    ours, theirs = world.ours, world.theirs
    path = row.path.format(**ours.ids, **row.at)
    admins = await signed_in(world.database, theirs, Role.ADMIN)
    if row.least is RECORDER:
        let, refused = [ours.pupil.headers], [theirs.pupil.headers, admins]
        refused += [await signed_in(world.database, ours, Role.ADMIN)]
    else:
        let = [
            await signed_in(world.database, ours, role)
            for role in ROLES[ROLES.index(row.least) :]
        ]
        refused = [ours.pupil.headers] + ([admins] if _named(row) else [])
        refused += [
            await signed_in(world.database, ours, role)
            for role in ROLES[: ROLES.index(row.least)]
        ]
    for headers in let:
        assert await knock(world, path, headers)
    for headers in [{}, *refused, {"Authorization": "Bearer guessed"}]:
        assert not await knock(world, path, headers), headers
    if _named(row):
        elsewhere = row.path.format(**{name: secrets.token_hex(16) for name in _named(row)})
        assert not await knock(world, elsewhere, let[0])
