"""Checks 1 to 6 of the records, one after the other."""

from dataclasses import dataclass, field
from typing import Any

from second_verifier import records
from second_verifier.clock import Clock
from second_verifier.lines import Line, holds, one_line
from second_verifier.receipts import Receipts
from second_verifier.text import ZERO, Malformed, from_base64, parse


@dataclass(frozen=True, slots=True)
class Failure:
    """One check that fails, and why."""

    check: int
    why: str


@dataclass(slots=True)
class Start:
    """What the chain must begin from: session, policy, grant and the first key."""

    session: str
    policy: str
    grant: str
    key: bytes


@dataclass(slots=True)
class Chain:
    """The records accepted so far, and what the next one must be."""

    start: Start
    receipts: Receipts
    key: bytes = b""
    epoch: int = 0
    prev: str = ZERO
    records: list[dict[str, Any]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.key = self.start.key

    def add(self, data: bytes) -> Failure | None:
        """Accept one line, or say which check it fails."""
        try:
            line = one_line(data)
            record = records.record(parse(line.payload))
        except Malformed as error:
            return Failure(3, str(error))
        failure = self._judge(line, record)
        if failure is None:
            self._accept(line, record)
        return failure

    def _judge(self, line: Line, record: dict[str, Any]) -> Failure | None:
        for check, judge in enumerate((self._session, self._key), 1):
            if why := judge(record):
                return Failure(check, why)
        if not line.signed_by(self.key, "record"):
            return Failure(3, "the signature does not hold")
        if why := self._order(record):
            return Failure(4, why)
        if record["prev"] != self.prev:
            return Failure(5, "prev is not the hash of the record before")
        if why := self.clock.judge(record, *self._corridor(record)):
            return Failure(6, why)
        return None

    def _session(self, record: dict[str, Any]) -> str:
        if record["session"] != self.start.session:
            return "the record is of another session"
        if record["type"] == "open":
            named = record["body"]["policy"], record["body"]["grant"]
            if named != (self.start.policy, self.start.grant):
                return "open names another policy or grant"
        return ""

    def _key(self, record: dict[str, Any]) -> str:
        if record["epoch"] != self.epoch:
            return "the epoch is not the one in force"
        body = record["body"]
        if record["type"] == "open" and from_base64(body["public_key"], 32) != self.start.key:
            return "open names another key than the grant"
        if "next" in body and record["type"] in ("rotate", "resume"):
            return self._handover(record, body["next"])
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
            return "a record follows close"
        return ""

    def _corridor(self, record: dict[str, Any]) -> tuple[int | None, int | None]:
        anchor = self.receipts.find(record["anchor"])
        cover = self.receipts.first_beyond(record["seq"])
        return anchor["time"] if anchor else None, cover["time"] if cover else None

    def _accept(self, line: Line, record: dict[str, Any]) -> None:
        self.records.append(record)
        self.hashes.append(line.hash)
        self.prev = line.hash
        if record["type"] in ("rotate", "resume"):
            self.key = from_base64(record["body"]["next"]["public_key"], 32)
            self.epoch += 1
