"""Delivery step by step, against a server that is honest and one that is not."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import msgspec
import pytest
from support.evidence_server import (
    Answer,
    Dropped,
    EvidenceServer,
    Fault,
    Request,
    answering,
    down,
    honest,
    lost,
    problem,
)
from support.recording import (
    FakeClock,
    deliver_all,
    heartbeat,
    make_channel,
    make_ledger,
    segment,
)
from support.sessions import fixed_key

from recorder.evidence import contents
from recorder.evidence.audit import check_store
from recorder.evidence.drafts import draft_body, draft_segment
from recorder.evidence.ledger import Ledger, empty_close
from recorder.evidence.opening import StoreTrouble
from recorder.evidence.store import EvidenceStore
from recorder.sync.courier import Courier
from recorder.sync.outbox import Outbox
from recorder.sync.pacing import Pacing
from recorder.sync.plan import NEVER
from shared.chain import ChainState
from shared.receipts import decode_receipt, encode_receipt
from shared.signed import MEDIA_TYPE, Domain, parse_line, public_bytes, sign
from shared.verify import verify_bundle
from shared.wire import ProblemType

PACING = Pacing(linger_s=2.0)


class Drive:
    """A courier and its clock."""

    def __init__(self, server: EvidenceServer, store: EvidenceStore) -> None:
        channel = make_channel(server, store.founding)
        self.courier = Courier(
            Outbox.of_store(store), channel, PACING, random.Random(3), lambda: self.now
        )
        self.server = server
        self.store = store
        self.now = 1_000.0

    def step(self, *, urgent: bool = True) -> float:
        return self.courier.step(urgent=urgent)

    def run(self, steps: int = 200, *, urgent: bool = True) -> None:
        """Step at the times the courier asks for, until all is delivered."""
        for _ in range(steps):
            if self.store.tally.delivered:
                return
            again = self.step(urgent=urgent)
            self.now = max(self.now + 0.01, min(again, self.now + 1e6))
        raise AssertionError(f"not delivered: {self.courier.note}")

    def asked(self) -> list[str]:
        """What was requested, in short."""
        return [
            f"{r.method} {r.path.split('/', 5)[-1].split('/')[0]}" for r in self.server.requests
        ]


@pytest.fixture
def drive(server: EvidenceServer, store: EvidenceStore, ledger: Ledger) -> Drive:
    """Three records, two pieces, nothing delivered."""
    ledger.commit(draft_segment(segment(0)))
    ledger.commit(draft_segment(segment(1)))
    return Drive(server, store)


def bent_receipt(server: EvidenceServer, **changes: object) -> Fault:
    def fault(_request: Request, go: Callable[[], Answer]) -> Answer:
        answer = go()
        receipt = decode_receipt(parse_line(answer.body).payload)
        false = msgspec.structs.replace(receipt, **changes)
        line = sign(server.keys.signing, Domain.RECEIPT, encode_receipt(false))
        return answer._replace(body=line.line())

    return fault


def foreign_receipt(_request: Request, go: Callable[[], Answer]) -> Answer:
    """Signed by somebody else."""
    answer = go()
    line = sign(fixed_key(77), Domain.RECEIPT, parse_line(answer.body).payload)
    return answer._replace(body=line.line())


def test_the_server_is_asked_first_then_records_then_pieces(drive: Drive) -> None:
    drive.run()
    assert drive.asked() == ["GET status", "POST records", "PUT blobs", "PUT blobs"]
    assert drive.step() == NEVER
    assert drive.courier.note == ""
    assert drive.courier.link.online
    assert not drive.courier.stuck


def test_records_linger_while_pieces_go(drive: Drive, ledger: Ledger) -> None:
    drive.run()
    drive.server.requests.clear()
    ledger.commit(draft_segment(segment(2)))
    sent_at = drive.now - 1.0
    drive.courier._progress = replace(drive.courier._progress, last_batch=sent_at)
    assert drive.step(urgent=False) == sent_at + PACING.linger_s
    assert drive.asked() == []
    drive.now = sent_at + PACING.linger_s
    drive.step(urgent=False)
    assert drive.asked() == ["POST records"]


def test_many_records_go_in_batches(drive: Drive, ledger: Ledger) -> None:
    for _ in range(130):
        ledger.commit(draft_body(heartbeat()))
    drive.run()
    assert drive.asked().count("POST records") == 3


def test_a_batch_is_bounded_in_bytes(drive: Drive, ledger: Ledger) -> None:
    long = heartbeat()
    long = msgspec.structs.replace(long, queue={"x": "y" * 60_000})
    for _ in range(40):
        ledger.commit(draft_body(long))
    drive.run()
    sizes = [len(r.body) for r in drive.server.requests if r.method == "POST"]
    assert len(sizes) == 3
    assert max(sizes) <= 1_048_576


def test_an_answer_that_is_lost_is_asked_for_again_exactly(
    drive: Drive, ledger: Ledger
) -> None:
    drive.server.script.extend([honest, lost])
    drive.step()
    drive.step()
    assert not drive.courier.link.online
    first = drive.server.requests[-1].body
    ledger.commit(draft_body(heartbeat()))
    drive.run()
    again = [r for r in drive.server.requests if r.method == "POST"]
    assert again[1].body == first
    assert contents.receipts(drive.store) == drive.server.held.receipts  # type: ignore[union-attr]


def test_a_piece_whose_answer_is_lost_gets_the_same_receipt(drive: Drive) -> None:
    """After the next piece's: it may be by the piece itself that the answer was lost."""
    drive.server.script.extend([honest, honest, lost])
    drive.run()
    assert drive.server.held is not None
    assert sorted(contents.receipts(drive.store)) == sorted(drive.server.held.receipts)


