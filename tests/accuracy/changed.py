"""Where to look for objects once something moved: at the whole picture, or at what changed?

A thing comes, goes or moves while others lie still. Either the whole picture is looked at
again, which is what the recorder does, or the part that changed with a margin around it, and
what was found outside of that part before still stands.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import cv2
import numpy as np
from accuracy.heads import Picture
from accuracy.tables import Row, Table, rate, share
from accuracy.things import Scene, compared, free_place, grained, ground, paint
from support.object_networks import LABELS, colour_network

from recorder.detect.objects.finding import CHANGED_FIELD
from recorder.detect.objects.object_model import ObjectModel
from recorder.detect.observations import Box, SeenObject
from recorder.detect.picture.visibility import look_at

SIZE = (480, 640)
MOVES = 240

# Around what changed, as a share of its larger side: a thing that moved shows where it was and
# where it is, and one that is half hidden has a part that did not change.
MARGINS = (0.1, 0.5, 1.0)

# Fields of the thumbnail in which change is looked for, as the recorder does.
_FIELD = 8


@dataclass
class Tally:
    """What one way of looking came to."""

    hits: int = 0
    things: int = 0
    false: int = 0
    cpu_s: float = 0.0
    areas: list[float] = field(default_factory=list)


def changed_table() -> Table:
    """Recall, false things and cost of each way."""
    model, dice = ObjectModel(colour_network()), np.random.default_rng(31)
    whole, parts = Tally(), {margin: Tally() for margin in MARGINS}
    for _ in range(MOVES):
        before, after = _move(dice)
        known = model.look(before.picture, 0.5)
        _look(whole, model, after, None, known)
        for margin, tally in parts.items():
            _look(tally, model, after, _changed(before.picture, after.picture, margin), known)
    rows = _rows("the whole picture", whole)
    for margin, tally in parts.items():
        rows += _rows(f"what changed and {margin:.0%} around", tally)
    return Table("Objects: where to look when something moved", tuple(rows), _NOTE)


def _rows(what: str, tally: Tally) -> list[Row]:
    ms = 1000 * tally.cpu_s / MOVES
    return [
        share(f"{what}: found", tally.hits, tally.things),
        rate(f"{what}: things that are not there", tally.false, tally.things),
        Row(
            f"{what}: CPU of a look",
            f"{ms:.1f} ms",
            "",
            f"{np.mean(tally.areas):.0%} of it",
        ),
    ]


def _move(dice: np.random.Generator) -> tuple[Scene, Scene]:
    """A scene, and the same in which one thing came, went or lies elsewhere."""
    background = ground(SIZE, dice)
    places: list[tuple[str, Box]] = []
    for _ in range(3):
        box = free_place(SIZE, [one for _, one in places], dice)
        if box is not None:
            places.append((LABELS[dice.integers(2)], box))
    first, later = places, places[1:]
    match dice.integers(3):
        case 0:
            first, later = later, places
        case 1 if (box := _nudged(places[0][1], later, dice)) is not None:
            later = [(places[0][0], box), *later]
        case _:
            pass
    return _drawn(background, first, dice), _drawn(background, later, dice)


def _nudged(box: Box, others: list[tuple[str, Box]], dice: np.random.Generator) -> Box | None:
    """The thing a little aside, as one that is put down elsewhere on a desk; ``None`` where it
    would lie over another.
    """
    x = float(np.clip(box.x + dice.choice([-1, 1]) * 0.4 * box.width, 0, 1 - box.width))
    moved = Box(x, box.y, box.width, box.height)
    free = all(
        abs(moved.x + moved.width / 2 - one.x - one.width / 2) > (moved.width + one.width) / 2
        or abs(moved.y + moved.height / 2 - one.y - one.height / 2)
        > (moved.height + one.height) / 2
        for _, one in others
    )
    return moved if free else None


def _drawn(
    background: Picture, things: list[tuple[str, Box]], dice: np.random.Generator
) -> Scene:
    picture = background.copy()
    for label, box in things:
        paint(picture, box, label, np.random.default_rng(round(1e6 * box.width)))
    return Scene(grained(picture, 3.0, dice), tuple(things))


def _changed(before: Picture, after: Picture, margin: float) -> Box | None:
    """What changed with so much around it; ``None`` for all of the picture."""
    change = cv2.absdiff(look_at(before).luma, look_at(after).luma)
    fields = cv2.blur(change.astype(np.float32), (_FIELD, _FIELD))
    rows, columns = np.nonzero(fields >= CHANGED_FIELD)
    if not rows.size:
        return None
    height, width = change.shape
    left, right = columns.min() / width, (columns.max() + 1) / width
    top, bottom = rows.min() / height, (rows.max() + 1) / height
    more = margin * max((right - left) * SIZE[1], (bottom - top) * SIZE[0])
    left, right = max(0.0, left - more / SIZE[1]), min(1.0, right + more / SIZE[1])
    top, bottom = max(0.0, top - more / SIZE[0]), min(1.0, bottom + more / SIZE[0])
    return Box(left, top, right - left, bottom - top)


def _look(
    tally: Tally,
    model: ObjectModel,
    scene: Scene,
    part: Box | None,
    known: tuple[SeenObject, ...],
) -> None:
    began = time.thread_time()
    found = model.look(scene.picture, 0.5) if part is None else _within(model, scene, part)
    tally.cpu_s += time.thread_time() - began
    if part is not None:
        found += tuple(one for one in known if not _holds(part, one.box))
    hits, false, _ = compared(found, scene)
    tally.hits, tally.things = tally.hits + hits, tally.things + len(scene.things)
    tally.false += false
    tally.areas.append(1.0 if part is None else part.width * part.height)


def _within(model: ObjectModel, scene: Scene, part: Box) -> tuple[SeenObject, ...]:
    """Looked for in a part, with places as shares of the whole."""
    height, width = SIZE
    rows = slice(round(part.y * height), round((part.y + part.height) * height))
    columns = slice(round(part.x * width), round((part.x + part.width) * width))
    return tuple(
        SeenObject(
            one.label,
            one.confidence,
            Box(
                part.x + one.box.x * part.width,
                part.y + one.box.y * part.height,
                one.box.width * part.width,
                one.box.height * part.height,
            ),
        )
        for one in model.look(scene.picture[rows, columns], 0.5)
    )


def _holds(part: Box, box: Box) -> bool:
    """Whether the middle of a thing lies in the part."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return part.x <= x <= part.x + part.width and part.y <= y <= part.y + part.height


_NOTE = (
    "Three coloured things on an uneven ground, of which one comes, goes or is put down a "
    "little aside; the network of our own. What was found before outside of the part still "
    "stands; what the part's edge cuts is found as another thing, or not at all. A look costs "
    "the same either way: a network's input has one size, whatever is put into it."
)
