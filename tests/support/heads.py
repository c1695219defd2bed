"""Heads made from numbers, so that the truth is known."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def turned(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """A head's rotation in the camera's axes (x right, y down, z away), angles in degrees:
    yaw to the right, pitch up, roll clockwise; roll first, then pitch, then yaw."""
    y, p, r = (math.radians(angle) for angle in (yaw, pitch, roll))
    about_y = np.array(
        [[math.cos(y), 0, -math.sin(y)], [0, 1, 0], [math.sin(y), 0, math.cos(y)]]
    )
    about_x = np.array(
        [[1, 0, 0], [0, math.cos(p), math.sin(p)], [0, -math.sin(p), math.cos(p)]]
    )
    about_z = np.array(
        [[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]]
    )
    return about_y @ about_x @ about_z
