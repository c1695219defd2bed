"""The writer: the one thread that owns a session's store while it records.

Anything may be handed in from any thread and is never waited for. What cannot be saved
now stays in the queue and is tried again; the state says so, and nothing is ever called
saved that is not on the disk.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recorder.detect.observations import Incident
from recorder.evidence.clocks import Clock, system_clock
from recorder.evidence.drafts import (
    Attachment,
    Draft,
    draft_body,
    draft_incident,
    draft_segment,
    own_incident,
)
from recorder.evidence.intake import Intake, Limits, Outcome, Waiting
from recorder.evidence.ledger import Ledger, empty_close
from recorder.evidence.opening import Cause, StoreTrouble
from recorder.evidence.refusals import Refusals
from recorder.evidence.segments import Segment
from recorder.evidence.store import EvidenceStore, Tally
from recorder.faults import EnvironmentFault
from shared.encoding import to_base64
from shared.flags import Kind
from shared.records import Close, Detail, Gap, Heartbeat, Model, Open
from shared.signed import public_bytes

# How long a failed commit waits for the next attempt, in seconds: soon enough that freed
# space is used at once, long enough not to keep a broken disk busy.
RETRY_S = 1.0

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
            new_id: makes ids of the recorder's own incidents.
            retry_s: how long a failed commit waits for the next attempt.

        Raises:
            EnvironmentFault: the store does not verify, is closed, or is another key's.
        """
        self._store = store
        self._clock = clock
        self._ledger = Ledger(store, key, clock=clock, boot=boot, new_id=new_id)
        self._public_key = public_bytes(key)
        self._new_id = new_id
        self._retry_s = retry_s
        refusals = Refusals(self._ledger.policy, new_id)
        self._intake = Intake(limits or Limits(), refusals, lambda: clock().mono)
        # Called on the writer's thread after each commit (``Uploader.wake``).
        self.on_commit: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="evidence-writer", daemon=True)
        self._retry_at = 0.0
        self._full_since: int | None = None
        self.state: State = Saving()

    @property
    def tally(self) -> Tally:
        """What is on disk and what receipts cover; from any thread, at no cost."""
        return self._store.tally

    @property
    def waiting(self) -> Waiting:
        """What was taken and is not on disk yet."""
        return self._intake.waiting

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
        founding = self._store.founding
        body = Open(
            policy=founding.policy.hash,
            grant=founding.grant.hash,
            public_key=to_base64(self._public_key),
            kid=self._ledger.grounds.terms.sealing.kid,
            build=build,
            models=models,
            devices=devices,
            consent=consent,
            unwatched=unwatched,
        )
        return self._intake.put(draft_body(body))

    def submit(
        self,
        item: Segment | Incident | Heartbeat | Gap,
        attachments: Sequence[Attachment] = (),
    ) -> Outcome:
        """Hand in evidence, from any thread; returns at once.

        Args:
            item: what to record.
            attachments: an incident's pictures and clips.

        Raises:
            TypeError: a detail is not made of JSON's types (a bug of the caller).
            ValueError: a member is out of range (likewise).
        """
        match item:
            case Segment():
                return self._intake.put(draft_segment(item))
            case Incident():
                return self._intake.put(draft_incident(item, attachments))
            case _:
                return self._intake.put(draft_body(item))

    def close(self, reason: str) -> Outcome:
        """Hand in the last record. Nothing is taken after it; delivery goes on."""
        return self._intake.put_last(empty_close(reason), "the session is closed")

    def flush(self, timeout: float) -> bool:
        """Wait until all is on disk; whether that came about within ``timeout`` seconds."""
        return self._intake.wait_empty(timeout)

    def stop(self, timeout: float) -> int:
        """End the thread and let the store go; what waits is tried for ``timeout`` seconds.

        Returns:
            How many drafts never reached the disk.
        """
        if self._thread.is_alive():
            self.flush(timeout)
        self._intake.stop()
        if self._thread.ident is not None:
            self._thread.join(timeout)
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
        while (job := self._next()) is not None:
            if isinstance(job, Draft):
                self._save(job)
            else:
                job()
        if not isinstance(self.state, Broken):
            self.state = Stopped(self.waiting.items)
        self._store.close()

    def _next(self) -> Draft | Callable[[], None] | None:
        """The next job; ``None`` when the writer has been stopped and nothing can be done."""
        while True:
            match self.state:
                case Saving():
                    job = self._intake.next(None, drafts=True)
                case Broken():
                    job = self._intake.next(None, drafts=False)
                case _:
                    wait = self._retry_at - time.monotonic()
                    job = self._intake.next(max(0.0, wait), drafts=wait <= 0)
            if job is not None or self._intake.stopping:
                return job

    def _save(self, draft: Draft) -> None:
        try:
            self._save_in_turn(draft)
        except StoreTrouble as error:
            self._stall(error)
        except Exception as error:  # noqa: BLE001 (a bug; what is saved must still be delivered)
            _log.exception("the evidence writer is broken")
            self.state = Broken(f"{type(error).__name__}: {error}")
            self._intake.end("the evidence writer is broken")

    def _save_in_turn(self, draft: Draft) -> None:
        last = isinstance(draft.body, Close)
        if last:
            self._report_full()
        self._ledger.commit(draft)
        self.state = Saving()
        self.on_commit()
        self._intake.settle()
        if not last:
            # Where this fails it is owed still, and said with the next record.
            with suppress(StoreTrouble):
                self._report_full()

    def _stall(self, error: StoreTrouble) -> None:
        self._retry_at = time.monotonic() + self._retry_s
        if isinstance(self.state, Stalled):
            return
        _log.warning("evidence waits for the disk", reason=error.what)
        since = self._clock().mono
        full = error.cause is Cause.DISK_FULL
        self.state = Stalled(str(error), since, full)
        if full and self._full_since is None:
            self._full_since = since

    def _report_full(self) -> None:
        """Say in a record that the disk was full, once it no longer is."""
        if self._full_since is None:
            return
        rule = self._ledger.policy.rule(Kind.DISK_FULL)
        if rule.enabled:
            now = self._clock().mono
            seconds = round((now - self._full_since) / 1e6, 3)
            detail = {
                "reason": f"The disk was full for {seconds:.1f} s; evidence waited in memory.",
                "seconds": seconds,
            }
            self._ledger.commit(
                own_incident(
                    Kind.DISK_FULL, rule, self._new_id(), self._full_since, now, detail
                )
            )
            self.on_commit()
        self._full_since = None
