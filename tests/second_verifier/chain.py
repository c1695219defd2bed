"""Checks 1 to 6 of the records, one after the other."""

from dataclasses import dataclass, field
from typing import Any

from second_verifier import records
from second_verifier.lines import Line, holds, one_line
from second_verifier.text import ZERO, Malformed, from_base64, parse

HANDOVERS = ("rotate", "resume")


@dataclass(frozen=True, slots=True)
class Failure:
    """One check that fails, and why."""

    check: int
    why: str


@dataclass(slots=True)
class Chain:
    """The records accepted so far, and what the next one must be.

    `key` is the one in force, raw; `whole` is set where no line was left unjudged.
    """

    session: str
    key: bytes
    epoch: int = 0
    prev: str = ZERO
    records: list[dict[str, Any]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    whole: bool = False

    def add(self, data: bytes) -> Failure | None:
        """Accept one line, or say which check it fails."""
        try:
            line = one_line(data)
            if not line.signed_by(self.key, "record"):
                return Failure(3, "the signature does not hold")
            record = records.record(parse(line.payload))
        except Malformed as error:
            return Failure(3, str(error))
        judges = {1: self._session, 2: self._key, 4: self._order, 5: self._link, 6: self._clock}
        for check, judge in judges.items():
            if why := judge(record):
                return Failure(check, why)
        self._accept(line, record)
        return None

    def _session(self, record: dict[str, Any]) -> str:
        return "" if record["session"] == self.session else "it is of another session"

    def _key(self, record: dict[str, Any]) -> str:
        if record["epoch"] != self.epoch:
            return "the epoch is not the one in force"
        try:
            if record["type"] == "open":
                own = from_base64(record["body"]["public_key"], 32)
                return "" if own == self.key else "open names another key than the grant"
            if record["type"] in HANDOVERS:
                return self._handover(record, record["body"]["next"])
        except Malformed as error:
            return str(error)
        return ""

    def _handover(self, record: dict[str, Any], following: dict[str, Any]) -> str:
        if following["epoch"] != self.epoch + 1:
            return "the next epoch is not the one after this"
        key = from_base64(following["public_key"], 32)
        proof = from_base64(following["proof"], 64)
        parts = (
            record["session"],
            str(following["epoch"]),
            record["prev"],
            following["public_key"],
        )
        if not holds(key, proof, "handover", " ".join(parts).encode()):
            return "the next key's proof does not hold"
        return ""

    def _order(self, record: dict[str, Any]) -> str:
        if record["seq"] != len(self.records):
            return "seq is not the number of records before"
        if (record["type"] == "open") != (not self.records):
            return "open comes first and only first"
        if self.records and self.records[-1]["type"] == "close":
            return "it follows close"
        return ""

    def _link(self, record: dict[str, Any]) -> str:
        return "" if record["prev"] == self.prev else "prev is not the record before"

    def _clock(self, record: dict[str, Any]) -> str:
        if not self.records:
            return ""
        before = self.records[-1]
        if record["boot"] != before["boot"]:
            return "" if record["type"] == "resume" else "another boot without a resume"
        return "mono falls" if record["mono"] < before["mono"] else ""

    def _accept(self, line: Line, record: dict[str, Any]) -> None:
        self.records.append(record)
        self.hashes.append(line.hash)
        self.prev = line.hash
        if record["type"] in HANDOVERS:
            self.key = from_base64(record["body"]["next"]["public_key"], 32)
            self.epoch += 1
