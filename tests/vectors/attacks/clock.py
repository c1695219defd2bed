"""Attacks on the times, and the honest clocks beside them."""

from __future__ import annotations

from vectors.attack import Attack
from vectors.attacks.chain import bent, body_says
from vectors.packing import lied
from vectors.session import CLOCK, HEARTBEAT, INCIDENT_ENDS, Json, Session

MINUTE = 60_000_000  # µs
OPENED_AT = 7_500_000  # `mono` of the honest session's `open`


def wall_off_by(excess: int) -> bytes:
    """A wall clock that is off by what is allowed, and so much more."""

    def edit(record: Json) -> None:
        record["wall"] += 2_000_000 + (record["mono"] - OPENED_AT) * 200 // 1_000_000 + excess

    return bent(HEARTBEAT, edit)


def jump_unrecorded(record: Json) -> None:
    body = {"stream": "camera", "start": 0, "end": 1, "reason": "none"}
    record.update(type="gap", body=body)


def later_by_the_receipts() -> bytes:
    """The machine stops for a minute, and its records go on as if it had not."""

    def edit(receipt: Json) -> None:
        receipt["time"] += MINUTE

    return lied(Session(receipt_edits={1: edit, 2: edit, 3: edit}))


def earlier_by_the_receipts() -> bytes:
    """Records claim a minute that had not come when the server signed for them."""

    def edit(record: Json) -> None:
        record["mono"] += MINUTE
        record["wall"] += MINUTE

    return lied(Session(edits=dict.fromkeys(range(INCIDENT_ENDS, CLOCK + 1), edit)))


ATTACKS = (
    Attack(
        "wall-jump-unrecorded",
        "the wall clock moves by a minute, and no record says so",
        (6,),
        lambda: bent(CLOCK, jump_unrecorded),
    ),
    Attack(
        "wall-jump-understated",
        "the wall clock moves by a minute, and its record says a second",
        (6,),
        lambda: bent(CLOCK, body_says(jump=1_000_000)),
    ),
    Attack(
        "good-wall-at-the-limit",
        "the wall clock is off by exactly what is allowed",
        (),
        lambda: wall_off_by(0),
    ),
    Attack(
        "wall-beyond-the-limit",
        "the wall clock is off by a microsecond more than is allowed",
        (6,),
        lambda: wall_off_by(1),
    ),
    Attack(
        "back-dated",
        "both clocks were held for a minute, so that later records look earlier",
        (6,),
        later_by_the_receipts,
    ),
    Attack(
        "post-dated",
        "both clocks were put forward alike, beyond the receipts that cover the records",
        (6,),
        earlier_by_the_receipts,
    ),
)
