"""Recordings that come as files: judged as over the network, nothing lost, nothing twice."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from support.campus import (
    HOUR,
    Campus,
    Pupil,
    client_of,
    connected,
    imports_of,
    redeem,
    sign_in,
)
from support.carrying import parcel_of
from support.parcels import bent, entries_of, flipped, kept, with_portion, zipped

from server.accounts.models import Role
from server.accounts.staff import Staff
from server.audit.models import LogEntryRow
from server.ingest import receiving
from server.ingest.importing import Declined, Importer, Imports, Report
from server.ingest.models import ClockFlagRow, ExamSession, ForkRow
from server.ingest.writer import Job, Outcome, Writer
from server.problems import Rejection
from server.retention.service import Retention
from server.storage.blobs import BlobMissing, BlobStore
from server.web import import_pages
from shared.certificate import SEALED
from shared.encoding import ZERO_HASH, sha256_hex
from shared.parcel import RECEIPTS, RECORDS
from shared.receipts import Receipt, decode_receipt, encode_receipt
from shared.records import Gap
from shared.sealing import OpeningKey, Place, SealingKey
from shared.signed import Domain, parse_lines, sign
from shared.verdict import Verdict
from shared.verify import verify_bundle
from shared.wire import ProblemType

pytestmark = pytest.mark.anyio

OCTETS = {"Content-Type": "application/octet-stream"}

Take = Callable[[bytes], Awaitable[Report | Declined]]


@pytest.fixture
def imports(campus: Campus, client: httpx.AsyncClient) -> Imports:
    """What the running server takes parcels in with."""
    return imports_of(campus)


@pytest.fixture
def filled(pupil: Pupil) -> Pupil:
    """A whole session, nothing of it delivered."""
    pupil.open()
    for stream in ("camera", "microphone"):
        for _ in range(12):
            pupil.segment(stream)
    pupil.incident()
    pupil.rotate()
    pupil.segment("camera")
    pupil.close()
    return pupil


@pytest.fixture
def take(imports: Imports, tmp_path: Path) -> Take:
    """Imports bytes as whoever is at the command line."""

    async def taken(data: bytes) -> Report | Declined:
        return await imports.take(kept(tmp_path, data), Importer("command line"))

    return taken


async def report_of(take: Take, data: bytes) -> Report:
    report = await take(data)
    assert isinstance(report, Report), report
    return report


async def row_of(campus: Campus, pupil: Pupil) -> ExamSession:
    async with connected(campus.settings) as database, database.transaction() as db:
        return await db.get_one(ExamSession, pupil.session)


async def verdict(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, folder: Path
) -> Verdict:
    """The offline verifier's word on the session as the server has it."""
    await sign_in(campus, client, campus.proctor)
    answer = await client.get(f"/sessions/{pupil.session}/bundle")
    return verify_bundle(kept(folder, answer.content, "bundle.zip"))


async def test_all_of_it_arrives_and_verifies(
    campus: Campus,
    client: httpx.AsyncClient,
    filled: Pupil,
    take: Take,
    imports: Imports,
    tmp_path: Path,
) -> None:
    report = await report_of(take, parcel_of(filled))
    assert report.whole
    assert (report.records, report.new_records, report.size) == (29, 29, 29)
    assert (report.pieces, report.new_pieces, report.missing) == (25, 25, 0)
    assert report.closed
    row = await row_of(campus, filled)
    assert (row.state, row.size, row.head) == ("closed", 29, filled.records[-1].hash)
    assert (await verdict(campus, client, filled, tmp_path)).holds


async def test_again_changes_nothing(filled: Pupil, take: Take, imports: Imports) -> None:
    data = parcel_of(filled)
    await report_of(take, data)
    first = await imports.receipts(filled.session)
    again = await report_of(take, data)
    assert again.whole
    assert (again.new_records, again.new_pieces) == (0, 0)
    assert await imports.receipts(filled.session) == first