def test_a_crash_between_the_server_and_us_loses_nothing(
    drive: Drive, ledger: Ledger, store: EvidenceStore, clock: FakeClock, tmp_path: Path
) -> None:
    """Answers are lost, the program dies, and a new one finds out where things stand."""
    drive.server.script.extend([honest, lost])
    drive.step()
    drive.step()
    ledger.commit(draft_segment(segment(2)))
    store.close()
    again = EvidenceStore.open(store.folder)
    resumed = make_ledger(again, clock)
    fresh = Drive(drive.server, again)
    fresh.server.requests.clear()
    fresh.step()
    assert fresh.asked() == ["GET status"]
    assert again.tally.records_sent == 3
    fresh.run()
    resumed.commit(empty_close("finished"))
    fresh.run()
    assert check_store(again) == []
    assert verify_bundle(fresh.server.export(tmp_path / "x.zip")).holds
    again.close()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (down, "cannot be reached"),
        (answering(200, b"<html>", "text/html"), "a web page"),
        (answering(302, location="https://login.example"), "login.example"),
        (answering(404, b"<h1>nginx"), "status 404"),
        (answering(502, b"<h1>Bad Gateway"), "status 502"),
        (answering(200, b'{"hello":"world"}', "application/json"), "another kind"),
    ],
)
def test_a_server_that_is_not_there_is_waited_for(
    fault: Fault, said: str, drive: Drive
) -> None:
    drive.server.script.extend([fault] * 5)
    for _ in range(5):
        drive.now = max(drive.now, drive.step())
        assert not drive.courier.link.online
        assert said in drive.courier.note
        assert not drive.courier.stuck
    drive.run()


def test_a_server_that_is_busy_is_no_outage(drive: Drive) -> None:
    drive.server.script.append(problem(ProblemType.BUSY, 429))
    drive.step()
    assert drive.courier.link.online
    assert "busy: by the script" in drive.courier.note
    drive.run()


def test_retry_after_is_obeyed(drive: Drive) -> None:
    drive.server.script.append(answering(503, retry_after="25"))
    again = drive.step()
    assert drive.now + 25 <= again <= drive.now + 26
    drive.now = again - 0.001
    assert drive.step() == again
    assert len(drive.server.requests) == 1
    drive.now = again
    drive.run()


@pytest.mark.parametrize("good", [0, 1, 2])
def test_waiting_begins_when_the_request_has_failed(good: int, drive: Drive) -> None:
    """Else a slow upload would use up what the server asks for, and every backoff."""

    def slow(request: Request, go: Callable[[], Answer]) -> Answer:
        drive.now += 20.0
        return answering(503, retry_after="5")(request, go)

    drive.server.script.extend([*[honest] * good, slow])
    for _ in range(good):
        drive.step()
    began = drive.now
    assert drive.step() >= began + 25.0
    assert drive.courier.link.down_since == began
    drive.run()


