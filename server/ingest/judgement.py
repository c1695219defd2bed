"""The server's word on a batch of signed lines, as a pure function.

``judge`` takes where the session stands and what is known of earlier records, and says
which lines extend the chain, which are old ones again, and where it stops and why. The
steps are numbered as in the specification (``shared/README.md``, *Verification*).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from server.ingest.standing import Standing, look_at_clocks
from server.problems import Rejection
from shared.chain import Accepted, ChainState, Refusal, Refused, accept
from shared.clock import ClockFlag
from shared.records import (
    BlobReference,
    MalformedRecord,
    Open,
    Record,
    blobs_of,
    decode_record,
)
from shared.signed import Domain, Signed, holds
from shared.wire import MAX_BLOB_BYTES, ProblemType


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows about the things that a batch speaks of.

    Attributes:
        records: earlier records by ``seq``, where the batch names one again.
        keys: (first seq, raw public key) of every epoch, oldest first; needed only where an
            earlier record comes again in other bytes.
        receipts: time of each receipt that the batch is anchored to, by hash.
        pieces: pieces committed already, among those that the batch speaks of.
    """

    records: Mapping[int, Signed] = field(default_factory=dict[int, Signed])
    keys: Sequence[tuple[int, bytes]] = ()
    receipts: Mapping[str, int] = field(default_factory=dict[str, int])
    pieces: Sequence[BlobReference] = ()


class Line(NamedTuple):
    """A signed line and what it seems to say; nothing of it is believed yet."""

    signed: Signed
    claim: Record | None


class Fresh(NamedTuple):
    """A record that extends the chain, the pieces it is first to commit to, and flags."""

    signed: Signed
    record: Record
    pieces: tuple[BlobReference, ...]
    flags: tuple[ClockFlag, ...]


