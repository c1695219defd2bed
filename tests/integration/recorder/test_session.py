"""A whole session in this process, without devices: phases, commands, talk, receipt, and a
beginning and an end that fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from support.evidence_server import EvidenceServer
from support.failing_disk import FailingDisk
from support.sessions import Keys, make_policy
from support.waiting import until

from recorder import assembly
from recorder.app import Recorder
from recorder.evidence import contents
from recorder.evidence.opening import disk_full
from recorder.evidence.writer import EvidenceWriter
from recorder.settings import Settings
from recorder.status import Light, Stage
from recorder.watching import Watching
from shared.policy import Breaks, Exam, Level, Lockdown
from shared.records import Close, Enrolment, Heartbeat, Phase, decode_record
from shared.wire import Command


class Sat:
    """A session with an honest server at the other end."""

    def __init__(self, url: str, server: EvidenceServer, root: Path) -> None:
        self.server = server
        self.recorder = Recorder(Settings(store=root, spread_s=0.0))
        self.number = 0
        self.offer = self.recorder.inspect(url, server.code)

    def begin(self) -> None:
        preview = self.recorder.open_preview(self.offer, "none", "none")
        self.session = self.recorder.start(self.offer, "none", "none", "none", preview)

    def command(self, action: str, number: int | None = None, **fields: object) -> None:
        self.number += 1
        name = f"c{number or self.number}"
        self.session.obey(Command(id=name, action=action, **fields))  # type: ignore[arg-type]

    def in_phase(self, name: str) -> None:
        until(lambda: self.session.status().phase == name, f"the phase {name}")

    def bodies(self, kind: type) -> list:
        assert self.server.held is not None
        found = [decode_record(signed.payload).body for signed in self.server.held.records]
        return [body for body in found if isinstance(body, kind)]

    def end(self) -> None:
        self.session.finish("finished")
        assert self.session.wait(20)
        until(lambda: self.session.status().delivery.done, "the delivery")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sat]:
    """One whose session has not begun."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    keys = Keys()
    policy = msgspec.structs.replace(
        make_policy(keys),
        exam=Exam(id="e", title="T", duration_s=3_600),
        breaks=Breaks(count=1),
        lockdown=Lockdown(sleep=Level.OFF),
        warnings=3,
    )
    server = EvidenceServer(keys, policy)
    with server.listening() as url:
        sitting = Sat(url, server, tmp_path / "store")
        yield sitting
        for one in sitting.recorder._sessions:
            one.finish("quit")
            one.wait(20)
            one.leave()


@pytest.fixture
def sat(place: Sat) -> Sat:
    place.begin()
    return place


def test_from_getting_ready_to_the_receipt(sat: Sat, tmp_path: Path) -> None:
    session = sat.session
    assert session.status().phase == "preparing"
    session.begin_enrolment()
    view = session.enrolment()
    assert view is not None
    assert (view.step, view.outcome) == ("done", "done")  # no device, so nothing is asked
    session.leave_out("calibration")
    session.ready()
    sat.in_phase("exam")
    assert session.status().left_s == pytest.approx(3_600, abs=30)
    sat.command("warn", text="Alone, please.", count=1, limit=3)
    sat.command("pause", number=50, text="fire alarm")
    sat.in_phase("paused")
    sat.command("resume")
    sat.in_phase("exam")
    sat.command("pause", number=50)
    assert session.status().phase == "exam"
    sat.command("extra_time", seconds=600)
    assert (session.status().left_s or 0) > 4_000
    session.take_break()
    assert session.status().breaks_left == 0
    session.end_break()
    sat.end()
    names = [(phase.name, phase.by) for phase in sat.bodies(Phase)]
    assert names == [
        ("preparing", "recorder"),
        ("waiting", "candidate"),
        ("exam", "recorder"),
        ("paused", "proctor"),
        ("exam", "proctor"),
        ("exam", "proctor"),
        ("break", "candidate"),
        ("exam", "candidate"),
        ("handed_in", "candidate"),
    ]
    (calibration,) = sat.bodies(Enrolment)
    assert calibration.calibration["trouble"] == "skipped"
    assert sat.bodies(Heartbeat)[-1].detection["phase"] == "handed_in"
    made = session.receipt(tmp_path)
    assert made.delivered
    assert json.loads(made.path.read_text("utf-8"))["complete"] is True


