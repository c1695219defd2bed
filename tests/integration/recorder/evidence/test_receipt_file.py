"""The candidate's receipt: signed lines in a file, and what they prove."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from second_verifier.whatever import verify_whatever
from support.evidence_server import EvidenceServer
from support.recording import BOOT, FakeClock, deliver_all, heartbeat, make_channel, segment
from support.sessions import SESSION

from recorder.evidence import contents
from recorder.evidence.asking import ask_of
from recorder.evidence.drafts import draft_body, draft_segment
from recorder.evidence.founding import institution_fingerprint
from recorder.evidence.going_on import read_phases
from recorder.evidence.ledger import Ledger, empty_close
from recorder.evidence.store import EvidenceStore
from recorder.faults import EnvironmentFault
from recorder.phases import gone_through
from recorder.receipt_file import save_receipt
from recorder.sync.answers import Receipted
from recorder.sync.timed import TimedChannel
from shared.encoding import from_base64
from shared.receipt_checks import verify_receipt_file
from shared.receipts import decode_grant, decode_receipt
from shared.records import Phase
from shared.signed import Domain, holds, parse_line


def test_it_says_what_the_institution_signed_for(
    tmp_path: Path, server: EvidenceServer, store: EvidenceStore, ledger: Ledger
) -> None:
    ledger.commit(draft_segment(segment(0)))
    ledger.commit(empty_close("finished"))
    deliver_all(server, store)
    made = save_receipt(ask_of(store), tmp_path, 7)
    assert made.path == tmp_path / f"{SESSION}.receipt.json"
    said = json.loads(made.path.read_text("utf-8"))
    assert (said["complete"], made.delivered) == (True, True)
    assert (said["records_held"], said["pieces_held"]) == (made.records, made.pieces)
    key = from_base64(said["institution_key"])
    line = parse_line(said["receipt"].encode())
    assert holds(line, Domain.RECEIPT, key)
    receipt = decode_receipt(line.payload)
    assert (receipt.size, receipt.head) == (store.tally.records_made, said["head"])
    assert receipt.missing == ()
    grant, policy = (parse_line(said[name].encode()) for name in ("grant", "policy"))
    assert holds(grant, Domain.GRANT, key)
    assert holds(policy, Domain.POLICY, key)
    assert decode_grant(grant.payload).policy == policy.hash
    assert SESSION in said["ask"]["questions"]


def test_the_verifier_takes_what_was_saved(
    tmp_path: Path, server: EvidenceServer, store: EvidenceStore, ledger: Ledger
) -> None:
    ledger.commit(draft_segment(segment(0)))
    deliver_all(server, store)
    key = institution_fingerprint(store.founding)
    half = verify_receipt_file(save_receipt(ask_of(store), tmp_path, 7).path, key)
    assert half.holds, half.results
    assert not half.file.complete
    ledger.commit(empty_close("finished"))
    deliver_all(server, store)
    path = save_receipt(ask_of(store), tmp_path, 7).path
    whole = verify_receipt_file(path, key)
    assert whole.holds, whole.results
    assert whole.file.complete
    assert whole.receipt is not None
    assert whole.receipt.size == store.tally.records_made
    assert verify_whatever(path.read_bytes(), key).status == 0
    path.write_bytes(path.read_bytes().replace(b'"complete": true', b'"complete": false'))
    assert verify_receipt_file(path, key).holds, "its own word: nobody signed it"
    path.write_bytes(path.read_bytes().replace(whole.receipt.head.encode(), b"0" * 64))
    assert not verify_receipt_file(path, key).holds


def test_before_all_is_delivered_it_does_not_say_so(
    tmp_path: Path, server: EvidenceServer, store: EvidenceStore, ledger: Ledger
) -> None:
    with pytest.raises(EnvironmentFault, match="no receipt"):
        save_receipt(ask_of(store), tmp_path, 7)
    deliver_all(server, store)
    ledger.commit(draft_body(heartbeat()))
    made = save_receipt(ask_of(store), tmp_path / "mine.json", 7)
    assert made.path.name == "mine.json"
    assert not made.delivered


def test_a_folder_that_is_not_there_is_said(
    tmp_path: Path, server: EvidenceServer, store: EvidenceStore, ledger: Ledger
) -> None:
    deliver_all(server, store)
    with pytest.raises(EnvironmentFault, match="cannot be written"):
        save_receipt(ask_of(store), tmp_path / "none" / "mine.json", 7)


def test_new_receipts_tell_the_servers_time_between_sending_and_coming(
    server: EvidenceServer, store: EvidenceStore, ledger: Ledger
) -> None:
    heard: list[tuple[int, int, int]] = []
    ticks = iter(range(0, 10**9, 1_000_000))
    channel = TimedChannel(
        make_channel(server, store.founding),
        store.founding.institution_key,
        lambda *times: heard.append(times),
        lambda: next(ticks),
    )
    lines = contents.records(store, 0, 1)
    answer = channel.send_records(lines)
    assert isinstance(answer, Receipted)
    assert heard == [(decode_receipt(answer.line.payload).time, 0, 1_000)]
    channel.send_records(lines)
    assert len(heard) == 1


def test_a_receipt_of_another_key_tells_no_time(
    server: EvidenceServer, store: EvidenceStore, ledger: Ledger
) -> None:
    heard: list[tuple[int, int, int]] = []
    inner = make_channel(server, store.founding)
    channel = TimedChannel(inner, b"\0" * 32, lambda *t: heard.append(t), lambda: 0)
    channel.send_records(contents.records(store, 0, 1))
    assert heard == []


def test_where_an_exam_stood_is_read_back_from_its_records(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    for name in ("preparing", "exam"):
        ledger.commit(draft_body(Phase(name=name, by="recorder")))
        clock.tick(10)
    ledger.commit(draft_body(heartbeat()))
    standing = gone_through(read_phases(store, BOOT, clock()))
    assert standing is not None
    assert standing.name == "exam"
    assert standing.since_ns == (clock().mono - 10_000_000) * 1_000
