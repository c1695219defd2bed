"""Turns a one-time code into a session: looked at first (``inspect``), then taken up."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.accounts.service import new_id
from server.accounts.throttle import Throttle
from server.audit import service as audit
from server.candidates.links import first_link
from server.clock import MICROS_PER_DAY, WallClock
from server.config import Settings
from server.enrolment.codes import code_hash, plain
from server.enrolment.models import Candidate, Enrolment
from server.enrolment.tokens import Tokens, token_hash
from server.exams.accommodations import accommodated, keep_accommodated
from server.exams.models import AccommodationProfile, Exam, PolicyVersion
from server.exams.schedule import entry_refusal
from server.exams.service import newest_policy
from server.ingest.models import ExamSession
from server.problems import Rejection
from server.retention.settings import read_protection
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.counting import count
from shared.encoding import ZERO_HASH, EncodingError, from_base64, to_base64
from shared.policy import decode_policy
from shared.receipts import Grant, encode_receipt
from shared.signed import PUBLIC_KEY_BYTES, Domain, Signed, sign
from shared.wire import Inspected, ProblemType, Redeemed

UNKNOWN = Rejection(
    ProblemType.CODE_UNKNOWN, 404, "No exam has this code. Check it for slips of the hand."
)
USED = Rejection(
    ProblemType.CODE_USED, 409, "This code was used on another device. Ask for a new one."
)
EXPIRED = Rejection(
    ProblemType.CODE_EXPIRED, 410, "This code can no longer be used. Ask for a new one."
)
NOT_A_KEY = Rejection(
    ProblemType.MALFORMED, 400, "public_key is an Ed25519 public key in base64url"
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a code opens."""

    enrolment: Enrolment
    exam: Exam
    candidate: Candidate
    institution: Institution


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a session would begin under: the exam's newest policy, or one of the candidate's
    ``own``: that one ``signed`` with their ``profile`` in it, or for who comes late.
    """

    newest: PolicyVersion
    profile: AccommodationProfile | None
    signed: Signed
    own: bool


class Redeeming:
    """Looks codes up and takes them up."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        tokens: Tokens,
        secret: bytes,
        settings: Settings,
        clock: WallClock,
    ) -> None:
        """Take what it works with; ``secret`` keys the codes' hashes."""
        self._database = database
        self._keys = keys
        self._tokens = tokens
        self._secret = secret
        self._clock = clock
        self._throttle = Throttle(settings.code_attempts)

    async def inspect(self, typed: str, address: str) -> Inspected | Rejection:
        """Which exam a code opens; changes nothing."""
        async with self._database.transaction() as db:
            found = await self._find(db, typed, address)
            if isinstance(found, Rejection):
                return found
            if found.enrolment.session_id is None and (why := self._refusal(found)):
                return why
            own = await _session_of(db, found)
            if own is not None:
                policy, key_ref = await _begun_under(db, own), own.key_ref
            else:
                policy = (await self._offer(db, found)).signed
                key_ref = found.institution.key_ref
            return Inspected(
                product="invigil",
                policy=policy.line().decode(),
                institution_key=to_base64(self._keys.of(key_ref).public),
                candidate=found.candidate.name,
            )

    async def opens(self, typed: str, address: str) -> str | Rejection:
        """The id of the place that a code opens now: for a system check, which is noted."""
        async with self._database.transaction() as db:
            found = await self._find(db, typed, address)
            if isinstance(found, Rejection):
                return found
            if why := self._refusal(found):
                return why
            # Once is enough: a check asks for pieces of a few megabytes, one after the other.
            found.enrolment.checked = found.enrolment.checked or self._clock()
            return found.enrolment.id

    async def redeem(self, typed: str, public_key: str, address: str) -> Redeemed | Rejection:
        """Begin the session, or give the same answer again to the holder of the same key."""
        key = _raw_key(public_key)
        if key is None:
            return NOT_A_KEY
        async with self._database.transaction() as db:
            found = await self._find(db, typed, address, lock=True)
            if isinstance(found, Rejection):
                return found
            session = await _session_of(db, found)
            if session is not None:
                if session.public_key != key:
                    return USED
            elif why := self._refusal(found, beginning=True):
                return why
            else:
                session = await self._begin(db, found, await self._kept(db, found), key)
            return Redeemed(
                session=session.id,
                token=self._tokens.of(session.id),
                policy=(await _begun_under(db, session)).line().decode(),
                grant=Signed(session.grant_payload, session.grant_signature).line().decode(),
                institution_key=to_base64(self._keys.of(session.key_ref).public),
            )

    async def _find(
        self, db: AsyncSession, typed: str, address: str, *, lock: bool = False
    ) -> _Found | Rejection:
        code = plain(typed)
        row = None
        if code is not None:
            query = (
                select(Enrolment, Exam, Candidate, Institution)
                .join(Exam, Exam.id == Enrolment.exam_id)
                .join(Candidate, Candidate.id == Enrolment.candidate_id)
                .join(Institution, Institution.id == Exam.institution_id)
                .where(Enrolment.code_hash == code_hash(self._secret, code))
            )
            if lock:
                query = query.with_for_update(of=Enrolment)
            row = (await db.execute(query)).one_or_none()
        return _Found(*row) if row is not None else self._unknown(address)

    def _unknown(self, address: str) -> Rejection:
        """What a code that is none is told. Only those: a hall shares one address, and whoever
        types wrong codes there keeps nobody from beginning; the 60 bits keep guesses out.
        """
        now = self._clock()
        if wait := self._throttle.wait(address, now):
            why = f"Too many wrong codes. Try again in {count(-(-wait // 60), 'minute')}."
            return Rejection(ProblemType.BUSY, 429, why, retry_after=wait)
        self._throttle.count(address, now)
        return UNKNOWN

    def _refusal(self, found: _Found, *, beginning: bool = False) -> Rejection | None:
        """Why a code that nobody has taken up opens nothing now, if so."""
        now = self._clock()
        why = entry_refusal(found.exam, now, beginning=beginning)
        return why or (EXPIRED if now >= found.enrolment.expires else None)

    async def _offer(self, db: AsyncSession, found: _Found) -> _Offer:
        """The policy that a code's session would begin under now."""
        newest, given = await newest_policy(db, found.exam.id), found.enrolment.accommodation_id
        late = found.exam.late_whole and self._is_late(newest)
        if given is None and not late:
            return _Offer(newest, None, Signed(newest.payload, newest.signature), own=False)
        profile = None if given is None else await db.get_one(AccommodationProfile, given)
        keys = self._keys.of(found.institution.key_ref)
        signed = accommodated(newest, profile, keys, late=late)
        return _Offer(newest, profile, signed, own=True)

    def _is_late(self, policy: PolicyVersion) -> bool:
        starts = decode_policy(policy.payload).exam.starts_us
        return starts is not None and self._clock() > starts

    async def _kept(self, db: AsyncSession, found: _Found) -> PolicyVersion:
        """That policy, in a row that a session can name."""
        offer = await self._offer(db, found)
        if not offer.own:
            return offer.newest
        return await keep_accommodated(
            db, found.exam, offer.newest, offer.profile, offer.signed, self._clock()
        )

    async def _begin(
        self,
        db: AsyncSession,
        found: _Found,
        version: PolicyVersion,
        key: bytes,
    ) -> ExamSession:
        now, session_id = self._clock(), new_id()
        grant = self._grant(found, version, session_id, key, now)
        kept_days = decode_policy(version.payload).retention_days
        session = ExamSession(
            id=session_id,
            enrolment_id=found.enrolment.id,
            exam_id=found.exam.id,
            institution_id=found.institution.id,
            candidate_id=found.candidate.id,
            policy_version_id=version.id,
            key_ref=found.institution.key_ref,
            token_hash=token_hash(self._tokens.of(session_id)),
            public_key=key,
            grant_payload=grant.payload,
            grant_signature=grant.signature,
            keep_until=now + kept_days * MICROS_PER_DAY,
            region=(await read_protection(db, found.institution.id)).region,
            created=now,
            **_at_the_start(key),
        )
        db.add(session)
        await db.flush()
        db.add(first_link(session_id, self._tokens.of(session_id), now))
        found.enrolment.session_id, found.enrolment.redeemed_at = session_id, now
        await db.flush()
        audit.record(
            db,
            now,
            audit.CANDIDATE,
            "session.begin",
            ("session", session_id),
            institution_id=found.institution.id,
            enrolment=found.enrolment.id,
        )
        return session

    def _grant(
        self, found: _Found, version: PolicyVersion, session_id: str, key: bytes, now: int
    ) -> Signed:
        grant = Grant(
            session=session_id,
            exam=found.exam.id,
            candidate=found.candidate.id,
            policy=version.hash,
            public_key=to_base64(key),
            issued=now,
        )
        own = self._keys.of(found.institution.key_ref)
        return sign(own.signing, Domain.GRANT, encode_receipt(grant))


