"""Those who wait while their job is done together with others'."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_Job = TypeVar("_Job")
_Outcome = TypeVar("_Outcome")


@dataclass(slots=True, eq=False)
class Waiting(Generic[_Job, _Outcome]):
    """A job, and who waits for its outcome. Made within the event loop."""

    job: _Job
    done: asyncio.Future[_Outcome] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


def tell(group: Sequence[Waiting[_Job, _Outcome]], outcomes: Sequence[_Outcome]) -> None:
    """Give each its own of as many outcomes."""
    for waiting, outcome in zip(group, outcomes, strict=True):
        # Somebody whose connection broke does not wait any more.
        if not waiting.done.done():
            waiting.done.set_result(outcome)


def fail(group: Sequence[Waiting[_Job, _Outcome]], error: BaseException) -> None:
    """Tell all of them why nothing was done."""
    for waiting in group:
        if not waiting.done.done():
            waiting.done.set_exception(error)
