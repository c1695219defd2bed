"""``/health``: whether the database answers, in the same words whatever keeps it from that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from server.storage.database import UNREADY, Database
from server.storage.outage import DatabaseUnready
from server.storage.turn import DatabaseBusy

pytestmark = pytest.mark.anyio


async def test_where_the_database_answers_the_server_is_well(client: httpx.AsyncClient) -> None:
    well = await client.get("/health")
    assert well.status_code == 200
    assert well.json() == {"product": "invigil", "status": "ok"}


@pytest.mark.parametrize("error", [OSError, DatabaseBusy, DatabaseUnready])
async def test_where_it_cannot_that_is_told(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    @asynccontextmanager
    async def unready(_: Database) -> AsyncIterator[None]:
        raise error("starting up")
        yield

    assert issubclass(error, UNREADY)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Database, "transaction", unready)
        ill = await client.get("/health")
    assert ill.status_code == 503
    assert ill.json() == {"product": "invigil", "status": "the database does not answer"}
