"""What a verification says: every check by number, its outcome, and where it failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple

import msgspec

# How many failures of one check are kept in words; the rest is counted.
MAX_NAMED = 20


class CheckId(IntEnum):
    """Every check by its number in the specification."""

    CONTAINER = 0
    SESSION = 1
    KEY = 2
    SIGNATURE = 3
    ORDER = 4
    LINK = 5
    CLOCK = 6
    BLOB = 7
    DURABLE = 8
    ANCHOR = 9
    COMPLETE = 10


CLAIMS: dict[CheckId, str] = {
    CheckId.CONTAINER: "the container is whole and signed by the institution",
    CheckId.SESSION: "policy, grant and every record belong to this session",
    CheckId.KEY: "every record is of the epoch, and the key, in force",
    CheckId.SIGNATURE: "every record's signature holds",
    CheckId.ORDER: "records are numbered without a hole, an extra or a fork",
    CheckId.LINK: "every record names the one before it",
    CheckId.CLOCK: "the clocks agree with each other and with the receipts",
    CheckId.BLOB: "every committed piece is there, unchanged and sealed",
    CheckId.DURABLE: "every receipt holds and covers this very chain",
    CheckId.ANCHOR: "records name receipts that existed, in order",
    CheckId.COMPLETE: "the session is closed and its counts are right",
}


class LogCheck(IntEnum):
    """Every check of a log by its number in the specification."""

    CONTAINER = 0
    INSTITUTION = 1
    SIGNATURE = 2
    ORDER = 3
    LINK = 4
    TIME = 5
    HEADS = 6
    KNOWN = 7
    SESSION = 8


LOG_CLAIMS: dict[LogCheck, str] = {
    LogCheck.CONTAINER: "the export is whole and signed by the institution",
    LogCheck.INSTITUTION: "every entry is of this institution's log",
    LogCheck.SIGNATURE: "every entry is signed by the key in force",
    LogCheck.ORDER: "entries are numbered without a hole or an extra",
    LogCheck.LINK: "every entry names the one before it",
    LogCheck.TIME: "the time of the entries never goes back",
    LogCheck.HEADS: "no session ever got shorter or became another",
    LogCheck.KNOWN: "the entries that were noted earlier are still there",
    LogCheck.SESSION: "the bundle's chain is the one that the log names",
}


class ReceiptCheck(IntEnum):
    """Every check of a receipt's file by its number in the specification."""

    KEY = 0
    SESSION = 1
    RECEIPT = 2
    SAID = 3


RECEIPT_CLAIMS: dict[ReceiptCheck, str] = {
    ReceiptCheck.KEY: "the institution's key is the one that is named",
    ReceiptCheck.SESSION: "policy and grant are signed, and of this session",
    ReceiptCheck.RECEIPT: "the receipt is signed, and of this session",
    ReceiptCheck.SAID: "what the file says is what was signed",
}


class CertificateCheck(IntEnum):
    """Every check of a file of certificates by its number in the specification."""

    KEY = 0
    CERTIFICATE = 1
    ORDER = 2


CERTIFICATE_CLAIMS: dict[CertificateCheck, str] = {
    CertificateCheck.KEY: "the institution's key is the one that is named",
    CertificateCheck.CERTIFICATE: "every certificate is signed by the institution",
    CertificateCheck.ORDER: "they are one session's, in order, from the first on",
}


class GivenCheck(IntEnum):
    """Every check of a file of receipts by its number in the specification."""

    RECEIPT = 0
    SESSION = 1
    ORDER = 2


GIVEN_CLAIMS: dict[GivenCheck, str] = {
    GivenCheck.RECEIPT: "every receipt is signed by the institution",
    GivenCheck.SESSION: "they are all of one session",
    GivenCheck.ORDER: "each names the one before it, from the first on",
}

# A check of whatever is verified.
AnyCheck = CheckId | LogCheck | ReceiptCheck | CertificateCheck | GivenCheck

# Which there are: a bundle's, a log's, a receipt's or those of certificates or receipts.
Checks = (
    type[CheckId]
    | type[LogCheck]
    | type[ReceiptCheck]
    | type[CertificateCheck]
    | type[GivenCheck]
)


class Outcome(StrEnum):
    """How a check went; ``skipped`` where an earlier failure left nothing to look at."""

    HOLDS = "holds"
    FAILS = "fails"
    SKIPPED = "skipped"


class AtRecord(NamedTuple):
    """A failure is about the ``record``-th record of the chain."""

    record: int


class AtEntry(NamedTuple):
    """A failure is about the ``entry``-th entry of a log."""

    entry: int


class AtPiece(NamedTuple):
    """A failure is about the ``stream_seq``-th piece of a stream."""

    stream: str
    stream_seq: int


