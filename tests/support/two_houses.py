"""Two institutions on one server, alike in everything, for tests of who may reach what."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
from sqlalchemy.ext.asyncio import AsyncSession
from support.campus import HOUR, Campus, Pupil, connected, redeem

from server.accounts.credentials import ApiTokenRow, PasskeyRow
from server.accounts.models import Account, Institution, Invitation, Role, StaffSession
from server.accounts.scopes import TOKEN_PREFIX, Scope
from server.accounts.service import NO_HASH, create_institution, new_id
from server.builds.models import AcceptedBuildRow
from server.candidates.appeals import appeal
from server.candidates.requests import CHECKED, RequestKind, receive
from server.enrolment.importing import keep_upload
from server.enrolment.models import Candidate
from server.enrolment.service import CandidateDraft, Place, enrol
from server.exams.accommodations import ProfileDraft, create_profile
from server.exams.models import Exam
from server.exams.service import ExamDraft, create_exam
from server.exams.terms import Terms
from server.ingest.models import ExamSession
from server.integrations.models import CalendarLinkRow, WebhookRow
from server.live.models import PhraseRow
from server.retention.holds import HoldDraft, HoldKind, place_hold
from server.retention.models import DestructionRow
from server.storage.database import Database
from shared.candidate_page import page_token
from shared.certificate import Certificate, EvidenceKind, destroyed_of, encode_certificate
from shared.encoding import sha256_hex
from shared.flags import Kind
from shared.signed import Domain, sign


@dataclass
class House:
    """An institution with all that a route may name, by the name of the path's parameter."""

    campus: Campus
    name: str
    institution: Institution
    exam: Exam
    pupil: Pupil
    accounts: dict[Role, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody of the other house may ever read."""
        return (f"Ada of {self.name}", f"Algebra of {self.name}", self.pupil.session)


Maker = Callable[[House, AsyncSession], Awaitable[dict[str, str]]]


async def make_profile(house: House, db: AsyncSession) -> dict[str, str]:
    """An accommodation."""
    draft = ProfileDraft(name=f"Profile of {house.name}", off=(Kind.SPEECH,))
    made = await create_profile(db, house.institution.id, draft, house.campus.clock())
    return {"profile_id": made.id}


async def make_phrase(house: House, db: AsyncSession) -> dict[str, str]:
    """Something that staff often say."""
    phrase = PhraseRow(
        id=new_id(),
        institution_id=house.institution.id,
        text=f"Phrase of {house.name}",
        created=house.campus.clock(),
    )
    db.add(phrase)
    return {"phrase_id": phrase.id}


async def make_place(house: House, db: AsyncSession) -> dict[str, str]:
    """A place in the exam that nobody has taken up."""
    place = await _place(house.campus, db, house.exam, "Bob", "s-2")
    return {"place_id": place.enrolment.id, "enrolment_id": place.enrolment.id}


async def make_upload(house: House, db: AsyncSession) -> dict[str, str]:
    """A list of candidates that is being looked at."""
    data = b"name,reference\nEve,s-7\n"
    return {"import_id": await keep_upload(db, house.exam, "l.csv", data, house.campus.clock())}


def invite(db: AsyncSession, house: House) -> tuple[str, str]:
    """An open invitation to an institution: its id and the secret of its link."""
    secret, now = secrets.token_hex(32), house.campus.clock()
    row = Invitation(
        id=new_id(),
        institution_id=house.institution.id,
        secret_hash=sha256_hex(secret.encode()),
        email=f"invited@{house.name}.edu",
        role="proctor",
        invited_by="Admin",
        created=now,
        expires=now + HOUR,
        ended=None,
    )
    db.add(row)
    return row.id, secret


async def make_people(house: House, db: AsyncSession) -> dict[str, str]:
    """Somebody to look after, an open invitation, and what the observer has of their own."""
    now, observer = house.campus.clock(), house.accounts[Role.OBSERVER]
    session = sha256_hex(secrets.token_bytes(8))
    (_, secret), (withdrawn, _) = invite(db, house), invite(db, house)
    passkey = PasskeyRow(
        id=new_id(),
        account_id=observer,
        credential=house.name,
        credential_hash=sha256_hex(house.name.encode()),
        public_key=b"",
        uses=0,
        name="Key",
        created=now,
        last_used=None,
    )
    token, _ = add_token(db, house, Role.OBSERVER, frozenset({Scope.READ_SESSIONS}))
    db.add_all([passkey, _session(session, observer, "", now)])
    return {
        "account_id": _employ(db, house, Role.PROCTOR, "spare"),
        "invitation_id": withdrawn,
        "secret": secret,
        "passkey_id": passkey.id,
        "session": session,
        "token_id": token,
    }


async def make_build(house: House, db: AsyncSession) -> dict[str, str]:
    """A build that is accepted."""
    row = AcceptedBuildRow(
        id=new_id(),
        institution_id=house.institution.id,
        build=sha256_hex(house.name.encode()),
        signer="ab" * 32,
        name=f"Recorder of {house.name}",
        version="0.1.0",
        number=1,
        target="linux",
        added_by="command line",
        added_at=house.campus.clock(),
        withdrawn_by=None,
        withdrawn_at=None,
    )
    db.add(row)
    return {"build_id": row.id}


async def make_webhook(house: House, db: AsyncSession) -> dict[str, str]:
    """A place that events are told to; nothing happens in these tests that it waits for."""
    now = house.campus.clock()
    row = WebhookRow(
        id=new_id(),
        institution_id=house.institution.id,
        name=f"Webhook of {house.name}",
        url="https://lms.invalid/",
        events=["report.ready"],
        with_reference=False,
        generation=1,
        previous_until=None,
        paused_at=now,
        paused_why="",
        succeeded_at=None,
        created=now,
    )
    db.add(row)
    return {"webhook_id": row.id}


async def make_calendar(house: House, db: AsyncSession) -> dict[str, str]:
    """The link to a calendar that somebody has who does nothing else."""
    token = secrets.token_hex(16)
    account, name = _employ(db, house, Role.OBSERVER, "planner"), sha256_hex(token.encode())
    await db.flush()
    db.add(CalendarLinkRow(account_id=account, hash=name, created=house.campus.clock()))
    return {"calendar_token": token}


async def make_data_protection(house: House, db: AsyncSession) -> dict[str, str]:
    """A hold, an appeal, a request, something destroyed, the link to the candidate's page."""
    now, own, session_id = house.campus.clock(), house.institution.id, house.pupil.session
    session = await db.get_one(ExamSession, session_id)
    candidate = await db.get_one(Candidate, session.candidate_id)
    hold = await place_hold(
        db, now, "command line", own, HoldDraft(HoldKind.EXAM, house.exam.id, "A court.")
    )
    asked = await receive(db, now, "candidate", candidate, RequestKind.EXPORT)
    asked.state, asked.identity = CHECKED, "Showed a card."
    certificate = Certificate(
        institution=own,
        session=session_id,
        n=0,
        size=session.size,
        head=session.head,
        time=now,
        why="over",
        by="system",
        destroyed=(destroyed_of(EvidenceKind.SCREEN, []),),
    )
    key = house.campus.keys.signing(session.key_ref)
    signed = sign(key, Domain.CERTIFICATE, encode_certificate(certificate))
    db.add(
        DestructionRow(
            session_id=session_id,
            n=0,
            kinds=["screen"],
            records=False,
            why="over",
            by="system",
            begun=now,
            finished=now,
            stopped=False,
            hash=signed.hash,
            payload=signed.payload,
            signature=signed.signature,
        )
    )
    return {
        "hold_id": hold.id,
        "appeal_id": (await appeal(db, now, session, "No.")).id,
        "request_id": asked.id,
        "my_token": page_token(house.pupil.token),
    }


# What a house has besides its exam and a session; each gives ids by the parameters' names.
MAKERS: tuple[Maker, ...] = (
    make_build,
    make_webhook,
    make_calendar,
    make_profile,
    make_phrase,
    make_people,
    make_place,
    make_upload,
    make_data_protection,
)


async def found_house(campus: Campus, client: httpx.AsyncClient, name: str) -> House:
    """An institution with staff of every role, an exam, and a session that was handed in."""
    now = campus.clock()
    async with connected(campus.settings) as database:
        async with database.transaction() as db:
            contact = f"exams@{name}.edu"
            institution = await create_institution(
                db, campus.keys, f"House {name}", contact, now
            )
            draft = ExamDraft(
                title=f"Algebra of {name}",
                starts=now - HOUR,
                ends=now + 24 * HOUR,
                terms=Terms(),
            )
            exam = await create_exam(db, campus.keys, institution, draft, now)
            place = await _place(campus, db, exam, f"Ada of {name}", "s-1")
        house = House(campus, name, institution, exam, await _recorded(client, place.code))
        house.ids |= {"session_id": house.pupil.session, "exam_id": exam.id}
        house.ids |= {"flag_id": f"{1:032x}"}
        async with database.transaction() as db:
            for role in Role:
                house.accounts[role] = _employ(db, house, role)
            await db.flush()
            for make in MAKERS:
                house.ids |= await make(house, db)
    return house


async def signed_in(database: Database, house: House, role: Role) -> dict[str, str]:
    """A session of this role's account; the headers of a request that changes things."""
    cookie, csrf, now = secrets.token_hex(16), secrets.token_hex(32), house.campus.clock()
    async with database.transaction() as db:
        db.add(_session(sha256_hex(cookie.encode()), house.accounts[role], csrf, now))
    return {"Cookie": f"invigil={cookie}", "X-CSRF-Token": csrf}


def add_token(
    db: AsyncSession, house: House, role: Role, scopes: frozenset[Scope]
) -> tuple[str, dict[str, str]]:
    """A program's token, made by this role's account: its id, and the headers that show it."""
    text, now = TOKEN_PREFIX + secrets.token_hex(32), house.campus.clock()
    row = ApiTokenRow(
        id=new_id(),
        account_id=house.accounts[role],
        token_hash=sha256_hex(text.encode()),
        name="Program",
        scopes=sorted(scopes),
        created=now,
        expires=now + HOUR,
        last_used=None,
        revoked=None,
    )
    db.add(row)
    return row.id, {"Authorization": f"Bearer {text}"}


def _session(name: str, account_id: str, csrf: str, now: int) -> StaffSession:
    return StaffSession(
        id=name,
        account_id=account_id,
        csrf=csrf,
        created=now,
        last_seen=now,
        expires=now + HOUR,
        means="totp",
    )


def _employ(db: AsyncSession, house: House, role: Role, called: str = "") -> str:
    account = Account(
        id=new_id(),
        institution_id=house.institution.id,
        email=f"{called or role.value}@{house.name}.edu",
        name=f"{role.value.title()} of {house.name}",
        password_hash=NO_HASH,
        role=role.value,
        active=True,
        created=house.campus.clock(),
    )
    db.add(account)
    return account.id


async def _place(
    campus: Campus, db: AsyncSession, exam: Exam, name: str, reference: str
) -> Place:
    draft, now = CandidateDraft(name=name, reference=reference), campus.clock()
    secret = campus.keys.server_secret()
    return await enrol(db, secret, exam, draft, expires=now + HOUR, now=now)


async def _recorded(client: httpx.AsyncClient, code: str) -> Pupil:
    """A session with a picture and a flag in it, still running."""
    pupil = await redeem(client, code)
    pupil.open()
    pupil.segment()
    pupil.segment()
    pupil.incident(attachments=(pupil.attach("snapshot", "image/jpeg", b"a picture"),))
    await pupil.hand_in()
    return pupil
