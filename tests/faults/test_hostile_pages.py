"""Every page and form, asked by an administrator with values that nobody means well: in the
address, in the query and in each field. What the description of the API does not list is
here; no answer is a 5xx.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from support.authority import ROWS, WEBSOCKET, Row
from support.campus import QUICK_HASHER, Campus, client_of, connected, copy_of, found_campus
from support.figures import FULL
from support.two_houses import House, found_house, signed_in

from server.accounts.models import Role
from server.storage.database import Database
from server.web import assets

pytestmark = pytest.mark.anyio

PAGES = [row for row in ROWS if row.method != WEBSOCKET and row.json is None]

# What a page may be asked for in its query; none knows all of them.
QUERY = (
    *("page", "at", "exam", "session", "state", "kind", "text", "told", "next", "zone", "as"),
    *("from", "to", "before", "after", "sort", "reference", "flag", "version", "seen", "said"),
    *("event", "region", "account", "outcome", "encoding", "separator", "all", "active"),
    *("minutes", "total"),
)

# Numbers that are none, none that anybody has, and digits that are no decimals; times beyond
# calendars; what ends a line, a text, a quotation or a path; what databases do not keep.
# More digits than Python makes a number of, and the first nine of them are a small one.
DIGITS = "1".zfill(9) + "9" * 4_991

VALUES = (
    *("", " ", "\0", "\x1b[31m", "\r\nSet-Cookie: invigil=x", "\u202e\u2066", "\ufffe", "😀"),
    *("-1", "1.5", "1e400", "NaN", "²", "١٢", "9" * 30, "9223372036854775808", "0" * 500),
    *("null", "true", "[]", "{}", "[[]]", "=1+1", "'", '"><script>', "{{7*7}}", "{% raw %}"),
    *("../../etc/passwd", "%00", "C:\\x", "//x", "https://[", "https://x:99999/", "\\\\x"),
    *("2026-13-45T99:99", "0001-01-01T00:00", "9999-12-31T23:59", "2026-03-29T02:30"),
    *("Europe/../Vienna", "localtime", "a@b", "a@b\r\nBcc: c@d", "0" * 32, "F" * 32),
    *("a" * 70_000, DIGITS),
)


# So many of them at once are no longer an address than clients make.
AT_ONCE = 12

# What browsers, proxies and programs send besides; cookies are the administrator's.
HEADERS = (
    *("Accept-Language", "Accept-Encoding", "Origin", "Referer", "Range", "If-None-Match"),
    *("If-Modified-Since", "X-Forwarded-For", "Forwarded", "User-Agent", "HX-Request"),
    *("HX-Target", "X-Request-ID", "traceparent", "Content-Encoding"),
)


@dataclass
class Told:
    """What came of it: answers by status, and what was asked where one was not right."""

    answers: Counter[int] = field(default_factory=Counter[int])
    findings: list[str] = field(default_factory=list[str])


@dataclass
class World:
    """A server with an institution of which every path's parameter names something."""

    client: httpx.AsyncClient
    database: Database
    house: House
    told: Told
    headers: dict[str, str] = field(default_factory=dict[str, str])

    async def ask(
        self,
        row: Row,
        words: str,
        path: str,
        more: dict[str, bytes] | None = None,
        **given: Any,
    ) -> None:
        """Ask as the administrator, who is signed in again where that was taken away."""
        for _ in range(2):
            self.client.cookies.clear()
            headers = {**(more or {}), **self.headers}
            answer = await self.client.request(row.method, path, headers=headers, **given)
            sent_to = answer.headers.get("location", "")
            if answer.status_code != 401 and not sent_to.startswith("/login"):
                break
            self.headers = await signed_in(self.database, self.house, Role.ADMIN)
            self.headers["Accept"] = "text/html"
        self.told.answers[answer.status_code] += 1
        if answer.status_code >= 500:
            asked = f"{more or given!r:.300}"
            self.told.findings.append(f"{row}, {words}: {answer.status_code} {asked}")

    async def ask_all(self, row: Row, value: str, *, singly: bool, headers: bool) -> None:
        """Ask for a page in every way: each field by itself only with ``singly``."""
        named = {**self.house.ids, "version": assets.version(), **row.at}
        path = row.path.format(**named)
        form = dict(row.form or {})
        if "{" in row.path and value:
            bad = dict.fromkeys(named, quote(value[:2_000], safe=""))
            await self.ask(row, "address", row.path.format(**bad), data=form or None)
        if headers and not {"\r", "\n", "\0"} & {*value}:
            # Of the others no HTTP server makes a header.
            sent = dict.fromkeys(HEADERS, value[:2_000].encode())
            await self.ask(row, "headers", path, sent, data=form or None, content=row.body)
        if row.form is None:
            query = dict.fromkeys(QUERY, value[:200])
            await self.ask(row, "query", path, params=query, content=row.body)
            return
        fields = [*form] if singly else []
        for name in fields:
            await self.ask(row, f"field {name}", path, data={**form, name: value})
        await self.ask(row, "all fields", path, data=dict.fromkeys((*form, *QUERY), value))


