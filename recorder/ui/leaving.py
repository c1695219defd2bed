"""What closing the window means, wherever the candidate is. Pure."""

from __future__ import annotations

from enum import Enum, auto

from recorder.status import Stage


class Leave(Enum):
    """What the window does when it is asked to close."""

    CLOSE = auto()
    """Nothing is at stake: close."""
    ASK = auto()
    """A recording runs: ask, in the page, whether to finish or to keep going."""
    FINISH = auto()
    """Asked before and told again: finish, and close as soon as everything is on disk."""
    FINISH_AND_CLOSE = auto()
    """The computer is shutting down: finish, and do not stand in its way."""
    WAIT = auto()
    """The recording is being closed: close by itself as soon as everything is on disk."""


def when_closing(stage: Stage | None, *, asked: bool, forced: bool) -> Leave:
    """Decide about a request to close the window.

    Args:
        stage: the recording's stage, ``None`` before there is one.
        asked: whether the window already asked, or already waits, since the last answer.
        forced: whether the system ends the session and will not wait.
    """
    match stage:
        case Stage.OFFERED | Stage.CHECKING | Stage.RECORDING:
            if forced:
                return Leave.FINISH_AND_CLOSE
            return Leave.FINISH if asked else Leave.ASK
        case Stage.CLOSING:
            return Leave.CLOSE if asked or forced else Leave.WAIT
        case _:
            return Leave.CLOSE