def test_a_command_is_done_when_it_is_on_disk(sat: Sat) -> None:
    """What is called done is never sent again: a crash must not take it."""
    writer, free = sat.session._parts.writer, threading.Event()
    held = threading.Thread(target=writer.ask, args=(lambda _: free.wait(20),))
    held.start()
    said = threading.Thread(target=sat.command, args=("extra_time",), kwargs={"seconds": 600})
    said.start()
    until(lambda: writer.waiting.items > 0, "the command")
    said.join(0.5)
    assert said.is_alive()
    free.set()
    said.join(20)
    phases = [
        decode_record(one.payload).body
        for one in writer.ask(lambda store: list(contents.all_records(store)))
    ]
    assert any(isinstance(one, Phase) and one.command == "c1" for one in phases)
    held.join(20)


def test_what_is_said_goes_up_until_it_is_heard(sat: Sat) -> None:
    sat.session.ask_for_help("My sound is gone.")
    (said,) = sat.session.live().said
    assert (said.kind, said.text) == ("help", "My sound is gone.")
    assert sat.session.status().unheard == 1
    sat.command("heard", text=said.id)
    assert sat.session.live().said == ()
    sat.command("message", text="We look into it.")
    sat.command("warn", text="Stay.", count=2, limit=0)
    first, second = sat.session.notices()
    assert (first.kind, second.kind, second.count) == ("message", "warning", 2)
    status = sat.session.status()
    assert (status.warnings, status.warnings_limit) == (2, 3)


def test_consent_can_be_taken_back_at_any_time(sat: Sat) -> None:
    sat.session.withdraw()
    assert sat.session.wait(20)
    until(lambda: sat.session.status().delivery.done, "the delivery")
    assert [phase.reason for phase in sat.bodies(Phase)][-1] == "withdrawn"
    assert [close.reason for close in sat.bodies(Close)] == ["withdrawn"]


def to_the_end(sat: Sat) -> None:
    """All that reached the disk is at the server."""
    sat.session.finish("finished")
    assert sat.session.wait(20)
    until(lambda: sat.session.status().delivery.done, "the delivery")


def test_an_end_that_cannot_be_saved_any_more_is_never_called_delivered(
    sat: Sat, monkeypatch: pytest.MonkeyPatch
) -> None:
    FailingDisk(monkeypatch).fails = lambda _: RuntimeError("a bug")
    to_the_end(sat)
    status = sat.session.status()
    assert (status.stage, status.light) == (Stage.FAILED, Light.PROBLEM)
    assert status.words == "Recording has failed: RuntimeError: a bug"
    assert sat.bodies(Close) == []


def test_an_end_that_waits_for_room_is_delivered_once_there_is_some(
    sat: Sat, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FailingDisk(monkeypatch)
    disk.fails = disk_full
    to_the_end(sat)
    for _ in range(3):
        status = sat.session.status()
        assert (status.stage, status.light) == (Stage.DELIVERING, Light.PROBLEM)
        assert status.unsaved
        assert status.words.startswith("Evidence cannot be saved: The disk is full")
    assert sat.bodies(Close) == []
    disk.fails = None
    until(lambda: sat.session.status().stage is Stage.DELIVERED, "the rest of it")
    status = sat.session.status()
    assert (status.light, status.words) == (Light.GOOD, "Everything is delivered")
    assert not status.unsaved
    assert [close.reason for close in sat.bodies(Close)] == ["finished"]


def test_a_chain_that_was_not_closed_is_a_failure(
    sat: Sat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_writer: EvidenceWriter, _reason: str) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(EvidenceWriter, "close", fail)
    to_the_end(sat)
    status = sat.session.status()
    assert (status.stage, status.light) == (Stage.FAILED, Light.PROBLEM)
    assert status.words == "The recording could not be ended as it should be."


class Screen:
    """A pump of the screen, of which only the end is of interest."""

    def __init__(self) -> None:
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


@pytest.mark.parametrize(
    "broken", [(assembly, "_build"), (Watching, "start")], ids=["built", "started"]
)
def test_a_beginning_that_fails_can_be_tried_again(
    place: Sat, monkeypatch: pytest.MonkeyPatch, broken: tuple[Any, str]
) -> None:
    """The code is used by then, and its store must be free for the second attempt."""

    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    screen = Screen()
    with monkeypatch.context() as patch:
        patch.setattr(*broken, fail)
        patch.setattr(assembly, "open_screen", lambda *_: screen)
        patch.setattr(assembly, "_pumps", lambda *_: {})
        with pytest.raises(RuntimeError, match="a bug"):
            place.begin()
    assert screen.stopped
    place.begin()
    place.end()
    assert place.session.status().stage is Stage.DELIVERED