def _at_the_start(key: bytes) -> dict[str, object]:
    """The columns of a session that has no records yet."""
    return {
        "state": "open",
        "last_seen": None,
        "size": 0,
        "head": ZERO_HASH,
        "epoch": 0,
        "epoch_key": key,
        "mono": -1,
        "boot": "",
        "closed": False,
        "origin_wall": None,
        "origin_mono": None,
        "boots": {},
        "clock": {},
        "receipts": 0,
        "receipt_hash": ZERO_HASH,
        "blobs": 0,
        "blobs_durable": 0,
        "bytes_committed": 0,
        "bytes_durable": 0,
        "purged_at": None,
    }


async def _session_of(db: AsyncSession, found: _Found) -> ExamSession | None:
    """The session that a code has begun, if it has."""
    begun = found.enrolment.session_id
    return None if begun is None else await db.get_one(ExamSession, begun)


async def _begun_under(db: AsyncSession, session: ExamSession) -> Signed:
    """The signed policy of a session, to its end."""
    version = await db.get_one(PolicyVersion, session.policy_version_id)
    return Signed(version.payload, version.signature)


def _raw_key(text: str) -> bytes | None:
    try:
        key = from_base64(text)
    except EncodingError:
        return None
    return key if len(key) == PUBLIC_KEY_BYTES else None
