"""A running server with a few sessions in it, for the tests that look at many pages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from demo.ports import free_port
from support.axe import source
from support.campus import HOUR, MovableClock, found_campus
from support.reels import make_reels
from support.running_server import running
from support.stage import Stage, prepare

# Sessions of ``support.stage`` that are on it.
SESSIONS = ("main", "many", "pictured", "sat", "sitting")
REEL_S = 16


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server that runs."""
    source()  # what is missing is said before anything is made
    folder = tmp_path_factory.mktemp("shown")
    reels = make_reels(folder / "reels", REEL_S)
    campus, sessions = asyncio.run(prepare(folder, reels, SESSIONS))
    with running(campus.settings.data_dir) as server:
        yield Stage(server.url, campus, sessions)
        assert "error" not in server.log, server.log


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server with staff and one exam, reached by a name, as passkeys need."""
    source()
    folder = tmp_path_factory.mktemp("office")
    clock = MovableClock(time.time_ns() // 1000 - HOUR)
    campus = asyncio.run(found_campus(folder / "data", clock=clock))
    port = free_port()
    url = f"http://localhost:{port}"
    folder, bind = campus.settings.data_dir, f"127.0.0.1:{port}"
    with running(folder, bind, base_url=url, mail_check_s="1") as server:
        yield Stage(url, campus, {})
        assert "error" not in server.log, server.log