def test_a_slow_refusal_is_asked_again_rarely_from_its_end_on(drive: Drive) -> None:
    def slow(request: Request, go: Callable[[], Answer]) -> Answer:
        drive.now += 20.0
        return problem(ProblemType.CREDENTIAL, 401)(request, go)

    drive.server.script.append(slow)
    began = drive.now
    assert drive.step() == began + 20.0 + PACING.cap_s


def test_after_a_long_outage_the_rest_is_spread(drive: Drive) -> None:
    drive.server.script.append(down)
    drive.step()
    drive.now += 61
    again = drive.step()
    assert drive.courier.link.online
    assert drive.now < again <= drive.now + PACING.spread_s
    assert "back" in drive.courier.note
    drive.run()


@pytest.mark.parametrize(
    ("bend", "said"),
    [
        ("foreign", "not signed by the institution's key"),
        ({"session": "0" * 32}, "another session's"),
        ({"head": "0" * 64}, "another chain"),
        ({"size": 1, "head": "0" * 64}, "another chain"),
        ({"durable": ("0" * 64,)}, "not ours"),
    ],
)
def test_a_receipt_that_does_not_hold_is_never_believed(
    bend: str | dict[str, object], said: str, drive: Drive
) -> None:
    fault = foreign_receipt if isinstance(bend, str) else bent_receipt(drive.server, **bend)
    drive.server.script.extend([honest, fault])
    drive.step()
    again = drive.step()
    assert again == drive.now + PACING.cap_s
    assert said in drive.courier.note
    assert drive.courier.stuck
    assert drive.store.tally.records_sent == 0
    drive.now = again
    drive.run()
    assert drive.courier.note == ""


def test_a_piece_needs_a_receipt_that_holds(drive: Drive) -> None:
    drive.server.script.extend([honest, honest, foreign_receipt])
    for _ in range(3):
        again = drive.step()
    assert again == drive.now + PACING.cap_s
    assert "not signed by the institution's key" in drive.courier.note
    assert drive.store.tally.blobs_sent == 0
    drive.now = again
    drive.run()


def test_a_receipt_that_covers_too_little_is_no_progress(drive: Drive, ledger: Ledger) -> None:
    deliver_all(drive.server, drive.store)
    ledger.commit(draft_body(heartbeat()))
    old = drive.server.held.receipts[0]  # type: ignore[union-attr]
    drive.server.requests.clear()
    drive.server.script.extend([honest, answering(200, old.line(), MEDIA_TYPE)])
    drive.step()
    drive.step()
    assert "does not cover" in drive.courier.note
    assert not drive.store.tally.delivered


def test_a_receipt_without_the_piece_leaves_it_waiting(drive: Drive) -> None:
    drive.step()
    drive.step()
    old = drive.server.held.receipts[0]  # type: ignore[union-attr]
    drive.server.script.append(answering(200, old.line(), MEDIA_TYPE))
    drive.step()
    assert "A piece is not taken" in drive.courier.note
    assert "does not list" in drive.courier.note
    assert drive.store.tally.blobs_sent == 0
    drive.step()
    assert drive.store.tally.blobs_sent == 1
    assert drive.step() == drive.now + PACING.cap_s
    assert drive.courier.stuck
    drive.run()


def test_a_server_ahead_of_us_tells_where_to_go_on(drive: Drive, ledger: Ledger) -> None:
    """Its refusal names another place than ours: it is asked, and believed."""
    drive.step()
    deliver_all(drive.server, drive.store)
    ledger.commit(draft_body(heartbeat()))
    drive.server.script.append(problem(ProblemType.OUT_OF_ORDER, 409, size=3, head="0" * 64))
    drive.server.requests.clear()
    drive.step()
    drive.step()
    drive.step()
    assert drive.asked() == ["POST records", "GET status", "POST records"]
    assert drive.store.tally.delivered


