"""A new generation of an institution's keys, and policies that are signed under it.

Sessions that have begun stay with the generation that they began under, to their end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.audit import service as audit
from server.exams.models import Exam, PolicyVersion
from server.exams.service import newest_policy, sign_again
from server.ingest.models import ExamSession
from server.storage.keys import InstitutionKeys, KeysMissing, KeyStore
from shared.policy import decode_keyring
from shared.signed import Domain, Signed, fingerprint, holds


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """The keys in force now, and how many exams have a new version of their policy."""

    keys: InstitutionKeys
    exams: int


async def rekey(
    db: AsyncSession,
    keys: KeyStore,
    institution: Institution,
    now: int,
    *,
    signing: bool,
    evidence: bool,
) -> Rekeyed:
    """Take new keys, and sign the policies of exams that have not ended anew.

    Args:
        db: the transaction; the new key files are there before it commits, and do no harm
            where it does not.
        keys: the key files.
        institution: whose keys.
        now: microseconds UTC.
        signing: whether the signing key is a new one.
        evidence: whether the evidence key is a new one.

    Raises:
        KeysMissing: the present keys' files are not there.
    """
    old = institution.key_ref
    own = keys.succeed(old, _next(institution), signing=signing, evidence=evidence)
    institution.key_ref = _next(institution)
    exams = list(
        await db.scalars(
            select(Exam).where(Exam.institution_id == institution.id, Exam.ends > now)
        )
    )
    for exam in exams:
        newest = await newest_policy(db, exam.id)
        by = audit.COMMAND_LINE
        await sign_again(db, keys, institution, exam, newest, now, by=by)
    audit.record(
        db,
        now,
        audit.COMMAND_LINE,
        "key.rotate",
        ("institution", institution.id),
        institution_id=institution.id,
        key=fingerprint(own.public),
        kid=own.evidence.kid,
        exams=len(exams),
    )
    return Rekeyed(own, len(exams))


def _next(institution: Institution) -> str:
    """``<institution>.2`` after ``<institution>``, then ``.3`` and so on."""
    _, _, number = institution.key_ref.partition(".")
    return f"{institution.id}.{int(number or 1) + 1}"


class Generation(msgspec.Struct, frozen=True, kw_only=True):
    """One generation of keys: fingerprint of the signing key, ``kid`` of the evidence key,
    and how many sessions it serves. ``fault`` says what is wrong with it, if anything.
    """

    institution: str
    generation: str
    in_force: bool
    sessions: int
    key: str = ""
    kid: str = ""
    fault: str | None = None


async def generations(db: AsyncSession, keys: KeyStore) -> list[Generation]:
    """Every generation that an institution or a session needs, each tried on its sessions."""
    found: list[Generation] = []
    for institution in await db.scalars(select(Institution).order_by(Institution.created)):
        own = select(ExamSession).where(ExamSession.institution_id == institution.id)
        sessions = list(await db.scalars(own.order_by(ExamSession.created)))
        refs = dict.fromkeys([*(row.key_ref for row in sessions), institution.key_ref])
        for ref in refs:
            bound = [row for row in sessions if row.key_ref == ref]
            found.append(await _generation(db, keys, institution, ref, bound))
    return found


async def _generation(
    db: AsyncSession,
    keys: KeyStore,
    institution: Institution,
    ref: str,
    sessions: Sequence[ExamSession],
) -> Generation:
    shown = Generation(
        institution=institution.name,
        generation=ref,
        in_force=ref == institution.key_ref,
        sessions=len(sessions),
    )
    try:
        own = keys.of(ref)
    except KeysMissing as error:
        return msgspec.structs.replace(shown, fault=str(error))
    shown = msgspec.structs.replace(shown, key=fingerprint(own.public), kid=own.evidence.kid)
    for session in sessions:
        if why := await _misfit(db, own, session):
            return msgspec.structs.replace(shown, fault=f"session {session.id}: {why}")
    return shown


async def _misfit(db: AsyncSession, own: InstitutionKeys, session: ExamSession) -> str | None:
    """Why these are not the keys that a session began under, if they are not."""
    grant = Signed(session.grant_payload, session.grant_signature)
    if not holds(grant, Domain.GRANT, own.public):
        return "its grant was signed by another key than signing.key"
    policy = await db.get_one(PolicyVersion, session.policy_version_id)
    kids = {key.kid for key in decode_keyring(policy.payload).evidence_keys}
    if own.evidence.kid not in kids:
        return "its evidence is sealed to another key than evidence.key"
    return None
