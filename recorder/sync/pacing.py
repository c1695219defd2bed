"""When to send next: pure decisions over times in seconds of the monotonic clock.

Backoff is *full jitter* (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture
Blog, 2015): uniform between nothing and a bound that doubles with each failure. After a
long outage everybody's recorder finds the server again at once, so each first waits for a
random share of the spread. There is no deadline: evidence waits for as long as it takes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from recorder.sync.answers import Busy, Failure, Refused, Strange, Unreachable


@dataclass(frozen=True, slots=True)
class Pacing:
    """The times of delivery, in seconds.

    Attributes:
        first_s: bound of the first backoff.
        cap_s: the bound's highest value, and how long a refusal waits.
        outage_s: an outage longer than this is followed by the spread.
        spread_s: the longest of the random waits after such an outage.
        linger_s: the pause between two batches of records while there are few.
        longest_wait_s: what a server's ``Retry-After`` is held to at most.
    """

    first_s: float = 1.0
    cap_s: float = 60.0
    outage_s: float = 60.0
    spread_s: float = 180.0
    linger_s: float = 2.0
    longest_wait_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Link:
    """What is known of the way to the server.

    Attributes:
        failures: how many requests failed in a row.
        not_before: nothing is sent before this time.
        down_since: when the first request that failed was begun, while the server is not
            there.
        refused: whether the server is there but does not take the evidence.
        note: what is wrong, for people; empty where all is well.
    """

    failures: int = 0
    not_before: float = 0.0
    down_since: float | None = None
    refused: bool = False
    note: str = ""

    @property
    def online(self) -> bool:
        """Whether the server answered last time."""
        return self.down_since is None


def after_answer(link: Link, now: float, pacing: Pacing, dice: random.Random) -> Link:
    """The server answered as it should."""
    if link.down_since is None or now - link.down_since <= pacing.outage_s:
        return Link()
    return Link(
        not_before=now + dice.uniform(0.0, pacing.spread_s),
        note="The connection is back; what waits follows within minutes.",
    )


def after_failure(
    link: Link,
    failure: Failure,
    began: float,
    now: float,
    pacing: Pacing,
    dice: random.Random,
) -> Link:
    """A request failed: when to try again, and what to say.

    It may have taken long to fail: out of reach the server is since the request ``began``,
    and what is waited counts from ``now``.
    """
    wait = backoff(link.failures, pacing, dice)
    down_since = began if link.down_since is None else link.down_since
    match failure:
        case Unreachable(why=why, setting=setting) if setting:
            note = f"This computer's setting {setting} lets no connection be made: {why}."
        case Unreachable(why=why):
            note = f"The server cannot be reached: {why}."
        case Strange(why=why):
            note = f"Something else answers in the server's place: {why}."
        case Busy(why=why, retry_after=asked, there=there):
            note = f"The server is busy: {why}."
            # What it asks for is the least; the jitter comes on top.
            wait += min(asked or 0.0, pacing.longest_wait_s)
            down_since = None if there else down_since
        case Refused(problem=problem):
            return after_refusal(link, problem.detail or problem.title, now, pacing)
    return replace(
        link,
        failures=link.failures + 1,
        not_before=now + wait,
        down_since=down_since,
        refused=False,
        note=note,
    )


def after_refusal(link: Link, why: str, now: float, pacing: Pacing) -> Link:
    """The server is there but does not do its part, and will hardly do so in a moment."""
    return Link(
        failures=link.failures + 1,
        not_before=now + pacing.cap_s,
        refused=True,
        note=f"The server does not take the evidence: {why}",
    )


def after_trouble(
    link: Link, why: str, now: float, pacing: Pacing, dice: random.Random
) -> Link:
    """This computer's disk or program failed; the server is as it was."""
    wait = backoff(link.failures, pacing, dice)
    return replace(link, failures=link.failures + 1, not_before=now + wait, note=why)


def backoff(failures: int, pacing: Pacing, dice: random.Random) -> float:
    """Seconds to wait after this many failures before; between 0 and the cap."""
    # Far above any cap; keeps the power from growing without end.
    doublings = min(failures, 32)
    return dice.uniform(0.0, min(pacing.cap_s, pacing.first_s * 2**doublings))
