"""Is what could not be observed said, and is what could be observed left alone?

Every row plays a few seconds of pictures to the real analyser and takes its last word. A
picture that grows worse must be *seen* or *declared*: a face that is lost without a reason
would be an absence that never was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial

import cv2
import numpy as np
from accuracy.grain import Grain
from accuracy.heads import Camera, Light, Picture, Pose, as_filmed, room
from accuracy.photographs import framed, graphs, heads, photographs
from accuracy.sprites import Sprite, cut_out
from accuracy.tables import Row, Table, rate, share
from numpy.typing import NDArray
from rich.console import Console

from recorder.detect.face.faces import FaceAnalyzer
from recorder.detect.observations import NOT_LIVE, Blindness, FaceObservation
from recorder.detect.picture.repeats import RepeatWatch
from recorder.detect.picture.visibility import look_at

FPS, SECONDS = 8, 2.5
SIZE = (640, 480)
NOISE = 2.0

# How often each camera that is not live, or nearly, is played, with other noise each time.
SEEDS = 5

# What nobody can tell from another: a dark room and a lid on the lens.
NOTHING = frozenset({Blindness.COVERED, Blindness.DARK})

Spoil = Callable[[Picture, np.random.Generator], Picture]


@dataclass
class Count:
    """How often something was so."""

    hits: int = 0
    of: int = 0

    def add(self, hit: bool) -> None:
        self.hits += hit
        self.of += 1


@dataclass
class Ladder:
    """What became of one strength: the face was seen, its loss declared, or neither."""

    seen: Count = field(default_factory=Count)
    declared: Count = field(default_factory=Count)
    silent: Count = field(default_factory=Count)


def measure(console: Console) -> list[Table]:
    """The tables of this part."""
    scenes = list(_scenes())
    console.print(f"{len(scenes)} scenes from {len(photographs())} photographs")
    return [_good(scenes), _worse(scenes), _framing(), _repeats()]


def _scenes() -> Iterator[Picture]:
    """One person each: photographs at two sizes, and rendered heads in rooms."""
    for photo in photographs().values():
        yield from (framed(photo, face_px) for face_px in (80, 150))
    dice = np.random.default_rng(11)
    for number, tone in enumerate((2, 5, 7, 9, 10)):
        head = heads()[number % len(heads())]
        pose = Pose(yaw=float(dice.uniform(-20, 20)), distance_cm=float(dice.uniform(50, 90)))
        light = Light(yaw=float(dice.uniform(-60, 60)), even=0.6)
        yield head.render(pose, tone=tone, light=light, into=room(*SIZE, dice))


def _played(
    scene: Picture, spoil: Spoil | None, seed: int, seconds: float = SECONDS
) -> list[FaceObservation]:
    """The observations of someone who moves a little, under noise."""
    dice, analyzer = np.random.default_rng(seed), FaceAnalyzer(graphs())
    spoiled = spoil(scene, dice) if spoil else scene
    seen = []
    for number in range(round(seconds * FPS)):
        picture = _grain().on(_swayed(spoiled, number))
        seen.append(analyzer.observe(picture, number * 1_000_000_000 // FPS))
    return seen


@cache
def _grain() -> Grain:
    return Grain(NOISE, SIZE, np.random.default_rng(12))


def _swayed(scene: Picture, number: int) -> Picture:
    shift = np.array([[1, 0, 3 * np.sin(number / 4)], [0, 1, 2 * np.sin(number / 6)]])
    size = (scene.shape[1], scene.shape[0])
    return np.asarray(
        cv2.warpAffine(scene, shift, size, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _exposed(level: float) -> Spoil:
    return lambda picture, dice: as_filmed(picture, Camera(level=level), dice)


def _blurred(sigma: float) -> Spoil:
    return lambda picture, dice: as_filmed(picture, Camera(blur=sigma), dice)


def _grey(picture: Picture, _dice: np.random.Generator) -> Picture:
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.repeat(np.asarray(luma, np.uint8)[..., None], 3, axis=2)


def _good(scenes: list[Picture]) -> Table:
    """Good pictures: nothing may be declared, and the face must be seen."""
    looks: dict[str, Spoil | None] = {
        "as they are": None,
        "a third of the light": _exposed(0.3),
        "a tenth of the light": _exposed(0.1),
        "a thirtieth of the light": _exposed(0.03),
        "twice the light": _exposed(2.0),
        "a little out of focus (1 pixel)": _blurred(1.0),
        "mirrored": lambda picture, _dice: np.ascontiguousarray(picture[:, ::-1]),
        "grey (infrared)": _grey,
    }
    rows: list[Row] = []
    for name, spoil in looks.items():
        wrong, seen = Count(), Count()
        for number, scene in enumerate(scenes):
            played = _played(scene, spoil, number)
            wrong.add(any(one.blind for one in played))
            seen.add(played[-1].faces == 1)
        rows.append(rate(f"{name}: anything declared", wrong.hits, wrong.of, 0.02))
        rows.append(share(f"{name}: the face seen at the end", seen.hits, seen.of, 0.98))
    return Table(
        "Unobservable: good pictures",
        tuple(rows),
        f"{SECONDS:g} s each at {FPS} pictures a second with sensor noise of {NOISE:g} levels.",
    )


def _worse(scenes: list[Picture]) -> Table:
    """Pictures that grow worse: each must be seen or declared."""
    ladders: dict[str, tuple[dict[str, Spoil], frozenset[Blindness]]] = {
        "darker": (
            {f"1/{round(1 / level)}": _exposed(level) for level in (0.01, 0.004, 0.0015)},
            NOTHING,
        ),
        "brighter": (
            {f"{level:g} times": _exposed(level) for level in (4, 8, 16, 32)},
            frozenset({Blindness.BRIGHT, Blindness.COVERED}),
        ),
        "out of focus": (
            {f"{sigma} pixels": _blurred(sigma) for sigma in (4, 8, 12, 18)},
            frozenset({Blindness.BLURRED, Blindness.COVERED}),
        ),
        "covered": (_covers(), frozenset({Blindness.COVERED})),
    }
    rows: list[Row] = []
    for name, (strengths, expected) in ladders.items():
        for strength, spoil in strengths.items():
            ladder = Ladder()
            for number, scene in enumerate(scenes):
                _judge(ladder, _played(scene, spoil, number)[-1], expected)
            what = f"{name}, {strength}"
            rows.append(share(f"{what}: declared", ladder.declared.hits, ladder.declared.of))
            rows.append(
                rate(
                    f"{what}: neither seen nor declared",
                    ladder.silent.hits,
                    ladder.silent.of,
                    0.02,
                )
            )
    return Table(
        "Unobservable: pictures that grow worse",
        tuple(rows),
        "Declared is as it should be: a picture whose face is still seen need not be. A dark "
        "room and a lid on the lens are one thing to a camera; either name counts.",
    )


def _judge(ladder: Ladder, last: FaceObservation, expected: frozenset[Blindness]) -> None:
    declared = last.blind in expected
    ladder.declared.add(declared)
    ladder.seen.add(last.faces == 1)
    ladder.silent.add(not declared and last.faces != 1)


def _covers() -> dict[str, Spoil]:
    height, width = SIZE[1], SIZE[0]
    round_off = np.hypot(*np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j])[..., None]
    finger = np.array([70.0, 22.0, 18.0]) * (1 - 0.12 * round_off)

    def by(colours: NDArray[np.float64]) -> Spoil:
        covered = np.broadcast_to(colours, (height, width, 3)).astype(np.uint8)
        return lambda _picture, _dice: covered

    return {
        "a lid": by(np.zeros(3)),
        "a finger": by(finger),
        "a strip of white paper": by(np.full(3, 215.0)),
    }


def _framing() -> Table:
    """Faces that are small, cut or upside down."""
    dice, rows = np.random.default_rng(5), []
    small: dict[str, tuple[tuple[float, float], bool]] = {
        "a face of 25 to 35 pixels": ((300, 400), True),
        "a face of 50 to 60 pixels": ((165, 200), False),
    }
    for name, (distances, wanted) in small.items():
        said = Count()
        for number in range(24):
            pose = Pose(yaw=float(dice.uniform(-20, 20)), distance_cm=dice.uniform(*distances))
            last = _played(_rendered(number, pose, dice), None, number)[-1]
            if last.faces:
                said.add(last.blind is Blindness.FACE_SMALL)
        rows.append(
            share(f"{name}: declared small", said.hits, said.of, 0.95)
            if wanted
            else rate(f"{name}: declared small", said.hits, said.of, 0.02)
        )
    for name, places, wanted in (
        ("a third of the face outside", (0.055, 0.065), True),
        ("the whole face just inside", (0.18, 0.24), False),
    ):
        said = Count()
        for number in range(24):
            pose = Pose(distance_cm=55, x=float(dice.uniform(*places)))
            last = _played(_rendered(number, pose, dice), None, number)[-1]
            if last.faces:
                said.add(last.blind is Blindness.FACE_CUT)
        rows.append(
            share(f"{name}: declared cut", said.hits, said.of, 0.95)
            if wanted
            else rate(f"{name}: declared cut", said.hits, said.of, 0.02)
        )
    return Table(
        "Unobservable: faces in the frame",
        (*rows, *_upside_down(dice)),
        "Of the faces that are found at all. An upside down camera is looked for every 2 s.",
    )


def _rendered(number: int, pose: Pose, dice: np.random.Generator) -> Picture:
    head = heads()[number % len(heads())]
    return head.render(pose, tone=1 + number % 10, into=room(*SIZE, dice))


def _upside_down(dice: np.random.Generator) -> Iterator[Row]:
    turned, upright = Count(), Count()
    for number in range(20):
        pose = Pose(yaw=float(dice.uniform(-20, 20)), distance_cm=float(dice.uniform(50, 110)))
        scene = _rendered(number, pose, dice)
        last = _played(np.ascontiguousarray(scene[::-1, ::-1]), None, number, 4.5)[-1]
        turned.add(last.blind is Blindness.UPSIDE_DOWN)
        profile = Pose(yaw=float(dice.choice([-70, 70])), distance_cm=60)
        played = _played(_rendered(number, profile, dice), None, number, 4.5)
        upright.add(any(one.blind is Blindness.UPSIDE_DOWN for one in played))
    yield share("a camera upside down: declared", turned.hits, turned.of, 0.95)
    yield rate("a profile: declared upside down", upright.hits, upright.of, 0.02)


def _repeats() -> Table:
    """Frozen and looped cameras, and live ones that are nearly as still."""
    sprite = cut_out(heads()[0], Pose(distance_cm=60), size=(160, 120))
    loops = {
        f"a loop of {seconds} s": partial(_loop, sprite, seconds) for seconds in (2, 10, 60)
    }
    loops["a loop of 10 s there and back"] = partial(_there_and_back, sprite, 10)
    loops["a loop of 10 s, encoded anew"] = partial(_loop, sprite, 10, 0.2)
    rows: list[Row] = []
    for name, pictures in loops.items():
        found = Count()
        for seed in range(SEEDS):
            *_, last = _liveness(pictures(seed=seed), 30)
            found.add(last is Blindness.REPEATED)
        rows.append(share(f"{name}: declared repeated", found.hits, found.of, 1.0))
    frozen = Count()
    for seed in range(20):
        still = next(_live(sprite, 1, seed))
        *_, last = _liveness(iter([still] * 90), 30)
        frozen.add(last is Blindness.FROZEN)
    rows.append(share("a picture frozen for 3 s: declared", frozen.hits, frozen.of, 1.0))
    lives = {f"60 s live, noise {noise:g}": (noise, 1, 30) for noise in (0.5, 1.0, 3.0)}
    lives |= {"60 s live, 5 a second, each six times": (NOISE, 6, 5)}
    lives |= {"60 s live, 1 a second, each thirty times": (NOISE, 30, 1)}
    for name, (noise, times, fps) in lives.items():
        wrong = Count()
        for seed in range(SEEDS):
            pictures = _live(sprite, 60 * fps, seed, noise, times)
            wrong.add(any(one in NOT_LIVE for one in _liveness(pictures, 30)))
        rows.append(rate(f"{name}: declared either", wrong.hits, wrong.of, 0.0))
    return Table(
        "Unobservable: cameras that are not live",
        tuple(rows),
        "A head that breathes in a still room at 30 pictures a second; played twice over "
        "where it is a loop. Real cameras smooth their noise in ways that this one does not.",
    )


def _live(
    sprite: Sprite, count: int, seed: int, noise: float = NOISE, times: int = 1
) -> Iterator[Picture]:
    dice, size = np.random.default_rng(seed), (sprite.cover.shape[1], sprite.cover.shape[0])
    back, grain = room(*size, dice), Grain(noise, size, dice)
    for number in range(count):
        moved = sprite.put(back, 2 * np.sin(number / 30), np.sin(number / 20))
        picture = grain.on(moved)
        yield from [picture] * times


def _loop(
    sprite: Sprite, seconds: int, changed: float = 0.0, seed: int = 0
) -> Iterator[Picture]:
    once = list(_live(sprite, seconds * 30, seed))
    dice = np.random.default_rng(seed + 100)
    yield from once
    for picture in once[:150] if seconds > 5 else once * 3:
        noise = Camera(noise=changed)
        yield as_filmed(picture, noise, dice) if changed else picture


def _there_and_back(sprite: Sprite, seconds: int, seed: int = 0) -> Iterator[Picture]:
    once = list(_live(sprite, seconds * 30, seed))
    yield from once
    yield from once[-2:0:-1]


def _liveness(pictures: Iterator[Picture], fps: int) -> Iterator[Blindness | None]:
    watch = RepeatWatch()
    for number, picture in enumerate(pictures):
        live = watch.step(number * 1_000_000_000 // fps, picture, look_at(picture).luma)
        if live.frozen:
            yield Blindness.FROZEN
        else:
            yield None if live.loop_s is None else Blindness.REPEATED
