"""What the session tells whoever shows it: values, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from recorder.detect.observations import Box
from shared.policy import Policy


class Stage(StrEnum):
    """Where a session is, from the code to the receipt."""

    OFFERED = "offered"
    CHECKING = "checking"
    RECORDING = "recording"
    CLOSING = "closing"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    DECLINED = "declined"
    FAILED = "failed"


class Light(StrEnum):
    """The status light; always shown with words, never by colour alone."""

    GOOD = "good"
    ATTENTION = "attention"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A recording that an earlier run left on this computer.

    It was never closed, and can go on or be handed in as it is; or, where ``closed``, it
    waits only to be delivered. ``begun_us`` and ``last_us`` are the wall clock (µs since
    1970 UTC) of its first and its last record; where it has none yet (``records`` is 0),
    of when its store was made. ``planned_end_us`` is the exam's end by its policy.
    """

    folder: Path
    session: str
    server: str
    title: str
    institution: str
    begun_us: int
    last_us: int
    closed: bool
    waiting_records: int
    waiting_bytes: int
    records: int
    planned_end_us: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A recording on this computer that cannot be looked at, and what to say of it."""

    folder: Path
    what: str
    advice: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What earlier runs left: what can be gone on with or delivered, and what is broken."""

    interrupted: tuple[Interrupted, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A recording that was saved as a file: what is in it, and what could not be.

    ``damaged`` pieces are not on this computer's disk as they were committed.
    """

    path: Path
    session: str
    records: int
    pieces: int
    bytes: int
    damaged: int


@dataclass(frozen=True, slots=True)
class SavedReceipt:
    """A receipt that was saved as a file: of which session, and what the server signed for.

    ``delivered`` says whether that is everything there is.
    """

    path: Path
    session: str
    records: int
    pieces: int
    delivered: bool


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the candidate agreed to: the ids of the ticked items, when (microseconds since 1970
    UTC, this computer's clock), and the language that the words were read in (``de``).
    """

    items: tuple[str, ...]
    at_us: int
    language: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An exam a code opens; ``agreed`` is ``None`` before the candidate has agreed to it item
    by item, and where that was done in another way.

    ``server`` is the address without a trailing slash; ``key_fingerprint`` is the SHA-256
    (hex) of the institution's signing key that the policy verified under. ``resumes`` is the
    unfinished recording that this goes on with; consent to it was given when it began.
    """

    server: str
    code: str
    policy: Policy
    key_fingerprint: str
    resumes: Interrupted | None = None
    agreed: Agreed | None = None


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """One stream now: ``working`` is false while its device is lost."""

    stream: str
    device: str
    working: bool
    frames: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What has been made and what the server has signed for. Bytes are sealed bytes.

    ``note`` says what is in the way, if anything is; ``refused`` that the server is there and
    does not take it.
    """

    records_made: int
    records_sent: int
    blobs_made: int
    blobs_sent: int
    bytes_made: int
    bytes_sent: int
    online: bool
    note: str = ""
    refused: bool = False

    @property
    def done(self) -> bool:
        """Whether the server holds everything, by signed receipt."""
        return self.records_sent == self.records_made and self.blobs_sent == self.blobs_made

    @property
    def fraction(self) -> float:
        """Share delivered, 0 to 1, records counted as a kilobyte each."""
        made = self.bytes_made + 1024 * self.records_made
        sent = self.bytes_sent + 1024 * self.records_sent
        return 1.0 if made == 0 else min(1.0, sent / made)


Awaited = Literal["", "identity", "environment"]


@dataclass(frozen=True, slots=True)
class Status:
    """One look at a session, made a few times a second.

    ``phase`` is where the exam stands (``shared.records.Phase``), empty before there is one.
    Seconds: ``left_s`` of the exam, by the server's clock as its receipts tell it and with
    extra time, not below 0; ``starts_in_s`` until it begins for everybody; ``break_left_s`` of
    the break that is taken, below 0 once it is overlong. ``None`` where it does not apply.

    ``awaits`` is what a proctor is asked to decide; ``refused`` says that it was refused, and
    ``words`` then what to do. ``warnings`` is how many have counted and ``warnings_limit`` how
    many end the session (0: none does). ``unheard`` is how much of what the candidate said
    no server has taken yet. ``ended`` is why the recording ended, as its last record says
    (``shared.records.Close``), and empty before. ``unsaved`` says that it is over, and the
    last part of it still waits for this computer's disk.
    """

    stage: Stage
    light: Light
    words: str
    elapsed_s: float
    streams: tuple[StreamHealth, ...]
    delivery: Delivery
    sound_level: float = 0.0
    incidents: int = 0
    phase: str = ""
    left_s: float | None = None
    starts_in_s: float | None = None
    awaits: Awaited = ""
    refused: bool = False
    breaks_left: int = 0
    break_left_s: float | None = None
    warnings: int = 0
    warnings_limit: int = 0
    unheard: int = 0
    ended: str = ""
    unsaved: bool = False


NoticeKind = Literal["message", "warning", "info", "answer"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the candidate, from the proctor or from the recorder itself.

    A ``warning`` may count: it is then the ``count``-th of ``limit`` (0: none ends the
    session). ``answer`` is a proctor's word on what the candidate waits for.
    """

    text: str
    source: str
    kind: NoticeKind = "message"
    count: int = 0
    limit: int = 0

    @property
    def warning(self) -> bool:
        """Whether it is to be shown as a warning."""
        return self.kind == "warning"


EnrolmentStep = Literal["face", "turn", "document", "voice", "done"]
EnrolmentOutcome = Literal["running", "done", "failed", "awaiting", "left_out"]


@dataclass(frozen=True, slots=True)
class EnrolmentView:
    """Where the enrolment stands, for a page to draw.

    ``words`` say what to do now, ``progress`` (0 to 1) is that of the step. ``box`` is where
    the face is, or where the document should be held, in the picture as captured (not
    mirrored); ``sentence`` is what is to be read aloud in the step ``voice``.

    ``outcome`` is of the step while it goes on and of all of it at ``done``: ``failed`` is a
    step that has not come off and can be taken again, left out or put to a proctor,
    ``awaiting`` one that was put to a proctor, ``left_out`` an enrolment of which a part is
    missing.
    """

    step: EnrolmentStep
    words: str
    progress: float = 0.0
    outcome: EnrolmentOutcome = "running"
    box: Box | None = None
    sentence: str = ""


CalibrationOutcome = Literal["running", "done", "poor", "left_out"]


@dataclass(frozen=True, slots=True)
class CalibrationView:
    """Where the calibration stands. ``target`` is the mark to draw, in shares of the display's
    width and height from its top left; ``progress`` (0 to 1) is of the whole.

    ``poor`` is one that is not used: it can be taken again or left out.
    """

    target: tuple[float, float] | None
    progress: float
    outcome: CalibrationOutcome
    words: str
    share: float = 0.0
    quality: float | None = None
