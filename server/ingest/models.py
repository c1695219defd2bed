"""A session as the server holds it: the chain, its blobs, and what the records say.

The first three tables are the evidence, byte for byte as signed. The others are a
projection of it (``ingest.projection``) that pages can ask questions of; it can be made
again from the records at any time.

Media times (``start``, ``end``, ``duration``) are microseconds of the monotonic clock of
``boot``, as in the records; ``ingest.times.session_time`` turns them into seconds.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Float, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import (
    Bytes,
    HashText,
    IdText,
    Json,
    JsonList,
    LongText,
    Micros,
    Name,
    Number,
    Table,
    Word,
)


class ExamSession(Table):
    """One candidate's session: who it belongs to, and where its chain stands.

    ``state`` is ``open``, ``closed`` (a ``close`` record came) or ``terminated`` (by
    staff). ``size`` to ``closed`` are ``shared.chain.ChainState``; ``revision`` counts
    writes, so that two servers never extend one chain at once. ``boots`` maps each boot
    to the wall and mono clock of its first record. ``key_ref`` names the institution's keys
    that it began under, which sign for it to its end.
    """

    __tablename__ = "exam_session"
    # The board asks for an institution's running sessions every second.
    __table_args__ = (Index(None, "institution_id", "state", "last_seen"),)

    # Declared first, for the mapper to check and count it at every write.
    revision: Mapped[Number] = mapped_column(BigInteger)
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    id: Mapped[IdText] = mapped_column(primary_key=True)
    enrolment_id: Mapped[IdText] = mapped_column(ForeignKey("enrolment.id"), index=True)
    exam_id: Mapped[IdText] = mapped_column(ForeignKey("exam.id"), index=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"), index=True)
    candidate_id: Mapped[IdText] = mapped_column(ForeignKey("candidate.id"))
    policy_version_id: Mapped[IdText] = mapped_column(ForeignKey("policy_version.id"))
    key_ref: Mapped[Name]
    token_hash: Mapped[HashText]
    public_key: Mapped[Bytes]
    grant_payload: Mapped[Bytes]
    grant_signature: Mapped[Bytes]
    state: Mapped[Word]
    created: Mapped[Micros]
    last_seen: Mapped[Micros | None]

    size: Mapped[Number]
    head: Mapped[HashText]
    epoch: Mapped[Number]
    epoch_key: Mapped[Bytes]
    mono: Mapped[Micros]
    boot: Mapped[Word]
    closed: Mapped[bool]

    origin_wall: Mapped[Micros | None]
    origin_mono: Mapped[Micros | None]
    boots: Mapped[Json]
    clock: Mapped[Json]

    receipts: Mapped[Number]
    receipt_hash: Mapped[HashText]
    blobs: Mapped[Number]
    blobs_durable: Mapped[Number]
    bytes_committed: Mapped[Number]
    bytes_durable: Mapped[Number]
    keep_until: Mapped[Micros | None] = mapped_column(index=True)
    purged_at: Mapped[Micros | None]
    # When something of it is to be destroyed next; ``None`` where nobody has looked yet.
    due_at: Mapped[Micros | None] = mapped_column(index=True)
    # Which blob store its pieces are in (``storage.regions``); empty for the default one.
    region: Mapped[Word] = mapped_column(server_default="")


class RecordRow(Table):
    """A record exactly as it came. ``receipt_n`` is the receipt that first covered it."""

    __tablename__ = "record"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    seq: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[HashText]
    type: Mapped[Word]
    payload: Mapped[Bytes]
    signature: Mapped[Bytes]
    wall: Mapped[Micros]
    mono: Mapped[Micros]
    boot: Mapped[Word]
    received: Mapped[Micros]
    receipt_n: Mapped[Number]


class ReceiptRow(Table):
    """A signed receipt; ``n`` counts from 0 in a session."""

    __tablename__ = "receipt"
    __table_args__ = (Index(None, "session_id", "hash"),)

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    n: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    payload: Mapped[Bytes]
    signature: Mapped[Bytes]
    hash: Mapped[HashText]
    time: Mapped[Micros]


class BlobRow(Table):
    """A blob that a record committed to. Durable once ``durable_at`` is set, and then
    listed by receipt ``receipt_n``; gone once ``destroyed_at`` is (``server.retention``).
    """

    __tablename__ = "blob"
    __table_args__ = (
        UniqueConstraint("session_id", "stream", "stream_seq"),
        # Every receipt asks which pieces are not here yet, oldest first.
        Index(None, "session_id", "durable_at", "seq"),
    )

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    sha256: Mapped[HashText] = mapped_column(primary_key=True)
    size: Mapped[Number]
    stream: Mapped[Word]
    stream_seq: Mapped[Number]
    seq: Mapped[Number]
    durable_at: Mapped[Micros | None]
    receipt_n: Mapped[Number | None]
    destroyed_at: Mapped[Micros | None]


class SegmentRow(Table):
    """A ``segment`` record: an init segment or a fragment of a stream."""

    __tablename__ = "segment"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    stream: Mapped[Word] = mapped_column(primary_key=True)
    stream_seq: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[Number]
    epoch: Mapped[Number]
    boot: Mapped[Word]
    part: Mapped[Word]
    start: Mapped[Micros]
    duration: Mapped[Micros]
    frames: Mapped[Number]
    independent: Mapped[bool]
    codecs: Mapped[LongText | None]
    origin: Mapped[Micros | None]
    width: Mapped[Number | None]
    height: Mapped[Number | None]
    sha256: Mapped[HashText]
    size: Mapped[Number]


class IncidentRow(Table):
    """An incident: written at its ``begin_seq``, completed at its ``end_seq``.

    ``end`` is ``None`` while it lasts (or where the session ended in it).
    """

    __tablename__ = "incident"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    incident_id: Mapped[IdText] = mapped_column(primary_key=True)
    kind: Mapped[Word]
    boot: Mapped[Word]
    start: Mapped[Micros]
    end: Mapped[Micros | None]
    severity: Mapped[Word]
    confidence: Mapped[float] = mapped_column(Float)
    detail: Mapped[Json]
    begin_seq: Mapped[Number]
    end_seq: Mapped[Number | None]


class AttachmentRow(Table):
    """A picture or clip of a record: ``place`` is its position there, ``stream_seq`` its own
    among all attachments. ``incident_id`` is that of an incident's; several records of one
    incident may have some, and all of them stay its.
    """

    __tablename__ = "attachment"
    __table_args__ = (Index(None, "session_id", "stream_seq"),)

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    seq: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    incident_id: Mapped[IdText | None]
    role: Mapped[Word]
    stream_seq: Mapped[Number]
    media_type: Mapped[LongText]
    sha256: Mapped[HashText]
    size: Mapped[Number]


class EnrolmentRecordRow(Table):
    """An ``enrolment`` record: what was taken of the candidate, and what comparing gave."""

    __tablename__ = "enrolment_record"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    seq: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    boot: Mapped[Word]
    mono: Mapped[Micros]
    identity: Mapped[Json | None]
    liveness: Mapped[Json | None]
    calibration: Mapped[Json | None]
    voice: Mapped[Json | None]


class PhaseRow(Table):
    """A ``phase`` record: where the exam stands from ``mono`` on, on whose word."""

    __tablename__ = "phase"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    seq: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    boot: Mapped[Word]
    mono: Mapped[Micros]
    name: Mapped[Word]
    by: Mapped[Word]
    reason: Mapped[LongText]


class ProgramRow(Table):
    """What ``open`` or a ``resume`` says of the program that records from there on, as far as
    it can be compared: empty, and ``number`` ``None``, where it does not say.

    ``files`` is a word of ``shared.build.FilesVerdict``, ``build`` the build's id, ``signer``
    the fingerprint of who signed it.
    """

    __tablename__ = "program"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    seq: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    boot: Mapped[Word]
    mono: Mapped[Micros]
    packaged: Mapped[bool]
    files: Mapped[Word]
    build: Mapped[HashText]
    signer: Mapped[HashText]
    number: Mapped[Number | None]
    version: Mapped[Name]
    system: Mapped[Name]


class PaceRow(Table):
    """From ``at`` on detection was at ``level`` (0 is everything), said by a heartbeat:
    ``fps`` pictures a second at most, the kinds of ``off`` not looked for.
    """

    __tablename__ = "detection_pace"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    seq: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    boot: Mapped[Word]
    at: Mapped[Micros]
    level: Mapped[Number]
    fps: Mapped[Number]
    off: Mapped[JsonList]
    why: Mapped[LongText]


class GapRow(Table):
    """A ``gap`` record: evidence that does not exist."""

    __tablename__ = "gap"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    seq: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    stream: Mapped[Word]
    boot: Mapped[Word]
    start: Mapped[Micros]
    end: Mapped[Micros]
    reason: Mapped[LongText]


class UnobservedRow(Table):
    """An interval of a heartbeat in which a detector could not have seen anything.

    ``place`` is its position among the heartbeat's intervals.
    """

    __tablename__ = "unobserved"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    seq: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    stream: Mapped[Word]
    boot: Mapped[Word]
    start: Mapped[Micros]
    end: Mapped[Micros]
    reason: Mapped[LongText]


class ForkRow(Table):
    """A second, genuinely signed record for a ``seq`` that the chain has already."""

    __tablename__ = "fork"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    hash: Mapped[HashText] = mapped_column(primary_key=True)
    seq: Mapped[Number]
    payload: Mapped[Bytes]
    signature: Mapped[Bytes]
    received: Mapped[Micros]


class ClockFlagRow(Table):
    """Where a session's times stop agreeing, by ``excess`` microseconds, and why."""

    __tablename__ = "clock_flag"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    seq: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    excess: Mapped[Micros]
    why: Mapped[Name]
