"""The courier: one step of delivery at a time, and what to make of each answer.

It never deletes and never gives up: what is refused is set aside, said, and tried again;
what is signed for is let go by the store itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from recorder.evidence.contents import WaitingBlob
from recorder.evidence.opening import StoreTrouble
from recorder.evidence.receipting import Distrusted
from recorder.sync.answers import (
    Failure,
    Receipted,
    Refused,
    Standing,
)
from recorder.sync.aside import Aside
from recorder.sync.outbox import Outbox
from recorder.sync.pacing import (
    Link,
    Pacing,
    after_answer,
    after_failure,
    after_refusal,
    after_trouble,
)
from recorder.sync.plan import (
    NEVER,
    Progress,
    Reconcile,
    SendPiece,
    SendRecords,
    Wait,
    choose,
)
from shared.encoding import sha256_hex
from shared.signed import MalformedLine, Signed, parse_line
from shared.wire import Problem, ProblemType, SessionStatus

# Problems that mean: the server stands elsewhere than we thought.
_ELSEWHERE = frozenset({ProblemType.OUT_OF_ORDER, ProblemType.FORK})

# Problems of the session as a whole: nothing of it can be delivered. Any other is one of
# the records or of the piece sent, and leaves the rest deliverable.
_OF_THE_SESSION = frozenset({ProblemType.CREDENTIAL, ProblemType.SESSION})


class Channel(Protocol):
    """One session's requests (``SessionChannel``)."""

    session: str

    def send_records(self, lines: list[Signed], /) -> Receipted | Failure:
        """Send records in order."""
        ...

    def send_blob(self, sha256: str, data: bytes, /) -> Receipted | Failure:
        """Send a piece."""
        ...

    def status(self) -> Standing | Failure:
        """Ask where the server stands."""
        ...