async def test_pieces_of_one_import_share_receipts(
    filled: Pupil, take: Take, imports: Imports
) -> None:
    await report_of(take, parcel_of(filled))
    receipts = list(parse_lines(await imports.receipts(filled.session)))
    assert len(receipts) < len(filled.blobs)
    durable = [name for one in receipts for name in decode_receipt(one.payload).durable]
    assert sorted(durable) == sorted(filled.blobs)


async def test_network_and_file_may_bring_it_in_turns(
    campus: Campus,
    client: httpx.AsyncClient,
    filled: Pupil,
    take: Take,
    imports: Imports,
    tmp_path: Path,
) -> None:
    names = list(filled.blobs)
    filled.take(await filled.deliver(*filled.records[:10]))
    filled.take(await filled.upload(names[2]))
    report = await report_of(take, parcel_of(filled, receipts=filled.receipts))
    assert report.whole
    assert (report.new_records, report.new_pieces) == (19, 24)
    # The network comes back: what it repeats gets the very receipts of the import.
    held = await imports.receipts(filled.session)
    for at in (0, 10, 20):
        answer = await filled.deliver(*filled.records[at : at + 10])
        assert answer.status_code == 200
        assert answer.content in held
    for name in names:
        answer = await filled.upload(name)
        assert answer.status_code == 200
        assert answer.content in held
    assert await imports.receipts(filled.session) == held
    assert (await verdict(campus, client, filled, tmp_path)).holds


async def test_an_interrupted_recording_is_told_as_such(pupil: Pupil, take: Take) -> None:
    pupil.open()
    pupil.segment()
    pupil.segment()
    left_out = list(pupil.blobs.items())[1:]
    report = await report_of(take, parcel_of(pupil, pieces=left_out))
    assert report.whole
    assert (report.closed, report.missing) == (False, 1)


async def test_a_fork_is_kept_and_told(campus: Campus, pupil: Pupil, take: Take) -> None:
    pupil.open()
    pupil.segment()
    pupil.incident(1)
    await pupil.deliver(*pupil.records)
    del pupil.records[2:]
    pupil.incident(2)
    pupil.segment()
    report = await report_of(take, parcel_of(pupil))
    assert (report.size, report.new_records, report.new_pieces) == (3, 0, 1)
    assert "record 2 is here already, with other bytes" in report.troubles[0]
    assert "by check 4" in report.troubles[0]
    assert "pieces of records that are not here: 1" in report.troubles[1]
    async with connected(campus.settings) as database, database.transaction() as db:
        forks = list(await db.scalars(select(ForkRow.payload)))
    assert forks == [pupil.records[2].payload]


async def test_what_holds_before_a_bad_record_is_kept(pupil: Pupil, take: Take) -> None:
    pupil.open()
    pupil.segment()
    good = [*pupil.records]
    stranger = Ed25519PrivateKey.generate()
    pupil.record(Gap(stream="camera", start=1, end=2, reason="x"), key=stranger)
    report = await report_of(take, parcel_of(pupil))
    assert (report.size, report.new_pieces) == (len(good), 1)
    assert "refused by check 3: the signature is not the session key's" in report.troubles[0]
    assert "what came before is kept" in report.troubles[0]


@pytest.mark.parametrize(
    ("tail", "why"),
    [
        (b"x" * 10_000, "line 2: cut short"),
        (b"A" * 86 + b" " + b"x" * 900_000 + b"\n", "longer than 65536 bytes"),
        (b"A" * 86 + b" " + b"[" * 60_000 + b"\n", "by check 3"),
    ],
    ids=["no line", "a huge record", "deep JSON"],
)
async def test_lines_that_are_no_records(
    pupil: Pupil, take: Take, tail: bytes, why: str
) -> None:
    good = pupil.open().line()
    data = with_portion(parcel_of(pupil), RECORDS, 0, good + tail, pupil.sealing)
    report = await report_of(take, data)
    assert report.size == 1
    assert why in report.troubles[0]


