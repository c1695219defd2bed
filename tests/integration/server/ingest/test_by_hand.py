"""From the candidate's computer to the server and back without a network, by hand alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from second_verifier.whatever import verify_whatever
from support.campus import Campus, imports_of, sign_in
from support.carrying import BY_HAND, redeemed, saved
from support.parcels import kept
from support.recording import heartbeat, incident, segment

from recorder.evidence.audit import check_store
from recorder.evidence.drafts import draft_body, draft_incident, draft_segment
from recorder.evidence.ledger import Ledger, empty_close
from recorder.evidence.returning import read_receipts, take_receipts
from recorder.evidence.store import EvidenceStore
from server.ingest.importing import Imports, Report
from shared.encoding import to_base64
from shared.given_receipts import verify_given
from shared.verify import verify_bundle

pytestmark = pytest.mark.anyio


def record(ledger: Ledger, pieces: int = 3) -> None:
    """Some of everything."""
    for number in range(pieces):
        for stream in ("camera", "microphone"):
            ledger.commit(draft_segment(segment(number, stream)))
    ledger.commit(draft_incident(incident()))
    for _ in range(70):
        ledger.commit(draft_body(heartbeat()))


@pytest.fixture
async def begun(
    campus: Campus, client: httpx.AsyncClient, tmp_path: Path
) -> AsyncIterator[tuple[EvidenceStore, Ledger]]:
    """A recording that began with a network and goes on without."""
    store, ledger = await redeemed(campus, client, tmp_path / "sessions")
    yield store, ledger
    store.close()


@pytest.fixture
def store(begun: tuple[EvidenceStore, Ledger]) -> EvidenceStore:
    return begun[0]


@pytest.fixture
def ledger(begun: tuple[EvidenceStore, Ledger]) -> Ledger:
    return begun[1]


@pytest.fixture
def imports(campus: Campus) -> Imports:
    return imports_of(campus)


async def carried(imports: Imports, file: Path) -> Path:
    """Import the file; the receipts that come back, as a file beside it."""
    report = await imports.take(file, BY_HAND)
    assert isinstance(report, Report)
    assert report.whole, report
    return kept(file.parent, await imports.receipts(report.session), "back.receipt")


async def test_all_the_way_and_back(
    campus: Campus,
    client: httpx.AsyncClient,
    imports: Imports,
    ledger: Ledger,
    store: EvidenceStore,
    tmp_path: Path,
) -> None:
    record(ledger)
    ledger.commit(empty_close("finished"))
    file = saved(store, tmp_path)
    first = await carried(imports, file)
    given = first.read_bytes()
    # Twice: the identical receipts.
    assert (await carried(imports, file)).read_bytes() == given
    # Anybody can check them who knows the institution's key.
    key = campus.public_key
    receipts = verify_given(first, key)
    assert receipts.holds, receipts
    assert (receipts.last.size, receipts.durable) == (store.tally.records_made, 6)
    assert receipts.last.missing == ()
    assert verify_whatever(given, to_base64(key)).status == 0
    # What the server holds verifies as what the recorder made.
    await sign_in(campus, client, campus.proctor)
    answer = await client.get(f"/sessions/{store.founding.session}/bundle")
    verdict = verify_bundle(kept(tmp_path, answer.content, "bundle.zip"))
    assert verdict.holds, verdict
    assert (verdict.records, verdict.blobs) == (store.tally.records_made, 6)
    # Back at the recorder: the pieces may go, and the store still holds together.
    assert take_receipts(store, read_receipts(first).receipts) is None
    assert store.tally.delivered
    assert store.select("SELECT count(*) FROM blobs WHERE bytes IS NOT NULL") == [(0,)]
    assert check_store(store) == []


async def test_a_recording_that_goes_on_is_carried_in_stages(
    imports: Imports, ledger: Ledger, store: EvidenceStore, tmp_path: Path
) -> None:
    """Receipts of the first file anchor what is recorded after it."""
    record(ledger)
    receipts = read_receipts(await carried(imports, saved(store, tmp_path)))
    assert take_receipts(store, receipts.receipts) is None
    ledger.commit(draft_segment(segment(3)))
    ledger.commit(empty_close("finished"))
    again = saved(store, tmp_path)
    receipts = read_receipts(await carried(imports, again))
    assert take_receipts(store, receipts.receipts) is None
    assert store.tally.delivered
    assert check_store(store) == []
