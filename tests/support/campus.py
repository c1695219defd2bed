"""A server with an institution, an exam and places in it, for the server's tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import msgspec
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar import Litestar

from server.accounts.models import Institution, Role, StaffSession
from server.accounts.passwords import Passwords
from server.accounts.service import create_account, create_institution
from server.app import create_app
from server.audit.log import logged_database
from server.config import Settings
from server.enrolment.service import CandidateDraft, enrol
from server.exams.models import Exam
from server.exams.service import ExamDraft, create_exam
from server.exams.terms import Terms
from server.ingest.importing import Imports
from server.storage.keys import KeyStore
from server.storage.schema import migrate
from shared.chain import hand_over
from shared.encoding import ZERO_HASH, from_base64, sha256_hex, to_base64
from shared.policy import decode_policy
from shared.receipts import decode_receipt
from shared.records import (
    Attachment,
    Body,
    Close,
    Handover,
    Incident,
    Open,
    Record,
    Resume,
    Rotate,
    Segment,
    encode_record,
)
from shared.sealing import Place, SealingKey
from shared.signed import Domain, Signed, holds, parse_line, public_bytes, sign

MINUTE = 60 * 1_000_000
HOUR = 60 * MINUTE
STEP = 100_000
START = 1_790_000_000_000_000
PASSWORD = "correct horse battery"

# As little as Argon2 lets one ask for. What hashing costs is what it is for, and nothing here
# is: a fifth of a second of processor time for each of the accounts, at each sign-in.
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class MovableClock:
    """A wall clock that stands still until it is moved."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, micros: int) -> None:
        self.now += micros


@dataclass
class Campus:
    """A server and what was set up on it."""

    settings: Settings
    clock: MovableClock
    app: Litestar
    institution: Institution
    exam: Exam
    admin: str = "admin@example.edu"
    examiner: str = "examiner@example.edu"
    proctor: str = "proctor@example.edu"
    observer: str = "observer@example.edu"

    @property
    def keys(self) -> KeyStore:
        """The server's key files."""
        return KeyStore(self.settings.keys)

    @property
    def public_key(self) -> bytes:
        """The institution's signing key's public half."""
        return self.keys.of(self.institution.key_ref).public

    async def code(self, reference: str = "s-1", valid: int = 24 * HOUR) -> str:
        """A new place in the exam; its code."""
        async with connected(self.settings) as database, database.transaction() as db:
            draft = CandidateDraft(name="Ada Example", reference=reference)
            now = self.clock()
            place = await enrol(
                db,
                self.keys.server_secret(),
                self.exam,
                draft,
                expires=now + valid,
                now=now,
            )
        return place.code


@asynccontextmanager
async def connected(settings: Settings):
    """A database connection of the test's own."""
    database = logged_database(settings.database, KeyStore(settings.keys))
    try:
        yield database
    finally:
        await database.close()


async def found_campus(
    folder: Path,
    terms: Terms | None = None,
    clock: MovableClock | None = None,
    **settings: object,
) -> Campus:
    """Migrate a database in ``folder`` and set an institution up in it."""
    own = replace(Settings(data_dir=folder), **settings)
    clock = clock or MovableClock()
    keys, passwords = KeyStore(own.keys), Passwords(QUICK_HASHER)
    async with connected(own) as database:
        await migrate(database)
        async with database.transaction() as db:
            institution = await create_institution(
                db, keys, "Example University", "exams@example.edu", clock()
            )
            draft = ExamDraft(
                title="Algebra I",
                starts=clock() - HOUR,
                ends=clock() + 24 * HOUR,
                terms=terms or Terms(),
            )
            exam = await create_exam(db, keys, institution, draft, clock())
            for role in Role:
                await create_account(
                    db,
                    passwords,
                    institution,
                    email=f"{role.value}@example.edu",
                    name=role.value.title(),
                    role=role,
                    password=PASSWORD,
                    now=clock(),
                )
    return Campus(own, clock, create_app(own, clock), institution, exam)


def copy_of(
    campus: Campus,
    folder: Path,
    make: Callable[[Settings, MovableClock], Litestar] = create_app,
    **settings: object,
) -> Campus:
    """The same campus in a folder of its own, with other settings where it says so."""
    shutil.copytree(campus.settings.data_dir, folder)
    own = replace(campus.settings, data_dir=folder, **settings)
    clock = MovableClock()
    return replace(campus, settings=own, clock=clock, app=make(own, clock))


