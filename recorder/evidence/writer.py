"""The writer: the one thread that owns a session's store while it records.

Anything may be handed in from any thread and is never waited for. What cannot be saved
now stays in the queue and is tried again; the state says so, and nothing is ever called
saved that is not on the disk. Where the disk is full, evidence waits while records of control
go on, at last in the room that the ballast held (``shortage``).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recorder.detect.observations import Incident
from recorder.evidence.ballast import is_full
from recorder.evidence.clocks import Clock, system_clock
from recorder.evidence.drafts import (
    Attachment,
    Draft,
    draft_body,
    draft_enrolment,
    draft_incident,
    draft_segment,
)
from recorder.evidence.exam_headers import ExamHeaders
from recorder.evidence.intake import Intake, Lane, Limits, Outcome, Waiting
from recorder.evidence.ledger import NO_HANDOVER, Ledger, empty_close, first_record
from recorder.evidence.opening import Cause, StoreTrouble, disk_full
from recorder.evidence.refusals import Refusals
from recorder.evidence.room import Step
from recorder.evidence.segments import Segment
from recorder.evidence.shortage import Care, Room, Shortage
from recorder.evidence.store import EvidenceStore, Tally
from recorder.faults import EnvironmentFault
from shared.records import (
    Close,
    Detail,
    Enrolment,
    Gap,
    Heartbeat,
    MediaStream,
    Model,
    Phase,
    Resume,
)

# How long a failed commit waits for the next attempt, in seconds: soon enough that freed
# space is used at once, long enough not to keep a broken disk busy.
RETRY_S = 1.0

# How long the disk may take for the call that is under way when the writer is stopped.
LAST_CALL_S = 5.0

_T = TypeVar("_T")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Saving:
    """All is well: what is handed in reaches the disk."""


@dataclass(frozen=True, slots=True)
class Stalled:
    """The disk refuses; what waits is kept and tried again. ``since`` is ``mono`` µs."""

    reason: str
    since: int
    disk_full: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """A bug stopped the writer; what was saved before is safe."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The writer has ended; ``unsaved`` drafts never reached the disk."""

    unsaved: int


State = Saving | Stalled | Broken | Stopped


class WriterGone(EnvironmentFault):
    """The writer's thread has ended, so the store cannot be asked any more."""

    def __init__(self) -> None:
        super().__init__(
            "The recording's evidence store is closed.",
            "`invigil-recorder evidence upload` delivers what is left.",
        )


