"""A hand held somewhere about a head: from centimetres to a drawing."""

from __future__ import annotations

from dataclasses import dataclass

from accuracy.heads import Pose
from support.drawn_hands import Hand

# From wrist to fingertip, cm.
HAND_CM = 18.0

# The focal length as a share of the picture's width, as heads are drawn.
FOCAL_SHARE = 0.9
WIDTH, HEIGHT = 640, 480

# A light hand.
SKIN = (224, 172, 138)


@dataclass(frozen=True, slots=True)
class HeldAt:
    """Where: the palm's middle from the head's origin, cm to the hand's own side and up;
    ``lean`` towards the head, degrees; ``side`` -1 in the picture's left, 1 in its right.
    """

    aside: float
    up: float
    lean: float
    side: int


def hand_at(held: HeldAt, pose: Pose, skin: tuple[int, int, int] = SKIN) -> Hand:
    """The hand of whoever sits so, in a picture of 640 by 480."""
    px_cm = FOCAL_SHARE * WIDTH / pose.distance_cm
    return Hand(
        x=pose.x * WIDTH + held.side * held.aside * px_cm,
        y=pose.y * HEIGHT - held.up * px_cm,
        length=HAND_CM * px_cm,
        angle=held.side * held.lean,
        left=held.side > 0,
        skin=skin,
    )
