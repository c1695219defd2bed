"""The exam's policy: what is recorded, what counts as an incident, how long it is kept.

The institution signs the policy's bytes (see ``shared/README.md``, *Policy*); the
recorder obeys nothing that is not signed. Times are seconds unless a name says otherwise.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeVar

import msgspec

from shared.flags import Kind, Severity
from shared.strict_json import NotStrict, check

POLICY_VERSION = 1

# An incident that resumes within this time of its end is the same incident.
DEFAULT_MERGE_S = 5.0

Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
Weight = Annotated[float, msgspec.Meta(ge=0, le=100)]

Days = Annotated[int, msgspec.Meta(ge=1, le=3650)]

# What may be destroyed before the rest is (``certificate.SEALED``).
EarlierKind = Literal["camera", "microphone", "screen", "snapshots", "identity"]

# How many of a proctor's warnings end the session; 0: none does.
Warnings = Annotated[int, msgspec.Meta(ge=0, le=100)]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """When one kind of incident begins, ends and how much it weighs.

    ``threshold`` and ``release`` are in the detector's own unit (degrees for poses and
    gaze, probability for speech and objects, distance of faces for identity, unlikeness of
    voices for a second voice, mean absolute deviation of luma for a covered camera); the
    gap between the two is the hysteresis. A kind without a threshold is a yes or no.
    ``every_s`` is how often a kind that is sampled is looked for.
    """

    enabled: bool = True
    severity: Severity = Severity.MEDIUM
    threshold: float | None = None
    release: float | None = None
    onset_s: Seconds = 0.0
    merge_s: Seconds = DEFAULT_MERGE_S
    escalate_after_s: Seconds | None = None
    escalate_to: Severity | None = None
    weight: Weight = 1.0
    every_s: Annotated[float, msgspec.Meta(ge=0.1, le=3_600)] | None = None


class CameraStream(msgspec.Struct, frozen=True, kw_only=True):
    """The camera: captured at ``fps`` for detection, kept at ``kept_fps``."""

    enabled: bool = True
    width: Annotated[int, msgspec.Meta(ge=160, le=3840)] = 640
    height: Annotated[int, msgspec.Meta(ge=120, le=2160)] = 480
    fps: Annotated[int, msgspec.Meta(ge=1, le=60)] = 30
    kept_fps: Annotated[int, msgspec.Meta(ge=1, le=60)] = 10
    kbit_s: Annotated[int, msgspec.Meta(ge=16, le=8000)] = 72


class MicrophoneStream(msgspec.Struct, frozen=True, kw_only=True):
    """The microphone: one channel of Opus."""

    enabled: bool = True
    kbit_s: Annotated[int, msgspec.Meta(ge=6, le=256)] = 16


class ScreenStream(msgspec.Struct, frozen=True, kw_only=True):
    """The screen: looked at ``fps`` times a second, kept where it changed."""

    enabled: bool = True
    fps: Annotated[int, msgspec.Meta(ge=1, le=30)] = 5
    kbit_s: Annotated[int, msgspec.Meta(ge=16, le=8000)] = 50


class Streams(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded."""

    camera: CameraStream = CameraStream()
    microphone: MicrophoneStream = MicrophoneStream()
    screen: ScreenStream = ScreenStream()
    segment_s: Annotated[float, msgspec.Meta(ge=1, le=30)] = 4.0


class Objects(msgspec.Struct, frozen=True, kw_only=True):
    """Which objects are flagged, by the labels of the institution's object model.

    ``model`` is the SHA-256 of the one model file that will do; any installed one where it
    is ``None``.
    """

    labels: tuple[str, ...] = ("cell phone", "book", "laptop", "tv", "person")
    model: str | None = None


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What the candidate is asked to show before the exam, and whether it is compared.

    ``calibration`` asks for nine looks at the screen, ``voice`` for a sentence to be read.
    ``override`` lets a proctor's word stand in where a photograph does not come off.
    """

    photo: bool = True
    document: bool = False
    calibration: bool = True
    voice: bool = True
    override: bool = True

    @property
    def takes_face(self) -> bool:
        """Whether the face is photographed: that on a document is compared with one."""
        return self.photo or self.document


class Clips(msgspec.Struct, frozen=True, kw_only=True):
    """The camera at a better rate around an incident, from ``severity`` on."""

    enabled: bool = True
    before_s: Annotated[float, msgspec.Meta(ge=0, le=15)] = 4.0
    after_s: Annotated[float, msgspec.Meta(ge=0, le=15)] = 4.0
    fps: Annotated[int, msgspec.Meta(ge=1, le=30)] = 15
    severity: Severity = Severity.MEDIUM


class Accommodation(msgspec.Struct, frozen=True, kw_only=True):
    """What is left out for one candidate: the profile's name, and the kinds it switches off."""

    profile: str
    off: tuple[Kind, ...]


