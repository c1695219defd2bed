"""A server with an exam in it, for every integration test of the server."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from support.applications import lent
from support.campus import (
    QUICK_HASHER,
    Campus,
    MovableClock,
    Pupil,
    client_of,
    copy_of,
    found_campus,
    redeem,
)

from server.cli import main
from server.config import Settings

Found = Callable[..., Campus]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The server runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="module", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Servers of this process hash as the accounts of a campus are hashed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.accounts.passwords.PasswordHasher", lambda: QUICK_HASHER)
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """A campus that is copied, never used: migrations and password hashes cost seconds."""
    return asyncio.run(found_campus(tmp_path_factory.mktemp("campus")))


@pytest.fixture
def found(template: Campus, tmp_path: Path) -> Iterator[Found]:
    """Makes a campus of the test's own, with other settings where it says so."""
    with ExitStack() as borrowed:

        def borrow(settings: Settings, clock: MovableClock) -> Litestar:
            return borrowed.enter_context(lent(settings, clock))

        yield lambda **settings: copy_of(template, tmp_path / "data", borrow, **settings)


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
