"""A server with an exam in it, for every integration test of the server."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from support.campus import Campus, Pupil, client_of, copy_of, found_campus, redeem

from server.cli import main

Found = Callable[..., Campus]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The server runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """A campus that is copied, never used: migrations and password hashes cost seconds."""
    return asyncio.run(found_campus(tmp_path_factory.mktemp("campus")))


@pytest.fixture
def found(template: Campus, tmp_path: Path) -> Found:
    """Makes a campus of the test's own, with other settings where it says so."""

    def make(**settings: object) -> Campus:
        return copy_of(template, tmp_path / "data", **settings)

    return make


@pytest.fixture
def campus(found: Found) -> Campus:
    """A campus with the default settings."""
    return found()


@pytest.fixture
async def client(campus: Campus) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the campus."""
    async with client_of(campus) as client:
        yield client


@pytest.fixture
async def pupil(campus: Campus, client: httpx.AsyncClient) -> Pupil:
    """A recorder whose session has just begun."""
    return await redeem(client, await campus.code())


@pytest.fixture
def admin(
    campus: Campus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs ``invigil-server admin …`` on the campus; its status, standard output and standard
    error.
    """
    monkeypatch.setenv("INVIGIL_DATA_DIR", str(campus.settings.data_dir))
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def invoke(*arguments: str) -> tuple[int, str, str]:
        status = 0
        try:
            main(["admin", *arguments])
        except SystemExit as error:
            status = int(error.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return invoke
