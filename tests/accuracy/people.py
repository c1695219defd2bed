"""Pictures of known people, as a webcam gives them and altered in every way it alters them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import matplotlib.cbook
import numpy as np
from accuracy.heads import Head, Light, Picture, Pose, room
from accuracy.photographs import MEDIA, framed, graphs, photographs

from recorder.capture.frames import Frame
from recorder.detect.analysis.replay import MediaFile

NS = 1_000_000_000

DARK_GLASSES = "dark glasses"
CLIP = "gaze_center_left_center.mp4"

# Whose photograph it is; the names are those of the files.
_PEOPLE = {
    "astronaut": "astronaut",
    "hopper": "hopper",
    "face_a1.jpg": "a",
    "face_a2.jpg": "a",
    "face_b1.jpg": "b",
}

# A face as wide as this is usual at a desk: 60 cm from a camera of 640 pixels.
FACE_PX = 150.0

_POSES = (
    Pose(yaw=-30),
    Pose(yaw=-15),
    Pose(yaw=15),
    Pose(yaw=30),
    Pose(pitch=-15),
    Pose(pitch=15),
    Pose(roll=20, yaw=10),
    Pose(distance_cm=100, x=0.3, y=0.4),
)
_LAMPS = (Light(yaw=-70, even=0.25), Light(yaw=70, even=0.25), Light(pitch=75, even=0.3))


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture of a person; ``source`` is the photograph or film that it was made from."""

    person: str
    source: str
    how: str
    image: Picture


def portraits(dice: np.random.Generator) -> Iterator[Portrait]:
    """Everything that there is, the untouched pictures of each source first."""
    for name, photo in _photographs().items():
        plain = framed(photo, FACE_PX)
        yield Portrait(_PEOPLE[name], name, "as it is", plain)
        for how, alter in _ALTERED.items():
            yield Portrait(_PEOPLE[name], name, how, alter(plain, dice))
        for size in (75, 50, 35):
            yield Portrait(_PEOPLE[name], name, f"face of {size} px", framed(photo, size))
        yield from _rendered(name, photo, dice)
    for second, image in enumerate(film()):
        yield Portrait("clip", CLIP, "as it is" if second == 0 else "later", image)
        if second == 0:
            for how, alter in _ALTERED.items():
                yield Portrait("clip", CLIP, how, alter(image, dice))


def film(every_s: float = 1.0) -> list[Picture]:
    """Pictures of the recorded film beside the project, upright; none where it is not."""
    if not (MEDIA / CLIP).is_file():
        return []
    found: list[Picture] = []
    with MediaFile(MEDIA / CLIP, camera=True, microphone=False) as file:
        for item in file:
            if isinstance(item, Frame) and item.monotonic_ns >= len(found) * every_s * NS:
                found.append(item.image)
    return found


def _photographs() -> dict[str, Picture]:
    with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file:
        data = np.frombuffer(file.read(), np.uint8)
    hopper = cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    return {**photographs(), "hopper": np.asarray(hopper, np.uint8)}


def _rendered(name: str, photo: Picture, dice: np.random.Generator) -> Iterator[Portrait]:
    head = Head(photo, graphs(), average=False)
    behind = room(640, 480, dice)
    for pose in _POSES:
        how = f"drawn, {pose.yaw:+.0f}° {pose.pitch:+.0f}° {pose.distance_cm:.0f} cm"
        yield Portrait(_PEOPLE[name], name, how, head.render(pose, into=behind))
    for lamp in _LAMPS:
        how = f"drawn, lamp at {lamp.yaw:+.0f}° {lamp.pitch:+.0f}°"
        yield Portrait(_PEOPLE[name], name, how, head.render(light=lamp, into=behind))


Alter = Callable[[Picture, np.random.Generator], Picture]


def _clipped(image: np.ndarray) -> Picture:
    return np.clip(image, 0, 255).astype(np.uint8)


def _tilted(degrees: float) -> Alter:
    def alter(image: Picture, _dice: np.random.Generator) -> Picture:
        height, width = image.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        how = cv2.BORDER_REPLICATE
        return np.asarray(cv2.warpAffine(image, turn, (width, height), None, 1, how), np.uint8)

    return alter


def _scaled(levels: tuple[float, float, float], gamma: float = 1.0) -> Alter:
    return lambda image, _dice: _clipped(
        255 * (image / 255.0) ** gamma * np.array(levels, np.float64)
    )


def _from_side(left: float, right: float) -> Alter:
    return lambda image, _dice: _clipped(
        image * np.linspace(left, right, image.shape[1])[None, :, None]
    )


def _blurred(sigma: float) -> Alter:
    return lambda image, _dice: np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def _grained(levels: float) -> Alter:
    return lambda image, dice: _clipped(image + dice.normal(0, levels, image.shape))


def _pressed(quality: int) -> Alter:
    def alter(image: Picture, _dice: np.random.Generator) -> Picture:
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)

    return alter


def _covered(rows: tuple[float, float], colour: tuple[int, int, int]) -> Alter:
    """A band of the face hidden: a hand before the mouth, dark glasses."""

    def alter(image: Picture, _dice: np.random.Generator) -> Picture:
        box = graphs().find(image)[0].box
        top, foot = (round(box.y + share * box.height) for share in rows)
        left, right = round(box.x - 0.4 * box.width), round(box.x + 0.4 * box.width)
        made = image.copy()
        cv2.rectangle(made, (left, top), (right, foot), colour, -1)
        return made

    return alter


def _dim_and_grained(image: Picture, dice: np.random.Generator) -> Picture:
    return _grained(6)(_scaled((0.3, 0.3, 0.3))(image, dice), dice)


_ALTERED: dict[str, Alter] = {
    "tilted -25°": _tilted(-25),
    "tilted -12°": _tilted(-12),
    "tilted 12°": _tilted(12),
    "tilted 25°": _tilted(25),
    "half the light": _scaled((0.5, 0.5, 0.5)),
    "a quarter of it": _scaled((0.25, 0.25, 0.25), 1.2),
    "pale": _scaled((1.0, 1.0, 1.0), 0.55),
    "overexposed": _scaled((1.5, 1.5, 1.5), 0.9),
    "lit from the left": _from_side(1.5, 0.25),
    "lit from the right": _from_side(0.25, 1.5),
    "lamp light": _scaled((1.1, 0.93, 0.68)),
    "shade": _scaled((0.75, 0.95, 1.2)),
    "grey": lambda image, _dice: np.repeat(
        np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)[:, :, None], 3, axis=2
    ),
    "blur 1 px": _blurred(1.0),
    "blur 2 px": _blurred(2.0),
    "blur 4 px": _blurred(4.0),
    "grain 8": _grained(8),
    "grain 16": _grained(16),
    "dim and grained": _dim_and_grained,
    "JPEG 20": _pressed(20),
    "JPEG 10": _pressed(10),
    "hand at the mouth": _covered((0.12, 0.5), (196, 150, 126)),
    DARK_GLASSES: _covered((-0.32, -0.08), (25, 25, 28)),
}
