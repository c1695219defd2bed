"""Going on with what an earlier run left: found again, opened again, or handed in as it is.

Everything here works without the network: policy, grant and consent are in the store.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recorder.evidence import contents
from recorder.evidence.ballast import Ballast
from recorder.evidence.clocks import Clock, Reading
from recorder.evidence.drafts import Draft
from recorder.evidence.founding import Unfounded, read_founding
from recorder.evidence.keys import (
    came_from,
    destroy_other_keys,
    forget_redeemed,
    load_epoch_key,
)
from recorder.evidence.ledger import NO_HANDOVER, Ledger, empty_close, first_record
from recorder.evidence.opening import Cause, StoreTrouble, damaged
from recorder.evidence.room import ballast_bytes
from recorder.evidence.store import EvidenceStore, session_folders
from recorder.faults import EnvironmentFault
from recorder.status import Agreed
from shared.policy import Policy
from shared.records import Clock as ClockRecord
from shared.records import (
    Detail,
    Enrolment,
    MalformedRecord,
    Phase,
    Record,
    Resume,
    Rotate,
    decode_record,
)
from shared.signed import Signed

_US_PER_S = 1_000_000


class Entered(NamedTuple):
    """A session that can be recorded: its store, open, and the key of the epoch in force."""

    store: EvidenceStore
    key: Ed25519PrivateKey


class Standing(NamedTuple):
    """How far a session is: its terms, and the wall clock (µs) of its first and last record.

    Where it has no record (``empty``), both are when its store was made.
    """

    policy: Policy
    begun: int
    last: int
    empty: bool

    @property
    def planned_end(self) -> int:
        """When the exam is over by its policy (``wall``, µs)."""
        return self.begun + round(self.policy.exam.duration_s * _US_PER_S)


def session_of(root: Path, server: str, code: str) -> Path | None:
    """The folder of the session that came from this code, if it is on this computer.

    Raises:
        EnvironmentFault: ``root`` cannot be read.
    """
    return next((f for f in session_folders(root) if came_from(f, server, code)), None)


def read_standing(store: EvidenceStore) -> Standing:
    """How far the session in an open store is, without verifying its chain.

    Raises:
        StoreTrouble: it cannot be read.
    """
    grounds = read_founding(store.founding)
    if isinstance(grounds, Unfounded):
        raise damaged(store.folder, grounds.why)
    first, last = contents.records(store, 0, 1), contents.last_record(store)
    if last is None:
        return Standing(grounds.terms.policy, store.created, store.created, empty=True)
    begun, newest = _read(store, first[0]).wall, _read(store, last).wall
    return Standing(grounds.terms.policy, begun, newest, empty=False)


def read_phases(store: EvidenceStore, boot: str, now: Reading) -> list[tuple[int, Phase]]:
    """The phases that the exam has gone through, each with its time (ns) by the present
    boot's evidence clock.

    A restart of the computer begins a new one, so what an earlier boot wrote is taken over by
    the wall clock, less what that was set by since then.

    Args:
        store: the session's.
        boot: names the time since the computer was started.
        now: its clocks at this moment.

    Raises:
        StoreTrouble: they cannot be read.
    """
    offset, last = now.offset, contents.last_record(store)
    if last is not None and (newest := _read(store, last)).boot == boot:
        # A clock that was set since then is in no record yet.
        offset = newest.wall - newest.mono
    found: list[tuple[int, Phase]] = []
    for signed in reversed(contents.phases_and_clocks(store)):
        record = _read(store, signed)
        match record.body:
            case ClockRecord(jump=jump):
                offset -= jump
            case Phase():
                mono = record.mono if record.boot == boot else record.wall - offset
                found.append((mono * 1_000, record.body))
            case _:
                pass  # another's text holds what looks like one
    return found[::-1]


def read_calibration(store: EvidenceStore) -> Detail | None:
    """The newest calibration that an enrolment of this session holds.

    Raises:
        StoreTrouble: it cannot be read.
    """
    bodies = (_read(store, signed).body for signed in reversed(contents.enrolments(store)))
    found = (body.calibration for body in bodies if isinstance(body, Enrolment))
    return next((calibration for calibration in found if calibration is not None), None)


def reopen(folder: Path) -> Entered:
    """Open a session that was never closed, with its key.

    Raises:
        EnvironmentFault: the store or the key is not as it should be, in use, or closed.
    """
    store = EvidenceStore.open(folder)
    try:
        if store.tally.closed:
            destroy_other_keys(folder, None)
            raise handed_in(folder)
        forget_redeemed(folder)
        return Entered(store, load_epoch_key(folder, _epoch_in_force(store)))
    except EnvironmentFault:
        store.close()
        raise


def handed_in(folder: Path) -> EnvironmentFault:
    """The session is over."""
    return EnvironmentFault(
        "This exam was handed in on this computer; its recording is closed.",
        f"`invigil-recorder evidence upload {folder.name}` delivers what the server does not "
        "hold yet. To sit it again, ask your institution for a new code.",
    )


def hand_in(
    folder: Path, reason: str, *, boot: str, clock: Clock, new_id: Callable[[], str]
) -> None:
    """Close a session that an earlier run left, without recording anything more.

    Its gaps last until the exam's planned end, or until now where that is earlier. What an
    earlier run held back of a full disk is used for its last records, and given back then.

    Args:
        folder: the session's.
        reason: why it is closed, in words.
        boot: names the time since the computer was started; 1 to 64 characters.
        clock: reads both clocks.
        new_id: makes ids of incidents, 32 hex digits.

    Raises:
        EnvironmentFault: the store or the key is not as it should be, in use, or closed; or
            not all was saved, and the same call can be made again.
    """
    store, key = reopen(folder)
    with closing(store):
        ledger = Ledger(store, key, clock=clock, boot=boot, new_id=new_id)
        standing = read_standing(store)
        ballast = Ballast(folder, ballast_bytes(standing.policy))
        if standing.empty:
            first = _empty_open(store, ledger)
            _save(ballast, lambda: ledger.commit(first))
        else:
            body = Resume(reason=reason, next=NO_HANDOVER)
            until = _missed_until(standing, clock)
            _save(ballast, lambda: ledger.resume(body, until))
        last = empty_close(reason)
        _save(ballast, lambda: ledger.commit(last))
        ballast.discard()


def _save(ballast: Ballast, what: Callable[[], None]) -> None:
    """Save something, in the room that the ballast gives up where there is no other."""
    while True:
        try:
            return what()
        except StoreTrouble as trouble:
            # What was saved of it stays; another try saves the rest.
            if trouble.cause is not Cause.DISK_FULL or not ballast.release():
                raise


def _missed_until(standing: Standing, clock: Clock) -> int:
    """Until when there should have been evidence, ``mono`` microseconds."""
    now = clock()
    planned = max(standing.planned_end, standing.last) - (now.wall - now.mono)
    return max(0, min(planned, now.mono))


def _empty_open(store: EvidenceStore, ledger: Ledger) -> Draft:
    """The first record of a session in which nothing was recorded."""
    return first_record(
        store.founding,
        ledger.grounds,
        build={},
        models=(),
        devices={},
        consent=consent_of(store),
        unwatched=("everything: the recorder ended before it began to record",),
    )


def consent_of(store: EvidenceStore, agreed: Agreed | None = None) -> Detail:
    """What ``open`` says of consent: when it was given, to which items, in which language.

    Without ``agreed`` (a later run writes it than it was given in, or it was not asked for item
    by item) the time is that of the store, which is made right after the candidate has agreed.
    """
    given = "before anything was recorded"
    if agreed is None:
        return {"at": store.created, "given": given}
    return {
        "at": agreed.at_us,
        "given": given,
        "items": list(agreed.items),
        "language": agreed.language,
    }


def _epoch_in_force(store: EvidenceStore) -> int:
    last = contents.last_record(store)
    if last is None:
        return 0
    record = _read(store, last)
    return record.epoch + isinstance(record.body, Rotate | Resume)


def _read(store: EvidenceStore, signed: Signed) -> Record:
    try:
        return decode_record(signed.payload)
    except MalformedRecord as error:
        raise damaged(store.folder, str(error)) from error