class Fork(NamedTuple):
    """Another record, genuinely signed, for a number that is taken."""

    seq: int
    signed: Signed


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict. ``repeated`` is the highest ``seq`` that came again; ``stop`` says why
    the line after the last good one was not taken, if one was not.
    """

    standing: Standing
    fresh: tuple[Fresh, ...]
    repeated: int | None
    stop: Rejection | None
    fork: Fork | None


def read_claim(signed: Signed) -> Line:
    """Read what a line says, so that what it refers to can be looked up."""
    try:
        return Line(signed, decode_record(signed.payload))
    except MalformedRecord:
        return Line(signed, None)


def judge(standing: Standing, lines: Sequence[Line], known: Known, now: int) -> Judgement:
    """Judge a batch in order, up to the first line that cannot be taken.

    Args:
        standing: the session, (1) from the credential.
        lines: what came, in order.
        known: what the lines refer to.
        now: the time that the receipt for the fresh records will bear, microseconds UTC.
    """
    bench = _Bench(standing, known, now)
    for line in lines:
        bench.take(line)
        if bench.stop is not None:
            break
    return Judgement(bench.standing, tuple(bench.fresh), bench.repeated, bench.stop, bench.fork)


class _Bench:
    """One batch being judged."""

    def __init__(self, standing: Standing, known: Known, now: int) -> None:
        self.standing = standing
        self.fresh: list[Fresh] = []
        self.repeated: int | None = None
        self.stop: Rejection | None = None
        self.fork: Fork | None = None
        self._now = now
        self._receipts = known.receipts
        self._taken = dict(known.records)
        self._keys = [*known.keys, (standing.chain.size, standing.chain.public_key)]
        self._hashes = {piece.sha256: piece for piece in known.pieces}
        self._places = {(piece.stream, piece.stream_seq): piece for piece in known.pieces}

    def take(self, line: Line) -> None:
        """Judge one line; ``stop`` is set where the next may not be looked at."""
        chain, claim = self.standing.chain, line.claim
        own = claim is not None and claim.session == chain.session
        seq = claim.seq if claim is not None and own else chain.size
        if seq < chain.size:
            self._take_again(line.signed, seq)
            return
        # (1) to (6): the first that fails counts
        match accept(chain, line.signed):
            case Accepted(state=state, record=record):
                self._take_fresh(Fresh(line.signed, record, (), ()), state)
            case Refused() as refused:
                self.stop = _rejection(refused, chain, ahead=seq > chain.size)

    def _take_again(self, signed: Signed, seq: int) -> None:
        # (4) the same bytes again give the same receipt, other bytes are kept as a fork
        before = self._taken.get(seq)
        if before != signed and not holds(signed, Domain.RECORD, self._key_at(seq)):
            # (2) the key is the one valid for this seq; (3) the signature
            why = "the signature is not the session key's"
            self.stop = _refused(Refusal.SIGNATURE, why)
        elif before is not None and before.payload == signed.payload:
            self.repeated = max(seq, self.repeated or 0)
        else:
            self.fork = Fork(seq, signed)
            why = f"record {seq} is here already, with other bytes; both are kept"
            self.stop = Rejection(ProblemType.FORK, 409, why, check=Refusal.ORDER)

    def _key_at(self, seq: int) -> bytes:
        return next((key for first, key in reversed(self._keys) if first <= seq), b"")

    def _take_fresh(self, fresh: Fresh, state: ChainState) -> None:
        body = fresh.record.body
        most = self.standing.most_records
        if fresh.record.seq >= most:
            why = f"a session may have {most} records; ask the exam's organiser"
            self.stop = Rejection(ProblemType.QUOTA, 413, why, check=Refusal.ORDER)
            return
        # (1) the open names the policy and the grant of this session
        founding = (self.standing.policy, self.standing.grant)
        if isinstance(body, Open) and (body.policy, body.grant) != founding:
            self.stop = _refused(Refusal.SESSION, "open names another policy or grant")
            return
        pieces = self._new_pieces(fresh.record)
        if isinstance(pieces, Rejection):
            self.stop = pieces
            return
        # (6) the clocks
        standing, flags = look_at_clocks(self.standing, fresh.record, self._receipts, self._now)
        committed = standing.bytes_committed + sum(piece.size for piece in pieces)
        self.standing = replace(standing, chain=state, bytes_committed=committed)
        self.fresh.append(fresh._replace(pieces=pieces, flags=flags))
        self._taken[fresh.record.seq] = fresh.signed
        if state.public_key != self._keys[-1][1]:
            self._keys.append((state.size, state.public_key))

    def _new_pieces(self, record: Record) -> tuple[BlobReference, ...] | Rejection:
        # (7) lengths, one meaning a piece, quota
        new: list[BlobReference] = []
        for piece in blobs_of(record.body):
            place = (piece.stream, piece.stream_seq)
            earlier = self._hashes.get(piece.sha256) or self._places.get(place)
            if piece.size > MAX_BLOB_BYTES:
                return _refused(Refusal.BLOB, f"a piece of more than {MAX_BLOB_BYTES} bytes")
            if earlier is None:
                new.append(piece)
                self._hashes[piece.sha256] = self._places[place] = piece
            elif earlier != piece:
                where = f"{piece.stream} {piece.stream_seq}"
                return _refused(Refusal.BLOB, f"{where} was committed to in another way")
        quota = self.standing.quota
        if self.standing.bytes_committed + sum(piece.size for piece in new) > quota:
            why = f"a session may commit to {quota} bytes; ask the exam's organiser"
            return Rejection(ProblemType.QUOTA, 413, why, check=Refusal.BLOB)
        return tuple(new)


def _refused(check: int, why: str) -> Rejection:
    return Rejection(ProblemType.REFUSED, 422, why, check=check)


def _rejection(refused: Refused, chain: ChainState, *, ahead: bool) -> Rejection:
    if ahead:
        # A record of a later epoch fails at its key already; what helps is the number.
        why = f"send the records from {chain.size} on first"
        return Rejection(ProblemType.OUT_OF_ORDER, 409, why, check=Refusal.ORDER)
    if refused.check == Refusal.ORDER and chain.closed:
        return Rejection(ProblemType.SESSION_OVER, 409, refused.why, check=Refusal.ORDER)
    return _refused(refused.check, refused.why)