async def test_a_genuine_record_of_deep_json_is_refused(pupil: Pupil, take: Take) -> None:
    pupil.open()
    deep = b'{"v":1,"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
    pupil.records.append(sign(pupil.key, Domain.RECORD, deep))
    report = await report_of(take, parcel_of(pupil))
    assert report.size == 1
    assert "nested more than 64 deep" in report.troubles[0]


async def test_a_damaged_piece_is_named_and_the_rest_is_taken(
    filled: Pupil, take: Take
) -> None:
    data = parcel_of(filled)
    name, sealed = list(filled.blobs.items())[4]
    changed = entries_of(data) | {f"blobs/{name}": flipped(sealed)}
    report = await report_of(take, zipped(changed))
    assert (report.new_pieces, report.missing, report.closed) == (24, 1, True)
    assert report.troubles == (
        f"blobs/{name} was changed after it was saved; save the file again, or copy it again",
    )
    assert (await report_of(take, data)).missing == 0


async def test_a_piece_that_no_record_names_stays_out(
    campus: Campus, pupil: Pupil, take: Take
) -> None:
    pupil.open()
    stray = pupil.sealing.seal(b"x", Place(pupil.session, "camera", 7))
    report = await report_of(take, parcel_of(pupil, pieces=[(sha256_hex(stray), stray)]))
    assert report.troubles == ("pieces of records that are not here: 1",)
    blobs = BlobStore(campus.settings.blobs, campus.settings.data_dir / "incoming")
    with pytest.raises(BlobMissing):
        await blobs.get(pupil.session, sha256_hex(stray))


async def test_the_quota_holds_for_files_too(found, tmp_path: Path) -> None:
    campus = found(session_quota_bytes=3_000)
    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code())
        pupil.open()
        for _ in range(3):
            pupil.segment()
        path = kept(tmp_path, parcel_of(pupil))
        report = await imports_of(campus).take(path, Importer("command line"))
    assert isinstance(report, Report)
    assert "a session may commit to 3000 bytes" in report.troubles[0]
    assert report.size == 2


async def test_clocks_that_disagree_are_flagged_alike(
    campus: Campus, pupil: Pupil, take: Take
) -> None:
    pupil.open()
    pupil.wall += 3_600_000_000
    pupil.incident()
    assert (await report_of(take, parcel_of(pupil))).whole
    async with connected(campus.settings) as database, database.transaction() as db:
        assert list(await db.scalars(select(ClockFlagRow.seq))) == [1]


async def test_a_purged_session_takes_nothing(
    campus: Campus, filled: Pupil, take: Take
) -> None:
    async with connected(campus.settings) as database:
        blobs = BlobStore(campus.settings.blobs, campus.settings.data_dir / "incoming")
        retention = Retention(database, blobs, campus.keys, campus.clock)
        campus.clock.advance(HOUR)
        await retention.destroy(filled.session, SEALED, "command line", "a test")
    declined = await take(parcel_of(filled))
    assert isinstance(declined, Declined)
    assert "was destroyed here" in declined.why


async def test_a_terminated_session_takes_what_it_made(
    campus: Campus, filled: Pupil, take
) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.get_one(ExamSession, filled.session)).state = "terminated"
    assert (await report_of(take, parcel_of(filled))).whole
    assert (await row_of(campus, filled)).state == "terminated"


async def test_another_institutions_file_is_sent_there(filled: Pupil, take: Take) -> None:
    def elsewhere(manifest: dict[str, object]) -> None:
        manifest["session"], manifest["institution"] = "f" * 32, "a" * 64

    declined = await take(bent(parcel_of(filled), elsewhere))
    assert isinstance(declined, Declined)
    assert "it is for another institution, with the key aaaaaaaaaaaaaaaa…" in declined.why


async def test_a_session_that_never_began_here(filled: Pupil, take: Take) -> None:
    data = bent(parcel_of(filled), lambda manifest: manifest.update(session="f" * 32))
    declined = await take(data)
    assert isinstance(declined, Declined)
    assert "this server knows no session ffff" in declined.why
    assert "restored from an older backup?" in declined.why


