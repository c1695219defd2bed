"""The ledger: turns drafts into sealed, signed, chained records and commits them.

Every record goes through ``shared.chain.accept``, the code that the server and the
verifier run, before it is committed: what would not verify is never written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recorder.evidence import contents
from recorder.evidence.clock_changes import ClockChanges
from recorder.evidence.clocks import Clock, Reading
from recorder.evidence.coverage import Coverage
from recorder.evidence.drafts import Draft, draft_body, own_incident
from recorder.evidence.founding import Founding, Grounds, Unfounded, read_founding
from recorder.evidence.keys import destroy_other_keys, make_epoch_key
from recorder.evidence.opening import Cause, StoreTrouble, damaged
from recorder.evidence.store import EvidenceStore, SealedBlob
from recorder.faults import EnvironmentFault
from shared import records
from shared.chain import Accepted, Refused, accept, follow, hand_over
from shared.encoding import ZERO_HASH, sha256_hex, to_base64
from shared.flags import Kind
from shared.policy import Policy
from shared.receipts import decode_receipt
from shared.records import BlobReference, Record
from shared.sealing import Place
from shared.signed import Domain, holds, public_bytes, sign

_log = structlog.get_logger(__name__)

_US_PER_S = 1_000_000

# How long a rotation waits for the next attempt where its key cannot be kept. Evidence
# matters more than a fresh key, so recording goes on under the old one meanwhile.
ROTATE_RETRY_US = 10 * _US_PER_S

# What a ``rotate`` or ``resume`` holds until the ledger fills it in.
NO_HANDOVER = records.Handover(epoch=0, public_key="", proof="")

INTERRUPTED = "the recorder was interrupted"

# Stands for any record to come, but a ``clock``: that would begin the law's account anew.
_NO_CHANGE = records.Heartbeat(streams={}, unobserved=(), queue={}, machine={})


class BrokenLaw(Exception):
    """A record of our own making would not verify: a bug, never the environment."""


class Ledger:
    """One session's chain from its head on. One thread at a time."""

    def __init__(
        self,
        store: EvidenceStore,
        key: Ed25519PrivateKey,
        *,
        clock: Clock,
        boot: str,
        new_id: Callable[[], str],
    ) -> None:
        """Go on where the store ends.

        Args:
            store: the session's store; what it holds is verified again.
            key: the private key of the epoch in force.
            clock: reads both clocks.
            boot: names the time since the computer was started; 1 to 64 characters.
            new_id: makes ids of incidents, 32 hex digits.

        Raises:
            EnvironmentFault: the store does not verify, is closed, or is another key's.
        """
        self._store = store
        self._key = key
        self._clock = clock
        self._boot = boot
        self._new_id = new_id
        self.grounds = _grounds(store)
        self.chain = self.grounds.start
        self._clocks = ClockChanges(self.policy.rule(Kind.CLOCK_JUMP), new_id)
        self._next_seq: Counter[str] = Counter()
        self._incidents: set[str] = set()
        self._coverage = Coverage()
        self._rotate_at = 0
        self._next_key: Ed25519PrivateKey | None = None
        # Epoch and key together, replaced as one: other threads sign headers with them.
        self.in_force: tuple[int, Ed25519PrivateKey] | None = None
        # Makes room for a key file on a full disk; whether it could.
        self.make_room: Callable[[], bool] = lambda: False
        # The record tried last, and drafts that were saved though their commit seemed to fail.
        self._tried: tuple[Draft, str] | None = None
        self._landed: list[Draft] = []
        self._replay()
        if self.chain.closed:
            raise EnvironmentFault(
                f"The session in {store.folder} is closed.",
                "Nothing can be added to it; ask your institution for a new code.",
            )
        self.in_force = self.chain.epoch, key
        if public_bytes(key) != self.chain.public_key:
            raise EnvironmentFault(
                f"The key in {store.folder} is not the one that this session goes on with.",
                "Restore the session's key file, or ask your institution for a new code.",
            )

    @property
    def policy(self) -> Policy:
        """The signed policy in force."""
        return self.grounds.terms.policy

    @property
    def streams(self) -> tuple[records.MediaStream, ...]:
        """Every stream that the session has recorded, or set out to."""
        return self._coverage.streams

    def commit(self, draft: Draft) -> None:
        """Seal, sign, check and save a draft; what the clocks did is written before it.

        Where the policy's ``rotate_s`` has passed, the draft is the first of a new epoch.

        Raises:
            StoreTrouble: the draft was not saved; the same call can be made again.
        """
        self._catch_up()
        if self._has_landed(draft):
            return
        now = self._clock()
        for due in self._clock_changed(now):
            self._append(due, now)
        if self.chain.size and now.mono >= self._rotate_at:
            self._rotate(now)
        self._append(draft, now)
        if self.chain.closed:
            self.forget_old_keys()

    def look_at_clock(self) -> bool:
        """Compare the clocks between two records; whether there was something to say.

        Raises:
            StoreTrouble: it was not saved, and is still due.
        """
        self._catch_up()
        if not self.chain.size or self.chain.closed:
            return False
        now = self._clock()
        due = self._clock_changed(now)
        for draft in due:
            self._append(draft, now)
        self._clocks.looked(now)
        return bool(due)

    def resume(self, body: records.Resume, begins: int | None = None) -> None:
        """Go on with a chain that an earlier run left: ``resume``, and what it missed.

        After ``resume`` comes a gap for each stream that had been recorded, from its last
        evidence to ``begins``, and an incident by the policy's rule.

        Args:
            body: the record, but for its handover.
            begins: when recording begins again, ``mono`` microseconds; now, where it is not
                given.

        Raises:
            StoreTrouble: not all of it was saved; the store can be opened and resumed again.
        """
        now = self._clock()
        end = now.mono if begins is None else begins
        due = self._clock_changed(now)
        missed = self._missed(now, end)
        # A clock that was set meanwhile must be explained before a record is judged by it.
        clocks = [draft for draft in due if isinstance(draft.body, records.Clock)]
        for draft in clocks:
            self._append(draft, now)
        self._hand_over(body, now)
        for draft in [*(draft for draft in due if draft not in clocks), *missed]:
            self._append(draft, now)

    def _missed(self, now: Reading, end: int) -> list[Draft]:
        gaps = list(self._coverage.holes(self._boot, now, end, INTERRUPTED))
        missed = [draft_body(gap) for gap in gaps]
        rule = self.policy.rule(Kind.GAP)
        if rule.enabled:
            own = self._coverage.last if self._boot == self.chain.boot else end
            start = min([max(0, min(own, end)), *(gap.start for gap in gaps)])
            detail = {
                "reason": "The recorder was interrupted and started again.",
                "seconds": round(self._coverage.interrupted_s(self._boot, now, end), 3),
                "streams": [gap.stream for gap in gaps],
            }
            last = max(start, end)
            missed.append(own_incident(Kind.GAP, rule, self._new_id(), start, last, detail))
        return missed

    def _rotate(self, now: Reading) -> None:
        try:
            self._make_next_key_or_room()
        except StoreTrouble as error:
            _log.warning("rotation_put_off", why=error.what)
            self._rotate_at = now.mono + ROTATE_RETRY_US
            return
        self._hand_over(records.Rotate(next=NO_HANDOVER), now)

    def _hand_over(self, body: records.Rotate | records.Resume, now: Reading) -> None:
        """End the epoch with this record, and go on with the next one's key.

        The next key is on the disk before the record, and the old one is destroyed after
        it. Until the record is known to be saved the same next key is tried again: a commit
        that was said to fail may yet be found on the disk after a crash.
        """
        key = self._make_next_key()
        epoch = self.chain.epoch + 1
        proof = hand_over(key, self.chain.session, epoch, self.chain.head)
        self._append(draft_body(msgspec.structs.replace(body, next=proof)), now)
        self._take_next_key()

    def _take_next_key(self) -> None:
        assert self._next_key is not None
        # No name holds the old key any more; OpenSSL clears its memory when it frees it.
        self._key, self._next_key = self._next_key, None
        self.in_force = self.chain.epoch, self._key
        self.forget_old_keys()

    def _make_next_key_or_room(self) -> None:
        try:
            self._make_next_key()
        except StoreTrouble as error:
            if error.cause is not Cause.DISK_FULL or not self.make_room():
                raise
            self._make_next_key()

    def _make_next_key(self) -> Ed25519PrivateKey:
        if self._next_key is None:
            self._next_key = make_epoch_key(self._store.folder, self.chain.epoch + 1)
        return self._next_key

    def forget_old_keys(self) -> None:
        """Destroy all keys of this session but the one in force; after ``close``, all.

        One that cannot be destroyed now is tried again at the next handover or start.
        """
        try:
            in_force = None if self.chain.closed else self.chain.epoch
            destroy_other_keys(self._store.folder, in_force)
        except StoreTrouble as error:
            _log.warning("old_key_kept", why=error.what)

    def _append(self, draft: Draft, now: Reading) -> None:
        body, blobs = self._seal(draft)
        record = self._record(body, now)
        signed = sign(self._key, Domain.RECORD, records.encode_record(record))
        verdict = accept(self.chain, signed)
        if isinstance(verdict, Refused):
            raise BrokenLaw(f"check {verdict.check}: {verdict.why}")
        self._tried = draft, signed.hash
        self._store.append(signed, verdict.record, blobs)
        self._advance(verdict)

    def _catch_up(self) -> None:
        """Take in the record whose commit seemed to fail and that is on the disk after all.

        Raises:
            StoreTrouble: the disk still fails, so it cannot be told yet.
        """
        self._store.settle()
        if self._store.tally.records_made == self.chain.size:
            return
        [signed] = contents.records(self._store, self.chain.size, 2)
        verdict = accept(self.chain, signed)
        if isinstance(verdict, Refused) or self._tried is None or self._tried[1] != signed.hash:
            raise damaged(self._store.folder, f"record {self.chain.size} is not ours")
        self._landed.append(self._tried[0])
        self._advance(verdict)
        if isinstance(verdict.record.body, records.Rotate | records.Resume):
            self._take_next_key()

    def _has_landed(self, draft: Draft) -> bool:
        """Whether this very draft is on the disk, which is told once."""
        found = [landed for landed in self._landed if landed is draft]
        self._landed = [landed for landed in self._landed if landed is not draft]
        return bool(found)

    def _advance(self, accepted: Accepted) -> None:
        self.chain, record = accepted
        if self.chain.closed:
            self.in_force = None
        self._clocks.take(record)
        self._coverage.take(record)
        if isinstance(record.body, records.Open | records.Rotate | records.Resume):
            self._rotate_at = record.mono + round(self.policy.rotate_s * _US_PER_S)
        for blob in records.blobs_of(record.body):
            self._next_seq[blob.stream] = blob.stream_seq + 1
        if isinstance(record.body, records.Incident):
            self._incidents.add(record.body.id)

    def _record(self, body: records.Body, now: Reading) -> Record:
        return Record(
            session=self.chain.session,
            epoch=self.chain.epoch,
            seq=self.chain.size,
            prev=self.chain.head,
            wall=now.wall,
            mono=now.mono,
            boot=self._boot,
            anchor=self._store.newest_receipt,
            body=body,
        )

    def _seal(self, draft: Draft) -> tuple[records.Body, list[SealedBlob]]:
        """The body with hashes, sizes, numbers and counts filled in, and what it names."""
        match draft.body:
            case records.Segment(stream=stream):
                [blob] = self._seal_pieces(stream, draft.pieces)
                sealed = msgspec.structs.replace(
                    draft.body,
                    stream_seq=blob.reference.stream_seq,
                    sha256=blob.reference.sha256,
                    size=blob.reference.size,
                )
                return sealed, [blob]
            case (
                records.Incident(attachments=attachments)
                | records.Enrolment(attachments=attachments)
            ):
                blobs = self._seal_pieces("attachment", draft.pieces)
                named = tuple(
                    msgspec.structs.replace(
                        attachment,
                        stream_seq=blob.reference.stream_seq,
                        sha256=blob.reference.sha256,
                        size=blob.reference.size,
                    )
                    for attachment, blob in zip(attachments, blobs, strict=True)
                )
                return msgspec.structs.replace(draft.body, attachments=named), blobs
            case records.Close():
                counts = dict(self._next_seq)
                incidents = len(self._incidents)
                filled = msgspec.structs.replace(
                    draft.body, segments=counts, incidents=incidents
                )
                return filled, []
            case body:
                return body, []

    def _seal_pieces(
        self, stream: records.StreamName, pieces: tuple[bytes, ...]
    ) -> list[SealedBlob]:
        blobs: list[SealedBlob] = []
        for stream_seq, plain in enumerate(pieces, self._next_seq[stream]):
            place = Place(self.chain.session, stream, stream_seq)
            data = self.grounds.terms.sealing.seal(plain, place)
            reference = BlobReference(sha256_hex(data), len(data), stream, stream_seq)
            blobs.append(SealedBlob(reference, data))
        return blobs

    def _clock_changed(self, now: Reading) -> list[Draft]:
        """A ``clock`` record and its incident, where the two clocks parted company."""
        return self._clocks.due(self._record(_NO_CHANGE, now))

    def _replay(self) -> None:
        """Verify what is there; signatures only of what the server has not verified itself."""
        covered, head = self._covered()
        for signed in contents.all_records(self._store):
            judge = follow if self.chain.size < covered else accept
            verdict = judge(self.chain, signed)
            if isinstance(verdict, Refused):
                raise damaged(self._store.folder, f"record {self.chain.size}: {verdict.why}")
            self._advance(verdict)
            if self.chain.size == covered and self.chain.head != head:
                raise damaged(self._store.folder, "the newest receipt is of another chain")
        if self.chain.size < covered:
            raise damaged(self._store.folder, f"{covered} records are receipted, not all here")

    def _covered(self) -> tuple[int, str]:
        """How many records the newest receipt covers, and the hash of the last of them."""
        newest = self._store.newest_receipt
        signed = None if newest is None else contents.receipt(self._store, newest)
        key = self._store.founding.institution_key
        if signed is None or not holds(signed, Domain.RECEIPT, key):
            return 0, ZERO_HASH
        receipt = decode_receipt(signed.payload)
        return receipt.size, receipt.head


def _grounds(store: EvidenceStore) -> Grounds:
    grounds = read_founding(store.founding)
    if isinstance(grounds, Unfounded):
        raise damaged(store.folder, grounds.why)
    return grounds


def first_record(
    founding: Founding,
    grounds: Grounds,
    *,
    build: records.Detail,
    models: tuple[records.Model, ...],
    devices: records.Detail,
    consent: records.Detail,
    unwatched: tuple[str, ...],
) -> Draft:
    """The ``open`` of a session that stands on ``founding``; the rest is the caller's."""
    return draft_body(
        records.Open(
            policy=founding.policy.hash,
            grant=founding.grant.hash,
            public_key=to_base64(grounds.public_key),
            kid=grounds.terms.sealing.kid,
            build=build,
            models=models,
            devices=devices,
            consent=consent,
            unwatched=unwatched,
        )
    )


def empty_close(reason: str) -> Draft:
    """A ``close`` whose counts the ledger fills in."""
    return draft_body(records.Close(reason=reason, segments={}, incidents=0))
