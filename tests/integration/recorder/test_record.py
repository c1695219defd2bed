"""``invigil-recorder record``: what it says of an end that is not saved, or all delivered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from support.evidence_server import EvidenceServer
from support.failing_disk import FailingDisk
from support.sessions import Keys, make_policy

from recorder.capturing import Choices
from recorder.evidence.opening import disk_full
from recorder.faults import EnvironmentFault
from recorder.record import DELIVERED, LEFT_OVER, Request, record
from recorder.session import Session
from recorder.settings import Settings
from shared.policy import Level, Lockdown


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Records half a second for an honest server."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    keys = Keys()
    lockdown = Lockdown(sleep=Level.OFF)
    policy = msgspec.structs.replace(make_policy(keys), lockdown=lockdown)
    server = EvidenceServer(keys, policy)

    def run() -> int:
        with server.listening() as url:
            choices = Choices("none", "none", "none")
            request = Request(url, server.code, choices, 0.5, consent=True, wait_s=2.0)
            return record(request, Settings(store=tmp_path / "store", spread_s=0.0))

    return run


def result(said: str) -> dict[str, object]:
    """What it says last; a log may stand before it."""
    return json.loads(said.splitlines()[-1])


def test_all_is_delivered(
    recorded: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert recorded() == DELIVERED
    assert result(capsys.readouterr().out)["delivered"] is True


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (disk_full, "Evidence cannot be saved: The disk is full"),
        (lambda _: RuntimeError("a bug"), "Recording has failed: RuntimeError: a bug"),
    ],
    ids=["full", "broken"],
)
def test_an_end_that_was_not_saved_is_not_called_delivered(
    recorded: Callable[[], int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Path], Exception],
    why: str,
) -> None:
    disk, finish = FailingDisk(monkeypatch), Session.finish

    def fail_and_finish(session: Session, reason: str) -> None:
        disk.fails = fault
        finish(session, reason)

    monkeypatch.setattr(Session, "finish", fail_and_finish)
    assert recorded() == LEFT_OVER
    said = capsys.readouterr()
    assert result(said.out)["delivered"] is False
    told = " ".join(said.err.split())
    assert f"The end of the recording was not saved ({why}" in told
    assert "invigil-recorder evidence close" in told


@pytest.mark.parametrize(
    ("duration_s", "wait_s", "named"),
    [
        (float("nan"), 2.0, "--duration is nan"),
        (-1.0, 2.0, "--duration is -1.0"),
        (0.5, float("inf"), "--wait is inf"),
        (None, float("nan"), "--wait is nan"),
    ],
)
def test_what_is_no_length_of_time_is_refused_before_anything_is_asked(
    duration_s: float | None, wait_s: float, named: str
) -> None:
    choices = Choices("none", "none", "none")
    request = Request("none", "none", choices, duration_s, consent=True, wait_s=wait_s)
    with pytest.raises(EnvironmentFault, match=f"{named}, which is no length of time"):
        record(request, Settings())
