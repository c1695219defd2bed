"""The composition root: everything that the server consists of is put together here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, get
from litestar.di import Provide

from server.clock import WallClock, system_clock
from server.config import Settings
from server.storage.blobs import BlobStore
from server.storage.database import Database
from server.storage.keys import KeyStore


def create_app(settings: Settings, clock: WallClock = system_clock) -> Litestar:
    """Build the application; nothing is opened before it starts."""
    database = Database(settings.database)
    keys = KeyStore(settings.keys)
    blobs = BlobStore(settings.blobs, settings.data_dir / "incoming")

    @asynccontextmanager
    async def resources(_: Litestar) -> AsyncIterator[None]:
        yield
        await database.close()

    return Litestar(
        route_handlers=[health],
        lifespan=[resources],
        dependencies={
            "database": _given(database),
            "settings": _given(settings),
            "keys": _given(keys),
            "blobs": _given(blobs),
            "clock": _given(clock),
        },
    )


@get("/health", opt={"exclude_from_auth": True})
async def health() -> dict[str, str]:
    """Whether the server answers."""
    return {"status": "ok"}


def _given(value: object) -> Provide:
    return Provide(lambda: value, use_cache=True, sync_to_thread=False)
