"""Are faces found, whoever they belong to and however they are lit?

Single heads of every skin tone in every light, size and turn. Whether people who leave or
come are noticed in time is measured in ``comings``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from accuracy.comings import NOISE, scripted
from accuracy.grain import Grain
from accuracy.heads import Camera, Light, Pose, as_filmed, plain, room
from accuracy.photographs import graphs, heads, things
from accuracy.tables import Row, Table, rate
from rich.console import Console

from recorder.detect.face.faces import FaceAnalyzer

NS = 1_000_000_000
SIZE = (640, 480)


def measure(console: Console) -> list[Table]:
    """The tables of this part."""
    return [_single(console), _empty(), scripted(console)]


@dataclass(frozen=True, slots=True)
class Lit:
    """A light that a head is seen in; ``bright`` is a white wall behind it."""

    light: Light
    level: float = 1.0
    bright: bool = False


LIGHTS = {
    "day": Lit(Light()),
    "a lamp from the side": Lit(Light(yaw=75, even=0.3)),
    "a tenth of the light": Lit(Light(), level=0.1),
    "a thirtieth of the light": Lit(Light(), level=0.03),
    "a bright window behind": Lit(Light(yaw=180, even=0.12), bright=True),
}
TONES = range(1, 11)
HEADS_EACH = 24
EMPTY_ROOMS = 40

SIZES = ((60, 90), (90, 130), (130, 200))

# Pictures that a face has to be found in, at ten a second: the half second that is allowed.
LOOKS = 6

# Rendered heads have faces of 10,500 pixels over their distance in cm at this size.
_PX_CM = 10_500.0


@dataclass(frozen=True, slots=True)
class Tried:
    """One head: what it was like, and whether it was found."""

    tone: int
    light: str
    face_px: float
    yaw: float
    found: bool


def _single(console: Console) -> Table:
    dice = np.random.default_rng(21)
    tried: list[Tried] = []
    for tone, light in product(TONES, LIGHTS):
        tried += [_try(tone, light, number, dice) for number in range(HEADS_EACH)]
    console.print(f"{len(tried)} heads of {len(TONES)} tones in {len(LIGHTS)} lights")
    return Table(
        "Faces: one head, by skin tone and light",
        (
            *(_missed(f"tone {tone}", [x for x in tried if x.tone == tone]) for tone in TONES),
            *(_missed(light, [x for x in tried if x.light == light]) for light in LIGHTS),
            *(
                _missed(f"{low} to {top} pixels", [x for x in tried if low <= x.face_px < top])
                for low, top in SIZES
            ),
            *_worst(tried),
            _spread("largest difference between tones", tried, lambda one: one.tone),
            _spread("largest difference between lights", tried, lambda one: one.light),
        ),
        "Rendered heads, tones 1 to 10 of Monk's scale, faces of 60 to 200 pixels at 640x480, "
        "turned up to 40°; missed when half a second of pictures does not show exactly one "
        "face. Of the pairs of tone and light those with a miss are listed. The same few "
        "photographs lie under every tone: bone and features do not vary as colour does.",
    )


def _worst(tried: list[Tried]) -> Iterator[Row]:
    for tone, light in product(TONES, LIGHTS):
        pair = [one for one in tried if (one.tone, one.light) == (tone, light)]
        if not all(one.found for one in pair):
            yield _missed(f"tone {tone}, {light}", pair)


def _try(tone: int, light: str, number: int, dice: np.random.Generator) -> Tried:
    lit, face_px = LIGHTS[light], float(dice.uniform(60, 200))
    pose = Pose(
        yaw=float(dice.uniform(-40, 40)),
        pitch=float(dice.uniform(-15, 15)),
        roll=float(dice.uniform(-12, 12)),
        distance_cm=_PX_CM / face_px,
        x=float(dice.uniform(0.35, 0.65)),
    )
    behind = plain(*SIZE, 245) if lit.bright else room(*SIZE, dice)
    head = heads()[number % len(heads())]
    picture = head.render(pose, tone=tone, light=lit.light, into=behind)
    analyzer = FaceAnalyzer(graphs())
    exposed = as_filmed(picture, Camera(level=lit.level), dice)
    faces = [
        analyzer.observe(_grain().on(exposed), look * NS // 10).faces for look in range(LOOKS)
    ]
    return Tried(tone, light, face_px, pose.yaw, faces[-1] == 1)


@cache
def _grain() -> Grain:
    return Grain(NOISE, SIZE, np.random.default_rng(22))


def _empty() -> Table:
    """Rooms and things without a face in them, in every light."""
    dice, rows = np.random.default_rng(23), []
    for name, level in (("day", 1.0), ("a tenth of the light", 0.1), ("a thirtieth", 0.03)):
        for what, pictures in (
            ("rooms", [room(*SIZE, dice) for _ in range(EMPTY_ROOMS)]),
            ("pictures of things", [*things()]),
        ):
            wrong = 0
            for picture in pictures:
                exposed = as_filmed(picture, Camera(level=level), dice)
                analyzer = FaceAnalyzer(graphs())
                looks = range(2 * LOOKS)
                seen = [analyzer.observe(_grain().on(exposed), at * NS // 10) for at in looks]
                wrong += any(one.faces for one in seen)
            rows.append(rate(f"a face seen in {what}, {name}", wrong, len(pictures), 0.02))
    return Table(
        "Faces: where there is none",
        tuple(rows),
        "1.2 s of pictures each; every view and brightness is tried in that time.",
    )


def _missed(what: str, tried: list[Tried]) -> Row:
    return rate(f"missed, {what}", sum(not one.found for one in tried), len(tried))


def _spread(what: str, tried: list[Tried], group: Callable[[Tried], object]) -> Row:
    """By how much the miss rates of groups differ at most, with a bootstrap's interval."""
    groups: dict[object, list[bool]] = defaultdict(list)
    for one in tried:
        groups[group(one)].append(not one.found)
    value = _range([np.array(missed) for missed in groups.values()])
    dice = np.random.default_rng(0)
    drawn = [
        _range([dice.choice(np.array(missed), len(missed)) for missed in groups.values()])
        for _ in range(500)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    points = f"{len(groups)} groups, {len(tried):,} heads"
    return Row(what, f"{value:.3f}", f"{low:.3f} … {high:.3f}", points, "≤ 0.01", value <= 0.01)


def _range(groups: list[np.ndarray]) -> float:
    rates = [float(group.mean()) for group in groups]
    return max(rates) - min(rates)
