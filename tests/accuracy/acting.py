"""What a candidate does before the camera, moment by moment, with the truth about it.

A ``Play`` grows as the functions here are called, one after the other. Each takes it on by
some seconds; those for which there should be an incident say so in ``truths``, from when to
when, by what they do, not by what any detector would say of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from accuracy.heads import Pose
from accuracy.held_hands import HeldAt

from recorder.detect.observations import Blindness
from shared.flags import Kind

# How long a view lasts while something moves: a picture of the slowest camera that is
# measured here.
STEP_S = 0.1

# A turn of the head takes 0.3 s, somebody who sits up or leaves is out of the picture in 0.8.
TURN_STEPS, WALK_STEPS = 3, 8

# Blinks last 0.1 to 0.4 s and come every 3 to 5 (Stern et al., 1984).
BLINK_S = 0.2

Thing = Literal["phone", "cup"]


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees. ``pose`` is ``None`` where nobody sits; ``who`` sits there (0 is
    the candidate); ``second`` is another person; ``hand`` is one of the candidate's, where it
    is in the picture; ``level`` and ``blur`` as in ``Camera``.
    """

    pose: Pose | None
    gaze: tuple[float, float] = (0.0, 0.0)
    lids: float = 1.0
    who: int = 0
    second: Pose | None = None
    thing: Thing | None = None
    hand: HeldAt | None = None
    covered: bool = False
    level: float = 1.0
    blur: float = 0.0


@dataclass(frozen=True, slots=True)
class Truth:
    """That an incident of this kind lasts from ``start`` to ``end``, seconds."""

    kind: Kind
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Unseen:
    """That nothing can be observed from ``start`` to ``end``, and why."""

    reason: Blindness
    start: float
    end: float


@dataclass(slots=True)
class Play:
    """What happens, in order, until ``now`` (seconds). ``sits`` is the candidate's posture."""

    dice: np.random.Generator
    sits: View
    now: float = 0.0
    truths: list[Truth] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    _starts: list[float] = field(default_factory=list)
    _views: list[View] = field(default_factory=list)

    def show(self, view: View, seconds: float = STEP_S) -> None:
        """Let the camera see this for so long."""
        self._starts.append(self.now)
        self._views.append(view)
        self.now += seconds

    def view_at(self, at: float) -> View:
        """What the camera sees at a time from 0 to ``now``."""
        return self._views[max(0, bisect_right(self._starts, at + 1e-9) - 1)]

    def mark(self, kind: Kind, start: float, end: float | None = None) -> None:
        """Say that an incident lasted from ``start`` until now."""
        self.truths.append(Truth(kind, start, self.now if end is None else end))

    def between(self, low: float, high: float) -> float:
        """A number by chance, to a tenth."""
        return round(float(self.dice.uniform(low, high)), 1)

    def side(self) -> int:
        """Left (-1) or right (1), by chance."""
        return 1 if self.dice.random() < 0.5 else -1


Act = Callable[[Play], None]


