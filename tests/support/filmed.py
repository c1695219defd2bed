"""Sessions with real media in them, delivered to a server through its real interface.

A ``Script`` says what happens in a session: what is recorded and what is not, which flags
there are. ``film`` plays it: seals, signs, chains, delivers; the server's clock moves along,
so that the times agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.campus import STEP, Campus, MovableClock, Pupil, redeem
from support.reels import PIECE_S, Reel

from shared.chain import hand_over
from shared.encoding import sha256_hex
from shared.records import (
    Attachment,
    Enrolment,
    Gap,
    Heartbeat,
    Incident,
    Phase,
    Resume,
    Segment,
    Unobserved,
)
from shared.sealing import Place

SECOND = 1_000_000

# How long after the first record the devices deliver, in microseconds.
LATE = 300_000


@dataclass(frozen=True)
class Picture:
    """A picture or clip to be attached; ``lost`` where it never arrives."""

    role: str
    media_type: str
    data: bytes
    lost: bool = False


@dataclass(frozen=True)
class Scene:
    """A flag to be: seconds of session time. ``later`` is attached to a second record."""

    kind: str
    start: float
    end: float | None
    severity: str
    confidence: float = 0.9
    detail: dict = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    later: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Absence:
    """Seconds in which a stream is not recorded (``gap``) or not observed."""

    stream: str
    start: float
    end: float
    reason: str


@dataclass(frozen=True)
class Stand:
    """Where the exam stands from a second of the session on."""

    at: float
    name: str
    by: str = "recorder"
    reason: str = ""


@dataclass(frozen=True)
class Script:
    """A session. ``before`` is what enrolling says besides ``identity``. ``lost`` are (stream,
    number of the four seconds) that never arrive; ``given_up`` what is not watched any more
    and since when (seconds), as heartbeats say it;
    ``restarts`` the numbers before which the machine starts anew.
    """

    seconds: int
    scenes: Sequence[Scene] = ()
    gaps: Sequence[Absence] = ()
    unobserved: Sequence[Absence] = ()
    lost: Sequence[tuple[str, int]] = ()
    streams: Sequence[str] = ("camera", "microphone", "screen")
    restarts: Sequence[int] = ()
    closed: bool = True
    enrolled: tuple[Picture, ...] = ()
    identity: dict | None = None
    paces: Sequence[dict] = ()
    given_up: Sequence[tuple[float, str]] = ()
    phases: Sequence[Stand] = ()
    before: dict[str, dict] = field(default_factory=dict)


class Filming:
    """One session being played."""

    def __init__(self, pupil: Pupil, clock: MovableClock, reels: dict[str, Reel]) -> None:
        self.pupil = pupil
        self.clock = clock
        self.reels = reels
        # Session time zero is the ``open`` record's, one step after this.
        self.zero = pupil.mono + STEP
        self.origin = self.zero + LATE
        self.first = 0
        self.lost: set[str] = set()
        self.sent = 0
        self.uploaded: set[str] = set()
        pupil.wall = clock() - self.zero

    def at(self, seconds: float) -> int:
        """A moment of the session on the monotonic clock of this boot."""
        return self.zero + round(seconds * SECOND)

    def move_to(self, seconds: float) -> None:
        """Let time pass up to a moment of the session."""
        self.pupil.mono = max(self.pupil.mono, self.at(seconds))
        self.clock.now = self.pupil.wall + self.pupil.mono

    def restart(self, number: int) -> None:
        """The machine starts anew: another boot, another epoch, from piece ``number`` on."""
        pupil = self.pupil
        new = Ed25519PrivateKey.generate()
        handover = hand_over(new, pupil.session, pupil.epoch + 1, pupil.records[-1].hash)
        elapsed, pupil.boot = pupil.mono, f"{pupil.boot}-again"
        pupil.mono = 1_000_000
        pupil.wall += elapsed - pupil.mono
        self.zero -= elapsed - pupil.mono
        pupil.record(Resume(reason="restarted", next=handover))
        pupil.key, pupil.epoch = new, pupil.epoch + 1
        self.first, self.origin = number, self.at(number * PIECE_S) + LATE

    def init(self, stream: str) -> None:
        """Commit to a stream's init segment."""
        reel = self.reels[stream]
        self._piece(
            stream,
            reel.init,
            part="init",
            start=self.origin,
            duration=0,
            frames=0,
            independent=True,
            codecs=reel.codecs,
            origin=self.origin,
            width=reel.size[0],
            height=reel.size[1],
        )

    def fragment(self, stream: str, number: int, *, lost: bool = False) -> None:
        """Commit to the fragment of the session's ``number``-th four seconds."""
        own = number - self.first
        name = self._piece(
            stream,
            self.reels[stream].fragment(own),
            part="fragment",
            start=self.origin + own * PIECE_S * SECOND,
            duration=PIECE_S * SECOND,
            frames=20,
            independent=own % self.reels[stream].gop == 0,
        )
        if lost:
            self.lost.add(name)

    def _piece(self, stream: str, plain: bytes, **members: object) -> str:
        pupil = self.pupil
        seq = pupil.next_seq.get(stream, 0)
        pupil.next_seq[stream] = seq + 1
        sealed = pupil.sealing.seal(plain, Place(pupil.session, stream, seq))
        name = sha256_hex(sealed)
        pupil.blobs[name] = sealed
        body = Segment(stream=stream, stream_seq=seq, sha256=name, size=len(sealed), **members)
        pupil.record(body)
        return name

    def scene(self, number: int, scene: Scene) -> None:
        """Write an incident."""
        name = f"{number + 1:032x}"
        self.pupil.incidents.add(name)
        self._incident(name, scene, scene.pictures)
        if scene.later:
            self._incident(name, scene, scene.later)

    def _incident(self, name: str, scene: Scene, pictures: Sequence[Picture]) -> None:
        self.pupil.record(
            Incident(
                id=name,
                kind=scene.kind,
                start=self.at(scene.start),
                end=None if scene.end is None else self.at(scene.end),
                severity=scene.severity,
                confidence=scene.confidence,
                detail=scene.detail,
                attachments=self.attach(pictures),
            )
        )

    def attach(self, pictures: Sequence[Picture]) -> tuple[Attachment, ...]:
        """Seal pictures for a record."""
        attached = [
            (picture, self.pupil.attach(picture.role, picture.media_type, picture.data))
            for picture in pictures
        ]
        self.lost |= {one.sha256 for picture, one in attached if picture.lost}
        return tuple(one for _, one in attached)

    def enrol(
        self, pictures: Sequence[Picture], identity: dict | None, **besides: dict
    ) -> None:
        """Write what was taken of the candidate."""
        attached = self.attach(pictures)
        self.pupil.record(Enrolment(attachments=attached, identity=identity, **besides))

    def stand(self, stand: Stand) -> None:
        """Write a phase."""
        self.move_to(stand.at)
        self.pupil.record(Phase(name=stand.name, by=stand.by, reason=stand.reason))

    def gap(self, absence: Absence) -> None:
        """Write a gap."""
        start, end = self.at(absence.start), self.at(absence.end)
        self.pupil.record(
            Gap(stream=absence.stream, start=start, end=end, reason=absence.reason)
        )

    def beat(
        self,
        unobserved: Sequence[Absence],
        paces: Sequence[dict] = (),
        given_up: Sequence[tuple[float, str]] = (),
    ) -> None:
        """Write a heartbeat; each of ``paces`` says ``at`` in seconds of the session."""
        intervals = tuple(
            Unobserved(
                stream=one.stream,
                start=self.at(one.start),
                end=self.at(one.end),
                reason=one.reason,
            )
            for one in unobserved
        )
        changes = [{**one, "at": self.at(one["at"])} for one in paces]
        unwatched = [{"at": self.at(at), "what": what} for at, what in given_up]
        self.pupil.record(
            Heartbeat(
                streams={},
                unobserved=intervals,
                queue={},
                machine={},
                detection={"changes": changes, "unwatched": unwatched}
                if changes or unwatched
                else None,
            )
        )

    async def deliver(self) -> None:
        """Hand everything in that is not lost and not there yet."""
        pupil = self.pupil
        while self.sent < len(pupil.records):
            batch = pupil.records[self.sent : self.sent + 64]
            pupil.take(await pupil.deliver(*batch))
            self.sent += len(batch)
        for name in pupil.blobs.keys() - self.lost - self.uploaded:
            pupil.take(await pupil.upload(name))
            self.uploaded.add(name)


