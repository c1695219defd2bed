"""Checks an exported log, offline: is it whole, unchanged, and does it bear a bundle out?

A log is a file of signed lines, the manifest first. The checks are numbered as in the
specification (``shared/README.md``, *Verification of a log*). Lines are read one at a time,
so that a log of any size is checked in little memory.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from shared.bundle import UnreadableBundle
from shared.chain import Refused
from shared.counting import count
from shared.encoding import ZERO_HASH, EncodingError
from shared.log import (
    Access,
    Act,
    Entry,
    Head,
    Heads,
    LogManifest,
    LogState,
    MalformedEntry,
    decode_log_manifest,
    follow,
)
from shared.progress import Meter, Progress
from shared.signed import (
    MAX_PAYLOAD_BYTES,
    SIGNATURE_CHARS,
    Domain,
    MalformedLine,
    Signed,
    fingerprint,
    holds,
    parse_sole_line,
    read_key,
)
from shared.verdict import (
    AtEntry,
    CheckResult,
    Ledger,
    LogCheck,
    Outcome,
    Verdict,
    check_members,
)

# A signed line's longest: signature, space, payload, line feed.
MAX_LINE_BYTES = SIGNATURE_CHARS + 1 + MAX_PAYLOAD_BYTES + 1

_BEGINNING = re.compile(rb"[A-Za-z0-9_-]{%d} \{" % SIGNATURE_CHARS)


class UnreadableLog(UnreadableBundle):
    """The file cannot be read as a log at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Known:
    """An entry that somebody noted, by its hash; where it stands, if it does."""

    hash: str
    n: int | None
    time: int | None


@dataclass(frozen=True, slots=True)
class About:
    """An entry about a session: an access to its evidence, or something done with it."""

    n: int
    time: int
    actor: str
    role: str | None
    address: str | None
    what: str


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """All checks of one log.

    ``pinned`` is the fingerprint that the caller gave, if any, and ``follows`` says whether the
    entries hand over from that key to the one in force; ``size`` entries were judged, up to
    ``head`` of ``time`` (microseconds UTC); ``known`` are those asked for, ``about`` those
    about the bundle's session.
    """

    institution: str
    key_fingerprint: str
    pinned: str | None
    follows: bool
    results: tuple[CheckResult, ...]
    size: int
    head: str
    time: int
    known: tuple[Known, ...]
    about: tuple[About, ...]

    @property
    def holds(self) -> bool:
        """Whether no check fails; what nobody asked for, or nothing speaks of, is skipped."""
        return all(result.outcome is not Outcome.FAILS for result in self.results)


def is_log(path: Path) -> bool:
    """Whether the file begins like a log, with a signed line; no zip does."""
    try:
        with path.open("rb") as file:
            return _BEGINNING.fullmatch(file.read(SIGNATURE_CHARS + 2)) is not None
    except OSError:
        return False


def verify_log(
    path: Path,
    pinned: str | None = None,
    known: Collection[str] = (),
    bundle: Verdict | None = None,
    progress: Progress | None = None,
) -> LogVerdict:
    """Check a log.

    Args:
        path: the export.
        pinned: the fingerprint of a key of the institution, where it is known.
        known: hashes of entries that the log must still contain.
        bundle: the verdict of a bundle that the log is to bear out.
        progress: is told now and then how far the verification is.

    Raises:
        UnreadableLog: there is nothing that could be checked.
    """
    try:
        with path.open("rb") as file:
            manifest, signed = _manifest(path, file)
            check = _Check(manifest, Meter(manifest.size, progress), known, bundle)
            check.manifest_line(signed)
            check.entries(_lines(check.ledger, file))
    except OSError as error:
        raise UnreadableLog(f"{path} cannot be read: {error.strerror}") from error
    return check.verdict(pinned)


