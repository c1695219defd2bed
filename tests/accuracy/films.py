"""Views to pictures: drawn once each, with grain of its own on every picture."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

import cv2
import numpy as np
from accuracy.acting import View
from accuracy.grain import Grain
from accuracy.heads import Camera, Head, Picture, as_filmed, plain, room
from accuracy.held_hands import hand_at
from numpy.typing import NDArray
from support.drawn_hands import lay

SIZE = (640, 480)

# Drawings that are kept, 150 MB.
KEPT = 160

# A webcam's noise in a lit room, standard deviation in levels of 255.
NOISE = 2.5

# How much light a covered lens lets through: level of 255.
_COVERED = 14

_PHONE, _CUP = (25, 30, 235), (235, 235, 225)


class Film:
    """One camera in one room.

    Args:
        heads: who may sit there, the candidate first; the last one comes as second face.
        dice: for the room and the grain.
    """

    def __init__(self, heads: tuple[Head, ...], dice: np.random.Generator) -> None:
        self._heads = heads
        self._dice = dice
        # Half as colourful: things that an object model looks for stand out.
        shown = room(*SIZE, dice)
        grey = np.repeat(shown.mean(axis=2, keepdims=True), 3, axis=2)
        self._room = (0.5 * shown + 0.5 * grey).astype(np.uint8)
        self._drawn: OrderedDict[View, Picture] = OrderedDict()
        self._grain = Grain(NOISE, SIZE, dice)

    def picture(self, view: View) -> Picture:
        """What the camera gives, (480, 640, 3) uint8 RGB; never twice the same."""
        clean = replace(view, level=1.0, blur=0.0)
        camera = Camera(level=view.level, blur=view.blur)
        return self._grain.on(as_filmed(self._clean(clean), camera, self._dice))

    def _clean(self, view: View) -> Picture:
        drawn = self._drawn.pop(view, None)
        if drawn is None:
            drawn = self._draw(view)
        self._drawn[view] = drawn
        if len(self._drawn) > KEPT:
            self._drawn.popitem(last=False)
        return drawn

    def _draw(self, view: View) -> Picture:
        if view.covered:
            return plain(*SIZE, _COVERED)
        picture = self._room
        if view.second is not None:
            picture = self._heads[-1].render(view.second, tone=6, into=picture)
        if view.pose is not None:
            head = self._heads[view.who]
            picture = head.render(view.pose, gaze=view.gaze, lids=view.lids, into=picture)
        if view.pose is not None and view.hand is not None:
            picture = lay(picture, hand_at(view.hand, view.pose))
        match view.thing:
            case "phone":
                return _with_phone(picture)
            case "cup" if view.pose is not None:
                return _with_cup(picture, view.pose.x, view.pose.y)
            case _:
                return picture


def _with_phone(picture: Picture) -> Picture:
    held = picture.copy()
    cv2.rectangle(held, (470, 330), (535, 440), _PHONE, -1)
    return held


def _with_cup(picture: Picture, x: float, y: float) -> Picture:
    """Before the mouth, some 9 cm below the middle of the head."""
    held: NDArray[np.uint8] = picture.copy()
    middle = (int(x * SIZE[0]), int(y * SIZE[1]) + 75)
    cv2.ellipse(held, middle, (38, 46), 0, 0, 360, _CUP, -1, cv2.LINE_AA)
    return held
