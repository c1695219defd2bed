"""A recorder that the server knows, and its recording as a file: both sides, no network."""

from __future__ import annotations

from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.campus import Campus, Pupil
from support.parcels import packed
from support.recording import FakeClock, ids, opened

from recorder.evidence.asking import ask_of
from recorder.evidence.exporting import export
from recorder.evidence.founding import Founding
from recorder.evidence.ledger import Ledger
from recorder.evidence.store import EvidenceStore
from server.ingest.importing import Importer
from shared.encoding import from_base64, to_base64
from shared.parcel import Load
from shared.signed import parse_line, public_bytes
from shared.wire import API_PREFIX

BY_HAND = Importer("command line")


async def redeemed(
    campus: Campus, client: httpx.AsyncClient, root: Path, reference: str = "s-1"
) -> tuple[EvidenceStore, Ledger]:
    """A recorder's own store and ledger, of a session that the server began."""
    key = Ed25519PrivateKey.generate()
    body = {"code": await campus.code(reference), "public_key": to_base64(public_bytes(key))}
    answer = (await client.post(f"{API_PREFIX}/enrolments/redeem", json=body)).json()
    founding = Founding(
        session=answer["session"],
        server="https://exams.example.edu",
        token=answer["token"],
        policy=parse_line(answer["policy"].encode()),
        grant=parse_line(answer["grant"].encode()),
        institution_key=from_base64(answer["institution_key"]),
    )
    clock = FakeClock()
    clock.offset = campus.clock() - clock.mono
    store = EvidenceStore.create(root, founding, campus.clock())
    return store, opened(Ledger(store, key, clock=clock, boot="boot-1", new_id=ids()))


def saved(store: EvidenceStore, stick: Path) -> Path:
    """The recording as a file."""
    return export(ask_of(store), stick, 1, lambda _done, _all: None).path


def parcel_of(pupil: Pupil, **changes: object) -> bytes:
    """What the pupil's recorder would save."""
    members: dict[str, object] = {
        "session": pupil.session,
        "institution_key": pupil.institution_key,
        "sealing": pupil.sealing,
        "records": pupil.records,
        "receipts": pupil.receipts,
        "pieces": list(pupil.blobs.items()),
    }
    return packed(Load(**(members | changes)))  # pyright: ignore[reportArgumentType]