def _manifest(path: Path, file: IO[bytes]) -> tuple[LogManifest, Signed]:
    try:
        signed = parse_sole_line(file.readline(MAX_LINE_BYTES))
        manifest = decode_log_manifest(signed.payload)
        for key in (manifest.institution_key, manifest.first_key):
            read_key(key)
    except (MalformedLine, MalformedEntry, EncodingError) as error:
        raise UnreadableLog(f"{path} is not a log: its first line is {error}") from error
    return manifest, signed


def _lines(ledger: Ledger, file: IO[bytes]) -> Iterator[Signed]:
    """The entries' lines; where they stop being lines, check 2 fails."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES):
        try:
            yield parse_sole_line(line)
        except MalformedLine as error:
            why = f"entry {number}: {error}; the rest is not judged"
            ledger.fail(LogCheck.SIGNATURE, why, AtEntry(number))
            return
        number += 1


class _Check:
    """One log's verification, entry by entry."""

    def __init__(
        self,
        manifest: LogManifest,
        meter: Meter,
        asked: Collection[str],
        bundle: Verdict | None,
    ) -> None:
        key = read_key(manifest.first_key)
        self.manifest = manifest
        self.meter = meter
        self.asked = asked
        self.bundle = bundle
        self.ledger = Ledger(LogCheck)
        self.state = LogState(manifest.institution, key)
        self.time = 0
        self.heads: dict[str, Head] = {}
        self.closed: set[str] = set()
        self.found: dict[str, Known] = {}
        self.about: list[About] = []
        # Those it has been under, and the one that its end is said to be under.
        self.keys = {fingerprint(key), self._last_key}

    @property
    def _last_key(self) -> str:
        return fingerprint(read_key(self.manifest.institution_key))

    def manifest_line(self, signed: Signed) -> None:
        """(0) The manifest is signed by the key that it names."""
        self.ledger.look(LogCheck.CONTAINER)
        if not holds(signed, Domain.LOG_EXPORT, read_key(self.manifest.institution_key)):
            self.ledger.fail(LogCheck.CONTAINER, "the first line's signature does not hold")

    def entries(self, lines: Iterator[Signed]) -> None:
        """(1) to (6) Every entry after the one before it, and what the last leaves (0)."""
        for signed in lines:
            self.meter.step()
            judged = follow(self.state, signed)
            if isinstance(judged, Refused):
                n = self.state.size
                why = f"entry {n}: {judged.why}; the rest is not judged"
                self.ledger.fail(LogCheck(judged.check), why, AtEntry(n))
                return
            self.state = judged.state
            self.keys.add(fingerprint(self.state.public_key))
            self._look_at(judged.entry)
        # What was cut short is not compared with what the manifest says of the whole.
        if not self.ledger.failed(LogCheck.SIGNATURE):
            self._check_whole()

    def _check_whole(self) -> None:
        manifest, state = self.manifest, self.state
        if (manifest.size, manifest.head) != (state.size, state.head):
            size = count(state.size, "entry", "entries")
            why = f"{size}, where {manifest.size} were exported"
            self.ledger.fail(LogCheck.CONTAINER, why)
        if read_key(manifest.institution_key) != state.public_key:
            why = "signed by another key than the log ends with"
            self.ledger.fail(LogCheck.CONTAINER, why)

    def _look_at(self, entry: Entry) -> None:
        for check in ENTRY_CHECKS:
            self.ledger.look(check)
        # (5) the time
        if entry.time < self.time:
            self.ledger.fail(
                LogCheck.TIME, f"entry {entry.n}: before the entry before it", AtEntry(entry.n)
            )
        elif entry.time > self.manifest.exported:
            self.ledger.fail(
                LogCheck.TIME, f"entry {entry.n}: after the export", AtEntry(entry.n)
            )
        self.time = max(self.time, entry.time)
        if self.state.head in self.asked:
            self.found[self.state.head] = Known(self.state.head, entry.n, entry.time)
        if isinstance(entry.body, Heads):
            for head in entry.body.sessions:
                self._look_at_head(entry.n, head)
        elif self.bundle is not None and (what := _about(entry, self.bundle.session)):
            self.about.append(
                About(entry.n, entry.time, entry.actor, entry.role, entry.address, what)
            )

    def _look_at_head(self, n: int, head: Head) -> None:
        # (6) a chain only grows, and at one size it has one head
        self.ledger.look(LogCheck.HEADS)
        if why := self._contradiction(head):
            why = f"entry {n}: session {head.session} {why}"
            self.ledger.fail(LogCheck.HEADS, why, AtEntry(n))
        self.heads[head.session] = head
        if head.state == "closed":
            self.closed.add(head.session)
        # (8) it is the bundle's chain
        if self.bundle is not None and head.session == self.bundle.session:
            self.ledger.look(LogCheck.SESSION)
            if why := _other_chain(self.bundle.heads, head):
                self.ledger.fail(LogCheck.SESSION, f"entry {n}: {why}", AtEntry(n))

    def _contradiction(self, head: Head) -> str | None:
        """Why no honest session goes on from where it was named last to here."""
        before = self.heads.get(head.session, head)
        if head.size < before.size:
            return f"had {count(before.size, 'record')}, and has {head.size}"
        if head.size == before.size and head.head != before.head:
            return f"had another record {head.size - 1}"
        if head.session in self.closed and head.size != before.size:
            return "was closed, and went on"
        return None

    def verdict(self, pinned: str | None) -> LogVerdict:
        """What came of it, once every entry has been looked at."""
        key = self._last_key
        if pinned is not None and pinned not in self.keys:
            why = f"signed by key {key}, and never by the key given"
            self.ledger.fail(LogCheck.CONTAINER, why)
        if self.bundle is not None and self.bundle.key_fingerprint not in self.keys:
            why = "the bundle is signed by none of this log's keys"
            self.ledger.fail(LogCheck.SESSION, why)
        # (7) what was noted is there
        known = tuple(self.found.get(name, Known(name, None, None)) for name in self.asked)
        for one in known:
            self.ledger.look(LogCheck.KNOWN)
            if one.n is None:
                self.ledger.fail(LogCheck.KNOWN, f"there is no entry {one.hash}")
        self.meter.finish()
        return LogVerdict(
            institution=self.manifest.institution,
            key_fingerprint=key,
            pinned=pinned,
            follows=pinned in self.keys - {key} and fingerprint(self.state.public_key) == key,
            results=self.ledger.results(),
            size=self.state.size,
            head=self.state.head,
            time=self.time,
            known=known,
            about=tuple(self.about),
        )