Where = AtRecord | AtPiece | AtEntry


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check's outcome: how much was looked at, and each failure in words.

    ``places`` says of each failure what it is about, ``None`` where that is no one record
    or piece.
    """

    check: AnyCheck
    outcome: Outcome
    looked_at: int
    failures: tuple[str, ...] = ()
    places: tuple[Where | None, ...] = ()

    @property
    def claim(self) -> str:
        """What the check would show."""
        own = self.check
        if isinstance(own, ReceiptCheck):
            return RECEIPT_CLAIMS[own]
        if isinstance(own, CertificateCheck):
            return CERTIFICATE_CLAIMS[own]
        if isinstance(own, GivenCheck):
            return GIVEN_CLAIMS[own]
        return LOG_CLAIMS[own] if isinstance(own, LogCheck) else CLAIMS[own]


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of one bundle. ``pinned`` is the key's fingerprint that the caller gave, if
    any; ``heads`` are the hashes of the chain's records, in order. Of the ``blobs``, so many
    are ``destroyed`` by the word of so many ``certificates``.
    """

    session: str
    key_fingerprint: str
    pinned: str | None
    results: tuple[CheckResult, ...]
    records: int
    blobs: int
    gaps: int
    destroyed: int = 0
    certificates: int = 0
    heads: tuple[str, ...] = field(default=(), repr=False)

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(result.outcome is Outcome.HOLDS for result in self.results)


def verdict_json(verdict: Verdict) -> bytes:
    """A verdict for programs: what ``invigil-verify --json`` prints and the server answers.

    ``where`` goes with ``failures``, one for one: ``{"record": n}``,
    ``{"stream": name, "stream_seq": n}`` or ``null``.
    """
    return msgspec.json.encode(verdict_members(verdict))


def verdict_members(verdict: Verdict) -> dict[str, object]:
    """The members of a bundle's verdict, as programs are told it; what was destroyed is said
    where a certificate says so.
    """
    told = {"destroyed": verdict.destroyed, "certificates": verdict.certificates}
    destroyed = told if verdict.certificates else {}
    return {
        "holds": verdict.holds,
        "session": verdict.session,
        "institution_key": verdict.key_fingerprint,
        "key_given": verdict.pinned is not None,
        "records": verdict.records,
        "blobs": verdict.blobs,
        "gaps": verdict.gaps,
        **destroyed,
        "checks": [check_members(result) for result in verdict.results],
    }


def check_members(result: CheckResult) -> dict[str, object]:
    """A check's outcome, as programs are told it."""
    return {
        "number": int(result.check),
        "name": result.check.name.lower(),
        "claim": result.claim,
        "outcome": result.outcome,
        "looked_at": result.looked_at,
        "failures": result.failures,
        "where": [None if place is None else place._asdict() for place in result.places],
    }


@dataclass(slots=True)
class Ledger:
    """Collects what each check looked at and what failed, while a verification runs.

    ``checks`` says which there are: a bundle's, a log's, a receipt's or those of
    certificates or receipts.
    """

    checks: Checks = CheckId
    _looked_at: dict[int, int] = field(default_factory=dict[int, int])
    _named: dict[int, list[tuple[str, Where | None]]] = field(
        default_factory=dict[int, list[tuple[str, Where | None]]]
    )
    _counts: dict[int, int] = field(default_factory=dict[int, int])

    def look(self, check: AnyCheck, times: int = 1) -> None:
        """Something was looked at under this check."""
        self._looked_at[check] = self._looked_at.get(check, 0) + times

    def fail(self, check: AnyCheck, why: str, where: Where | None = None) -> None:
        """The check does not hold; the first ``MAX_NAMED`` reasons are kept in words."""
        self._counts[check] = self._counts.get(check, 0) + 1
        named = self._named.setdefault(check, [])
        if len(named) < MAX_NAMED:
            named.append((why, where))

    def failed(self, check: AnyCheck) -> bool:
        """Whether something failed under this check so far."""
        return check in self._counts

    def results(self) -> tuple[CheckResult, ...]:
        """Every check in the order of its number."""
        return tuple(self._result(check) for check in self.checks)

    def _result(self, check: AnyCheck) -> CheckResult:
        named = list(self._named.get(check, ()))
        if (beyond := self._counts.get(check, 0) - len(named)) > 0:
            named.append((f"and {beyond} more", None))
        if named:
            outcome = Outcome.FAILS
        else:
            outcome = Outcome.HOLDS if check in self._looked_at else Outcome.SKIPPED
        return CheckResult(
            check,
            outcome,
            self._looked_at.get(check, 0),
            failures=tuple(why for why, _ in named),
            places=tuple(where for _, where in named),
        )