class EvidenceWriter:
    """Takes evidence from any thread and commits it on one."""

    def __init__(
        self,
        store: EvidenceStore,
        key: Ed25519PrivateKey,
        *,
        boot: str,
        clock: Clock = system_clock,
        limits: Limits | None = None,
        care: Care | None = None,
        new_id: Callable[[], str] = lambda: uuid4().hex,
        retry_s: float = RETRY_S,
    ) -> None:
        """Take over the store; it belongs to the writer's thread from ``start`` on.

        Args:
            store: the session's store, open.
            key: the private key of the epoch in force.
            boot: names the time since the computer was started; 1 to 64 characters.
            clock: reads wall and monotonic clock.
            limits: how much may wait for the disk.
            care: how the disk is looked after.
            new_id: makes ids of the recorder's own incidents.
            retry_s: how long a failed commit waits for the next attempt.

        Raises:
            EnvironmentFault: the store does not verify, is closed, or is another key's.
        """
        self._store = store
        self._clock = clock
        self.boot = boot
        self._ledger = Ledger(store, key, clock=clock, boot=boot, new_id=new_id)
        self._retry_s = retry_s
        policy = self._ledger.policy
        self._shortage = Shortage(store, policy, new_id, care or Care())
        self._ledger.make_room = self._shortage.make_room
        refusals = Refusals(policy, new_id)
        self._intake = Intake(limits or Limits(), refusals, lambda: clock().mono)
        # Called on the writer's thread after each commit (``Uploader.wake``).
        self.on_commit: Callable[[], None] = lambda: None
        # Called on the writer's thread when another step is in force.
        self.on_step: Callable[[Step], None] = lambda _: None
        self._thread = threading.Thread(target=self._run, name="evidence-writer", daemon=True)
        self._retry_at = self._bulk_at = 0.0
        self._holding = False
        self.state: State = Saving()

    @property
    def tally(self) -> Tally:
        """What is on disk and what receipts cover; from any thread, at no cost."""
        return self._store.tally

    @property
    def streams(self) -> tuple[MediaStream, ...]:
        """Every stream that the session has recorded, or set out to; before ``start``."""
        return self._ledger.streams

    @property
    def epoch(self) -> int:
        """The epoch in force; before ``start``."""
        return self._ledger.chain.epoch

    @property
    def waiting(self) -> Waiting:
        """What was taken and is not on disk yet."""
        return self._intake.waiting

    @property
    def room(self) -> Room:
        """How the disk is, and what is left out because of it."""
        return self._shortage.room

    def exam_headers(self, build: str) -> ExamHeaders:
        """What signs the headers of the exam's browser; ``build`` names this recorder."""
        founding = self._store.founding
        return ExamHeaders(
            founding.session,
            founding.policy.hash,
            build,
            in_force=lambda: self._ledger.in_force,
            newest_receipt=lambda: self._store.newest_receipt,
            wall=lambda: self._clock().wall,
        )

    def start(self) -> None:
        """Begin to save what is handed in."""
        self._thread.start()

    def open(
        self,
        *,
        build: Detail,
        models: tuple[Model, ...],
        devices: Detail,
        consent: Detail,
        unwatched: tuple[str, ...] = (),
    ) -> Outcome:
        """Hand in the session's first record; the rest of it is known here."""
        draft = first_record(
            self._store.founding,
            self._ledger.grounds,
            build=build,
            models=models,
            devices=devices,
            consent=consent,
            unwatched=unwatched,
        )
        return self._intake.put(draft)

    def resume(
        self,
        reason: str,
        begins: int,
        *,
        build: Detail,
        models: tuple[Model, ...],
        devices: Detail,
        unwatched: tuple[str, ...] = (),
    ) -> None:
        """Go on with what an earlier run left, before ``start``; on disk when this returns.

        Args:
            reason: why there was another start, in words.
            begins: when recording begins again, ``mono`` microseconds.
            build: as in ``open``, from here on; so are the others.
            models: those in use.
            devices: by stream.
            unwatched: what cannot be watched.

        Raises:
            StoreTrouble: not all of it was saved.
        """
        body = Resume(
            reason=reason,
            next=NO_HANDOVER,
            build=build,
            models=models,
            devices=devices,
            unwatched=unwatched,
        )
        while True:
            try:
                return self._ledger.resume(body, begins)
            except StoreTrouble as trouble:
                # What was saved of it stays; another ``resume`` says the rest.
                if trouble.cause is not Cause.DISK_FULL or not self._shortage.make_room():
                    raise

    def submit(
        self,
        item: Segment | Incident | Enrolment | Phase | Heartbeat | Gap,
        attachments: Sequence[Attachment] = (),
    ) -> Outcome:
        """Hand in evidence, from any thread; returns at once.

        Args:
            item: what to record.
            attachments: an incident's or enrolment's pictures and clips.

        Raises:
            TypeError: a detail is not made of JSON's types (a bug of the caller).
            ValueError: a member is out of range (likewise).
        """
        match item:
            case Segment():
                return self._intake.put(draft_segment(item))
            case Incident():
                return self._intake.put(draft_incident(item, attachments))
            case Enrolment():
                return self._intake.put(draft_enrolment(item, attachments))
            case _:
                return self._intake.put(draft_body(item))

    def look_at_clock(self) -> None:
        """Have the clocks compared now, whatever is handed in; returns at once."""
        self._intake.call(self._look_at_clock)

    def close(self, reason: str) -> Outcome:
        """Hand in the last record. Nothing is taken after it; delivery goes on."""
        return self._intake.put_last(empty_close(reason), "the session is closed")

    def flush(self, timeout: float) -> bool:
        """Wait until all is on disk; whether that came about within ``timeout`` seconds."""
        return self._intake.wait_empty(timeout)

    def flush_records(self, timeout: float) -> bool:
        """``flush``, though not for evidence that brings pieces, which may wait for room."""
        return self._intake.wait_light(timeout)

    def give_up_bulk(self) -> None:
        """Let go of the evidence that waits for room; gaps before the close will say so.

        For the end of a session whose disk stays full: the chain can be closed then.
        """
        self._intake.call(self._intake.give_up_bulk)

    def stop(self, timeout: float) -> int:
        """End the thread and let the store go; what waits is tried for ``timeout`` seconds.

        A call of the disk that is under way is waited for as well, for ``LAST_CALL_S``.

        Returns:
            How many drafts never reached the disk.
        """
        if self._thread.is_alive():
            self.flush(timeout)
        self._intake.stop()
        if self._thread.ident is not None:
            self._thread.join(max(timeout, LAST_CALL_S))
        return self.waiting.items

    def ask(self, question: Callable[[EvidenceStore], _T]) -> _T:
        """Have the store asked on the writer's thread, and wait for the answer.

        Raises:
            WriterGone: the thread has ended, or ends before it gets there.
            StoreTrouble: the store failed.
        """
        answer: Future[_T] = Future()

        def errand() -> None:
            try:
                answer.set_result(question(self._store))
            except BaseException as error:  # noqa: BLE001 (handed to the one who asked)
                answer.set_exception(error)

        if not self._thread.is_alive() or not self._intake.call(errand):
            raise WriterGone
        return answer.result()

    def _run(self) -> None:
        while True:
            try:
                if (job := self._next()) is None:
                    break
                if isinstance(job, Draft):
                    self._save(job)
                else:
                    job()
            except Exception as error:  # noqa: BLE001 (a bug; what is saved must be delivered)
                self._break(error)
        if not isinstance(self.state, Broken):
            self.state = Stopped(self.waiting.items)
        self._store.close()

    def _next(self) -> Draft | Callable[[], None] | None:
        """The next job; ``None`` when the writer has been stopped and nothing can be done."""
        while True:
            lane, patience = self._lane()
            job = self._intake.next(patience, lane)
            if job is not None or self._intake.stopping:
                return job

    def _lane(self) -> tuple[Lane, float | None]:
        """What may be tried now, and how many seconds to wait for it."""
        self._look()
        if isinstance(self.state, Broken):
            return Lane.NOTHING, None
        now = time.monotonic()
        if now < self._retry_at:
            return Lane.NOTHING, self._retry_at - now
        room = self._shortage.room
        calm = room.step is Step.ALL and room.whole
        if self._shortage.open and now >= self._bulk_at:
            self._holding = False
            return Lane.ALL, None if calm else self._retry_s
        self._hold_bulk()
        return Lane.CONTROL, self._retry_s

    def _look(self) -> None:
        """See how much room the disk has, and say so if that changed; after ``open`` only."""
        chain = self._ledger.chain
        if not chain.size or chain.closed or isinstance(self.state, Broken):
            return
        if self._shortage.look(self._clock()):
            step = self._shortage.room.step
            self._intake.leave_out_attachments(step >= Step.NO_ATTACHMENTS)
            self.on_step(step)
        if time.monotonic() >= self._retry_at:
            self._say()

    def _say(self, *, last: bool = False) -> bool:
        """Put what the disk's room is into a record, if none says so; whether one does now."""
        due = self._shortage.due(self._clock(), last=last)
        if due is None:
            return True
        if saved := self._commit(due):
            self._shortage.said(last=last)
        return saved

    def _save(self, draft: Draft) -> None:
        last, bulk = isinstance(draft.body, Close), bool(draft.pieces)
        if bulk and not self._room_for(draft):
            self._shortage.refuse()
            self._hold_bulk()
            return
        if (last and not self._say(last=True)) or not self._commit(draft):
            return
        if bulk:
            self._shortage.proved()
        if not self._holding:
            self.state = Saving()
        self._intake.settle(draft)
        if last:
            self._shortage.over()

    def _room_for(self, draft: Draft) -> bool:
        """Whether evidence may be tried; before the first look at the disk it may."""
        return not self._ledger.chain.size or self._shortage.admits(draft.cost)

    def _commit(self, draft: Draft) -> bool:
        """Save a draft; where that fails, arrange what follows from it."""
        try:
            self._ledger.commit(draft)
        except StoreTrouble as error:
            self._fail(error, heavy=bool(draft.pieces))
            return False
        self.on_commit()
        return True

    def _break(self, error: Exception) -> None:
        self.state = Broken(f"{type(error).__name__}: {error}")
        self._intake.end("the evidence writer is broken")
        _log.error("the evidence writer is broken", exc_info=error)

    def _look_at_clock(self) -> None:
        # Not while the disk refuses: what the clocks did is said with the next record.
        if not isinstance(self.state, Saving):
            return
        try:
            if self._ledger.look_at_clock():
                self.on_commit()
        except StoreTrouble as error:
            self._fail(error, heavy=False)

    def _fail(self, error: StoreTrouble, *, heavy: bool) -> None:
        full = error.cause is Cause.DISK_FULL or (
            error.cause is Cause.OTHER and is_full(self._store.folder)
        )
        if full and heavy:
            self._shortage.refuse()
            self._hold_bulk()
            return
        self._stall(error, full=full)
        if not (full and self._shortage.make_room()):
            self._retry_at = time.monotonic() + self._retry_s

    def _hold_bulk(self) -> None:
        """Let evidence wait for room, while records of control go on."""
        if not self._holding:
            self._bulk_at = time.monotonic() + self._retry_s
        self._holding = True
        self._stall(disk_full(self._store.folder), full=True)

    def _stall(self, error: StoreTrouble, *, full: bool) -> None:
        if isinstance(self.state, Stalled):
            return
        _log.warning("evidence waits for the disk", reason=error.what)
        self.state = Stalled(str(error), self._clock().mono, full)
