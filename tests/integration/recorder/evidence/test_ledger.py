"""The ledger writes what the verifier accepts, and goes on where the store ends."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.evidence_server import EvidenceServer
from support.recording import (
    BOOT,
    FakeClock,
    deliver_all,
    heartbeat,
    ids,
    incident,
    make_ledger,
    make_store,
    opened,
    segment,
    session_key,
)
from support.sessions import fixed_key

from recorder.evidence import contents
from recorder.evidence.drafts import Attachment, draft_body, draft_incident, draft_segment
from recorder.evidence.ledger import BrokenLaw, Ledger, empty_close
from recorder.evidence.store import EvidenceStore
from recorder.faults import EnvironmentFault
from shared import records
from shared.clock import TOLERANCE
from shared.flags import Kind
from shared.policy import Rule
from shared.records import decode_record
from shared.sealing import Place
from shared.verify import verify_bundle


def bodies(store: EvidenceStore) -> list[records.Body]:
    return [decode_record(line.payload).body for line in contents.all_records(store)]


def test_a_delivered_session_verifies_and_opens(
    store: EvidenceStore,
    ledger: Ledger,
    server: EvidenceServer,
    tmp_path: Path,
    clock: FakeClock,
) -> None:
    """Everything at once: two streams, an incident with a clip, the verifier as the oracle."""
    for number in range(3):
        clock.tick(4)
        ledger.commit(draft_segment(segment(number)))
        ledger.commit(draft_segment(segment(number, stream="microphone")))
    deliver_all(server, store)
    clip = Attachment("clip", "video/mp4", b"the clip")
    ledger.commit(draft_incident(incident(end_ns=None)))
    ledger.commit(draft_incident(incident(), [clip]))
    ledger.commit(draft_body(heartbeat()))
    ledger.commit(empty_close("finished"))
    deliver_all(server, store)
    verdict = verify_bundle(server.export(tmp_path / "session.zip"))
    assert verdict.holds, verdict.results
    assert verdict.blobs == 7
    close = bodies(store)[-1]
    assert isinstance(close, records.Close)
    assert close.segments == {"camera": 3, "microphone": 3, "attachment": 1}
    assert close.incidents == 1
    assert server.held is not None
    [named] = [b for b in bodies(store) if isinstance(b, records.Incident) and b.attachments]
    attachment = named.attachments[0]
    sealed = server.held.blobs[attachment.sha256]
    place = Place(store.founding.session, "attachment", attachment.stream_seq)
    assert server.keys.evidence.open(sealed, place) == b"the clip"


def test_a_record_is_anchored_to_the_newest_receipt(
    store: EvidenceStore, ledger: Ledger, server: EvidenceServer
) -> None:
    deliver_all(server, store)
    assert server.held is not None
    ledger.commit(draft_body(heartbeat()))
    last = decode_record(list(contents.all_records(store))[-1].payload)
    assert last.anchor == server.held.receipts[-1].hash
    assert last.boot == BOOT


@pytest.mark.parametrize("jump_s", [3.0, -3.0, 3_600.0])
def test_a_jump_of_the_clock_is_recorded_before_anything_else(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock, jump_s: float
) -> None:
    clock.offset += round(jump_s * 1e6)
    ledger.commit(draft_body(heartbeat()))
    clock.tick(1)
    ledger.commit(draft_body(heartbeat()))
    _, moved, said, *rest = bodies(store)
    assert isinstance(moved, records.Clock)
    assert moved.jump == round(jump_s * 1e6)
    assert isinstance(said, records.Incident)
    assert said.kind is Kind.CLOCK_JUMP
    assert said.detail["seconds"] == jump_s
    assert [type(body) for body in rest] == [records.Heartbeat, records.Heartbeat]


def test_a_look_at_the_clock_writes_what_it_did_and_else_nothing(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    assert not ledger.look_at_clock()
    for by in (3_600, -3_600):  # to and fro, with no record in between
        clock.tick(0.5)
        clock.offset += by * 1_000_000
        assert ledger.look_at_clock()
        assert not ledger.look_at_clock()
    ledger.commit(draft_body(heartbeat()))
    _, *rest = bodies(store)
    assert [type(body) for body in rest] == [
        *(records.Clock, records.Incident) * 2,
        records.Heartbeat,
    ]
    ledger.commit(empty_close("finished"))
    clock.offset += 3_600_000_000
    assert not ledger.look_at_clock()


def test_before_the_open_there_is_no_clock_to_look_at(tmp_path: Path, clock: FakeClock) -> None:
    store = make_store(tmp_path, EvidenceServer())
    assert not make_ledger(store, clock).look_at_clock()
    store.close()


def test_hours_of_drift_are_let_be(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    for _ in range(36):
        clock.tick(300)
        clock.offset += 300 * 200  # 200 parts per million
        ledger.commit(draft_body(heartbeat()))
    found = {type(body) for body in bodies(store)}
    assert found == {records.Open, records.Heartbeat, records.Rotate}


def test_a_small_step_of_the_clock_is_let_be(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    clock.offset += TOLERANCE
    ledger.commit(draft_body(heartbeat()))
    assert [type(body) for body in bodies(store)] == [records.Open, records.Heartbeat]


def test_a_jump_is_no_incident_where_the_policy_says_so(
    tmp_path: Path, clock: FakeClock
) -> None:
    server = EvidenceServer()
    kinds = server.policy.kinds | {Kind.CLOCK_JUMP: Rule(enabled=False)}
    policy = msgspec.structs.replace(server.policy, kinds=kinds)
    store = make_store(tmp_path, EvidenceServer(policy=policy))
    ledger = opened(make_ledger(store, clock))
    clock.offset += 10_000_000
    ledger.commit(draft_body(heartbeat()))
    types = [type(body) for body in bodies(store)]
    assert types == [records.Open, records.Clock, records.Heartbeat]
    store.close()


def test_a_ledger_goes_on_where_the_store_ends(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    ledger.commit(draft_segment(segment(0)))
    ledger.commit(draft_incident(incident()))
    store.close()
    again = EvidenceStore.open(store.folder)
    resumed = make_ledger(again, clock)
    assert resumed.chain == ledger.chain
    resumed.commit(draft_segment(segment(1)))
    resumed.commit(empty_close("finished"))
    close = bodies(again)[-1]
    assert isinstance(close, records.Close)
    assert (close.segments, close.incidents) == ({"camera": 2}, 1)
    again.close()


def test_a_closed_session_takes_no_more(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    ledger.commit(empty_close("finished"))
    with pytest.raises(BrokenLaw, match="after the close"):
        ledger.commit(draft_body(heartbeat()))
    with pytest.raises(EnvironmentFault, match="is closed"):
        make_ledger(store, clock)


def test_another_key_cannot_go_on(store: EvidenceStore, clock: FakeClock) -> None:
    with pytest.raises(EnvironmentFault, match="not the one"):
        Ledger(store, fixed_key(99), clock=clock, boot=BOOT, new_id=ids())


def test_a_damaged_chain_is_not_gone_on_with(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    ledger.commit(draft_body(heartbeat()))
    store.select("DROP TRIGGER records_no_update")
    store.select("UPDATE records SET payload = CAST('{}' AS BLOB) WHERE seq = 1")
    with pytest.raises(EnvironmentFault, match="damaged"):
        make_ledger(store, clock)


def test_a_founding_that_does_not_hold_is_not_gone_on_with(
    store: EvidenceStore, clock: FakeClock
) -> None:
    store.close()
    again = EvidenceStore.open(store.folder)
    again.select("DROP TRIGGER session_no_update")
    again.select("UPDATE session SET institution_key = zeroblob(32)")
    again.close()
    bent = EvidenceStore.open(store.folder)
    with pytest.raises(EnvironmentFault, match="damaged"):
        make_ledger(bent, clock)
    bent.close()


def test_what_would_not_verify_is_never_written(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    clock.mono -= 1
    with pytest.raises(BrokenLaw, match="backwards"):
        ledger.commit(draft_body(heartbeat()))
    assert store.tally.records_made == 1


MOVES = st.sampled_from(["camera", "screen", "incident", "heartbeat", "clock", "reopen"])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(MOVES, max_size=20))
def test_any_session_is_accepted_record_by_record(
    tmp_path_factory: pytest.TempPathFactory, moves: list[str]
) -> None:
    clock = FakeClock()
    store = make_store(tmp_path_factory.mktemp("store"), EvidenceServer())
    ledger = opened(make_ledger(store, clock))
    seen: dict[str, int] = {}
    for number, move in enumerate(moves):
        clock.tick(0.5)
        match move:
            case "clock":
                clock.offset += 7_000_000
            case "reopen":
                store.close()
                store = EvidenceStore.open(store.folder)
                ledger = make_ledger(store, clock)
            case "incident":
                ledger.commit(draft_incident(incident(number)))
            case "heartbeat":
                ledger.commit(draft_body(heartbeat()))
            case stream:
                count = seen.get(stream, 0)
                ledger.commit(draft_segment(segment(count, stream=stream)))
                seen[stream] = count + 1
    ledger.commit(empty_close("finished"))
    # a new ledger verifies it all again, and finds it closed
    with pytest.raises(EnvironmentFault, match="is closed"):
        Ledger(store, session_key(), clock=clock, boot=BOOT, new_id=ids())
    store.close()
