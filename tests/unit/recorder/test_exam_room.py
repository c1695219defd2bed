"""An exam's browser that cannot be made: the window is told, and the evidence says why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from support.scripted_program import make_offer

from recorder.exam_room import ExamRoom
from recorder.faults import EnvironmentFault
from recorder.lockdown.journal import Journal
from recorder.lockdown.operation import NotInForce
from recorder.lockdown.owner import Owner
from recorder.lockdown.sequence import Sequence
from shared.policy import Surface


class Session:
    """Keeps what it is to hold to."""

    def __init__(self) -> None:
        self.held: list[Any] = []

    def hold(self, operations: list[Any]) -> bool:
        self.held = operations
        return True


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QTWEBENGINE_DISABLE_SANDBOX", "1")  # put back after what changes it


def reason_in(session: Session, folder: Path) -> str:
    """What a heartbeat says of the exam's browser."""
    steps = Sequence(session.held, Journal(folder, Owner(1, "", "")))
    outcome = steps.engage().performed["browser"]
    assert isinstance(outcome, NotInForce)
    assert steps.look().evasions == ()
    assert steps.release() == {}
    return outcome.reason


def test_an_engine_that_cannot_be_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "recorder.exam.browser", None)
    session, offer = (
        Session(),
        make_offer(surface=Surface(kind="browser", start="https://e.x/")),
    )
    with pytest.raises(EnvironmentFault, match="cannot be started on this computer"):
        ExamRoom(offer, session)  # type: ignore[arg-type]
    assert "cannot be started on this computer" in reason_in(session, tmp_path)


def test_whatever_else_keeps_it_from_being_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("recorder.exam_room.clean_environment", lambda *_, **__: 1 / 0)
    session, offer = (
        Session(),
        make_offer(surface=Surface(kind="browser", start="https://e.x/")),
    )
    with pytest.raises(ZeroDivisionError):
        ExamRoom(offer, session)  # type: ignore[arg-type]
    assert "ZeroDivisionError" in reason_in(session, tmp_path)