class Courier:
    """Delivers one session's outbox, step by step. One thread at a time."""

    def __init__(
        self,
        outbox: Outbox,
        channel: Channel,
        pacing: Pacing,
        dice: random.Random,
        monotonic: Callable[[], float],
    ) -> None:
        """Begin with a question to the server: it may hold more than we know of.

        ``monotonic`` reads seconds: a request takes its time, and waits count from its end.
        """
        self._outbox = outbox
        self._session = channel.session
        self._channel = channel
        self._pacing = pacing
        self._dice = dice
        self._monotonic = monotonic
        self._progress = Progress(made=0)
        self._doubted = False
        self._why_records = ""
        self._aside = Aside()
        self._out_of_pieces = False
        self.link = Link()

    @property
    def note(self) -> str:
        """What is wrong, for people; empty where all is well."""
        if self.link.note:
            return self.link.note
        if self._why_records:
            return f"The server does not take the records: {self._why_records}"
        return self._aside.note

    @property
    def stuck(self) -> bool:
        """Whether the server is there, yet what is left will not be taken for now."""
        tally = self._outbox.tally
        records = bool(self._why_records) or tally.records_sent == tally.records_made
        rest = records and self._out_of_pieces and not tally.delivered
        return self.link.refused or rest

    @property
    def refused(self) -> bool:
        """Whether the server is there and does not take what it is given."""
        aside = self._aside.refused and self.stuck
        return self.link.refused or bool(self._why_records) or aside

    def step(self, *, urgent: bool) -> float:
        """Do the next thing, if one is due.

        Args:
            urgent: whether the session is over and nothing should wait for more.

        Returns:
            When to call again, monotonic seconds: what is past for *at once*, ``NEVER`` for
            when there is more to deliver.

        Raises:
            WriterGone: the store can no longer be asked.
        """
        try:
            return self._step(self._monotonic(), urgent=urgent)
        except StoreTrouble as error:
            return self.trouble(error.what)

    def trouble(self, why: str) -> float:
        """Something of this computer's own failed; when to call ``step`` again."""
        now = self._monotonic()
        self.link = after_trouble(self.link, why, now, self._pacing, self._dice)
        return self.link.not_before

    def _step(self, now: float, *, urgent: bool) -> float:
        self._progress = replace(self._progress, made=self._outbox.tally.records_made)
        match choose(self._progress, self.link, now, self._pacing, urgent=urgent):
            case Wait(until=until):
                return until
            case Reconcile():
                self._reconcile(now)
            case SendRecords(start=start, count=count):
                self._send_records(start, count, now)
            case SendPiece(otherwise=otherwise):
                return self._send_piece(otherwise, now)
        return self.link.not_before

    def _reconcile(self, now: float) -> None:
        match self._channel.status():
            case Standing(status=status):
                self._settle(status)
            case failure:
                self._failed(failure, now)

    def _settle(self, status: SessionStatus) -> None:
        """Believe where the server stands, if it is a place on our own chain."""
        if status.session != self._session:
            self._refused("it answers about another session.")
            return
        if self._outbox.hash_at(status.size) != status.head:
            self._refused("it holds another chain of records than this computer.")
            return
        if status.receipt is not None:
            try:
                taken = self._outbox.take(parse_line(status.receipt.encode("utf-8")))
            except MalformedLine as error:
                taken = Distrusted(f"the receipt is malformed: {error}")
            if isinstance(taken, Distrusted):
                self._refused(f"{taken.why}.")
                return
        self._progress = replace(
            self._progress, held=status.size, reconciled=True, in_flight=None
        )
        self._why_records = ""
        self._answered()

    def _send_records(self, start: int, count: int, now: float) -> None:
        lines = self._outbox.batch(start, count)
        self._progress = replace(self._progress, in_flight=(start, len(lines)), last_batch=now)
        match self._channel.send_records(lines):
            case Receipted(line=line):
                taken = self._outbox.take(line)
                if isinstance(taken, Distrusted):
                    self._refused(f"{taken.why}.")
                elif taken.receipt.size < start + len(lines):
                    self._refused("its receipt does not cover what was sent.")
                else:
                    self._held(taken.receipt.size)
            case Refused(problem=problem) if problem.type not in _OF_THE_SESSION:
                self._records_refused(problem)
            case failure:
                self._failed(failure, now)

    def _records_refused(self, problem: Problem) -> None:
        """Ask where the server stands if it stands elsewhere; else let pieces go first."""
        moved = problem.size is not None and problem.size != self._progress.held
        if (problem.type in _ELSEWHERE or moved) and not self._doubted:
            self._doubt()
            return
        self._why_records = problem.detail or problem.title
        self._progress = replace(self._progress, hold_until=self._rarely())
        self._doubted = False
        self._answered()

    def _send_piece(self, otherwise: float, now: float) -> float:
        blob = self._next_piece(now)
        self._out_of_pieces = blob is None and not self._aside.failing
        if blob is None:
            return min(otherwise, self._aside.until)
        if sha256_hex(blob.data) != blob.sha256:
            self._set_aside(blob.sha256, "damaged on this computer's disk", NEVER)
            return now
        match self._channel.send_blob(blob.sha256, blob.data):
            case Receipted(line=line):
                self._take_for(blob.sha256, line)
            case Refused(problem=problem) if problem.type not in _OF_THE_SESSION:
                self._piece_refused(blob.sha256, problem)
            case Refused() as refused:
                self._failed(refused, now)
            case failure:
                self._aside.fail(
                    blob.sha256, failure.why, self._monotonic(), self._pacing, self._dice
                )
                self._failed(failure, now)
        return self.link.not_before

    def _next_piece(self, now: float) -> WaitingBlob | None:
        """The oldest piece that is not set aside; without any, one that failed and is due."""
        held, aside = self._progress.held, self._aside.all(now)
        blob = self._outbox.blob(held, aside)
        while blob is None and (again := self._aside.due(now)) is not None:
            blob = self._outbox.blob(held, aside - {again})
            if blob is None:
                # The receipt came another way.
                self._aside.arrived(again)
        return blob

    def _piece_refused(self, sha256: str, problem: Problem) -> None:
        """A piece without its record sends us back to the records; any other waits."""
        if problem.type == ProblemType.BLOB_UNKNOWN and not self._doubted:
            self._doubt()
            return
        self._set_aside(sha256, problem.detail or problem.title, self._rarely())
        self._answered()

    def _take_for(self, sha256: str, line: Signed) -> None:
        taken = self._outbox.take(line)
        if isinstance(taken, Distrusted):
            self._refused(f"{taken.why}.")
        elif sha256 not in taken.receipt.durable:
            why = "its receipt does not list the piece"
            self._set_aside(sha256, why, self._rarely())
            self._answered()
        else:
            self._aside.arrived(sha256)
            self._doubted = False
            self._answered()

    def _doubt(self) -> None:
        """Ask where the server stands, at once; the next time that will not help."""
        self._progress = replace(self._progress, reconciled=False, in_flight=None)
        self._doubted = True

    def _held(self, size: int) -> None:
        """The server signed for something: that is progress."""
        self._progress = replace(self._progress, held=size, in_flight=None)
        self._doubted, self._why_records = False, ""
        self._answered()

    def _rarely(self) -> float:
        """When to try again what was refused."""
        return self._monotonic() + self._pacing.cap_s

    def _answered(self) -> None:
        self.link = after_answer(self.link, self._monotonic(), self._pacing, self._dice)

    def _failed(self, failure: Failure, began: float) -> None:
        now = self._monotonic()
        self.link = after_failure(self.link, failure, began, now, self._pacing, self._dice)

    def _refused(self, why: str) -> None:
        """What the server says cannot be relied on: ask again, rarely."""
        self._progress = replace(self._progress, reconciled=False, in_flight=None)
        self.link = after_refusal(self.link, why, self._monotonic(), self._pacing)

    def _set_aside(self, sha256: str, why: str, until: float) -> None:
        self._aside.refuse(sha256, why, until)
        self._doubted = False
