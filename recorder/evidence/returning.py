"""The way back of what was carried by hand: a file of receipts, taken like any other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from recorder.evidence.receipting import Distrusted, take_receipt
from recorder.evidence.store import EvidenceStore
from recorder.faults import EnvironmentFault
from shared.given_receipts import MAX_GIVEN_BYTES
from shared.receipts import MalformedReceipt, decode_receipt
from shared.signed import MalformedLine, Signed, parse_lines

MAX_BYTES = MAX_GIVEN_BYTES


class ReceiptFile(NamedTuple):
    """Receipts as they came, of which session they say to be; nothing is believed yet."""

    session: str
    receipts: list[Signed]


def read_receipts(path: Path) -> ReceiptFile:
    """Read a file of receipts.

    Raises:
        EnvironmentFault: it cannot be read, or is something else.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _no_receipts(path, "it is far too large")
        receipts = list(parse_lines(path.read_bytes()))
    except OSError as error:
        why = error.strerror or str(error)
        raise EnvironmentFault(
            f"{path} cannot be read: {why}.", "Check its name and its rights."
        ) from error
    except MalformedLine as error:
        raise _no_receipts(path, str(error)) from error
    if not receipts:
        raise _no_receipts(path, "it is empty")
    try:
        return ReceiptFile(decode_receipt(receipts[0].payload).session, receipts)
    except MalformedReceipt as error:
        raise _no_receipts(path, str(error)) from error


def take_receipts(store: EvidenceStore, receipts: Iterable[Signed]) -> Distrusted | None:
    """Take all that hold, in order; the first that does not, if there is one.

    Raises:
        StoreTrouble: the store failed; those before were taken.
    """
    refused: Distrusted | None = None
    for signed in receipts:
        taken = take_receipt(store, signed)
        if isinstance(taken, Distrusted):
            refused = refused or taken
    return refused


def _no_receipts(path: Path, why: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"{path} is not a file of receipts: {why}.",
        "Take the .receipt file that the server gave when the recording was imported.",
    )
