"""Checking a store: a sound one holds, each damage fails the check that it must."""

from __future__ import annotations

import msgspec
import pytest
from support.evidence_server import EvidenceServer
from support.recording import deliver_all, found, incident, segment

from recorder.evidence.audit import check_store
from recorder.evidence.drafts import Attachment, draft_incident, draft_segment
from recorder.evidence.ledger import Ledger, empty_close
from recorder.evidence.store import EvidenceStore
from shared.policy import encode_policy
from shared.receipts import decode_receipt, encode_receipt
from shared.signed import Domain, Signed, sign
from shared.verdict import CheckId


@pytest.fixture
def full(store: EvidenceStore, ledger: Ledger, server: EvidenceServer) -> EvidenceStore:
    """A store with delivered and undelivered records and pieces; its triggers are off."""
    ledger.commit(draft_segment(segment(0)))
    ledger.commit(draft_segment(segment(1)))
    deliver_all(server, store)
    clip = Attachment("clip", "video/mp4", b"clip")
    ledger.commit(draft_incident(incident(), [clip]))
    ledger.commit(draft_segment(segment(2)))
    ledger.commit(empty_close("finished"))
    assert check_store(store) == []
    for (name,) in store.select("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
        store.select(f"DROP TRIGGER {name}")
    store.select("PRAGMA foreign_keys = OFF")
    return store


WAITING = "(SELECT sha256 FROM outbox WHERE sha256 IS NOT NULL ORDER BY n LIMIT 1)"

DAMAGES: dict[str, tuple[str, CheckId, str]] = {
    "a record's bytes": (
        "UPDATE records SET payload = CAST(payload || ' ' AS BLOB) WHERE seq = 2",
        CheckId.SIGNATURE,
        "record 2",
    ),
    "a record's hash": (
        "UPDATE records SET hash = 'x' WHERE seq = 4",
        CheckId.LINK,
        "kept under another hash",
    ),
    "a record is gone": ("DELETE FROM records WHERE seq = 1", CheckId.ORDER, "record 1"),
    "a waiting piece's bytes": (
        f"UPDATE blobs SET bytes = x'00' WHERE sha256 = {WAITING}",
        CheckId.BLOB,
        "changed since",
    ),
    "a waiting piece's bytes are gone": (
        f"UPDATE blobs SET bytes = NULL WHERE sha256 = {WAITING}",
        CheckId.BLOB,
        "its bytes are gone",
    ),
    "a piece is gone": (
        f"DELETE FROM blobs WHERE sha256 = {WAITING}",
        CheckId.BLOB,
        "committed but missing",
    ),
    "a piece moved": (
        f"UPDATE blobs SET stream_seq = 9 WHERE sha256 = {WAITING}",
        CheckId.BLOB,
        "no record commits to it so",
    ),
    "a piece left the outbox": (
        f"DELETE FROM outbox WHERE sha256 = {WAITING}",
        CheckId.BLOB,
        "not in the outbox",
    ),
    "a delivered piece waits again": (
        "INSERT INTO outbox (seq, sha256) SELECT 1, sha256 FROM durable LIMIT 1",
        CheckId.BLOB,
        "still in the outbox",
    ),
    "a piece is called delivered": (
        f"INSERT INTO durable SELECT sha256, 1 FROM blobs WHERE sha256 = {WAITING}",
        CheckId.BLOB,
        "differ on it",
    ),
    "a receipt's bytes": (
        "UPDATE receipts SET payload = x'7b7d' WHERE n = 1",
        CheckId.DURABLE,
        "not signed",
    ),
    "a record left the outbox": (
        "DELETE FROM outbox WHERE sha256 IS NULL AND seq = 4",
        CheckId.DURABLE,
        "outbox",
    ),
    "the institution's key": (
        "UPDATE session SET institution_key = zeroblob(32)",
        CheckId.SESSION,
        "not signed by",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_named(name: str, full: EvidenceStore) -> None:
    statement, check, where = DAMAGES[name]
    full.select(statement)
    full.close()
    again = EvidenceStore.open(full.folder)
    findings = check_store(again)
    again.close()
    assert findings
    assert {finding.check for finding in findings} == {check}
    assert any(where in finding.where for finding in findings)


def insert_receipt(store: EvidenceStore, line: Signed, size: int) -> None:
    payload, signature = line
    store.select(
        "INSERT INTO receipts (hash, prev, size, time, late, payload, signature) "
        "VALUES ('h', 'p', ?, 0, 0, ?, ?)",
        size,
        payload,
        signature,
    )


@pytest.mark.parametrize(
    ("bend", "where"),
    [
        ({"size": 99}, "of another chain"),
        ({"head": "0" * 64}, "of another chain"),
        ({"session": "0" * 32}, "of session 000"),
        ({"v": 2}, "version 2"),
    ],
)
def test_a_false_receipt_is_named(
    bend: dict[str, object], where: str, full: EvidenceStore, server: EvidenceServer
) -> None:
    assert server.held is not None
    last = decode_receipt(server.held.receipts[-1].payload)
    false = msgspec.structs.replace(last, **({"durable": ()} | bend))
    line = sign(server.keys.signing, Domain.RECEIPT, encode_receipt(false))
    insert_receipt(full, line, last.size)
    [finding] = check_store(full)
    assert finding.check is CheckId.DURABLE
    assert where in finding.where


def test_an_open_under_other_terms_is_named(store: EvidenceStore, ledger: Ledger) -> None:
    """The same key under another policy and grant: the chain holds, its ground does not."""
    other = EvidenceServer(now=lambda: 7)
    other.signed_policy = _other_policy(other)
    founding = found(other)
    for (name,) in store.select("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
        store.select(f"DROP TRIGGER {name}")
    store.select(
        'UPDATE session SET policy = ?, "grant" = ?',
        founding.policy.line(),
        founding.grant.line(),
    )
    store.close()
    again = EvidenceStore.open(store.folder)
    found_out = check_store(again)
    again.close()
    assert [finding.check for finding in found_out] == [CheckId.SESSION, CheckId.SESSION]
    assert "another policy" in found_out[0].where
    assert "another grant" in found_out[1].where


def _other_policy(server: EvidenceServer) -> Signed:
    policy = msgspec.structs.replace(server.policy, purpose="Another purpose.")
    return sign(server.keys.signing, Domain.POLICY, encode_policy(policy))


def test_a_torn_page_is_named(full: EvidenceStore) -> None:
    """The index of the outbox no longer agrees with its table."""
    full.select("PRAGMA wal_checkpoint(TRUNCATE)")
    [(size,)] = full.select("PRAGMA page_size")
    [(page,)] = full.select("SELECT rootpage FROM sqlite_schema WHERE name LIKE 'idx_outbox%'")
    full.close()
    path = full.folder / "evidence.db"
    data = bytearray(path.read_bytes())
    data[page * size - 1] ^= 0xFF
    path.write_bytes(data)
    again = EvidenceStore.open(full.folder)
    findings = check_store(again)
    again.close()
    assert findings[0].check is CheckId.CONTAINER
    assert "the file: " in findings[0].where
