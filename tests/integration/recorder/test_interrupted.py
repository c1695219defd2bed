"""The program finds what an earlier run left: by list, by code; goes on, hands in, delivers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from support.evidence_server import Answer, EvidenceServer, Request, down, problem
from support.recording import (
    FakeClock,
    deliver_all,
    eventually,
    found,
    make_ledger,
    opened,
    segment,
    session_key,
)
from support.sessions import SESSION, WALL_ORIGIN

from recorder import interrupted as room
from recorder.app import Recorder
from recorder.evidence import contents
from recorder.evidence.drafts import draft_segment
from recorder.evidence.keys import keep_epoch_key, remember_code
from recorder.evidence.store import EvidenceStore
from recorder.faults import EnvironmentFault
from recorder.leftovers import NEVER_FINISHED, OVER_AFTER_S, Leftovers
from recorder.record import describe_resumption
from recorder.settings import Settings
from recorder.status import Survey
from shared.records import Close, Resume, decode_record
from shared.verify import verify_bundle
from shared.wire import ProblemType

CODE = "7K2M-Q4WD-9XTA"


@pytest.fixture
def server() -> EvidenceServer:
    return EvidenceServer(code=CODE, now=lambda: WALL_ORIGIN + 3_600_000_000)


@pytest.fixture
def address(server: EvidenceServer) -> Iterator[str]:
    with server.listening() as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path, server: EvidenceServer, address: str) -> Path:
    """A recording of the code that was interrupted after its first segment."""
    founding = replace(found(server), server=address)
    with closing(EvidenceStore.create(tmp_path, founding, WALL_ORIGIN)) as store:
        keep_epoch_key(store.folder, 0, session_key())
        remember_code(store.folder, address, CODE)
        opened(make_ledger(store, FakeClock())).commit(draft_segment(segment(0)))
    return store.folder


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(Settings(store=tmp_path, spread_s=0.0))


def bodies(folder: Path) -> list[object]:
    with closing(EvidenceStore.open(folder)) as store:
        return [decode_record(line.payload).body for line in contents.all_records(store)]


# The list


def test_what_was_interrupted_is_listed(recorder: Recorder, folder: Path, address: str) -> None:
    [one] = recorder.survey().interrupted
    assert (one.folder, one.session, one.server) == (folder, SESSION, address)
    assert (one.title, one.institution) == ("Algebra I", "Example University")
    assert (one.closed, one.records, one.waiting_records) == (False, 2, 2)
    assert one.waiting_bytes > 2_000
    assert one.begun_us == one.last_us == FakeClock().wall
    assert one.planned_end_us == one.begun_us + 3_600_000_000


def test_what_is_in_use_is_not_listed(tmp_path: Path, folder: Path) -> None:
    with closing(EvidenceStore.open(folder)):
        assert room.survey(tmp_path) == Survey()
        assert room.is_recording(tmp_path)


def test_what_nobody_uses_is_not_being_recorded(tmp_path: Path, folder: Path) -> None:
    assert not room.is_recording(tmp_path)
    (folder / "evidence.db").write_bytes(b"something else" * 100)
    assert not room.is_recording(tmp_path)
    assert not room.is_recording(tmp_path / "none")


def test_what_cannot_be_read_is_told_apart(tmp_path: Path, folder: Path) -> None:
    (folder / "evidence.db").write_bytes(b"something else" * 100)
    found = room.survey(tmp_path)
    assert found.interrupted == ()
    [broken] = found.unreadable
    assert broken.folder == folder
    assert "not an evidence store" in broken.what


def test_what_is_closed_is_listed_until_it_is_delivered(
    recorder: Recorder, folder: Path, server: EvidenceServer, tmp_path: Path
) -> None:
    recorder.hand_in(recorder.survey().interrupted[0])
    [one] = recorder.survey().interrupted
    assert one.closed
    with pytest.raises(EnvironmentFault, match="handed in"):
        recorder.go_on(one)
    with pytest.raises(EnvironmentFault, match="handed in"):
        recorder.hand_in(one)
    with closing(EvidenceStore.open(folder)) as store:
        deliver_all(server, store)
    assert recorder.survey() == Survey()
    close = bodies(folder)[-1]
    assert isinstance(close, Close)
    assert close.reason == room.HANDED_IN


# By the code


def test_the_same_code_goes_on_without_the_network(
    recorder: Recorder, folder: Path, address: str, server: EvidenceServer
) -> None:
    server.always = down
    offer = recorder.inspect(address.upper().replace("HTTP", "http"), "7k2m q4wd 9xta")
    assert offer.resumes is not None
    assert offer.resumes.folder == folder
    assert offer.policy.exam.title == "Algebra I"
    assert offer.server == address
    assert server.requests == []
    words = describe_resumption(offer.resumes)
    assert "consent" in words
    assert "interrupted" in words
    recorder.decline(offer)


def test_the_code_of_a_closed_recording_says_what_to_do(
    recorder: Recorder, folder: Path, address: str
) -> None:
    recorder.hand_in(recorder.survey().interrupted[0])
    with pytest.raises(EnvironmentFault, match=r"handed in.*evidence upload 5e55"):
        recorder.inspect(address, CODE)


def test_another_code_is_asked_of_its_server(
    recorder: Recorder, folder: Path, address: str, server: EvidenceServer
) -> None:
    server.code = "OTHER-CODE"
    offer = recorder.inspect(address, "OTHER-CODE")
    assert offer.resumes is None
    assert len(server.requests) == 1
    recorder.decline(offer)


# Quietly delivered


@pytest.fixture
def leftovers(tmp_path: Path, recorder: Recorder, today: list[float]) -> Iterator[Leftovers]:
    made = Leftovers(tmp_path, 0.0, wall=lambda: today[0])
    recorder.leftovers = made
    yield made
    made.stop(20.0)


@pytest.fixture
def today() -> list[float]:
    """The wall clock of the quiet delivery, seconds: when the exam began."""
    return [FakeClock().wall / 1e6]


def delivered(server: EvidenceServer) -> int:
    return 0 if server.held is None else server.held.chain.size


def test_what_may_still_go_on_is_delivered_and_left_open(
    folder: Path, leftovers: Leftovers, server: EvidenceServer, today: list[float]
) -> None:
    today[0] += 3600 + OVER_AFTER_S - 1
    leftovers.start()
    eventually(lambda: delivered(server) == 2)
    leftovers.stop(20.0)
    assert not any(isinstance(body, Close) for body in bodies(folder))


def test_what_can_no_longer_go_on_is_closed_and_delivered(
    folder: Path,
    leftovers: Leftovers,
    server: EvidenceServer,
    tmp_path: Path,
    today: list[float],
) -> None:
    today[0] += 3600 + OVER_AFTER_S + 1
    leftovers.start()
    eventually(lambda: server.held is not None and server.held.chain.closed)
    eventually(lambda: server.held is not None and len(server.held.blobs) == 1)
    leftovers.stop(20.0)
    close = bodies(folder)[-1]
    assert isinstance(close, Close)
    assert close.reason == NEVER_FINISHED
    assert verify_bundle(server.export(tmp_path / "session.zip")).blobs == 1


def test_what_cannot_be_closed_is_delivered_as_far_as_it_is(
    folder: Path, leftovers: Leftovers, server: EvidenceServer, today: list[float]
) -> None:
    (folder / "epoch-0.key").unlink()
    today[0] += 3600 + OVER_AFTER_S + 1
    leftovers.start()
    eventually(lambda: delivered(server) == 2)


def test_a_store_that_is_wanted_is_let_go(
    folder: Path, leftovers: Leftovers, server: EvidenceServer, recorder: Recorder
) -> None:
    """It is being delivered to a server that does not answer, again and again."""
    [one] = recorder.survey().interrupted
    server.always = down
    leftovers.start()
    eventually(lambda: bool(server.requests))
    offer = recorder.go_on(one)
    EvidenceStore.open(folder).close()
    server.always = None
    recorder.decline(offer)
    eventually(lambda: delivered(server) == 2)


def test_a_store_whose_delivery_waits_for_an_answer_is_let_go(
    folder: Path, leftovers: Leftovers, server: EvidenceServer, recorder: Recorder
) -> None:
    [one] = recorder.survey().interrupted
    answering = threading.Event()

    def hang(_request: Request, honest: Callable[[], Answer]) -> Answer:
        answering.wait(60)
        return honest()

    server.always = hang
    leftovers.start()
    eventually(lambda: bool(server.requests))
    recorder.go_on(one)
    assert _free(folder)
    answering.set()


def test_a_store_that_was_let_go_too_late_is_delivered_as_before(
    folder: Path,
    leftovers: Leftovers,
    server: EvidenceServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering = threading.Event()

    def hang(_request: Request, honest: Callable[[], Answer]) -> Answer:
        answering.wait(60)
        return honest()

    monkeypatch.setattr(leftovers, "_cut_short", lambda: None)
    monkeypatch.setattr("recorder.leftovers.AGAIN_S", 0.01)
    server.always = hang
    leftovers.start()
    eventually(lambda: bool(server.requests))
    assert not leftovers.let_go(folder, 0.0)
    answering.set()
    eventually(lambda: delivered(server) == 2)


def test_a_store_that_is_not_let_go_is_said_to_be_just_delivered(
    folder: Path,
    leftovers: Leftovers,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [one] = recorder.survey().interrupted
    monkeypatch.setattr(leftovers, "let_go", lambda _folder, _timeout_s: False)
    with pytest.raises(EnvironmentFault, match="just being delivered"):
        recorder.hand_in(one)


def test_a_visit_that_fails_in_an_unforeseen_way_is_not_the_last(
    folder: Path,
    leftovers: Leftovers,
    server: EvidenceServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed: list[Path] = []

    def failing(one: Path) -> None:
        failed.append(one)
        raise ZeroDivisionError

    monkeypatch.setattr(room, "look", failing)
    leftovers.start()
    eventually(lambda: failed == [folder])
    monkeypatch.undo()
    leftovers.look_again()
    eventually(lambda: delivered(server) == 2)


def test_what_the_server_refuses_is_told_apart_from_an_outage(
    folder: Path, leftovers: Leftovers, server: EvidenceServer
) -> None:
    def told() -> tuple[bool, bool] | None:
        delivery = leftovers.progress().get(folder.name)
        return delivery and (delivery.online, delivery.refused)

    server.always = problem(ProblemType.CREDENTIAL, 401)
    leftovers.start()
    eventually(lambda: told() == (True, True))
    assert "by the script" in _note(leftovers, folder)
    server.always = problem(ProblemType.BUSY, 503)
    leftovers.look_again()
    eventually(lambda: told() == (True, False) and _note(leftovers, folder) != "")
    server.always = down
    eventually(lambda: told() == (False, False))


def _note(leftovers: Leftovers, folder: Path) -> str:
    return leftovers.progress()[folder.name].note


def test_what_was_handed_in_is_delivered_by_the_way(
    folder: Path, leftovers: Leftovers, server: EvidenceServer, recorder: Recorder
) -> None:
    leftovers.start()
    eventually(lambda: delivered(server) == 2)
    eventually(lambda: _free(folder))
    recorder.hand_in(recorder.survey().interrupted[0])
    eventually(lambda: server.held is not None and server.held.chain.closed)


def _free(folder: Path) -> bool:
    try:
        EvidenceStore.open(folder).close()
    except EnvironmentFault:
        return False
    return True


def test_a_resumed_chain_says_so(recorder: Recorder, folder: Path) -> None:
    recorder.hand_in(recorder.survey().interrupted[0])
    assert any(isinstance(body, Resume) for body in bodies(folder))


# Saved as a file


def test_what_was_left_is_saved_as_a_file_and_delivered_all_the_same(
    folder: Path,
    leftovers: Leftovers,
    server: EvidenceServer,
    recorder: Recorder,
    tmp_path: Path,
) -> None:
    server.always = down
    [one] = recorder.survey().interrupted
    leftovers.start()
    eventually(lambda: SESSION in recorder.delivering())
    eventually(lambda: not recorder.delivering()[SESSION].online)
    seen: list[tuple[int, int]] = []
    made = recorder.save(one, tmp_path, lambda done, total: seen.append((done, total)))
    assert (made.path, made.records, made.pieces) == (tmp_path / f"{SESSION}.invigil", 2, 1)
    assert seen[-1][0] == seen[-1][1]
    # The network is back: what was saved is delivered by the way, and its progress is told.
    server.always = None
    eventually(lambda: recorder.delivering()[SESSION].done)
    assert recorder.delivering()[SESSION].fraction == 1.0


def test_nothing_is_said_of_a_delivery_before_there_is_one(recorder: Recorder) -> None:
    assert recorder.delivering() == {}
