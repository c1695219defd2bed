"""A backup brings all back: the database and the pieces, and nothing that was destroyed."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from filelock import FileLock
from sqlalchemy import update
from support import postgres
from support.campus import Campus, Pupil, client_of, connected, copy_of, found_campus, redeem
from support.published import PASSPHRASE, Shelf
from support.signed_builds import signed_build

from server.app import create_app
from server.cli import main
from server.ingest.models import BlobRow, ExamSession
from server.ingest.regions import open_blobs
from server.operation.backup_files import PART
from server.reports.bundle import BundleExport
from server.retention.models import DestructionRow
from server.retention.sweeping import sweep
from server.storage.blobs import BlobStore
from server.updates.files import files_of
from shared.encoding import sha256_hex
from shared.signed import fingerprint
from shared.verify import verify_bundle

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on a data folder; its status and all that it said."""

    def invoke(data: Path, *arguments: str, **settings: str) -> tuple[int, str]:
        monkeypatch.setenv("INVIGIL_DATA_DIR", str(data))
        for name, value in settings.items():
            monkeypatch.setenv(f"INVIGIL_{name.upper()}", value)
        status = 0
        try:
            main(list(arguments))
        except SystemExit as error:
            status = int(error.code or 0)
        said = capsys.readouterr()
        return status, said.out + said.err

    return invoke


async def record_a_session(campus: Campus) -> Pupil:
    async with client_of(campus) as client:
        return await recorded(campus, client)


async def recorded(campus: Campus, client: httpx.AsyncClient, reference: str = "s-1") -> Pupil:
    pupil = await redeem(client, await campus.code(reference))
    pupil.open()
    pupil.segment()
    pupil.segment("screen")
    pupil.close()
    await pupil.hand_in()
    return pupil


async def record_in_each(campus: Campus) -> dict[str, Pupil]:
    """A session in the default store, and one in each region's."""
    async with client_of(campus) as client:
        pupils = {
            region: await recorded(campus, client, f"s-{region}")
            for region in ("", *campus.settings.blob_regions)
        }
    async with connected(campus.settings) as database:
        blobs = open_blobs(campus.settings, database)
        for region, pupil in pupils.items():
            await blobs.delete_session(pupil.session)
            async with database.transaction() as db:
                (await db.get_one(ExamSession, pupil.session)).region = region
            for name, piece in pupil.blobs.items():
                await blobs.put_bytes(pupil.session, name, piece)
    return pupils


def stores_in(folder: Path) -> dict[str, str]:
    return {name: (folder / name).as_uri() for name in ("eu-west", "us")}


def variables(stores: dict[str, str]) -> dict[str, str]:
    return {f"blob_url_{name.replace('-', '_')}": url for name, url in stores.items()}


def held(folder: Path) -> set[str]:
    """The pieces in a store's folder, as ``<session>/<sha256>``."""
    return {f"{path.parent.name}/{path.name}" for path in folder.rglob("*") if path.is_file()}


def pieces_of(pupil: Pupil) -> set[str]:
    return {f"{pupil.session}/{name}" for name in pupil.blobs}


def bundle_holds(campus: Campus, session: str) -> bool:
    """Whether what the server holds of a session verifies, with every piece."""

    path = campus.settings.data_dir / "check.zip"

    async def export() -> bool:
        async with connected(campus.settings) as database:
            blobs = open_blobs(campus.settings, database)
            bundles = BundleExport(database, campus.keys, blobs, campus.clock)
            return await bundles.write(session, path)

    assert asyncio.run(export())
    return verify_bundle(path, fingerprint(campus.public_key)).holds


def moved_to(campus: Campus, data: Path, **settings: object) -> Campus:
    own = replace(campus.settings, data_dir=data, **settings)
    return replace(campus, settings=own, app=create_app(own, campus.clock))


def with_keys(campus: Campus, data: Path) -> Path:
    shutil.copytree(campus.settings.keys, data / "keys")
    return data


