"""What recorder and server say to each other over HTTP (see ``shared/README.md``, *HTTP*).

Records travel as signed lines; these are the JSON bodies around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

import msgspec

from shared.records import Count, Hash, Id
from shared.signed import Signed

API_PREFIX = "/api/v1"

# What one request may carry.
MAX_RECORDS = 64
MAX_RECORDS_BYTES = 1_048_576
MAX_BLOB_BYTES = 16_777_216

# How many of the candidate's sayings one state carries; the others wait for their turn.
MAX_SAID = 8

# The speed of the way to the server: random bytes that the server counts and throws away. The
# code is in a header, so that it stands in no address and no log. The largest body takes a
# second at 16 Mbit/s.
SPEED_PATH = f"{API_PREFIX}/speed"
CODE_HEADER = "Invigil-Code"
MAX_SPEED_BYTES = 2_097_152

SessionState = Literal["open", "closed", "terminated"]


class InspectRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which exam does this code open? Changes nothing."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Inspected(msgspec.Struct, frozen=True, kw_only=True):
    """The signed policy (a signed line) and the key that it verifies under (base64url)."""

    product: Literal["invigil"]
    policy: str
    institution_key: str
    candidate: str


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """How many bytes the server took and threw away."""

    bytes: Count


class RedeemRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Take the code up: ``public_key`` is epoch 0's, base64url.

    The same code with the same key again gives the same answer, so that a recorder whose
    connection broke loses nothing.
    """

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    public_key: Annotated[str, msgspec.Meta(min_length=43, max_length=43)]


class Redeemed(msgspec.Struct, frozen=True, kw_only=True):
    """A session: its id, its bearer token, and the signed lines that found it."""

    session: Id
    token: str
    policy: str
    grant: str
    institution_key: str


class SessionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The chain as the server holds it. ``receipt`` is the newest (a signed line)."""

    session: Id
    state: SessionState
    size: Count
    head: Hash
    missing: tuple[Hash, ...]
    receipt: str | None


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error (RFC 9457): ``check`` is the verification step that failed, if one did;
    ``size`` and ``head`` say where the server's chain stands.
    """

    type: str
    title: str
    status: int
    detail: str
    check: int | None = None
    size: int | None = None
    head: str | None = None


class ProblemType:
    """The ``type`` of every problem a recorder must tell apart."""

    CODE_UNKNOWN = "urn:invigil:problem:code-unknown"
    CODE_USED = "urn:invigil:problem:code-used"
    CODE_EXPIRED = "urn:invigil:problem:code-expired"
    EXAM_EARLY = "urn:invigil:problem:exam-early"
    EXAM_CLOSED = "urn:invigil:problem:exam-closed"
    CREDENTIAL = "urn:invigil:problem:credential"
    SESSION = "urn:invigil:problem:session"
    MALFORMED = "urn:invigil:problem:malformed"
    REFUSED = "urn:invigil:problem:refused"
    OUT_OF_ORDER = "urn:invigil:problem:out-of-order"
    FORK = "urn:invigil:problem:fork"
    SESSION_OVER = "urn:invigil:problem:session-over"
    BLOB_UNKNOWN = "urn:invigil:problem:blob-unknown"
    BLOB_DIGEST = "urn:invigil:problem:blob-digest"
    TOO_LARGE = "urn:invigil:problem:too-large"
    QUOTA = "urn:invigil:problem:quota"
    BUSY = "urn:invigil:problem:busy"


# What staff may ask of a recorder.
StaffAction = Literal[
    "message",
    "warn",
    "pause",
    "resume",
    "terminate",
    "request_clip",
    "extra_time",
    "admit",
    "refuse",
]


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Down the live WebSocket: what the server asks of the recorder.

    ``seconds`` is the time that ``extra_time`` adds. ``count`` and ``limit`` are how many
    warnings have counted and how many end the session (0: none does). ``admit`` and
    ``refuse`` answer a candidate who ``awaits`` a proctor's word; ``heard`` has in ``text``
    the id of what the candidate ``said``.
    """

    id: str
    action: Literal[StaffAction, "heard"]
    text: str = ""
    seconds: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 0.0
    count: int = 0
    limit: int = 0


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the candidate said: a message, or that help is asked for.

    It is said again with each state until the server's ``heard`` names it; the server keeps
    each ``id`` once.
    """

    id: Id
    kind: Literal["message", "help"]
    text: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


class LiveState(msgspec.Struct, frozen=True, kw_only=True):
    """Up the live WebSocket, every few seconds: what the proctor's board shows.

    ``phase`` is the newest ``phase`` record's name; ``awaits`` what a proctor is asked to
    decide (``identity`` or ``environment``), with the reason in ``words``; ``said`` the oldest
    ``MAX_SAID`` of what was not ``heard`` yet.
    """

    stage: str
    light: str
    words: str
    elapsed_s: float
    queued_records: int
    queued_bytes: int
    done: tuple[str, ...] = ()
    phase: str = ""
    awaits: str = ""
    said: tuple[Said, ...] = ()


def batches(lines: Iterable[Signed]) -> Iterator[list[Signed]]:
    """Signed lines in order, in portions that one request may carry; none is empty."""
    batch: list[Signed] = []
    size = 0
    for signed in lines:
        size += len(signed.line())
        if batch and (len(batch) == MAX_RECORDS or size > MAX_RECORDS_BYTES):
            yield batch
            batch, size = [], len(signed.line())
        batch.append(signed)
    if batch:
        yield batch