def facing(view: View, *, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> View:
    """With the head turned from where it sits."""
    pose = view.pose
    assert pose is not None
    turned = replace(pose, yaw=pose.yaw + yaw, pitch=pose.pitch + pitch, roll=pose.roll + roll)
    return replace(view, pose=turned)


def placed(view: View, x: float, y: float) -> View:
    """With the head elsewhere in the picture."""
    pose = view.pose
    assert pose is not None
    return replace(view, pose=replace(pose, x=x, y=y))


# What is innocent.


def settle(play: Play) -> None:
    """Sit a little otherwise than before."""
    pose = Pose(
        pitch=play.between(-3, 3),
        roll=play.between(-3, 3),
        distance_cm=play.between(52, 72),
        x=0.5 + play.between(-0.5, 0.5) / 10,
        y=0.48 + play.between(-0.4, 0.4) / 10,
    )
    play.sits = View(pose)


def work(play: Play, seconds: float) -> None:
    """Read and write on the screen: looks along lines, small turns of the head, blinks."""
    habits = [_looking_at(play, yaw, pitch) for yaw in (-8, 0, 8) for pitch in (-4, 2)]
    until, blink_at = play.now + seconds, play.now + play.between(1, 4)
    while until - play.now > 1e-6:
        habit = habits[int(play.dice.integers(len(habits)))]
        if play.now >= blink_at:
            play.show(replace(habit, lids=0.0), min(BLINK_S, until - play.now))
            blink_at = play.now + play.between(2, 6)
        play.show(habit, max(0.0, min(play.between(0.3, 1.5), until - play.now)))


def _looking_at(play: Play, yaw: float, pitch: float) -> View:
    """A place on the screen: a third of the way by the head, the rest by the eyes."""
    eyes = (round(yaw * 2 / 3, 1), round(pitch * 2 / 3, 1))
    return replace(facing(play.sits, yaw=yaw / 3, pitch=pitch / 3), gaze=eyes)


def glance(play: Play) -> None:
    """A look aside, too short to be an incident."""
    play.show(replace(play.sits, gaze=(play.side() * 25.0, 0.0)), play.between(0.4, 1.8))


def look_round(play: Play) -> None:
    """The head turned away, too short to be an incident."""
    _turned(play, play.side() * play.between(40, 50), 0.0, play.between(0.5, 1.2))


def sit_askew(play: Play) -> None:
    """The head turned by 20° while the eyes stay on the screen."""
    yaw = play.side() * 20.0
    view = replace(facing(play.sits, yaw=yaw), gaze=(-0.9 * yaw, 0.0))
    play.show(view, play.between(3, 8))


def look_at_keys(play: Play) -> None:
    """Down to the keyboard for a moment."""
    view = replace(facing(play.sits, pitch=-15), gaze=(0.0, -15.0))
    play.show(view, play.between(0.8, 2.2))


def lean(play: Play) -> None:
    """Nearer to the screen, farther from it, or to one side."""
    pose = play.sits.pose
    assert pose is not None
    to = replace(
        pose,
        distance_cm=play.between(42, 85),
        x=pose.x + play.between(-0.8, 0.8) / 10,
        roll=play.between(-12, 12),
    )
    play.show(replace(play.sits, pose=to), play.between(3, 8))


def drink(play: Play) -> None:
    """A cup before the mouth."""
    play.show(replace(play.sits, thing="cup"), play.between(1.5, 3))


def change_light(play: Play) -> None:
    """A cloud or a lamp: exposure falls or rises within a second, and comes back."""
    level = float(play.dice.choice([0.35, 0.55, 1.3, 1.5]))
    for share in (0.25, 0.5, 0.75):
        play.show(replace(play.sits, level=round(1 + share * (level - 1), 3)), 0.3)
    play.show(replace(play.sits, level=level), play.between(4, 8))
    play.show(replace(play.sits, level=round((1 + level) / 2, 3)), 0.3)


def flicker(play: Play) -> None:
    """A lamp that flickers by a few hundredths."""
    for _ in range(30):
        play.show(replace(play.sits, level=round(1 + 0.04 * play.side(), 3)))


def passer_by(play: Play) -> None:
    """Somebody crosses the room behind, in view for less than a second."""
    side = play.side()
    for step in range(8):
        x = 0.5 + side * (0.42 - 0.03 * step)
        second = Pose(yaw=-side * 50.0, distance_cm=260, x=x, y=0.33)
        play.show(replace(play.sits, second=second))


def scratch(play: Play) -> None:
    """The head tilted for a while."""
    play.show(facing(play.sits, roll=play.side() * play.between(10, 20)), play.between(1, 4))


INNOCENT: tuple[Act, ...] = (
    glance,
    look_round,
    sit_askew,
    look_at_keys,
    lean,
    drink,
    change_light,
    flicker,
    passer_by,
    scratch,
)


# Eyes turned down this far are on the desk, degrees.
NOTES_PITCH = -12.0

# What is innocent of somebody who writes by hand, and whose hands are seen: its own list, so
# that the hour stays what it was.


def read_notes(play: Play) -> None:
    """Down to a sheet before the keyboard, and up again before long."""
    view = replace(facing(play.sits, pitch=-12), gaze=(play.side() * 6.0, -12.0))
    play.show(view, play.between(1.0, 2.4))


def write_notes(play: Play) -> None:
    """Some words on a sheet beside the keyboard, with looks at the screen between; the hand
    that writes is in the picture's lower corner.
    """
    side = play.side()
    hand = HeldAt(play.between(10, 15), play.between(-27, -23), 30.0, side)
    down = replace(facing(play.sits, yaw=4.0 * side, pitch=-14), gaze=(6.0 * side, -12.0))
    for _ in range(int(play.dice.integers(2, 5))):
        play.show(replace(down, hand=hand), play.between(1.0, 2.4))
        play.show(replace(play.sits, hand=hand), play.between(1.2, 3.0))


def _hold(play: Play, aside: float, up: float, lean: float, seconds: float) -> None:
    """A hand comes up, stays there while the candidate reads on, and goes."""
    side = play.side()
    for low in (24.0, 10.0):
        raised = HeldAt(aside + low / 3, up - low, lean, side)
        play.show(replace(play.sits, hand=raised))
    held = replace(play.sits, hand=HeldAt(aside, up, lean, side))
    until = play.now + seconds
    while until - play.now > 1e-6:
        habit = _looking_at(play, play.between(-8, 8), play.between(-4, 2))
        look = replace(habit, hand=held.hand)
        play.show(look, max(0.0, min(play.between(0.4, 1.5), until - play.now)))


def scratch_ear(play: Play) -> None:
    """A hand at the ear, not for long."""
    _hold(play, play.between(8.5, 12), play.between(-7, -2), 10.0, play.between(0.8, 2.5))


def rest_chin(play: Play) -> None:
    """The chin on a hand while reading."""
    _hold(play, play.between(0, 2), play.between(-17, -14), 5.0, play.between(5, 15))


def prop_cheek(play: Play) -> None:
    """The cheek on a hand while reading, fingers towards the temple."""
    _hold(play, play.between(5.5, 8), play.between(-11, -8), 10.0, play.between(5, 15))


def raise_hand(play: Play) -> None:
    """A hand beside the head: a stretch, a wave."""
    _hold(play, play.between(19, 24), play.between(-10, 6), 0.0, play.between(1, 3))


def rub_eyes(play: Play) -> None:
    """A hand before the eyes for a moment."""
    _hold(play, play.between(0, 3), play.between(-2, 2), 5.0, play.between(0.8, 1.5))


def fold_hands(play: Play) -> None:
    """A hand before the chest while thinking."""
    _hold(play, play.between(4, 14), play.between(-26, -20), 25.0, play.between(5, 20))


AT_DESK: tuple[Act, ...] = (
    read_notes,
    write_notes,
    scratch_ear,
    rest_chin,
    prop_cheek,
    raise_hand,
    rub_eyes,
    fold_hands,
)


# What is an incident.


def leave(play: Play) -> None:
    """Turn, go out of the picture, stay away for 3 to 20 s, and come back."""
    _leave(play, play.between(3, 20))


def look_away(play: Play) -> None:
    """The head turned by 40 to 65° for 3 to 10 s."""
    _away(play, play.side() * play.between(40, 65), 0.0)


def bow(play: Play) -> None:
    """The head bowed to the lap for 3 to 10 s."""
    _away(play, 0.0, -play.between(42, 50))


def look_aside(play: Play) -> None:
    """The eyes aside by 22 to 32° for 4 to 10 s, the head still or a third of the way."""
    yaw = play.side() * play.between(22, 32)
    head = yaw / 3 if play.dice.random() < 0.5 else 0.0
    view = replace(facing(play.sits, yaw=head), gaze=(round(yaw - head, 1), 0.0))
    start = play.now
    play.show(view, play.between(4, 10))
    play.mark(Kind.GAZE_AWAY, start)


def second_face(play: Play) -> None:
    """Somebody comes beside the candidate for 2 to 10 s."""
    side, distance = play.side(), play.between(70, 120)
    beside = Pose(yaw=-side * 15.0, distance_cm=distance, x=0.5 + side * 0.36, y=0.42)
    outside = replace(beside, x=0.5 + side * 0.64)
    path = _path(outside, beside, 4)
    for pose in path:
        play.show(replace(play.sits, second=pose))
    # On the third step of four its middle is well inside.
    start = play.now - STEP_S
    play.show(replace(play.sits, second=beside), play.between(2, 10))
    for pose in reversed(path):
        play.show(replace(play.sits, second=pose))
    play.mark(Kind.MULTIPLE_FACES, start, play.now - 3 * STEP_S)


def cover(play: Play) -> None:
    """A hand or a sticker on the lens for 3 to 10 s."""
    start = play.now
    play.show(replace(play.sits, covered=True), play.between(3, 10))
    play.mark(Kind.CAMERA_BLOCKED, start)
    play.unseen.append(Unseen(Blindness.COVERED, start, play.now))


def swap(play: Play) -> None:
    """The candidate leaves, another person sits down for 10 to 20 s, the candidate is back."""
    _leave(play, play.between(4, 8), back=False)
    start = play.now
    work_as(play, who=1, seconds=play.between(10, 20))
    play.mark(Kind.IDENTITY_MISMATCH, start)
    _leave(play, play.between(7, 10), who=1)


def work_as(play: Play, who: int, seconds: float) -> None:
    """Work, for somebody else."""
    own, play.sits = play.sits, replace(play.sits, who=who)
    work(play, seconds)
    play.sits = own


def show_phone(play: Play) -> None:
    """A thing that the object model knows, in view for 3 to 8 s."""
    start = play.now
    play.show(replace(play.sits, thing="phone"), play.between(3, 8))
    play.mark(Kind.OBJECT_SEEN, start)


def glare(play: Play) -> None:
    """So bright that no face is found: not an incident, and not observed."""
    start = play.now
    play.show(replace(play.sits, level=18.0), play.between(4, 8))
    play.unseen.append(Unseen(Blindness.BRIGHT, start, play.now))


def blur(play: Play) -> None:
    """Far out of focus: not an incident, and not observed."""
    start = play.now
    play.show(replace(play.sits, blur=14.0), play.between(4, 8))
    play.unseen.append(Unseen(Blindness.BLURRED, start, play.now))


def _turned(play: Play, yaw: float, pitch: float, seconds: float) -> None:
    """Turn the head, hold it, and turn it back."""
    turning = [
        facing(play.sits, yaw=yaw * step / TURN_STEPS, pitch=pitch * step / TURN_STEPS)
        for step in range(1, TURN_STEPS)
    ]
    for view in turning:
        play.show(view)
    play.show(facing(play.sits, yaw=yaw, pitch=pitch), seconds)
    for view in reversed(turning):
        play.show(view)


def _away(play: Play, yaw: float, pitch: float) -> None:
    seconds = play.between(3, 10)
    start = play.now + (TURN_STEPS - 1) * STEP_S
    _turned(play, yaw, pitch, seconds)
    play.mark(Kind.LOOKING_AWAY, start, start + seconds)


def _leave(play: Play, seconds: float, *, back: bool = True, who: int = 0) -> None:
    """Go out sideways with the head turned there, or up; a face whose middle is outside is
    missing.
    """
    pose = play.sits.pose
    assert pose is not None
    upwards = play.dice.random() < 0.3
    side = play.side()
    gone = replace(pose, yaw=side * 40.0, x=0.5 + side * 0.85)
    if upwards:
        gone = replace(pose, pitch=20.0, y=-0.6)
    path = _path(pose, gone, WALK_STEPS)
    inside = sum(0 < step.x < 1 and 0 < step.y < 1 for step in path)
    leaving = replace(play.sits, who=who)
    for step in path:
        play.show(replace(leaving, pose=step))
    start = play.now - (len(path) - inside) * STEP_S
    play.show(replace(play.sits, pose=None), seconds)
    outside = (len(path) - inside) * STEP_S if back else 0.0
    play.mark(Kind.FACE_MISSING, start, play.now + outside)
    if back:
        for step in reversed(path):
            play.show(replace(play.sits, pose=step))


def _path(start: Pose, end: Pose, steps: int) -> list[Pose]:
    """From one pose to another, ``end`` included."""
    names = ("yaw", "pitch", "roll", "distance_cm", "x", "y")
    return [
        Pose(
            **{
                name: getattr(start, name)
                + (getattr(end, name) - getattr(start, name)) * step / steps
                for name in names
            }
        )
        for step in range(1, steps + 1)
    ]