def test_a_server_restored_from_an_older_copy_gets_the_records_again(
    drive: Drive, server: EvidenceServer, clock: FakeClock
) -> None:
    """It lost what it had signed for; the records are all still here."""
    drive.step()
    assert server.held is not None
    first = contents.records(drive.store, 0, 1)
    make_channel(server, drive.store.founding).send_records(first)
    older = copy.deepcopy(server.held)
    drive.run()
    server.held = older
    clock.tick(60)
    fresh = Drive(server, drive.store)
    server.requests.clear()
    fresh.step()
    fresh.step()
    assert server.held.chain.size == 3
    # its second receipt after the same first one is a second story, which is said
    assert "another receipt" in fresh.courier.note


def test_another_chain_on_the_server_is_said_and_nothing_is_lost(
    drive: Drive, server: EvidenceServer, store: EvidenceStore
) -> None:
    assert server.held is not None
    server.held.chain = ChainState(
        store.founding.session, public_bytes(fixed_key(10)), size=2, head="f" * 64
    )
    again = drive.step()
    assert again == drive.now + PACING.cap_s
    assert "another chain" in drive.courier.note
    assert drive.courier.stuck
    assert store.tally.records_sent == 0


def test_a_status_of_another_session_is_not_believed(drive: Drive) -> None:
    def fault(_request: Request, go: Callable[[], Answer]) -> Answer:
        answer = go()
        return answer._replace(body=answer.body.replace(b"5e55" * 8, b"0" * 32))

    drive.server.script.append(fault)
    drive.step()
    assert "another session" in drive.courier.note


@pytest.mark.parametrize("receipt", ["half a line", "foreign"])
def test_a_status_with_a_false_receipt_is_not_believed(receipt: str, drive: Drive) -> None:
    deliver_all(drive.server, drive.store)

    def fault(_request: Request, go: Callable[[], Answer]) -> Answer:
        body = msgspec.json.decode(go().body)
        line = sign(fixed_key(7), Domain.RECEIPT, b"{}").line().decode()
        body["receipt"] = receipt if receipt != "foreign" else line
        return Answer(200, msgspec.json.encode(body), {"content-type": "application/json"})

    drive.server.script.append(fault)
    drive.step()
    assert drive.courier.stuck
    assert "receipt" in drive.courier.note


def test_refused_records_do_not_keep_pieces_back(drive: Drive, ledger: Ledger) -> None:
    """The proctor ended the session: what the server has records of still arrives."""
    drive.step()
    drive.step()
    ledger.commit(draft_body(heartbeat()))
    drive.server.script.append(problem(ProblemType.SESSION_OVER, 409))
    for _ in range(4):
        drive.step()
    assert drive.store.tally.blobs_sent == 2
    assert drive.store.tally.records_sent == 3
    assert "does not take the records: by the script" in drive.courier.note
    assert drive.courier.stuck
    assert drive.step() == drive.now + PACING.cap_s
    drive.now += PACING.cap_s
    drive.run()
    assert drive.courier.note == ""


def test_a_server_that_keeps_contradicting_itself_is_asked_rarely(drive: Drive) -> None:
    drive.server.always = lambda request, go: (
        problem(ProblemType.OUT_OF_ORDER, 409, size=0, head="0" * 64)(request, go)
        if request.method == "POST"
        else go()
    )
    for _ in range(6):
        again = drive.step()
    assert drive.asked() == ["GET status", "POST records", "GET status", "POST records"]
    assert again == drive.now + PACING.cap_s
    drive.server.always = None
    drive.now = again
    drive.run()


def test_one_refused_piece_does_not_keep_the_others_back(drive: Drive) -> None:
    drive.step()
    drive.step()
    drive.server.script.append(problem(ProblemType.BLOB_DIGEST, 400))
    drive.step()
    drive.step()
    assert drive.store.tally.blobs_sent == 1
    assert drive.step() == drive.now + PACING.cap_s
    assert drive.courier.stuck
    assert "A piece" in drive.courier.note
    drive.now += PACING.cap_s
    drive.run()


