"""Objects and hands: how surely what is drawn at a known place is found there.

No object model ships with the project, so the figures of objects are of the *pipeline* around
one: a small network made for it finds coloured rectangles as a trained one would find things
(``support.object_networks``), and what is measured is whether they come out where they are.
How well an institution's model knows a telephone is for the institution to measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from accuracy.changed import changed_table
from accuracy.heads import Camera, Picture, Pose, as_filmed, room
from accuracy.held_hands import HeldAt, hand_at
from accuracy.photographs import MEDIA, graphs, heads
from accuracy.tables import Row, Table, mean_error, rate, share
from accuracy.things import compared, scene_of
from rich.console import Console
from support.drawn_hands import lay
from support.object_networks import colour_network

from recorder.detect.face.faces import FaceAnalyzer
from recorder.detect.objects.hand_graphs import HandGraphs
from recorder.detect.objects.hands import HandSampler
from recorder.detect.objects.object_model import ObjectModel
from recorder.detect.observations import HandsObservation

# Scenes of each kind; with these an interval of a share of 1 is at most 2 points wide.
SCENES = 240

# Pictures of a hand in one place; drawing one takes a tenth of a second.
HANDS = 160

# Sizes of pictures: webcams, upright telephones, and one that the network's input enlarges.
SIZES = ((480, 640), (720, 1280), (640, 480), (1080, 1920), (240, 320))

# A thing counts as found where its box shares half of the union with the true one (the usual
# measure of Everingham et al., Pascal VOC, 2010).
FOUND = 0.5

# Monk skin tones, sRGB: light, medium, dark (as in ``skins``).
TONES = ((243, 231, 219), (215, 189, 150), (130, 92, 67), (58, 49, 42))


def measure(console: Console) -> list[Table]:
    """All tables."""
    console.print("objects: scenes of coloured rectangles")
    tables = [_objects(), changed_table()]
    console.print("objects: hands on heads")
    return [*tables, _hands()]


# Objects


def _objects() -> Table:
    rows: list[Row] = []
    for number, layout in enumerate(("v8", "v5", "end-to-end")):
        model = ObjectModel(colour_network(layout))
        rows += _layout_rows(f"{model.layout}", model, np.random.default_rng(number))
    rows += _size_rows(ObjectModel(colour_network()), np.random.default_rng(9))
    return Table(
        "Objects: the pipeline around a model",
        tuple(rows),
        "A made network that finds red and blue rectangles (one to three in a picture, a "
        "seventh to a third of its shorter side wide and high, noise of 0 to 12 levels) "
        "through the real runtime, letterbox, decoding and suppression. It tests the pipeline "
        "and says nothing of how well an institution's own model knows a telephone.",
    )


def _layout_rows(name: str, model: ObjectModel, dice: np.random.Generator) -> list[Row]:
    hits = things = false = 0
    errors: list[float] = []
    for number in range(SCENES):
        scene = scene_of(SIZES[number % len(SIZES)], dice)
        matched, extra, off = compared(model.look(scene.picture, 0.5), scene)
        hits, things, false = hits + matched, things + len(scene.things), false + extra
        errors += off
    return [
        share(f"{name}: found, with the right label", hits, things, 0.99),
        rate(f"{name}: pictures' share of things that are not there", false, SCENES, 0.01),
        mean_error(f"{name}: edges off, percent of the picture", errors, " %", 1.5),
    ]


def _size_rows(model: ObjectModel, dice: np.random.Generator) -> Iterator[Row]:
    for size in SIZES:
        hits = things = 0
        for _ in range(SCENES // 4):
            scene = scene_of(size, dice)
            hits += compared(model.look(scene.picture, 0.5), scene)[0]
            things += len(scene.things)
        yield share(f"found in pictures of {size[1]}x{size[0]}", hits, things, 0.98)


# Hands


@dataclass(frozen=True, slots=True)
class Held:
    """Where a hand is held: the palm's middle from the head's origin, cm to the hand's own
    side and up, from and to; and its lean towards the head, degrees.
    """

    what: str
    aside: tuple[float, float]
    up: tuple[float, float]
    lean: tuple[float, float]


# The fingers of a hand at the ear end near it, so its palm is below and beside.
AT_EAR = Held("at an ear", (8.5, 12.0), (-7.0, -2.0), (-20.0, 25.0))
ELSEWHERE = (
    Held("before the chest", (4.0, 16.0), (-26.0, -20.0), (-40.0, 40.0)),
    Held("raised beside the head", (19.0, 24.0), (-10.0, 6.0), (-20.0, 20.0)),
    Held("under the chin", (0.0, 2.0), (-17.0, -14.0), (-10.0, 20.0)),
)
AT_CHEEK = Held("propping up the cheek", (5.5, 8.0), (-11.0, -8.0), (0.0, 20.0))


def _hands() -> Table:
    models, dice = HandGraphs(), np.random.default_rng(17)
    sampler = HandSampler(0.5, models)
    rows: list[Row] = []

    def look(picture: Picture) -> HandsObservation:
        faces = FaceAnalyzer(graphs())  # each picture is of another moment
        return sampler.look(picture, faces.observe(picture, 0), faces)

    seen = [look(picture) for picture in _posed(AT_EAR, HANDS, dice)]
    rows.append(share("drawn hand at an ear: found as that", _at_ear(seen), len(seen)))
    rows += [_tone_row(tone, look, dice) for tone in range(len(TONES))]
    for held in ELSEWHERE:
        seen = [look(picture) for picture in _posed(held, HANDS // 2, dice)]
        what = f"drawn hand {held.what}"
        rows.append(rate(f"{what}: taken as one at an ear", _at_ear(seen), len(seen)))
        rows.append(share(f"{what}: found at all", _any(seen), len(seen)))
    seen = [look(picture) for picture in _posed(AT_CHEEK, HANDS // 2, dice)]
    what = f"drawn hand {AT_CHEEK.what}: taken as one at an ear"
    rows.append(rate(what, _at_ear(seen), len(seen)))
    seen = [look(picture) for picture in _posed(None, HANDS, dice)]
    rows.append(rate("no hand: one found", _any(seen), len(seen), 0.02))
    rows += _real_rows(look)
    return Table(
        "Hands: the packaged models, and a hand at the ear",
        tuple(rows),
        "Hands are drawn (open, every finger seen, nothing held) before rendered heads at 45 "
        "to 80 cm, skin tones of four kinds (the darkest darker than a palm is), noise and "
        "blur of webcams; a real hand that holds a telephone hides fingers and will be missed "
        "more often. How near counts as at the ear was settled after a look at 32 such "
        "pictures. There were no recordings of real hands at an ear to measure. In photographs "
        "of people who fold their arms hands are 20 to 60 pixels across; their number is by "
        "eye. A hand that props up the cheek lies near to the ear: where two fingers near it "
        "were enough, half of such hands were taken for one there, so three are asked for. "
        "For dark skin, brightening the pictures and the full models were tried: neither "
        "found more.",
    )


def _at_ear(seen: list[HandsObservation]) -> int:
    return sum(one.at_ear >= 0.5 for one in seen)


def _any(seen: list[HandsObservation]) -> int:
    return sum(one.hands > 0 for one in seen)


def _tone_row(tone: int, look, dice: np.random.Generator) -> Row:
    seen = [look(picture) for picture in _posed(AT_EAR, HANDS // 4, dice, TONES[tone])]
    return share(f"… of skin tone {tone + 1} of {len(TONES)}", _at_ear(seen), len(seen))


def _posed(
    held: Held | None,
    count: int,
    dice: np.random.Generator,
    tone: tuple[int, int, int] | None = None,
) -> Iterator[Picture]:
    """Rendered heads, each with one hand held so, on either side by turns."""
    everybody = heads()
    for number in range(count):
        cm = dice.uniform(45, 80)
        x, y = dice.uniform(0.4, 0.6), dice.uniform(0.35, 0.5)
        pose = Pose(*dice.uniform(-12, 12, 2), roll=0.0, distance_cm=cm, x=x, y=y)
        ground = room(640, 480, dice)
        picture = everybody[number % len(everybody)].render(pose, into=ground)
        if held is not None:
            skin = tone or TONES[dice.integers(len(TONES))]
            at = _held_at(held, dice, side=-1 if number % 2 == 0 else 1)
            picture = lay(picture, hand_at(at, pose, skin))
        camera = Camera(blur=dice.uniform(0, 1), noise=dice.uniform(0, 5))
        yield as_filmed(picture, camera, dice)


def _held_at(held: Held, dice: np.random.Generator, side: int) -> HeldAt:
    aside, up, lean = (dice.uniform(*between) for between in (held.aside, held.up, held.lean))
    return HeldAt(aside, up, lean, side)


def _real_rows(look) -> list[Row]:
    """Photographs and the film beside the project, where there are any."""
    rows: list[Row] = []
    found = true = 0
    for name, count in {"face_a1": 2, "face_b1": 2, "faces_two_people": 4}.items():
        image = cv2.imread(str(MEDIA / f"{name}.jpg"))
        if image is not None:
            found += min(count, look(_at_most(image)).hands)
            true += count
    if true:
        rows.append(share("real hands on folded arms, photographs: found", found, true))
    film = MEDIA / "gaze_center_left_center.mp4"
    if film.is_file():
        seen = [look(picture) for picture in _film(str(film))]
        rows.append(rate("real film without hands: one found", _any(seen), len(seen), 0.02))
    return rows


def _at_most(image: cv2.typing.MatLike, side: int = 1280) -> Picture:
    """A BGR picture as RGB, its longer side at most so long."""
    scale = min(1.0, side / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8)


def _film(path: str) -> Iterator[Picture]:
    """Two pictures a second, upright."""
    film = cv2.VideoCapture(path)
    step = max(1, round(film.get(cv2.CAP_PROP_FPS) / 2))
    number = 0
    while film.grab():
        if number % step == 0:
            ok, image = film.retrieve()
            if ok:
                yield _at_most(image)
        number += 1
    film.release()