@pytest.fixture(scope="module", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Servers of this process hash as the accounts of a campus are hashed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.accounts.passwords.PasswordHasher", lambda: QUICK_HASHER)
        yield


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """A campus that is copied, never used."""
    return asyncio.run(found_campus(tmp_path_factory.mktemp("campus")))


@asynccontextmanager
async def world(template: Campus, folder: Path, told: Told) -> AsyncIterator[World]:
    """A server of which nothing was changed yet."""
    bounds = {"login_attempts": 1_000_000, "code_attempts": 1_000_000}
    campus = copy_of(template, folder, **bounds)
    async with client_of(campus) as client, connected(campus.settings) as database:
        client.follow_redirects = False
        yield World(client, database, await found_house(campus, client, "ours"), told)


async def test_no_page_fails_for_numbers_of_very_many_digits(
    template: Campus, tmp_path: Path
) -> None:
    told = Told()
    async with world(template, tmp_path / "campus", told) as asked:
        for row in PAGES:
            named = {**asked.house.ids, "version": assets.version(), **row.at}
            path = row.path.format(**named)
            if "{" in row.path:
                bad = dict.fromkeys(named, DIGITS)
                await asked.ask(row, "address", row.path.format(**bad), data=row.form)
            if row.form is None:
                for at in range(0, len(QUERY), AT_ONCE):
                    query = dict.fromkeys(QUERY[at : at + AT_ONCE], DIGITS)
                    await asked.ask(row, "query", path, params=query, content=row.body)
                continue
            besides = {**dict.fromkeys(QUERY, DIGITS), **row.form}
            await asked.ask(row, "other fields", path, data=besides)
            for name in row.form:
                await asked.ask(row, f"field {name}", path, data={**row.form, name: DIGITS})
    assert told.findings == [], "\n".join(told.findings[:20])


@pytest.mark.timeout(7_200)
async def test_no_page_fails_for_what_it_is_asked(
    template: Campus, tmp_path: Path, figures: Callable[[str, str], None]
) -> None:
    told, began = Told(), time.monotonic()
    # In the short form each page gets another value, in the full one each gets all of them,
    # on a server of its own, since some of what is asked for is done.
    for number in range(len(VALUES) if FULL else 1):
        async with world(template, tmp_path / str(number), told) as asked:
            for place, row in enumerate(PAGES):
                value = VALUES[(number + (0 if FULL else place)) % len(VALUES)]
                headers = FULL or place % 3 == 0
                await asked.ask_all(row, value, singly=FULL, headers=headers)
    assert told.findings == [], "\n".join(told.findings[:20])
    # It was let in, and was understood now and then.
    assert told.answers[200] > len(PAGES) // 5
    figures(
        "hostile pages and forms",
        f"{told.answers.total():,} requests to {len(PAGES)} routes in "
        f"{time.monotonic() - began:.0f} s: "
        + ", ".join(f"{many:,} × {status}" for status, many in sorted(told.answers.items())),
    )