@asynccontextmanager
async def client_of(campus: Campus):
    """A client of the campus's application, in this process; requests may overlap."""
    async with (
        campus.app.lifespan(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(campus.app),
            base_url=campus.settings.url,
            follow_redirects=True,
        ) as client,
    ):
        yield client


def imports_of(campus: Campus) -> Imports:
    """What the campus's application takes parcels in with."""
    found = campus.app.dependencies["imports"].dependency()
    assert isinstance(found, Imports)
    return found


async def sign_in(campus: Campus, client: httpx.AsyncClient, email: str) -> dict[str, str]:
    """Sign a member of staff in; the headers that a request that changes things needs."""
    form = {"email": email, "password": PASSWORD}
    answer = await client.post("/login", data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    key = sha256_hex(client.cookies["invigil"].encode())
    async with connected(campus.settings) as database, database.transaction() as db:
        return {"X-CSRF-Token": (await db.get_one(StaffSession, key)).csrf}


@dataclass(repr=False)
class Pupil:
    """A recorder at work: signs and chains, and speaks HTTP through any httpx client."""

    client: httpx.AsyncClient
    session: str
    token: str
    policy: Signed
    grant: Signed
    institution_key: bytes
    key: Ed25519PrivateKey
    wall: int = START
    epoch: int = 0
    mono: int = 5_000_000
    boot: str = "boot-1"
    records: list[Signed] = field(default_factory=list)
    receipts: list[Signed] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    next_seq: dict[str, int] = field(default_factory=dict)
    incidents: set[str] = field(default_factory=set)

    def __repr__(self) -> str:
        return f"Pupil({self.session})"

    def __post_init__(self) -> None:
        evidence = decode_policy(self.policy.payload).evidence_keys[0]
        self.sealing = SealingKey(from_base64(evidence.public_key))

    def record(
        self, body: Body, key: Ed25519PrivateKey | None = None, **changes: object
    ) -> Signed:
        """Append a record; ``changes`` bend it before it is signed."""
        self.mono += STEP
        record = Record(
            session=self.session,
            epoch=self.epoch,
            seq=len(self.records),
            prev=self.records[-1].hash if self.records else ZERO_HASH,
            wall=self.wall + self.mono,
            mono=self.mono,
            boot=self.boot,
            anchor=self.receipts[-1].hash if self.receipts else None,
            body=body,
        )
        payload = encode_record(replace(record, **changes))
        signed = sign(key or self.key, Domain.RECORD, payload)
        self.records.append(signed)
        return signed

    def open(self, **changes: object) -> Signed:
        """The first record; ``changes`` bend its body."""
        body = Open(
            policy=self.policy.hash,
            grant=self.grant.hash,
            public_key=to_base64(public_bytes(self.key)),
            kid=self.sealing.kid,
            build={"version": "0"},
            models=(),
            devices={},
            consent={"at": self.wall},
        )
        return self.record(msgspec.structs.replace(body, **changes))

    def segment(self, stream: str = "camera", plain: bytes = b"picture" * 50) -> Signed:
        """Seal a piece and commit to it."""
        seq, name, size = self._sealed(stream, plain)
        return self.record(
            Segment(
                stream=stream,
                stream_seq=seq,
                part="init" if seq == 0 else "fragment",
                start=self.mono,
                duration=0 if seq == 0 else 4_000_000,
                frames=0 if seq == 0 else 40,
                independent=True,
                sha256=name,
                size=size,
                codecs="avc1.42c01e" if seq == 0 else None,
                origin=5_000_000 if seq == 0 else None,
            )
        )

    def attach(self, role: str, media_type: str, plain: bytes) -> Attachment:
        """Seal a picture or clip for a record."""
        seq, name, size = self._sealed("attachment", plain)
        return Attachment(
            role=role, stream_seq=seq, media_type=media_type, sha256=name, size=size
        )

    def _sealed(self, stream: str, plain: bytes) -> tuple[int, str, int]:
        """Seal what is next in a stream: its number, hash and size."""
        seq = self.next_seq.get(stream, 0)
        self.next_seq[stream] = seq + 1
        sealed = self.sealing.seal(plain, Place(self.session, stream, seq))
        name = sha256_hex(sealed)
        self.blobs[name] = sealed
        return seq, name, len(sealed)

    def incident(
        self,
        number: int = 1,
        *,
        over: bool = True,
        kind: str = "gaze_away",
        severity: str = "low",
        attachments: tuple[Attachment, ...] = (),
        detail: dict[str, object] | None = None,
    ) -> Signed:
        """An incident that lasts, or is over."""
        name = f"{number:032x}"
        self.incidents.add(name)
        return self.record(
            Incident(
                id=name,
                kind=kind,
                start=self.mono - 4_000_000,
                end=self.mono if over else None,
                severity=severity,
                confidence=0.9,
                detail={"reason": "eyes off the screen"} if detail is None else detail,
                attachments=attachments,
            )
        )

    def rotate(self) -> Signed:
        """Hand over to a new epoch's key."""
        return self._hand_over(lambda handover: Rotate(next=handover))

    def resume(self) -> Signed:
        """Go on after a restart, with a new epoch's key."""
        return self._hand_over(lambda handover: Resume(reason="restarted", next=handover))

    def resume_as(self, build: dict[str, object]) -> Signed:
        """Go on after a restart with another program."""
        return self._hand_over(
            lambda handover: Resume(reason="restarted", next=handover, build=build)
        )

    def _hand_over(self, body: Callable[[Handover], Body]) -> Signed:
        new = Ed25519PrivateKey.generate()
        handover = hand_over(new, self.session, self.epoch + 1, self.records[-1].hash)
        signed = self.record(body(handover))
        self.key, self.epoch = new, self.epoch + 1
        return signed

    def close(self) -> Signed:
        """The last record, with true counts."""
        return self.record(
            Close(
                reason="finished",
                segments=dict(self.next_seq),
                incidents=len(self.incidents),
            )
        )

    @property
    def headers(self) -> dict[str, str]:
        """The credential."""
        return {"Authorization": f"Bearer {self.token}"}

    def url(self, rest: str) -> str:
        """A path of this session."""
        return f"/api/v1/sessions/{self.session}/{rest}"

    async def deliver(self, *records: Signed) -> httpx.Response:
        """POST records."""
        body = b"".join(record.line() for record in records)
        return await self.client.post(self.url("records"), content=body, headers=self.headers)

    async def upload(self, name: str, data: bytes | None = None) -> httpx.Response:
        """PUT a blob; ``data`` sends other bytes than the ones sealed."""
        headers = {**self.headers, "Content-Digest": digest_header(name)}
        content = self.blobs[name] if data is None else data
        return await self.client.put(
            self.url(f"blobs/{name}"), content=content, headers=headers
        )

    def take(self, response: httpx.Response) -> Signed:
        """Check an answer's receipt and remember it."""
        assert response.status_code == 200, response.text
        signed = parse_line(response.content)
        assert holds(signed, Domain.RECEIPT, self.institution_key)
        receipt = decode_receipt(signed.payload)
        assert receipt.session == self.session
        if signed not in self.receipts:
            assert receipt.prev == (self.receipts[-1].hash if self.receipts else ZERO_HASH)
            self.receipts.append(signed)
        return signed

    async def hand_in(self) -> None:
        """Deliver everything there is, in order."""
        for at in range(0, len(self.records), 64):
            self.take(await self.deliver(*self.records[at : at + 64]))
        for name in self.blobs:
            self.take(await self.upload(name))


async def redeem(client: httpx.AsyncClient, code: str) -> Pupil:
    """Take a code up."""
    key = Ed25519PrivateKey.generate()
    body = {"code": code, "public_key": to_base64(public_bytes(key))}
    response = await client.post("/api/v1/enrolments/redeem", json=body)
    assert response.status_code == 200, response.text
    answer = response.json()
    return Pupil(
        client=client,
        session=answer["session"],
        token=answer["token"],
        policy=parse_line(answer["policy"].encode()),
        grant=parse_line(answer["grant"].encode()),
        institution_key=from_base64(answer["institution_key"]),
        key=key,
    )


def digest_header(name: str) -> str:
    """``Content-Digest`` for a SHA-256 in hex."""
    import base64

    return f"sha-256=:{base64.b64encode(bytes.fromhex(name)).decode()}:"