async def film(
    client: httpx.AsyncClient,
    campus: Campus,
    code: str,
    reels: dict[str, Reel],
    script: Script,
) -> Filming:
    """Play a whole session."""
    filming = Filming(await redeem(client, code), campus.clock, reels)
    filming.pupil.open(
        build={"version": "0.1.0", "platform": "linux"},
        devices={name: f"a {name}" for name in script.streams},
        consent={"at": campus.clock(), "given": "before anything was recorded"},
        unwatched=("clipboard",),
    )
    if script.enrolled or script.identity:
        filming.enrol(script.enrolled, script.identity, **script.before)
    for stream in script.streams:
        filming.init(stream)
    for number in range(script.seconds // PIECE_S):
        if number in script.restarts:
            filming.restart(number)
            for stream in script.streams:
                filming.init(stream)
        play(filming, script, number)
    if script.closed:
        filming.pupil.close()
    await filming.deliver()
    return filming


def play(filming: Filming, script: Script, number: int) -> None:
    """Four seconds of a session."""
    start, end = number * PIECE_S, (number + 1) * PIECE_S
    for stand in script.phases:
        if start <= stand.at < end:
            filming.stand(stand)
    for index, scene in enumerate(script.scenes):
        if start <= scene.start < end:
            filming.move_to(scene.start)
            filming.scene(index, scene)
    filming.move_to(end)
    for stream in script.streams:
        if not any(
            one.stream == stream and one.start <= start < one.end for one in script.gaps
        ):
            filming.fragment(stream, number, lost=(stream, number) in script.lost)
    for gap in script.gaps:
        if start <= gap.start < end:
            filming.gap(gap)
    filming.beat(
        [one for one in script.unobserved if start <= one.start < end],
        [one for one in script.paces if start <= one["at"] < end],
        [one for one in script.given_up if one[0] < end],
    )