async def test_the_session_is_the_manifests_and_no_other_opens_it(
    campus: Campus, client: httpx.AsyncClient, filled: Pupil, take
) -> None:
    """Somebody else's records under this session's name are not even readable as such."""
    other = await redeem(client, await campus.code("s-2"))
    data = bent(parcel_of(filled), lambda manifest: manifest.update(session=other.session))
    report = await report_of(take, data)
    assert report.size == 0
    assert "records/0 cannot be opened" in report.troubles[0]
    assert "pieces of records that are not here: 25" in report.troubles[1]


async def test_staff_of_another_institution_see_no_session(
    campus: Campus, filled: Pupil, imports: Imports, tmp_path: Path
) -> None:
    stranger = Staff("a", "b" * 32, "x@example.org", "X", Role.ADMIN, "", "")
    path = kept(tmp_path, parcel_of(filled))
    declined = await imports.take(path, Importer(stranger))
    assert isinstance(declined, Declined)
    assert "it is for another institution" in declined.why


async def test_sealed_to_a_key_that_is_not_here(filled: Pupil, take: Take) -> None:
    other = SealingKey(OpeningKey(OpeningKey.generate()).public_key)
    report = await report_of(take, parcel_of(filled, sealing=other))
    assert "records/0 cannot be opened: sealed to key" in report.troubles[0]
    assert report.size == 0


async def test_receipts_newer_than_the_database_tell_of_an_old_backup(
    campus: Campus, filled: Pupil, take
) -> None:
    key = campus.keys.of(campus.institution.key_ref).signing
    lost = Receipt(
        session=filled.session,
        size=1,
        head=filled.records[0].hash,
        time=campus.clock(),
        prev=ZERO_HASH,
        durable=(),
        missing=(),
    )
    own = sign(key, Domain.RECEIPT, encode_receipt(lost))
    strange = sign(Ed25519PrivateKey.generate(), Domain.RECEIPT, encode_receipt(lost))
    report = await report_of(take, parcel_of(filled, receipts=[own, strange]))
    assert report.new_pieces == 25
    assert report.troubles[0].startswith("receipts/0 holds some that this institution never")
    assert report.troubles[1].startswith("receipts that this server signed and its database")


async def test_a_damaged_portion_of_receipts_is_told(filled: Pupil, take: Take) -> None:
    filled.take(await filled.deliver(*filled.records))
    data = with_portion(parcel_of(filled), RECEIPTS, 0, b"x", filled.sealing)
    report = await report_of(take, data)
    assert report.troubles == ("receipts/0, line 1: cut short",)


async def test_many_troubles_are_counted(filled: Pupil, take: Take) -> None:
    entries = entries_of(parcel_of(filled))
    for name, data in entries.items():
        if name.startswith("blobs/"):
            entries[name] = flipped(data)
    report = await report_of(take, zipped(entries))
    assert (len(report.troubles), report.untold) == (20, 5)


async def test_a_busy_session_is_tried_again(
    filled: Pupil, imports: Imports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = Rejection(ProblemType.BUSY, 503, "another was quicker", retry_after=0)
    answers = [busy, busy]
    submit = Writer.submit

    async def first_busy(writer: Writer, job: Job) -> Outcome:
        return answers.pop() if answers else await submit(writer, job)

    monkeypatch.setattr(Writer, "submit", first_busy)
    path = kept(tmp_path, parcel_of(filled))
    report = await imports.take(path, Importer("command line"))
    assert isinstance(report, Report)
    assert report.whole
    monkeypatch.setattr(Writer, "submit", lambda *_: _always(busy))
    report = await imports.take(path, Importer("command line"))
    assert isinstance(report, Report)
    assert "another was quicker" in report.troubles[0]


async def _always(outcome: Rejection) -> Rejection:
    return outcome


async def test_it_is_in_the_log(campus: Campus, filled: Pupil, take: Take) -> None:
    await report_of(take, parcel_of(filled))
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow.action, LogEntryRow.actor, LogEntryRow.subject_id)
        rows = (await db.execute(query.order_by(LogEntryRow.n))).tuples().all()
    assert ("session.import", "command line", filled.session) in rows
    assert rows[-1] == ("session.imported", "command line", filled.session)


