"""Real faces on any machine: a photograph that a package ships."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data
from support.filmed_face import another

from recorder.detect.face.graphs import FaceGraphs


@pytest.fixture(scope="session")
def photograph() -> NDArray[np.uint8]:
    """One person looking into the camera, (512, 512, 3) uint8 RGB."""
    return data.astronaut()


@pytest.fixture(scope="session")
def graphs() -> FaceGraphs:
    """The real models, loaded once."""
    return FaceGraphs()


@pytest.fixture(scope="session")
def hopper() -> NDArray[np.uint8]:
    """Another person, with glasses and a cap, (600, 512, 3) uint8 RGB."""
    return another()