class Level(StrEnum):
    """How far the recorder goes with one part of the machine: let be, notice, or hold to it."""

    OFF = "off"
    WATCH = "watch"
    ENFORCE = "enforce"


class Lockdown(msgspec.Struct, frozen=True, kw_only=True):
    """What is watched or held to on the candidate's machine, and undone afterwards.

    ``full_screen`` is the exam's window on its display and covers on the others; ``keys``
    the shortcuts that lead out of it. ``clipboard`` is emptied, and given back at the end,
    where enforced; its content is never part of the evidence. Whether a kind of incident is
    written is its rule's to say: a part at ``watch`` without its kind is only in force.
    """

    full_screen: Level = Level.OFF
    on_top: Level = Level.OFF
    keys: Level = Level.OFF
    clipboard: Level = Level.OFF
    screen_capture: Level = Level.WATCH
    programs: Level = Level.WATCH
    windows: Level = Level.WATCH
    displays: Level = Level.WATCH
    input_devices: Level = Level.WATCH
    sleep: Level = Level.ENFORCE
    notifications: Level = Level.OFF


class Surface(msgspec.Struct, frozen=True, kw_only=True):
    """What the candidate works in: other programs beside the recorder, or its own browser.

    ``start`` is the browser's first address. ``allowed`` are the addresses that it opens,
    each ``host`` or ``host/path`` with ``*`` for any characters; the start's own host is
    always one of them. ``header`` sends a signed header to those hosts (see ``exam_header``).
    """

    kind: Literal["record_only", "browser"] = "record_only"
    start: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    allowed: tuple[str, ...] = ()
    new_windows: bool = False
    downloads: bool = False
    printing: bool = False
    spell_check: bool = False
    clipboard: bool = True
    context_menu: bool = False
    developer_tools: bool = False
    header: bool = True


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from signs of a virtual machine, a remote session and the like.

    Nothing is ever refused by itself: ``ask`` waits for a proctor's word from ``limit`` (the
    sum of the signs' weights, 0 to 1 each) on; ``note`` writes the signs down.
    """

    action: Literal["note", "ask"] = "note"
    limit: Annotated[float, msgspec.Meta(ge=0, le=10)] = 1.0


class Breaks(msgspec.Struct, frozen=True, kw_only=True):
    """Breaks that a candidate may take unasked: how many, and how long each (seconds)."""

    count: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    longest_s: Seconds = 600.0


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """How incidents are judged, which is the server's to do; it is signed like the rest, so
    that nobody changes it once an exam has begun.

    Like incidents that begin within ``burst_s`` seconds are one flag (0: each its own).
    ``four_eyes`` asks a second reviewer to agree before a flag is confirmed. Of the kinds in
    ``human_first`` nothing counts for the limit before a person confirmed it. A score of
    ``limit`` or more (0: none) has a running exam paused or ended, by ``at_limit``.
    """

    burst_s: Seconds = 60.0
    four_eyes: bool = False
    human_first: tuple[Kind, ...] = (Kind.OBJECT_SEEN,)
    limit: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    at_limit: Literal["pause", "terminate"] = "pause"


class EvidenceKey(msgspec.Struct, frozen=True, kw_only=True):
    """An institution's public key that evidence is sealed to (HPKE, see ``sealing``)."""

    kid: str
    public_key: str


class Institution(msgspec.Struct, frozen=True, kw_only=True):
    """Who records, and whom a candidate can ask."""

    name: str
    contact: str


