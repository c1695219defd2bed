"""Receipts: only the server's word about our own chain is believed."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from support.evidence_server import EvidenceServer
from support.recording import deliver_all, heartbeat, make_channel, segment
from support.sessions import fixed_key

from recorder.evidence import contents
from recorder.evidence.drafts import draft_body, draft_segment
from recorder.evidence.ledger import Ledger
from recorder.evidence.receipting import Distrusted, Taken, take_receipt
from recorder.evidence.store import EvidenceStore
from recorder.sync.answers import Receipted
from shared.encoding import ZERO_HASH
from shared.receipts import Receipt, decode_receipt, encode_receipt
from shared.signed import Domain, Signed, sign


@pytest.fixture
def receipts(store: EvidenceStore, ledger: Ledger, server: EvidenceServer) -> list[Signed]:
    """What the server signs for three batches and a piece, none of it taken yet."""
    channel = make_channel(server, store.founding)
    ledger.commit(draft_segment(segment(0)))
    ledger.commit(draft_body(heartbeat()))
    for seq in range(3):
        assert isinstance(channel.send_records(contents.records(store, seq, 1)), Receipted)
    waiting = contents.waiting_blob(store, 3, frozenset())
    assert waiting is not None
    assert isinstance(channel.send_blob(*waiting), Receipted)
    assert server.held is not None
    return server.held.receipts


def bent(server: EvidenceServer, line: Signed, **changes: object) -> Signed:
    receipt = msgspec.structs.replace(decode_receipt(line.payload), **changes)
    return sign(server.keys.signing, Domain.RECEIPT, encode_receipt(receipt))


def test_receipts_in_order(store: EvidenceStore, receipts: list[Signed]) -> None:
    for line in receipts:
        assert isinstance(take_receipt(store, line), Taken)
        assert store.newest_receipt == line.hash
    assert store.tally.delivered
    assert contents.receipts(store) == receipts


def test_the_same_receipt_again_changes_nothing(
    store: EvidenceStore, receipts: list[Signed]
) -> None:
    for line in receipts:
        take_receipt(store, line)
    before = store.tally
    again = take_receipt(store, receipts[1])
    assert isinstance(again, Taken)
    assert again.repeated
    assert store.tally == before
    assert store.newest_receipt == receipts[-1].hash


@pytest.mark.parametrize(
    ("order", "newest"),
    [
        ([0, 2, 1, 3], 3),  # 1 came after its successor
        ([0, 3, 1], 3),  # 1 follows one that is held and is not the newest
        ([1, 0], 1),  # the first of all came late
        ([3, 1], 3),  # nobody's neighbour: the server's order decides
        ([1, 3], 3),
        ([3, 2, 1, 0], 3),
    ],
)
def test_receipts_may_come_late_or_never(
    store: EvidenceStore, receipts: list[Signed], order: list[int], newest: int
) -> None:
    for number in order:
        assert isinstance(take_receipt(store, receipts[number]), Taken)
    assert store.newest_receipt == receipts[newest].hash


Bend = Callable[[EvidenceServer, Signed], Signed]
BENDS: dict[str, tuple[Bend, str]] = {
    "another key": (
        lambda _, line: sign(fixed_key(9), Domain.RECEIPT, line.payload),
        "not signed by",
    ),
    "another domain": (
        lambda server, line: sign(server.keys.signing, Domain.GRANT, line.payload),
        "not signed by",
    ),
    "not a receipt": (
        lambda server, _: sign(server.keys.signing, Domain.RECEIPT, b"{}"),
        "not a receipt",
    ),
    "another session": (lambda s, line: bent(s, line, session="0" * 32), "another session's"),
    "another head": (lambda s, line: bent(s, line, head="0" * 64), "another chain"),
    "more than we have": (lambda s, line: bent(s, line, size=9), "another chain"),
    "another's piece": (lambda s, line: bent(s, line, durable=("0" * 64,)), "not ours"),
    "another's missing piece": (lambda s, line: bent(s, line, missing=("0" * 64,)), "not ours"),
}


@pytest.mark.parametrize("name", BENDS)
def test_a_bent_receipt_changes_nothing(
    name: str, store: EvidenceStore, receipts: list[Signed], server: EvidenceServer
) -> None:
    bend, why = BENDS[name]
    verdict = take_receipt(store, bend(server, receipts[3]))
    assert isinstance(verdict, Distrusted)
    assert why in verdict.why
    assert store.tally.records_sent == 0
    assert contents.receipts(store) == []


def test_two_stories_of_the_server_are_found_out(
    store: EvidenceStore, receipts: list[Signed], server: EvidenceServer
) -> None:
    take_receipt(store, receipts[0])
    take_receipt(store, receipts[1])
    verdict = take_receipt(store, bent(server, receipts[1], time=1))
    assert isinstance(verdict, Distrusted)
    assert "another receipt after the same one" in verdict.why


def test_a_receipt_never_covers_less_than_the_one_before(
    store: EvidenceStore, receipts: list[Signed], server: EvidenceServer
) -> None:
    take_receipt(store, receipts[2])
    less = bent(server, receipts[0], prev=receipts[2].hash)
    verdict = take_receipt(store, less)
    assert isinstance(verdict, Distrusted)
    assert "covers less" in verdict.why


def test_an_empty_receipt_is_about_the_empty_chain(
    store: EvidenceStore, server: EvidenceServer
) -> None:
    empty = Receipt(
        session=store.founding.session,
        size=0,
        head=ZERO_HASH,
        time=1,
        prev=ZERO_HASH,
        durable=(),
        missing=(),
    )
    line = sign(server.keys.signing, Domain.RECEIPT, encode_receipt(empty))
    assert isinstance(take_receipt(store, line), Taken)


def test_a_piece_listed_twice_is_counted_once(
    store: EvidenceStore, ledger: Ledger, server: EvidenceServer
) -> None:
    ledger.commit(draft_segment(segment(0)))
    deliver_all(server, store)
    before = store.tally
    ledger.commit(draft_body(heartbeat()))
    channel = make_channel(server, store.founding)
    answer = channel.send_records(contents.records(store, 2, 1))
    assert isinstance(answer, Receipted)
    listed = tuple(row.reference.sha256 for row in contents.blob_rows(store))
    assert isinstance(take_receipt(store, bent(server, answer.line, durable=listed)), Taken)
    assert store.tally.blobs_sent == before.blobs_sent
    assert store.tally.bytes_sent == before.bytes_sent
