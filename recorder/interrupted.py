"""Recordings that an earlier run left on this computer: found, gone on with, handed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from recorder.evidence.clocks import system_clock
from recorder.evidence.founding import institution_fingerprint
from recorder.evidence.going_on import Standing, hand_in, handed_in, read_standing
from recorder.evidence.opening import Cause, StoreTrouble
from recorder.evidence.store import EvidenceStore, session_folders
from recorder.lockdown.boot import boot_id
from recorder.status import Interrupted, Offer, Survey, Unreadable

# Why a session was closed that somebody chose not to go on with, as its last record says.
HANDED_IN = "handed in after an interruption"


def survey(root: Path) -> Survey:
    """Look at every recording that is not in use and not both closed and delivered, the
    newest first.

    Raises:
        EnvironmentFault: ``root`` cannot be read.
    """
    found: list[Interrupted] = []
    unreadable: list[Unreadable] = []
    for one in _looked_at(root):
        if isinstance(one, Unreadable):
            unreadable.append(one)
        else:
            found.append(one)
    found.sort(key=lambda one: one.last_us, reverse=True)
    return Survey(tuple(found), tuple(unreadable))


def is_recording(root: Path) -> bool:
    """Whether a program of this computer is recording into a folder under ``root``.

    Raises:
        EnvironmentFault: ``root`` cannot be read.
    """
    return any(_in_use(folder) for folder in session_folders(root))


def _in_use(folder: Path) -> bool:
    try:
        look(folder)
    except StoreTrouble as trouble:
        return trouble.cause is Cause.IN_USE
    return False


def look(folder: Path) -> Interrupted:
    """One recording.

    Raises:
        StoreTrouble: it cannot be read, or is in use.
    """
    with closing(EvidenceStore.open(folder)) as store:
        return _describe(store, read_standing(store))


def is_over(one: Interrupted, now_us: float, margin_s: float) -> bool:
    """Whether the exam's planned end lies more than ``margin_s`` seconds back.

    A recording that went on beyond it counts from its last record.
    """
    return now_us > max(one.planned_end_us, one.last_us) + margin_s * 1e6


def offer(one: Interrupted) -> Offer:
    """What the candidate once agreed to, from the store; nobody is asked.

    Raises:
        EnvironmentFault: it is closed, cannot be read, or is in use.
    """
    if one.closed:
        raise handed_in(one.folder)
    with closing(EvidenceStore.open(one.folder)) as store:
        policy = read_standing(store).policy
        return Offer(one.server, "", policy, institution_fingerprint(store.founding), one)


def close(one: Interrupted, reason: str = HANDED_IN) -> None:
    """Close a recording as it is; what waits is delivered like any other.

    Raises:
        EnvironmentFault: it is closed already, in use, or cannot be written.
    """
    hand_in(
        one.folder,
        reason,
        boot=boot_id(),
        clock=system_clock,
        new_id=lambda: uuid4().hex,
    )


def _looked_at(root: Path) -> Iterator[Interrupted | Unreadable]:
    for folder in session_folders(root):
        try:
            one = look(folder)
        except StoreTrouble as trouble:
            if trouble.cause is not Cause.IN_USE:
                yield Unreadable(folder, trouble.what, trouble.advice)
            continue
        if not one.closed or one.waiting_records or one.waiting_bytes:
            yield one


def _describe(store: EvidenceStore, standing: Standing) -> Interrupted:
    tally, founding = store.tally, store.founding
    return Interrupted(
        folder=store.folder,
        session=founding.session,
        server=founding.server,
        title=standing.policy.exam.title,
        institution=standing.policy.institution.name,
        begun_us=standing.begun,
        last_us=standing.last,
        closed=tally.closed,
        waiting_records=tally.records_made - tally.records_sent,
        waiting_bytes=tally.bytes_made - tally.bytes_sent,
        records=tally.records_made,
        planned_end_us=standing.planned_end,
    )