class Exam(msgspec.Struct, frozen=True, kw_only=True):
    """What is being examined.

    ``starts_us`` is when it begins for everybody (microseconds since 1970 UTC, the server's
    clock); without it each candidate begins when ready. ``zone`` is the time zone that people
    say its times in (IANA's name).
    """

    id: str
    title: str
    duration_s: Seconds = 3600.0
    starts_us: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] | None = None
    zone: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "UTC"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One exam's rules, as signed by the institution.

    All of a session's evidence is destroyed after ``retention_days``; a kind of ``kept_days``
    after its own, where those are fewer.
    """

    v: int = POLICY_VERSION
    institution: Institution
    exam: Exam
    purpose: str
    retention_days: Days
    kept_days: dict[EarlierKind, Days] = msgspec.field(default_factory=dict[EarlierKind, Days])
    evidence_keys: Annotated[tuple[EvidenceKey, ...], msgspec.Meta(min_length=1)]
    streams: Streams = Streams()
    kinds: dict[Kind, Rule] = msgspec.field(default_factory=lambda: dict(DEFAULT_RULES))
    objects: Objects = Objects()
    identity: Identity = Identity()
    clips: Clips = Clips()
    accommodation: Accommodation | None = None
    lockdown: Lockdown = Lockdown()
    surface: Surface = Surface()
    environment: Environment = Environment()
    breaks: Breaks = Breaks()
    review: Review = Review()
    warnings: Warnings = 0
    prohibited_processes: tuple[str, ...] = ()
    allowed_windows: tuple[str, ...] = ()
    heartbeat_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 10.0
    rotate_s: Annotated[float, msgspec.Meta(ge=60, le=86_400)] = 900.0

    def days(self, kind: str) -> int:
        """How many days a kind of evidence is kept (``certificate.EvidenceKind``)."""
        days: dict[str, int] = {**self.kept_days}
        return min(days.get(kind, self.retention_days), self.retention_days)

    def rule(self, kind: Kind) -> Rule:
        """The rule for a kind; one that the policy does not name, or that is switched off
        for this candidate, is off."""
        if self.accommodation is not None and kind in self.accommodation.off:
            return OFF
        return self.kinds.get(kind, OFF)


class Keyring(msgspec.Struct, frozen=True, kw_only=True):
    """The keys that a session's evidence may be sealed to; the rest of its policy is left
    to those who record and review.
    """

    evidence_keys: Annotated[tuple[EvidenceKey, ...], msgspec.Meta(min_length=1)]


class ExamName(msgspec.Struct, frozen=True, kw_only=True):
    """Which exam, and what it is called."""

    id: str
    title: str


class Titles(msgspec.Struct, frozen=True, kw_only=True):
    """Who examines, and what: all of a policy that a receipt is compared with."""

    institution: Institution
    exam: ExamName


class PolicyError(ValueError):
    """The bytes are not a policy of version 1; the message says what is wrong."""


OFF = Rule(enabled=False)

DEFAULT_RULES: dict[Kind, Rule] = {
    Kind.FACE_MISSING: Rule(severity=Severity.CRITICAL, onset_s=2.0, weight=4.0),
    Kind.MULTIPLE_FACES: Rule(severity=Severity.CRITICAL, onset_s=1.0, weight=6.0),
    Kind.LOOKING_AWAY: Rule(
        severity=Severity.MEDIUM, threshold=35.0, release=30.0, onset_s=2.0, weight=2.0
    ),
    Kind.GAZE_AWAY: Rule(
        severity=Severity.LOW,
        threshold=15.0,
        release=11.0,
        onset_s=3.0,
        escalate_after_s=5.0,
        escalate_to=Severity.MEDIUM,
        weight=1.0,
    ),
    Kind.CAMERA_BLOCKED: Rule(
        severity=Severity.HIGH, threshold=6.0, release=10.0, onset_s=2.0, weight=5.0
    ),
    Kind.SPEECH: Rule(
        severity=Severity.LOW, threshold=0.6, release=0.35, onset_s=1.0, weight=1.0
    ),
    # About one pair of strangers in a thousand passes for one person, the usual operating
    # point of verification (automated border control is run at 0.1 %; NIST reports at it):
    # over all pairs of LFW 0.12 % at 0.55, and 0.57 % at the 0.6 of the model's authors,
    # computed from the table of J. Grimes, *Face recognition distances investigation*.
    Kind.IDENTITY_MISMATCH: Rule(
        severity=Severity.CRITICAL,
        threshold=0.55,
        release=0.5,
        onset_s=2.0,
        every_s=5.0,
        weight=8.0,
    ),
    Kind.OBJECT_SEEN: Rule(
        severity=Severity.HIGH, threshold=0.5, release=0.4, onset_s=1.0, every_s=0.5, weight=4.0
    ),
    # On only where an institution asks for them: the hand model finds dark hands less often
    # than light ones, and who types has the hands below the picture.
    Kind.HAND_AT_EAR: Rule(
        enabled=False, severity=Severity.LOW, onset_s=4.0, every_s=0.5, weight=0.5
    ),
    Kind.HANDS_HIDDEN: Rule(
        enabled=False, severity=Severity.LOW, onset_s=30.0, every_s=0.5, weight=0.5
    ),
    Kind.SECOND_VOICE: Rule(
        severity=Severity.HIGH, threshold=0.5, release=0.35, onset_s=1.5, weight=4.0
    ),
    Kind.VIRTUAL_CAMERA: Rule(severity=Severity.HIGH, onset_s=5.0, weight=4.0),
    Kind.WINDOW_SWITCH: Rule(severity=Severity.HIGH, onset_s=0.5, weight=4.0),
    Kind.PROHIBITED_PROCESS: Rule(severity=Severity.HIGH, weight=4.0),
    Kind.FULLSCREEN_EXIT: Rule(severity=Severity.HIGH, onset_s=0.5, weight=4.0),
    Kind.CLIPBOARD: Rule(severity=Severity.MEDIUM, weight=2.0),
    Kind.BLOCKED_KEY: Rule(severity=Severity.LOW, weight=0.5),
    Kind.DISPLAY_CHANGE: Rule(severity=Severity.HIGH, weight=4.0),
    Kind.SCREEN_CAPTURE: Rule(severity=Severity.HIGH, weight=4.0),
    Kind.INPUT_DEVICE: Rule(severity=Severity.MEDIUM, weight=1.0),
    Kind.BLOCKED_ADDRESS: Rule(severity=Severity.MEDIUM, weight=2.0),
    # Thresholds of signs are sums of their weights: one strong sign, or two weak ones.
    Kind.VIRTUAL_MACHINE: Rule(severity=Severity.HIGH, threshold=0.8, release=0.8, weight=2.0),
    Kind.REMOTE_SESSION: Rule(severity=Severity.HIGH, threshold=0.8, release=0.8, weight=4.0),
    Kind.DEBUGGER: Rule(severity=Severity.HIGH, threshold=0.8, release=0.8, weight=4.0),
    Kind.ALTERED_PROGRAM: Rule(severity=Severity.HIGH, threshold=0.8, release=0.8, weight=4.0),
    Kind.DEVICE_LOST: Rule(severity=Severity.HIGH, weight=2.0),
    Kind.DETECTOR_DOWN: Rule(severity=Severity.MEDIUM, weight=1.0),
    Kind.NETWORK_LOST: Rule(severity=Severity.INFO, onset_s=30.0, weight=0.0),
    Kind.DISK_FULL: Rule(severity=Severity.HIGH, weight=1.0),
    Kind.CLOCK_JUMP: Rule(severity=Severity.MEDIUM, weight=2.0),
    Kind.GAP: Rule(severity=Severity.MEDIUM, weight=2.0),
}

_T = TypeVar("_T", Policy, Keyring, Titles)

_decoder = msgspec.json.Decoder(Policy)
_keyrings = msgspec.json.Decoder(Keyring)
_titles = msgspec.json.Decoder(Titles)


def encode_policy(policy: Policy) -> bytes:
    """The bytes an institution signs."""
    return msgspec.json.encode(policy)


def decode_policy(data: bytes) -> Policy:
    """Read a policy.

    Raises:
        PolicyError: the bytes are not strict JSON, not a policy, or of another version.
    """
    return _decoded(_decoder, data)


def decode_keyring(data: bytes) -> Keyring:
    """Read of a policy what a verifier needs, whatever else it says.

    Raises:
        PolicyError: the bytes are not strict JSON, of another version, or name no key.
    """
    return _decoded(_keyrings, data)


def decode_titles(data: bytes) -> Titles:
    """Read of a policy who examines and what, whatever else it says.

    Raises:
        PolicyError: the bytes are not strict JSON, of another version, or do not say it.
    """
    return _decoded(_titles, data)


def _decoded(decoder: msgspec.json.Decoder[_T], data: bytes) -> _T:
    try:
        check(data, POLICY_VERSION)
        return decoder.decode(data)
    except (NotStrict, msgspec.DecodeError) as error:
        raise PolicyError(f"not a policy: {error}") from error
