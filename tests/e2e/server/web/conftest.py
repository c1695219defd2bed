"""A running server with sessions in it, and a browser: once for all tests of a file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from support.browser import chromium, sign_in, visiting
from support.campus import PASSWORD
from support.reels import Reel, make_reels
from support.running_server import running
from support.stage import Stage, prepare

# A minute of every stream, which longer sessions play over and over.
REEL_S = 64


@pytest.fixture(scope="session")
def reels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reel]:
    """The media of all sessions."""
    return make_reels(tmp_path_factory.mktemp("reels"), REEL_S)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, reels: dict[str, Reel]) -> Iterator[Stage]:
    """A server that runs, with one session for each of the tests that change one; of a file's
    own, so that no other file's sessions are on it, in whatever order they come.
    """
    folder = tmp_path_factory.mktemp("stage")
    campus, sessions = asyncio.run(prepare(folder, reels))
    with running(campus.settings.data_dir) as server:
        yield Stage(server.url, campus, sessions)
        assert "error" not in server.log, server.log


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file: its loop must not outlive them in this thread."""
    with chromium() as found:
        yield found


@pytest.fixture
def page(stage: Stage, browser: Browser) -> Iterator[Page]:
    """A page of a proctor who is signed in."""
    with visiting(browser, stage.url, viewport={"width": 1280, "height": 900}) as found:
        sign_in(found, stage.campus.proctor, PASSWORD)
        yield found