def test_all_of_it_comes_back(campus: Campus, run: Run, tmp_path: Path) -> None:
    pupil = asyncio.run(record_a_session(campus))
    status, said = run(campus.settings.data_dir, "backup", str(tmp_path / "safe"))
    assert status == 0, said
    assert json.loads(said.splitlines()[0])["pieces"] == 2

    fresh = with_keys(campus, tmp_path / "fresh")
    status, said = run(fresh, "restore", str(tmp_path / "safe"))
    assert (status, "2 pieces" in said) == (0, True), said
    assert bundle_holds(moved_to(campus, fresh), pupil.session)
    again = run(fresh, "restore", str(tmp_path / "safe"))
    assert again[0] == 2
    assert "not empty" in again[1]


def test_each_piece_comes_back_into_its_region_s_store(
    template: Campus, run: Run, tmp_path: Path
) -> None:
    old, new = stores_in(tmp_path / "old"), stores_in(tmp_path / "new")
    campus = copy_of(template, tmp_path / "data", blob_regions=old)
    pupils = asyncio.run(record_in_each(campus))
    safe = tmp_path / "safe"
    status, said = run(campus.settings.data_dir, "backup", str(safe), **variables(old))
    assert status == 0, said

    fresh = with_keys(campus, tmp_path / "fresh")
    status, said = run(fresh, "restore", str(safe), **variables(new))
    assert (status, "6 pieces" in said) == (0, True), said
    assert held(fresh / "blobs") == pieces_of(pupils[""])
    for region in new:
        assert held(tmp_path / "new" / region) == pieces_of(pupils[region])
    restored = moved_to(campus, fresh, blob_regions=new)
    assert all(bundle_holds(restored, pupil.session) for pupil in pupils.values())
    # An installation that is in use stays as it is.
    shutil.rmtree(tmp_path / "new/us")
    assert run(fresh, "restore", str(safe))[0] == 2
    assert not held(tmp_path / "new/us")


