"""Delivering one store from start to end, without a recording beside it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from recorder.evidence.store import EvidenceStore, Tally
from recorder.status import Delivery
from recorder.sync.courier import Channel, Courier
from recorder.sync.outbox import Outbox
from recorder.sync.pacing import Pacing
from shared.counting import count

# The longest that a wait goes without a look at the clock, in seconds.
_NAP_S = 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """How it ended: whether everything is signed for, and in words."""

    delivered: bool
    words: str


def deliver(
    store: EvidenceStore,
    channel: Channel,
    *,
    show: Callable[[Delivery], None],
    patience_s: float,
    pacing: Pacing,
    dice: random.Random,
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
) -> Report:
    """Deliver until all is signed for, the server will not take the rest, or patience ends.

    Args:
        store: what to deliver; the calling thread owns it.
        channel: the way to the server.
        show: called after each step with how far it is, and what is in the way.
        patience_s: seconds to keep trying while nothing works.
        pacing: the times of delivery.
        dice: where jitter comes from.
        monotonic: seconds.
        sleep: waits for so many seconds.
    """
    courier = Courier(Outbox.of_store(store), channel, pacing, dice, monotonic)
    worked = monotonic()
    while not store.tally.delivered and not courier.stuck:
        again = courier.step(urgent=True)
        online, refused = courier.link.online, courier.refused
        show(delivery_of(store.tally, online=online, note=courier.note, refused=refused))
        now = monotonic()
        if courier.link.failures == 0:
            worked = now
        if now - worked > patience_s:
            break
        if again > now and not courier.stuck:
            sleep(min(again - now, _NAP_S))
    return report_on(store.tally, courier.note)


def delivery_of(tally: Tally, *, online: bool, note: str, refused: bool = False) -> Delivery:
    """A store's counts, as whoever shows them takes them."""
    return Delivery(
        records_made=tally.records_made,
        records_sent=tally.records_sent,
        blobs_made=tally.blobs_made,
        blobs_sent=tally.blobs_sent,
        bytes_made=tally.bytes_made,
        bytes_sent=tally.bytes_sent,
        online=online,
        note=note,
        refused=refused,
    )


def report_on(tally: Tally, note: str) -> Report:
    """How far a recording is; ``note`` says why not further, if anything does."""
    if not tally.delivered:
        records = tally.records_made - tally.records_sent
        pieces = tally.blobs_made - tally.blobs_sent
        left = f"{count(records, 'record')} and {count(pieces, 'piece')} wait"
        return Report(False, f"not delivered, {left}. {note}".rstrip())
    made = f"{count(tally.records_made, 'record')}, {count(tally.blobs_made, 'piece')}"
    if not tally.closed:
        return Report(True, f"delivered ({made}), though the recording was never closed")
    return Report(True, f"delivered ({made})")
