"""A server with an exam in it, for every integration test of the server."""

from __future__ import annotations

import asyncio
import io
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from support import postgres
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that are marked so use a campus on SQLite, and one on PostgreSQL."""
    both = metafunc.definition.get_closest_marker("both_databases") is not None
    if both and "dialect" in metafunc.fixturenames:
        metafunc.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """What the campus's database is."""
    return getattr(request, "param", "sqlite")


@pytest.fixture(scope="session")
def on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Campus]]:
    """A campus like ``template`` on PostgreSQL, whose database is copied, never used; first the
    folder of its server's socket.
    """
    if not postgres.available():
        pytest.skip("PostgreSQL is not on this machine")
    with postgres.cluster() as socket:
        url = postgres.url(socket, postgres.create(socket, "campus"))
        folder = tmp_path_factory.mktemp("postgres")
        yield socket, asyncio.run(found_campus(folder, database_url=url))


@pytest.fixture
def found(
    request: pytest.FixtureRequest, template: Campus, tmp_path: Path, dialect: str
) -> Iterator[Found]:
    """Makes a campus of the test's own, with other settings where it says so."""
    with ExitStack() as borrowed:

        def borrow(settings: Settings, clock: MovableClock) -> Litestar:
            return borrowed.enter_context(lent(settings, clock))

        def make(**settings: object) -> Campus:
            if dialect == "sqlite":
                return copy_of(template, tmp_path / "data", borrow, **settings)
            socket, campus = request.getfixturevalue("on_postgres")
            own = postgres.create(socket, f"campus_{secrets.token_hex(8)}", "campus")
            url = {"database_url": postgres.url(socket, own)}
            return copy_of(campus, tmp_path / "data", borrow, **url, **settings)

        yield make


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
    if campus.settings.database_url:
        monkeypatch.setenv("INVIGIL_DATABASE_URL", campus.settings.database_url)
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def invoke(*arguments: str) -> tuple[int, str, str]:
        status = 0
        # What the campus's own server has logged before is not the command's.
        capsys.readouterr()
        try:
            main(["admin", *arguments])
        except SystemExit as error:
            status = int(error.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return invoke