def test_what_fails_in_a_region_can_be_begun_again(
    template: Campus, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores, safe = stores_in(tmp_path), tmp_path / "safe"
    campus = copy_of(template, tmp_path / "data", blob_regions=stores)
    pupils = asyncio.run(record_in_each(campus))
    assert run(campus.settings.data_dir, "backup", str(safe), **variables(stores))[0] == 0
    for region in stores:
        shutil.rmtree(tmp_path / region)
    fresh = with_keys(campus, tmp_path / "fresh")

    with monkeypatch.context() as patch:
        patch.delenv("INVIGIL_BLOB_URL_US")
        status, said = run(fresh, "restore", str(safe))
    assert (status, "set INVIGIL_BLOB_URL_US" in said) == (2, True), said
    assert not held(fresh / "blobs") | held(tmp_path / "eu-west")

    put, there = BlobStore.put_bytes, 0

    async def until_it_is_full(
        store: BlobStore, session: str, sha256: str, data: bytes
    ) -> None:
        nonlocal there
        if there == 5:
            raise OSError(28, "No space left on device", "blobs")
        there += 1
        await put(store, session, sha256, data)

    with monkeypatch.context() as patch:
        patch.setattr(BlobStore, "put_bytes", until_it_is_full)
        status, said = run(fresh, "restore", str(safe))
    assert (status, "No space left" in said) == (2, True), said
    # No server starts on it.
    assert run(fresh, "backup", str(tmp_path / "other"))[0] == 2

    status, said = run(fresh, "restore", str(safe))
    assert (status, "6 pieces" in said) == (0, True), said
    assert held(tmp_path / "us") == pieces_of(pupils["us"])


def test_pieces_of_later_sessions_stay_in_the_backup(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    pupil = asyncio.run(record_a_session(campus))
    safe = tmp_path / "safe"
    assert run(campus.settings.data_dir, "backup", str(safe))[0] == 0
    later = safe / "blobs" / ("f" * 32) / sha256_hex(b"later")
    later.parent.mkdir()
    later.write_bytes(b"later")
    fresh = with_keys(campus, tmp_path / "fresh")
    status, said = run(fresh, "restore", str(safe))
    assert (status, "2 pieces" in said) == (0, True), said
    assert held(fresh / "blobs") == pieces_of(pupil)


def test_what_was_destroyed_leaves_the_backup(campus: Campus, run: Run, tmp_path: Path) -> None:
    pupil = asyncio.run(record_a_session(campus))
    safe = tmp_path / "safe"
    assert run(campus.settings.data_dir, "backup", str(safe))[0] == 0
    assert len(list((safe / "blobs").glob("*/*"))) == 2

    async def purge() -> None:
        async with connected(campus.settings) as database, database.transaction() as db:
            await db.execute(update(ExamSession).values(purged_at=campus.clock()))

    asyncio.run(purge())
    assert run(campus.settings.data_dir, "backup", str(safe), "--keep", "1")[0] == 0
    assert pupil.blobs
    assert not list((safe / "blobs").glob("*/*"))
    assert len(list(safe.glob("*.json"))) == len(list(safe.glob("*.sqlite"))) == 1


def test_an_empty_database_does_not_empty_the_folder(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    pupil = asyncio.run(record_a_session(campus))
    safe = tmp_path / "safe"
    assert run(campus.settings.data_dir, "backup", str(safe))[0] == 0
    before = held(safe)
    # The data's disk is not mounted, and the server makes a new database.
    fresh = with_keys(campus, tmp_path / "fresh")
    assert run(fresh, "migrate")[0] == 0
    status, said = run(fresh, "backup", str(safe), "--keep", "1")
    assert (status, "of no session that this server's database knows" in said) == (2, True)
    assert held(safe) == before
    assert pieces_of(pupil) <= held(safe / "blobs")


def test_pieces_that_the_database_does_not_know_stay_and_are_named(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    pupil = asyncio.run(record_a_session(campus))
    data, safe = campus.settings.data_dir, tmp_path / "safe"
    assert run(data, "backup", str(safe))[0] == 0
    # Of another server's session, and of this one's as it went on after the backup that this
    # server was restored from.
    others = [
        safe / "blobs" / session / sha256_hex(b"later") for session in ("f" * 32, pupil.session)
    ]
    for other in others:
        other.parent.mkdir(exist_ok=True)
        other.write_bytes(b"later")
    status, said = run(data, "backup", str(safe))
    assert (status, "2 pieces are in the folder, and unknown" in said) == (0, True), said
    assert all(f"piece {one.name} of session {one.parent.name}" in said for one in others)
    assert pieces_of(pupil) <= held(safe / "blobs")
    assert all(one.read_bytes() == b"later" for one in others)


@pytest.mark.parametrize("swept", [False, True])
def test_a_piece_that_was_destroyed_alone_leaves_the_backup(
    campus: Campus, run: Run, tmp_path: Path, *, swept: bool
) -> None:
    pupil = asyncio.run(record_a_session(campus))
    data, safe = campus.settings.data_dir, tmp_path / "safe"
    assert run(data, "backup", str(safe))[0] == 0
    gone = sorted(pupil.blobs) if swept else sorted(pupil.blobs)[:1]

    async def destroy() -> None:
        async with connected(campus.settings) as database, database.transaction() as db:
            now = campus.clock()
            await db.execute(
                update(BlobRow).where(BlobRow.sha256.in_(gone)).values(destroyed_at=now)
            )
            if swept:
                db.add(row := begun(pupil.session, now))
                await db.flush()
                await sweep(db, pupil.session)
                row.finished = now

    asyncio.run(destroy())
    status, said = run(data, "backup", str(safe))
    assert (status, "unknown to" in said) == (0, False), said
    left = pieces_of(pupil) - {f"{pupil.session}/{name}" for name in gone}
    assert held(safe / "blobs") == left


def begun(session: str, now: int) -> DestructionRow:
    """A destruction of a session's records."""
    return DestructionRow(
        session_id=session,
        n=0,
        kinds=["records"],
        records=True,
        why="asked for",
        by="0" * 32,
        begun=now,
        finished=None,
        stopped=False,
    )


def spoil(piece: Path) -> bytes:
    """Change a byte of a file, as disks do; what it had said."""
    whole = piece.read_bytes()
    piece.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    return whole


def test_a_backup_whose_database_is_damaged_is_refused_before_anything_is_written(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    asyncio.run(record_a_session(campus))
    safe = tmp_path / "safe"
    assert run(campus.settings.data_dir, "backup", str(safe))[0] == 0
    fresh = with_keys(campus, tmp_path / "fresh")
    (dump,) = safe.glob("*.sqlite")
    dump.write_bytes(dump.read_bytes()[:-100])
    status, said = run(fresh, "restore", str(safe))
    assert (status, "missing or damaged" in said) == (2, True), said
    assert not held(fresh / "blobs")


def test_a_piece_that_is_damaged_in_the_backup_is_left_out_and_named(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    pupil = asyncio.run(record_a_session(campus))
    safe = tmp_path / "safe"
    assert run(campus.settings.data_dir, "backup", str(safe))[0] == 0
    fresh = with_keys(campus, tmp_path / "fresh")
    (piece, other) = sorted((safe / "blobs").glob("*/*"))
    spoil(piece)
    status, said = run(fresh, "restore", str(safe))
    named = f"piece {piece.name} of session {pupil.session}" in said
    assert (status, named, "1 piece." in said) == (1, True, True), said
    assert held(fresh / "blobs") == {f"{pupil.session}/{other.name}"}
    assert other.name not in said


def test_a_piece_that_the_backup_s_disk_has_damaged_is_copied_anew(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    asyncio.run(record_a_session(campus))
    safe = tmp_path / "safe"
    assert run(campus.settings.data_dir, "backup", str(safe))[0] == 0
    (piece, _) = sorted((safe / "blobs").glob("*/*"))
    whole = spoil(piece)
    assert run(campus.settings.data_dir, "backup", str(safe))[0] == 0
    assert piece.read_bytes() == whole


def test_the_keys_come_first_and_a_folder_without_backup_is_said(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    status, said = run(tmp_path / "none", "restore", str(tmp_path))
    assert (status, "keys back first" in said) == (2, True), said
    status, said = run(with_keys(campus, tmp_path / "k"), "restore", str(tmp_path / "empty"))
    assert (status, "no such backup" in said) == (2, True), said
    (tmp_path / "x.json").write_text("{}")
    status, said = run(tmp_path / "k", "restore", str(tmp_path))
    assert (status, "not a backup" in said) == (2, True), said


def offered(repository: Path) -> dict[str, bytes]:
    """Every file of a repository of updates, by its name."""
    found = files_of(repository)
    return {path.relative_to(repository).as_posix(): path.read_bytes() for path in found}


def test_what_recorders_are_offered_comes_back(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    data, safe = campus.settings.data_dir, tmp_path / "safe"
    shelf = Shelf(data, campus.institution.id)
    shelf.publish(signed_build(6))
    (shelf.repository.folder / "metadata" / ".part-x").write_bytes(b"of a crash")
    status, said = run(data, "backup", str(safe))
    assert status == 0, said
    there = offered(shelf.repository.folder)
    assert json.loads(said.splitlines()[0])["updates"] == len(there)

    fresh = with_keys(campus, tmp_path / "fresh")
    kept = {path: path.read_bytes() for path in (safe / "updates").iterdir()}
    assert {sha256_hex(found) for found in kept.values()} == {path.name for path in kept}
    status, said = run(fresh, "restore", str(safe))
    assert (status, "Restored repositories of updates: 1" in said) == (0, True), said
    back = fresh / "updates" / campus.institution.id
    assert offered(back) == there
    assert not list(back.rglob(".part*"))


def test_a_damaged_file_of_updates_costs_its_repository_alone(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    data, safe = campus.settings.data_dir, tmp_path / "safe"
    pupil = asyncio.run(record_a_session(campus))
    shelf = Shelf(data, campus.institution.id)
    shelf.publish(signed_build(6))
    assert run(data, "backup", str(safe))[0] == 0
    installer = max((safe / "updates").iterdir(), key=lambda file: file.stat().st_size)
    whole = spoil(installer)

    fresh = with_keys(campus, tmp_path / "fresh")
    status, said = run(fresh, "restore", str(safe))
    left_out = f"of {campus.institution.id} was left out: {installer} is missing" in said
    assert (status, left_out, "2 pieces" in said) == (1, True, True), said
    assert not (fresh / "updates").exists()
    assert bundle_holds(moved_to(campus, fresh), pupil.session)
    # The next backup finds it, and copies it anew.
    assert run(data, "backup", str(safe))[0] == 0
    assert installer.read_bytes() == whole


def test_a_repository_that_is_there_stays_and_what_nobody_names_leaves_the_backup(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    data, safe = campus.settings.data_dir, tmp_path / "safe"
    shelf = Shelf(data, campus.institution.id)
    published = shelf.publish(signed_build(6))
    assert run(data, "backup", str(safe))[0] == 0
    before = {path.name for path in (safe / "updates").iterdir()}
    shelf.repository.withdraw(published.path, shelf.offline, PASSPHRASE)
    assert run(data, "backup", str(safe), "--keep", "1")[0] == 0
    after = {path.name for path in (safe / "updates").iterdir()}
    assert before - after
    there = offered(shelf.repository.folder)
    assert after == {sha256_hex(found) for found in there.values()}

    fresh = with_keys(campus, tmp_path / "fresh")
    shelf.publish(signed_build(7))
    newer = offered(shelf.repository.folder)
    shutil.copytree(data / "updates", fresh / "updates")
    status, said = run(fresh, "restore", str(safe))
    assert (status, "was there already, and stays as it is" in said) == (0, True), said
    assert offered(fresh / "updates" / campus.institution.id) == newer


def test_a_backup_names_no_file_outside_of_a_repository(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    safe = tmp_path / "safe"
    Shelf(campus.settings.data_dir, campus.institution.id)
    assert run(campus.settings.data_dir, "backup", str(safe))[0] == 0
    (listed,) = safe.glob("*.json")
    listed.write_text(listed.read_text().replace("/metadata/1.root", "/../../../1.root"))
    fresh = with_keys(campus, tmp_path / "fresh")
    status, said = run(fresh, "restore", str(safe))
    assert (status, "which no repository has" in said) == (2, True), said
    assert not (fresh / "updates").exists()


def test_what_a_backup_left_that_was_never_finished_is_said_to_be_that(
    campus: Campus, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil = asyncio.run(record_a_session(campus))
    data, safe = campus.settings.data_dir, tmp_path / "safe"

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device", "blobs")

    with monkeypatch.context() as patch:
        patch.setattr("server.operation.backup_files.Path.replace", full)
        status, said = run(data, "backup", str(safe))
    assert (status, "No space left" in said) == (2, True), said
    parts = list((safe / "blobs").glob(f"*/.*{PART}"))
    assert parts
    fresh = with_keys(campus, tmp_path / "fresh")
    status, said = run(fresh, "restore", str(safe))
    assert (status, "begun and never finished" in said) == (2, True), said
    assert "make one anew with `invigil-server backup`" in said

    # Beside a whole one it is in nobody's way, and the next backup takes it out.
    assert run(data, "backup", str(safe))[0] == 0
    assert not list(safe.rglob(f".*{PART}"))
    assert len(list(safe.glob("*.sqlite"))) == len(list(safe.glob("*.json")))
    left = safe / "blobs" / pupil.session / f".{'0' * 64}{PART}"
    left.write_bytes(b"half of it")
    (safe / "20200101T000000Z.sqlite").write_bytes(b"half of it")
    status, said = run(fresh, "restore", str(safe))
    assert (status, "begun and never finished" in said, "2 pieces" in said) == (0, True, True)
    assert "damaged" not in said
    status, said = run(fresh, "restore", str(safe), "--of", "2020")
    assert (status, "no such backup" in said) == (2, True), said
    assert run(data, "backup", str(safe))[0] == 0
    assert not left.exists()
    assert not (safe / "20200101T000000Z.sqlite").exists()


@pytest.mark.parametrize("what", ["damaged", "missing"])
def test_what_is_not_whole_in_the_store_is_named_and_the_rest_backed_up(
    campus: Campus, run: Run, tmp_path: Path, what: str
) -> None:
    pupil = asyncio.run(record_a_session(campus))
    data, safe = campus.settings.data_dir, tmp_path / "safe"
    piece, other = sorted((data / "blobs").glob("*/*"))
    whole = spoil(piece)
    if what == "missing":
        piece.unlink()
    status, said = run(data, "backup", str(safe))
    named = f"piece {piece.name} of session {pupil.session}" in said
    assert (status, named, "Traceback" in said) == (1, True, False), said
    counts = json.loads(said.splitlines()[0])
    assert (counts["pieces"], counts[what], counts["gone"]) == (1, 1, 0)
    assert counts["pieces_bytes"] == other.stat().st_size
    assert held(safe / "blobs") == {f"{pupil.session}/{other.name}"}
    (listed,) = safe.glob("*.json")
    assert json.loads(listed.read_text())[what] == [f"{pupil.session}/{piece.name}"]

    # What an earlier backup has of it is none the worse for it.
    kept = safe / "blobs" / pupil.session / piece.name
    kept.write_bytes(whole)
    assert run(data, "backup", str(safe))[0] == 0
    assert kept.read_bytes() == whole


def test_a_store_elsewhere_that_does_not_answer_is_said(
    campus: Campus, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(record_a_session(campus))
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x", "REGION": "x"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    # Nobody listens there, at any time.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    safe = str(tmp_path / "safe")
    status, said = run(campus.settings.data_dir, "backup", safe, blob_url="s3://bucket")
    told = "the blob store cannot be used" in said and "INVIGIL_BLOB_URL" in said
    assert (status, told, "Debug source" in said) == (2, True, False), said


def test_what_is_destroyed_while_a_backup_is_made_is_no_loss(
    campus: Campus, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(record_a_session(campus))
    data, safe = campus.settings.data_dir, tmp_path / "safe"
    get = BlobStore.get

    async def destroyed_first(store: BlobStore, session: str, sha256: str) -> bytes:
        async with connected(campus.settings) as database, database.transaction() as db:
            await db.execute(update(ExamSession).values(purged_at=campus.clock()))
        await store.delete_many(session, [sha256])
        return await get(store, session, sha256)

    monkeypatch.setattr(BlobStore, "get", destroyed_first)
    status, said = run(data, "backup", str(safe))
    counts = json.loads(said.splitlines()[0])
    assert (status, counts["pieces"], counts["gone"], counts["missing"]) == (0, 0, 2, 0)


def test_one_backup_at_a_time_writes_into_a_folder(
    campus: Campus, run: Run, tmp_path: Path
) -> None:
    with FileLock(tmp_path / ".lock"):
        status, said = run(campus.settings.data_dir, "backup", str(tmp_path))
    assert (status, "is under way" in said) == (2, True), said
    assert run(campus.settings.data_dir, "backup", str(tmp_path))[0] == 0


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    with postgres.cluster() as folder:
        yield folder


@pytest.mark.skipif(not postgres.available(), reason="PostgreSQL is not on this machine")
def test_postgresql_by_its_own_tools(socket: str, run: Run, tmp_path: Path) -> None:
    url = postgres.url(socket)
    campus = asyncio.run(found_campus(tmp_path / "data", database_url=url))
    pupil = asyncio.run(record_a_session(campus))
    safe = tmp_path / "safe"
    other = safe / "blobs" / pupil.session / sha256_hex(b"later")
    other.parent.mkdir(parents=True)
    other.write_bytes(b"later")
    status, said = run(tmp_path / "data", "backup", str(safe), database_url=url)
    assert (status, f"piece {other.name} of session" in said) == (0, True), said
    assert other.exists()

    empty = postgres.url(socket, postgres.create(socket, "restored"))
    fresh = with_keys(campus, tmp_path / "fresh")
    status, said = run(fresh, "restore", str(safe), database_url=empty)
    assert status == 0, said
    assert bundle_holds(moved_to(campus, fresh, database_url=empty), pupil.session)


@pytest.mark.skipif(not postgres.available(), reason="PostgreSQL is not on this machine")
def test_regions_are_read_from_a_dump_of_postgresql(
    socket: str, run: Run, tmp_path: Path
) -> None:
    old, new = stores_in(tmp_path / "old"), stores_in(tmp_path / "new")
    url = postgres.url(socket, postgres.create(socket, "regional"))
    data, safe = tmp_path / "data", tmp_path / "safe"
    campus = asyncio.run(found_campus(data, database_url=url, blob_regions=old))
    pupils = asyncio.run(record_in_each(campus))
    status, said = run(data, "backup", str(safe), database_url=url, **variables(old))
    assert status == 0, said

    empty = postgres.url(socket, postgres.create(socket, "regional_restored"))
    fresh = with_keys(campus, tmp_path / "fresh")
    status, said = run(fresh, "restore", str(safe), database_url=empty, **variables(new))
    assert (status, "6 pieces" in said) == (0, True), said
    assert held(fresh / "blobs") == pieces_of(pupils[""])
    for region in new:
        assert held(tmp_path / "new" / region) == pieces_of(pupils[region])
    restored = moved_to(campus, fresh, database_url=empty, blob_regions=new)
    assert all(bundle_holds(restored, pupil.session) for pupil in pupils.values())
