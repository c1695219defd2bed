"""In a browser: a webhook's log renews itself, and takes nothing from who reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect
from sqlalchemy.ext.asyncio import AsyncSession
from support.browser import chromium, sign_in, visiting
from support.campus import PASSWORD, Campus, connected, found_campus
from support.running_server import running

from server.clock import MICROS_PER_DAY, MICROS_PER_SECOND, system_clock
from server.integrations.events import PING
from server.integrations.models import WebhookDeliveryRow, WebhookEventRow, WebhookRow
from server.integrations.outbox import DELIVERED, delivery

HOOK, FIRST, SECOND = "a" * 32, "1" * 32, "2" * 32


@dataclass
class Desk:
    """A running server with a webhook, whose log a test writes: nothing falls due meanwhile."""

    campus: Campus
    url: str

    def has(self, change: Callable[[AsyncSession], Coroutine[None, None, None]]) -> None:
        """Change what is in the database."""

        async def work() -> None:
            settings = self.campus.settings
            async with connected(settings) as database, database.transaction() as db:
                await change(db)

        with ThreadPoolExecutor(1) as thread:  # the browser's loop has this one
            thread.submit(asyncio.run, work()).result()

    async def webhook(self, db: AsyncSession) -> None:
        """It comes to be."""
        row = WebhookRow(
            id=HOOK,
            institution_id=self.campus.institution.id,
            name="LMS",
            url="https://lms.invalid/",
            events=["report.ready"],
            with_reference=False,
            generation=1,
            previous_until=None,
            paused_at=None,
            paused_why="",
            succeeded_at=None,
            created=system_clock(),
        )
        db.add(row)

    async def waits(self, db: AsyncSession, event_id: str) -> None:
        """An event was tried twice, and is to be tried again tomorrow."""
        now = system_clock()
        of = self.campus.institution.id
        event = WebhookEventRow(id=event_id, institution_id=of, type=PING, at=now, data={})
        db.add(event)
        await db.flush()
        tries = [[now - at * MICROS_PER_SECOND, 20, 500, "Busy"] for at in (9, 4)]
        later = {"next_at": now + MICROS_PER_DAY, "tries": tries}
        db.add(WebhookDeliveryRow(**{**delivery(HOOK, event_id, now), **later}))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    campus = asyncio.run(found_campus(tmp_path_factory.mktemp("desk") / "data"))
    with running(campus.settings.data_dir) as server:
        yield Desk(campus, server.url)
        assert "Traceback" not in server.log, server.log


def test_news_of_the_log_take_nothing_from_who_reads_it(desk: Desk) -> None:
    async def first(db: AsyncSession) -> None:
        await desk.webhook(db)
        await db.flush()
        await desk.waits(db, FIRST)

    async def tried_again(db: AsyncSession) -> None:
        await desk.waits(db, SECOND)
        row = await db.get_one(WebhookDeliveryRow, (HOOK, FIRST))
        row.tries = [*row.tries, [system_clock(), 20, 503, "Busy again"]]

    async def arrived(db: AsyncSession) -> None:
        for event_id in (FIRST, SECOND):
            row = await db.get_one(WebhookDeliveryRow, (HOOK, event_id))
            row.state = DELIVERED

    desk.has(first)
    with chromium() as browser, visiting(browser, desk.url) as page:
        sign_in(page, desk.campus.admin, PASSWORD)
        page.goto(f"/settings/webhooks/{HOOK}?state=waiting")
        log = page.locator("#webhook-log")
        page.get_by_text("Every try").click()
        again = page.get_by_role("button", name="Send again: A test")
        again.focus()
        with page.expect_response("**/settings/webhooks/**") as unchanged:
            pass
        assert unchanged.value.status == 204
        # It was tried once more, and a second event stands above it.
        desk.has(tried_again)
        expect(log.locator("tbody tr")).to_have_count(2)
        line = log.locator("tbody tr", has_text="Busy again")
        expect(line.get_by_role("listitem")).to_have_count(3)
        expect(line.get_by_text(": 503 Busy again")).to_be_visible()
        expect(line.get_by_role("button")).to_be_focused()
        expect(log.locator("details[open]")).to_have_count(1)
        # Nothing waits any more: who was on a line is where another state is chosen.
        desk.has(arrived)
        expect(log).to_contain_text("Nothing of this state.")
        expect(log.get_by_role("link", name="Waiting")).to_be_focused()
        expect(page.locator("[hx-trigger]")).to_have_count(0)