# the page


async def post(client: httpx.AsyncClient, data: bytes, headers: dict[str, str]):
    return await client.post("/imports", content=data, headers={**OCTETS, **headers})


async def test_a_proctor_imports_and_takes_the_receipts(
    campus: Campus, client: httpx.AsyncClient, filled: Pupil, imports: Imports
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    page = await client.get("/imports")
    assert 'accept=".invigil"' in page.text
    answer = await post(client, parcel_of(filled), headers)
    assert answer.status_code == 200
    assert "All of it is here." in answer.text
    assert f"/sessions/{filled.session}/receipts" in answer.text
    receipts = await client.get(f"/sessions/{filled.session}/receipts")
    assert receipts.content == await imports.receipts(filled.session)
    named = receipts.headers["content-disposition"]
    assert named == f'attachment; filename="{filled.session}.receipt"'
    scratch = BlobStore(campus.settings.blobs, campus.settings.data_dir / "incoming").scratch
    assert list(scratch.iterdir()) == []


async def test_the_page_says_why_not(
    campus: Campus, client: httpx.AsyncClient, filled: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    answer = await post(client, parcel_of(filled)[:-10], headers)
    assert answer.status_code == 422
    assert "Nothing was imported." in answer.text
    assert "its end is missing or damaged" in answer.text
    name = "../<b>x"
    answer = await post(client, zipped({name: b""}), headers)
    assert "&lt;b&gt;" not in answer.text
    assert "<b>" not in answer.text


async def test_only_staff_that_may_decide_may_import(
    campus: Campus, client: httpx.AsyncClient, filled: Pupil
) -> None:
    data = parcel_of(filled)
    assert (await post(client, data, {})).status_code == 401
    assert (await client.get(f"/sessions/{filled.session}/receipts")).status_code == 401
    headers = await sign_in(campus, client, campus.observer)
    assert (await post(client, data, headers)).status_code == 403
    assert (await client.get(f"/sessions/{filled.session}/receipts")).status_code == 403
    await sign_in(campus, client, campus.proctor)
    assert (await post(client, data, {})).status_code == 403
    form = await client.post("/imports", files={"f": data}, headers=headers)
    assert form.status_code == 415
    assert (await row_of(campus, filled)).size == 0
    assert (await client.get(f"/sessions/{'f' * 32}/receipts")).status_code == 404


async def test_a_body_beyond_any_parcel_is_refused(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        import_pages, "RECORDS_ROOM_BYTES", -campus.settings.session_quota_bytes
    )
    headers = await sign_in(campus, client, campus.proctor)
    answer = await post(client, b"x", headers)
    assert answer.status_code == 422
    assert "larger than the 0.0 GB" in answer.text

    async def unannounced() -> AsyncIterator[bytes]:
        yield b"x"

    answer = await client.post("/imports", content=unannounced(), headers={**OCTETS, **headers})
    assert "larger than the 0.0 GB" in answer.text


async def test_a_full_disk_is_told_before(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(campus.settings.data_dir)._replace(free=1)
    monkeypatch.setattr(receiving.shutil, "disk_usage", lambda _: usage)
    headers = await sign_in(campus, client, campus.proctor)
    answer = await post(client, b"x", headers)
    assert "there is no room for it on the server" in answer.text


async def test_a_large_body_goes_to_disk_in_parts(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, filled: Pupil
) -> None:
    monkeypatch.setattr(receiving, "BUFFER_BYTES", 1_000)
    headers = await sign_in(campus, client, campus.proctor)
    assert "All of it is here." in (await post(client, parcel_of(filled), headers)).text