class OnThisPiece:
    """A fault of the first piece that is sent, each time; all else goes through.

    Takes ``seconds`` of the drive's time for each.
    """

    def __init__(self, fault: Fault, drive: Drive, seconds: float) -> None:
        self.fault = fault
        self.drive = drive
        self.seconds = seconds
        self.path = ""
        self.tries = 0

    def __call__(self, request: Request, go: Callable[[], Answer]) -> Answer:
        if request.method == "PUT" and self.path in {"", request.path}:
            self.path = request.path
            self.tries += 1
            self.drive.now += self.seconds
            return self.fault(request, go)
        return go()


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (lost, 0.0),
        (lost, 61.0),
        (answering(413, b"<h1>nginx"), 5.0),
        (answering(500), 0.0),
        (problem(ProblemType.BUSY, 503), 0.0),
    ],
)
def test_one_failing_piece_does_not_keep_the_others_back(
    fault: Fault, seconds: float, drive: Drive, ledger: Ledger
) -> None:
    """Beside it records are taken, as they are while it is recorded, and later none."""
    server, piece = drive.server, OnThisPiece(fault, drive, seconds)
    server.always = piece
    for number in range(2, 12):
        ledger.commit(draft_segment(segment(number)))
    notes, end = set[str](), drive.now + 600.0
    while drive.now < end:
        if drive.now < end - 300.0:
            ledger.commit(draft_body(heartbeat()))
        again = drive.step(urgent=False)
        notes.add(drive.courier.note.partition(":")[0])
        drive.now = max(drive.now + 2.0, min(again, drive.now + 10.0))
    tally = drive.store.tally
    assert (tally.blobs_sent, tally.blobs_made) == (11, 12)
    assert tally.records_sent == tally.records_made
    assert piece.tries < 40
    assert "A piece has not arrived yet and is tried again" in notes
    assert not drive.courier.stuck
    assert not drive.courier.refused
    server.always = None
    drive.run()


def test_a_piece_the_server_knows_no_record_of_sends_us_back_to_the_records(
    drive: Drive,
) -> None:
    drive.step()
    drive.step()
    unknown = problem(ProblemType.BLOB_UNKNOWN, 404)
    drive.server.script.extend([unknown, honest, unknown])
    drive.server.requests.clear()
    for _ in range(4):
        drive.step()
    assert drive.asked() == ["PUT blobs", "GET status", "PUT blobs", "PUT blobs"]
    assert drive.store.tally.blobs_sent == 1
    drive.run()


@pytest.mark.parametrize("kind", [ProblemType.CREDENTIAL, ProblemType.SESSION])
@pytest.mark.parametrize("good", [0, 1, 2])
def test_a_session_that_is_refused_as_a_whole_waits(kind: str, good: int, drive: Drive) -> None:
    drive.server.script.extend([honest] * good)
    drive.server.script.append(problem(kind, 401))
    for _ in range(good + 1):
        again = drive.step()
    assert again == drive.now + PACING.cap_s
    assert drive.courier.stuck
    assert drive.courier.link.online
    drive.now = again
    drive.run()


def test_a_piece_damaged_on_our_disk_is_said_and_never_sent(
    drive: Drive, store: EvidenceStore
) -> None:
    store.select("DROP TRIGGER blobs_update")
    store.select("UPDATE blobs SET bytes = x'00' WHERE stream_seq = 0")
    with pytest.raises(AssertionError, match="damaged on this computer's disk"):
        drive.run(20)
    assert store.tally.blobs_sent == 1
    assert drive.courier.stuck


def test_trouble_with_our_own_disk_is_waited_out(
    drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has it, and its receipt cannot be kept: the same request gets it again."""

    def full(*_: object, **__: object) -> None:
        raise StoreTrouble("The disk is full.", "Free some space.")

    drive.step()
    with monkeypatch.context() as patch:
        patch.setattr(EvidenceStore, "add_receipt", full)
        again = drive.step()
    assert drive.courier.note == "The disk is full."
    assert drive.courier.link.online
    assert drive.store.tally.records_sent == 0
    drive.now = again
    drive.run()
    assert len(drive.server.held.receipts) == 3  # type: ignore[union-attr]


def test_a_read_timeout_is_an_outage(drive: Drive) -> None:
    def slow(_request: Request, _go: Callable[[], Answer]) -> Answer:
        raise Dropped(httpx.ReadTimeout)

    drive.server.script.append(slow)
    drive.step()
    assert "does not answer in time" in drive.courier.note
