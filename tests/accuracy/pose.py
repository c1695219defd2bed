"""How far head pose is from the truth: heads drawn at known poses, photographs turned by
known angles, pictures beside their mirror images.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from accuracy.heads import FOCAL_SHARE, Camera, Head, Light, Picture, Pose, as_filmed, room
from accuracy.meshes import Shape
from accuracy.photographs import MEDIA, framed, graphs, photographs
from accuracy.tables import Row, Table, mean_error, rate
from numpy.typing import NDArray
from rich.console import Console

from recorder.detect.face.face_model import DEPTH_SHOWN
from recorder.detect.face.faces import FaceAnalyzer
from recorder.detect.observations import FaceObservation

# Within these the requirement holds, degrees.
YAW_DEG, PITCH_DEG = 45.0, 25.0
MOST_YAW_PITCH, MOST_ROLL, MOST_MIRRORED = 3.0, 2.0, 1.0

# Pictures of one row.
PICTURES = 120
SIZE = (640, 480)

# The mesh settles on a face within three pictures.
SETTLE, PICTURE_NS = 3, 33_000_000

# The share of depth that the mesh shows (``face_model.DEPTH_SHOWN``) was fitted to heads from
# these; the others have had no part in it.
FITTED_ON = ("astronaut", "admiral")


@dataclass(frozen=True, slots=True)
class Condition:
    """What differs in one row of a table; functions draw a value for each picture."""

    what: str
    average: bool = True
    shapes: tuple[Shape, ...] = (Shape(),)
    distance_cm: tuple[float, float] = (45.0, 70.0)
    place: float = 0.08
    roll: float = 15.0
    light: Callable[[np.random.Generator], Light] = field(default=lambda _: Light())
    camera: Camera = field(default_factory=Camera)
    tones: tuple[int | None, ...] = (None,)
    focal: tuple[float, float] = (FOCAL_SHARE, FOCAL_SHARE)


CONDITIONS = (
    Condition("average face"),
    Condition("own face, as the model fits it to the photograph", average=False),
    Condition("narrower and wider by 10 %", shapes=(Shape(width=0.9), Shape(width=1.1))),
    Condition("lower and higher by 10 %", shapes=(Shape(height=0.9), Shape(height=1.1))),
    Condition("nose shorter and longer by 10 %", shapes=(Shape(nose=0.9), Shape(nose=1.1))),
    Condition("35 to 45 cm away", distance_cm=(35, 45)),
    Condition("90 to 120 cm away", distance_cm=(90, 120)),
    Condition("anywhere in the picture", place=0.28),
    Condition("cameras of 55 to 75° width", focal=(0.65, 0.95)),
    Condition("lamp at the side", light=lambda d: Light(d.choice([-70, 70]), 10, 0.3)),
    Condition("a tenth of the light, noise of 8 levels", camera=Camera(0.1, 0.0, 8.0)),
    Condition("twice the light", camera=Camera(2.0)),
    Condition("blur of 2 pixels", camera=Camera(1.0, 2.0)),
    Condition("noise of 15 levels", camera=Camera(1.0, 0.0, 15.0)),
    Condition("skin tones 1 to 3", tones=(1, 2, 3)),
    Condition("skin tones 4 to 7", tones=(4, 5, 6, 7)),
    Condition("skin tones 8 to 10", tones=(8, 9, 10)),
)


def measure(console: Console) -> list[Table]:
    """Every condition on heads that had no part in the fit, then the fitted ones."""
    held_out = [photo for name, photo in portraits().items() if name not in FITTED_ON]
    fitted = [photo for name, photo in portraits().items() if name in FITTED_ON]
    rows: list[Row] = []
    for number, condition in enumerate(CONDITIONS):
        console.print(f"pose: {condition.what}")
        rows += drawn_rows(condition, held_out or fitted, PICTURES, number)
    rows += drawn_rows(
        Condition("the photographs the depth was fitted on"), fitted, PICTURES, 99
    )
    return [
        Table(
            "Head pose, drawn heads",
            tuple(rows),
            _NOTE.format(
                heads=len(held_out or fitted),
                pictures=PICTURES,
                yaw=YAW_DEG,
                pitch=PITCH_DEG,
                depth=DEPTH_SHOWN,
            ),
        ),
        Table("Head pose, photographs", tuple(_photograph_rows()), _PHOTO_NOTE),
    ]


_NOTE = (
    "Heads from {heads} photographs, yaw within ±{yaw:.0f}°, pitch within ±{pitch:.0f}°, roll "
    "within ±15°, each row another {pictures} pictures through the whole analyser. The drawn "
    "head is the very mesh whose landmarks are looked for, which no living face is: the rows "
    "of other shapes say what that hides. The mesh turns less than the head (by a tenth in "
    "yaw and a fifth in pitch). Tried: the canonical face as it is (errors of 2.5° and 3.2°), "
    "landmark positions and weights learnt from drawn heads (2.1° and 3.2°), all 468 landmarks "
    "(2.5° and 2.9°), the mesh's own depth (3.5° and 2.5°). Taken: {depth:g} of its depth, one "
    "number, fitted to two other photographs (1.7° and 2.7°). Whether the mesh of living faces "
    "turns as much too little is not known: no photograph here has a known yaw or pitch. Pitch "
    "is too high by 0.4° on average of the fitted heads, and 1.5° of the others, which is half "
    "of its error; detection counts from a neutral pose that is learnt."
)
_PHOTO_NOTE = (
    "Roll: photographs turned by up to 30°, against the same photograph upright. Mirrored: "
    "|yaw + yaw of the mirror image|, photographs and drawn heads at any pose. On other drawn "
    "heads the sum is 0.5° on average and spreads by 1.7°, with the head and the pose: no "
    "constant and no slope in yaw, pitch or roll takes away more than a tenth of it. What is "
    "left is the mesh's own; to fit it twice, mirrored too, would double a picture's cost."
)


@cache
def portraits() -> dict[str, Picture]:
    """One picture of each face there is, by name."""
    found = dict(photographs())
    admiral = _sample("grace_hopper.jpg")
    if admiral is not None:
        found["admiral"] = admiral
    both = cv2.imread(str(MEDIA / "faces_two_people.jpg"))
    if both is not None:
        left = np.ascontiguousarray(both[:, : both.shape[1] // 2, ::-1])
        found["left of two"] = np.asarray(left, np.uint8)
    first = _first_picture(MEDIA / "gaze_center_left_center.mp4")
    return found if first is None else found | {"clip": first}


def drawn_rows(
    condition: Condition, photos: Sequence[Picture], pictures: int, seed: int
) -> list[Row]:
    """The errors of yaw, pitch and roll in one condition, and how often there was no pose."""
    errors = list(drawn(condition, photos, pictures, seed))
    found = np.array([error for error in errors if error is not None])
    required = MOST_YAW_PITCH, MOST_YAW_PITCH, MOST_ROLL
    rows = [
        mean_error(f"{angle}, {condition.what}", list(found[:, column]), "°", required[column])
        for column, angle in enumerate(("yaw", "pitch", "roll"))
    ]
    missed = len(errors) - len(found)
    return [*rows, rate(f"no pose, {condition.what}", missed, len(errors))]


def drawn(
    condition: Condition, photos: Sequence[Picture], pictures: int, seed: int
) -> Iterator[NDArray[np.float64] | None]:
    """Errors of yaw, pitch and roll picture by picture; ``None`` where no pose was given."""
    dice = np.random.default_rng(seed)
    heads = [
        Head(photo, graphs(), average=condition.average, shape=shape)
        for photo in photos
        for shape in condition.shapes
    ]
    for number in range(pictures):
        pose = _pose(condition, dice)
        picture = heads[number % len(heads)].render(
            pose,
            light=condition.light(dice),
            tone=condition.tones[int(dice.integers(len(condition.tones)))],
            into=room(*SIZE, dice),
            focal_share=dice.uniform(*condition.focal),
        )
        seen = settled(as_filmed(picture, condition.camera, dice))
        if seen.yaw is None or seen.pitch is None or seen.roll is None:
            yield None
        else:
            yield np.array(
                [seen.yaw - pose.yaw, seen.pitch - pose.pitch, seen.roll - pose.roll]
            )


def settled(picture: Picture) -> FaceObservation:
    """What the analyser says once it follows the face."""
    analyzer = FaceAnalyzer(graphs())
    seen = analyzer.observe(picture, 0)
    for number in range(1, SETTLE):
        seen = analyzer.observe(picture, number * PICTURE_NS)
    return seen


def rolled(photo: Picture, degrees: float) -> Picture:
    """A photograph turned clockwise about its middle."""
    height, width = photo.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    made = cv2.warpAffine(photo, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.uint8)


def _photograph_rows() -> list[Row]:
    shown = [framed(photo, 150) for photo in portraits().values()]
    return [
        mean_error("roll, turned photographs", _roll_errors(shown), "°", MOST_ROLL),
        mean_error("yaw, mirrored photographs", _mirrored(shown), "°", MOST_MIRRORED),
        mean_error("yaw, mirrored drawn heads", _mirrored(_any_pose()), "°", MOST_MIRRORED),
    ]


def _roll_errors(shown: Sequence[Picture]) -> list[float]:
    errors = []
    for photo in shown:
        upright = settled(photo).roll
        for degrees in (-30, -20, -10, -5, 5, 10, 20, 30):
            roll = settled(rolled(photo, degrees)).roll
            if roll is not None and upright is not None:
                errors.append(roll - upright - degrees)
    return errors


def _mirrored(shown: Sequence[Picture]) -> list[float]:
    """Sums of the yaws of pictures and their mirror images, which should be 0."""
    pairs = [
        (settled(photo).yaw, settled(np.ascontiguousarray(photo[:, ::-1])).yaw)
        for photo in shown
    ]
    return [yaw + other for yaw, other in pairs if yaw is not None and other is not None]


def _any_pose() -> list[Picture]:
    dice = np.random.default_rng(7)
    heads = [Head(photo, graphs()) for photo in portraits().values()]
    return [
        heads[number % len(heads)].render(_pose(CONDITIONS[0], dice), into=room(*SIZE, dice))
        for number in range(60)
    ]


def _pose(condition: Condition, dice: np.random.Generator) -> Pose:
    aside = condition.place
    return Pose(
        yaw=dice.uniform(-YAW_DEG, YAW_DEG),
        pitch=dice.uniform(-PITCH_DEG, PITCH_DEG),
        roll=dice.uniform(-condition.roll, condition.roll),
        distance_cm=dice.uniform(*condition.distance_cm),
        x=dice.uniform(0.5 - aside, 0.5 + aside),
        y=dice.uniform(0.47 - aside / 2, 0.47 + aside / 2),
    )


def _sample(name: str) -> Picture | None:
    """A photograph that matplotlib ships, which the models' package brings along."""
    import matplotlib as mpl

    image = cv2.imread(str(Path(mpl.get_data_path()) / "sample_data" / name))
    return None if image is None else np.ascontiguousarray(image[:, :, ::-1], np.uint8)


def _first_picture(clip: Path) -> Picture | None:
    if not clip.exists():
        return None
    import av

    with av.open(str(clip)) as opened:
        first = next(opened.decode(video=0)).to_ndarray(format="rgb24")
    # Its metadata says that it was filmed on its side.
    return np.ascontiguousarray(np.rot90(first, -1), np.uint8)
