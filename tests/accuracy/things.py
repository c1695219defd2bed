"""Pictures with coloured things in known places, and what was found compared with them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from accuracy.heads import Picture
from support.object_networks import LABELS

from recorder.detect.observations import Box, SeenObject

# A thing counts as found where its box shares half of the union with the true one (the usual
# measure of Everingham et al., Pascal VOC, 2010).
FOUND = 0.5


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture with things in it, each by its label and place."""

    picture: Picture
    things: tuple[tuple[str, Box], ...]


def scene_of(size: tuple[int, int], dice: np.random.Generator) -> Scene:
    """Things apart from each other by a tenth of the picture, on an uneven ground."""
    picture = ground(size, dice)
    things: list[tuple[str, Box]] = []
    for _ in range(dice.integers(1, 4)):
        box = free_place(size, [box for _, box in things], dice)
        if box is not None:
            label = LABELS[dice.integers(2)]
            paint(picture, box, label, dice)
            things.append((label, box))
    return Scene(grained(picture, None, dice), tuple(things))


def ground(size: tuple[int, int], dice: np.random.Generator) -> Picture:
    """An uneven grey."""
    height, width = size
    colours = dice.integers(60, 190, (4, 5, 3)).astype(np.uint8)
    grey = np.repeat(colours.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    return np.asarray(
        cv2.resize(grey, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8
    )


def grained(picture: Picture, levels: float | None, dice: np.random.Generator) -> Picture:
    """Under noise of so many levels; of 0 to 12, by chance, where it is not said."""
    noise = dice.standard_normal(picture.shape, np.float32)
    noise *= np.float32(dice.uniform(0, 12) if levels is None else levels)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def free_place(
    size: tuple[int, int], taken: list[Box], dice: np.random.Generator
) -> Box | None:
    """A place for a thing of a seventh to a third of the picture's shorter side."""
    height, width = size
    shorter = min(size)
    for _ in range(30):
        wide = dice.uniform(0.14, 0.35) * shorter / width
        tall = dice.uniform(0.14, 0.35) * shorter / height
        box = Box(dice.uniform(0, 1 - wide), dice.uniform(0, 1 - tall), wide, tall)
        if all(_apart(box, other) for other in taken):
            return box
    return None


def _apart(box: Box, other: Box, gap: float = 0.1) -> bool:
    across = abs(box.x + box.width / 2 - other.x - other.width / 2)
    along = abs(box.y + box.height / 2 - other.y - other.height / 2)
    return across > (box.width + other.width) / 2 + gap or (
        along > (box.height + other.height) / 2 + gap
    )


def paint(picture: Picture, box: Box, label: str, dice: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    strong, weak = int(dice.integers(200, 256)), int(dice.integers(0, 40))
    colour = (strong, weak, weak) if label == LABELS[0] else (weak, weak, strong)
    corner = round(box.x * width), round(box.y * height)
    end = round((box.x + box.width) * width) - 1, round((box.y + box.height) * height) - 1
    cv2.rectangle(picture, corner, end, colour, -1)


def compared(found: tuple[SeenObject, ...], scene: Scene) -> tuple[int, int, list[float]]:
    """Things found, things that are not there, and by how much edges are off, percent."""
    left, errors = list(found), []
    for label, box in scene.things:
        best = max(left, key=lambda one: overlap(one.box, box), default=None)
        if best is None or best.label != label or overlap(best.box, box) < FOUND:
            continue
        left.remove(best)
        errors += [100 * abs(a - b) for a, b in zip(edges(best.box), edges(box), strict=True)]
    return len(found) - len(left), len(left), errors


def edges(box: Box) -> tuple[float, ...]:
    return (box.x, box.y, box.x + box.width, box.y + box.height)


def overlap(box: Box, other: Box) -> float:
    """Shared area as a share of the union."""
    a, b = edges(box), edges(other)
    across = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    along = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = across * along
    return both / (box.width * box.height + other.width * other.height - both)
