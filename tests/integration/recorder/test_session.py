"""A whole session in this process, without devices: phases, commands, talk and receipt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from support.evidence_server import EvidenceServer
from support.sessions import Keys, make_policy
from support.waiting import until

from recorder.app import Recorder
from recorder.session import Session
from recorder.settings import Settings
from shared.policy import Breaks, Exam, Level, Lockdown
from shared.records import Close, Enrolment, Heartbeat, Phase, decode_record
from shared.wire import Command


class Sat:
    """A session with an honest server at the other end."""

    def __init__(self, url: str, server: EvidenceServer, root: Path) -> None:
        self.server = server
        self.recorder = Recorder(Settings(store=root, spread_s=0.0))
        self.url = url
        self.number = 0
        self.session = self._begin()

    def _begin(self) -> Session:
        offer = self.recorder.inspect(self.url, self.server.code)
        preview = self.recorder.open_preview(offer, "none", "none")
        return self.recorder.start(offer, "none", "none", "none", preview)

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
def sat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sat]:
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
        sitting.session.finish("quit")
        sitting.session.wait(20)
        sitting.session.leave()


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