ENTRY_CHECKS = (
    LogCheck.INSTITUTION,
    LogCheck.SIGNATURE,
    LogCheck.ORDER,
    LogCheck.LINK,
    LogCheck.TIME,
)


def _other_chain(heads: tuple[str, ...], head: Head) -> str | None:
    """Why a bundle's chain is not the one that the log names."""
    if head.size > len(heads):
        return f"{count(head.size, 'record')}, where the bundle holds {len(heads)}"
    if head.head != (heads[head.size - 1] if head.size else ZERO_HASH):
        return f"another record {head.size - 1} than the bundle's"
    return None


def _about(entry: Entry, session: str) -> str | None:
    """What an entry says of a session, in words; nothing where it is about another."""
    match entry.body:
        case Access(session=seen) if seen == session:
            stream = f" {entry.body.stream}" if entry.body.stream else ""
            return f"saw {entry.body.what}{stream}"
        case Act(subject=subject) if (subject.kind, subject.id) == ("session", session):
            return entry.body.action
        case _:
            return None


def log_verdict_members(verdict: LogVerdict) -> dict[str, object]:
    """A log's verdict for programs: what ``invigil-verify --json`` prints."""
    return {
        "holds": verdict.holds,
        "institution": verdict.institution,
        "institution_key": verdict.key_fingerprint,
        "key_given": verdict.pinned is not None,
        "entries": verdict.size,
        "head": verdict.head,
        "time": verdict.time,
        "after": [msgspec.to_builtins(one) for one in verdict.known],
        "about": [msgspec.to_builtins(one) for one in verdict.about],
        "checks": [check_members(result) for result in verdict.results],
    }
