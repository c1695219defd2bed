"""What is kept around an incident besides the streams: a picture at once, a clip soon after.

Of faces, objects and voices the camera's; of windows and programs the screen's, which has no
clip: its stream holds every change already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recorder.capture.frames import StreamName
from recorder.capture.pump import CapturePump
from recorder.detect.observations import Incident
from recorder.evidence.allowance import Allowance
from recorder.evidence.clips import Around, ClipMaker, LeftOut, Own, Within
from recorder.evidence.drafts import Attachment
from recorder.evidence.encode_clip import ClipMedia
from recorder.evidence.recent import NS, RecentPictures, RecentSound
from recorder.evidence.snapshots import camera_snapshot, screen_snapshot
from shared.flags import Group, Kind, Severity
from shared.policy import Policy

NS_PER_US = 1_000

# What snapshots may add to the streams on average, 4 kbit/s (of the 12 that budget and
# default streams leave, clips take the rest), and a burst of a dozen.
SNAPSHOT_BYTE_S = 500
SNAPSHOT_BURST = 500_000

NO_CLIPS = "this session makes no clips"
TOO_MANY = "more pictures than may be sent in a while"

# The groups that the camera shows, and one kind of another.
_SEEN_BY_CAMERA = frozenset({Group.FACE, Group.OBJECTS, Group.VOICE})
_CAMERA_KINDS = frozenset(
    {*(kind for kind in Kind if kind.group in _SEEN_BY_CAMERA), Kind.VIRTUAL_CAMERA}
)
_SCREEN_KINDS = frozenset(
    {
        Kind.WINDOW_SWITCH,
        Kind.FULLSCREEN_EXIT,
        Kind.PROHIBITED_PROCESS,
        Kind.CLIPBOARD,
        Kind.DISPLAY_CHANGE,
        Kind.REMOTE_SESSION,
        Kind.SCREEN_CAPTURE,
    }
)

# The end of a session waits for its last clip for so long: encoding what is left takes
# some 0.3 s, on a machine under full load ten times as long.
FINISH_BOUND_S = 4.0


@dataclass(frozen=True, slots=True)
class Illustration:
    """What an incident's first record bears: attachments, and what its detail says of them."""

    attachments: tuple[Attachment, ...] = ()
    detail: Mapping[str, object] = field(default_factory=dict[str, object])
    clip_follows: bool = False


# An incident's id, its clip, and what its detail says of it.
Attach = Callable[[str, tuple[Attachment, ...], Mapping[str, object]], None]


class Surroundings:
    """Takes pictures at onsets, and has clips made. One caller at a time asks at onsets."""

    def __init__(
        self,
        policy: Policy,
        pumps: Mapping[StreamName, CapturePump[Any]],
        attach: Attach,
        clock: Callable[[], int],
    ) -> None:
        """Look at what ``pumps`` read.

        Args:
            policy: what clips are wanted, and how grave each kind may become.
            pumps: the streams that are recorded.
            attach: takes a clip when it is made; called on another thread.
            clock: the evidence clock, nanoseconds.
        """
        self._policy = policy
        self._pumps = pumps
        self._attach = attach
        self._clock = clock
        self._allowance = Allowance(SNAPSHOT_BYTE_S, SNAPSHOT_BURST)
        self._pictures: RecentPictures | None = None
        self._sound: RecentSound | None = None
        self._clips = self._maker()

    def _maker(self) -> ClipMaker | None:
        wanted = self._policy.clips
        if not wanted.enabled or wanted.before_s + wanted.after_s == 0:
            return None
        keep_ns = round(wanted.before_s * NS)
        if "camera" in self._pumps:
            self._pictures = RecentPictures(keep_ns, wanted.fps)
        if "microphone" in self._pumps:
            self._sound = RecentSound(keep_ns)
        if self._pictures is None and self._sound is None:
            return None
        return ClipMaker(wanted, self._pictures, self._sound, self._made, self._clock)

    def start(self) -> None:
        """Hold the last seconds from now on."""
        if self._clips is None:
            return
        if self._pictures is not None:
            self._pumps["camera"].add_sink(self._pictures.take)
        if self._sound is not None:
            self._pumps["microphone"].add_sink(self._sound.take)
        self._clips.start()

    def finish(self) -> bool:
        """Hand over the clip that is being made with what it has; whether that was in time."""
        return self._clips is None or self._clips.finish(FINISH_BOUND_S)

    def at_onset(self, incident: Incident) -> Illustration:
        """Take the picture of an incident that has just become certain, and order its clip."""
        now_ns = self._clock()
        attachments, said = self._snapshot(incident.kind, now_ns)
        detail: dict[str, object] = {"snapshot": {"left_out": said}} if said else {}
        if self._clips is None or not self._has_clip(incident.kind, incident.severity):
            return Illustration(attachments, detail)
        match self._clips.around(incident.id, now_ns):
            case Own():
                return Illustration(attachments, detail, clip_follows=True)
            case Within(other):
                return Illustration(attachments, {**detail, "clip": {"incident": other}})
            case LeftOut(why):
                return Illustration(attachments, {**detail, "clip": {"left_out": why}})

    def on_request(self, incident: str) -> Around:
        """Order a clip around now, to be attached to this incident; what comes of it."""
        if self._clips is None:
            return LeftOut(NO_CLIPS)
        return self._clips.around(incident, self._clock())

    def _snapshot(self, kind: Kind, now_ns: int) -> tuple[tuple[Attachment, ...], str]:
        """The picture, if there is one to take, or why it was left out."""
        stream: StreamName = "screen" if kind in _SCREEN_KINDS else "camera"
        pump = self._pumps.get(stream)
        newest = pump.latest() if pump else None
        if kind not in _CAMERA_KINDS | _SCREEN_KINDS or newest is None:
            return (), ""
        if self._allowance.left(now_ns) <= 0:
            return (), TOO_MANY
        take = screen_snapshot if stream == "screen" else camera_snapshot
        picture = take(newest.image)
        self._allowance.spend(len(picture.data), now_ns)
        return (picture,), ""

    def _has_clip(self, kind: Kind, severity: Severity) -> bool:
        """Whether an incident is, or may become, grave enough for a clip."""
        gravest = max(
            (severity, self._policy.rule(kind).escalate_to or severity), key=lambda s: s.rank
        )
        return kind in _CAMERA_KINDS and gravest.rank >= self._policy.clips.severity.rank

    def _made(self, incident: str, clip: ClipMedia | LeftOut) -> None:
        match clip:
            case ClipMedia():
                span = {
                    "start": clip.begins_ns // NS_PER_US,
                    "end": clip.ends_ns // NS_PER_US,
                }
                attachment = Attachment("clip", clip.media_type, clip.data)
                self._attach(incident, (attachment,), {"clip": span})
            case LeftOut(why):
                self._attach(incident, (), {"clip": {"left_out": why}})
