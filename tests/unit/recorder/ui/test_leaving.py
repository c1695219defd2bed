"""What closing the window means."""

from __future__ import annotations

import pytest

from recorder.status import Stage
from recorder.ui.leaving import Leave, when_closing

RUNNING = (Stage.OFFERED, Stage.CHECKING, Stage.RECORDING)
OVER = (None, Stage.DELIVERING, Stage.DELIVERED, Stage.DECLINED, Stage.FAILED)


@pytest.mark.parametrize("stage", RUNNING)
def test_a_running_session_asks_once_and_then_obeys(stage: Stage) -> None:
    assert when_closing(stage, asked=False, forced=False) is Leave.ASK
    assert when_closing(stage, asked=True, forced=False) is Leave.FINISH


def test_closing_waits_once_for_the_disk() -> None:
    assert when_closing(Stage.CLOSING, asked=False, forced=False) is Leave.WAIT
    assert when_closing(Stage.CLOSING, asked=True, forced=False) is Leave.CLOSE


@pytest.mark.parametrize("stage", OVER)
@pytest.mark.parametrize("asked", [False, True])
def test_where_nothing_is_at_stake_the_window_closes(stage: Stage | None, asked: bool) -> None:
    assert when_closing(stage, asked=asked, forced=False) is Leave.CLOSE


@pytest.mark.parametrize("stage", [None, *Stage])
@pytest.mark.parametrize("asked", [False, True])
def test_a_shut_down_is_never_held_up(stage: Stage | None, asked: bool) -> None:
    leave = when_closing(stage, asked=asked, forced=True)
    assert leave is (Leave.FINISH_AND_CLOSE if stage in RUNNING else Leave.CLOSE)
