"""An exported log, and its checks, as the specification's *Verification of a log* says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from second_verifier import records
from second_verifier.bundle import NothingToCheck
from second_verifier.checks import FAILS, HOLDS, NOTHING, Findings, Named, Verdict, named
from second_verifier.lines import Line, cut, holds, one_line
from second_verifier.records import base64_of, exactly, or_null, text, word
from second_verifier.text import (
    ZERO,
    Malformed,
    from_base64,
    is_hash,
    is_id,
    is_whole,
    parse,
    sha256,
)

MANIFEST: records.Shape = {
    "v": exactly(1),
    "institution": is_id,
    "institution_key": base64_of(32),
    "first_key": base64_of(32),
    "exported": is_whole,
    "size": is_whole,
    "head": is_hash,
}
HEAD = records.members(
    session=is_id,
    size=is_whole,
    head=is_hash,
    state=records.one_of("open", "closed", "terminated"),
)
SUBJECT = records.members(kind=word, id=lambda value: text(value) and len(value) <= 200)
BODIES: dict[str, records.Shape] = {
    "heads": {
        "sessions": lambda value: records.list_of(HEAD)(value) and 1 <= len(value) <= 256
    },
    "access": {
        "session": is_id,
        "what": word,
        "stream?": or_null(word),
        "until?": or_null(is_whole),
    },
    "act": {"action": word, "subject": SUBJECT, "detail": records.an_object},
    "key": {"next": records.NEXT},
}
ENTRY: records.Shape = {
    "v": exactly(1),
    "type": records.one_of(*BODIES),
    "institution": is_id,
    "n": is_whole,
    "prev": is_hash,
    "time": is_whole,
    "actor": word,
    "role": or_null(word),
    "address": or_null(word),
    "body": records.an_object,
}


_BEGINNING = re.compile(rb"[A-Za-z0-9_-]{86} \{")


def is_log(data: bytes) -> bool:
    return _BEGINNING.match(data) is not None


class Ends(Exception):
    """The log ends before this line: the check that it fails, and why."""

    def __init__(self, check: int, why: str) -> None:
        super().__init__(why)
        self.check, self.why = check, why


@dataclass(slots=True)
class Log:
    """The entries so far, their hashes, and every key that was in force."""

    institution: str
    keys: list[bytes]
    entries: list[dict[str, Any]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)

    @property
    def head(self) -> str:
        return self.hashes[-1] if self.hashes else ZERO

    def add(self, raw: bytes) -> None:
        """Judge a line in the order 2, 1, 3, 4, 2."""
        try:
            line = one_line(raw)
        except Malformed as error:
            raise Ends(2, str(error)) from error
        if not line.signed_by(self.keys[-1], "log"):
            raise Ends(2, "not signed by the key in force")
        entry = self._entry(line)
        if entry["institution"] != self.institution:
            raise Ends(1, "of another institution")
        if entry["n"] != len(self.entries):
            raise Ends(3, f"is numbered {entry['n']}")
        if entry["prev"] != self.head:
            raise Ends(4, "does not name the entry before")
        if entry["type"] == "key":
            self.keys.append(self._successor(entry))
        self.entries.append(entry)
        self.hashes.append(line.hash)

    def _entry(self, line: Line) -> dict[str, Any]:
        try:
            entry = records.strict(parse(line.payload), ENTRY)
            records.loose(entry["body"], BODIES[entry["type"]])
        except Malformed as error:
            raise Ends(2, str(error)) from error
        return entry

    def _successor(self, entry: dict[str, Any]) -> bytes:
        following = entry["body"]["next"]
        try:
            key = from_base64(following["public_key"], 32)
            proof = from_base64(following["proof"], 64)
        except Malformed as error:
            raise Ends(2, f"the next key: {error}") from error
        said = f"{self.institution} {entry['n']} {entry['prev']} {following['public_key']}"
        genuine = holds(key, proof, "handover", said.encode())
        if following["epoch"] != entry["n"] or not genuine:
            raise Ends(2, "the next key does not prove itself")
        return key


def verify_log(
    data: bytes,
    fingerprint: str | None = None,
    known: Sequence[str] = (),
    bundle: bytes | None = None,
) -> Verdict:
    """Judge a log, alone or beside a bundle."""
    try:
        first, *rest = cut(data) or [b""]
        line = one_line(first)
        manifest = records.loose(parse(line.payload), MANIFEST)
        beside = None if bundle is None else named(bundle)
    except (Malformed, NothingToCheck) as error:
        return Verdict(NOTHING, {0: str(error)})
    findings = Findings()
    last_key = from_base64(manifest["institution_key"], 32)
    log = Log(manifest["institution"], [from_base64(manifest["first_key"], 32)])
    if not line.signed_by(last_key, "log-export"):
        findings.fail(0, "the manifest's signature")
    try:
        for raw in rest:
            log.add(raw)
    except Ends as end:
        findings.fail(end.check, f"entry {len(log.entries)}: {end.why}")
    else:
        if (manifest["size"], manifest["head"]) != (len(log.entries), log.head):
            findings.fail(0, "not the entries that were exported")
        if log.keys[-1] != last_key:
            findings.fail(0, "not the last key")
    keys = {sha256(key) for key in (*log.keys, last_key)}
    if fingerprint is not None and fingerprint not in keys:
        findings.fail(0, "not the institution's key")
    _judge(findings, log, manifest["exported"])
    if absent := [one for one in known if one not in log.hashes]:
        findings.fail(7, f"there is no entry {absent[0]}")
    if beside is not None:
        _compare(findings, log, keys, beside)
    return Verdict(FAILS if findings.why else HOLDS, dict(sorted(findings.why.items())))


def _judge(findings: Findings, log: Log, exported: int) -> None:
    """Checks 5 and 6."""
    times = [entry["time"] for entry in log.entries]
    if times != sorted(times) or any(time > exported for time in times):
        findings.fail(5, "the time goes back, or beyond the export")
    named_last: dict[str, dict[str, Any]] = {}
    over: set[str] = set()
    for head in heads(log):
        session, before = head["session"], named_last.get(head["session"], head)
        grown = head["size"] > before["size"]
        same = (head["size"], head["head"]) == (before["size"], before["head"])
        if not (same or (grown and session not in over)):
            findings.fail(6, f"session {session} is not what it was")
        named_last[session] = head
        if head["state"] == "closed":
            over.add(session)


def _compare(findings: Findings, log: Log, keys: set[str], beside: Named) -> None:
    """Check 8."""
    if sha256(beside.key) not in keys:
        findings.fail(8, "the bundle is another institution's")
    chain = [ZERO, *beside.hashes]
    for head in heads(log):
        if head["session"] != beside.session:
            continue
        if head["size"] >= len(chain) or chain[head["size"]] != head["head"]:
            findings.fail(8, f"record {head['size'] - 1} is another, or not there")


def heads(log: Log) -> list[dict[str, Any]]:
    """Every head that the log names, in order."""
    return [
        head
        for entry in log.entries
        if entry["type"] == "heads"
        for head in entry["body"]["sessions"]
    ]
