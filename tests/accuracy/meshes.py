"""The head as triangles, in the axes of ``recorder.detect.face.face_model``: cm, x towards the
picture's right when the face looks into the camera, y up, z out of the face.

The face is mediapipe's mesh of 468 vertices. Its triangles are the rings of three among the
mesh's published edges, its shape is what the model fits to a photograph (x, y and relative
depth), brought to centimetres by the landmarks whose canonical places are known. Round it
comes a skull, so that a head seen from the side has an outline.
"""

from __future__ import annotations

import importlib.util
import math
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from recorder.detect.face.face_model import LANDMARKS, MODEL_POINTS, RIGID
from recorder.detect.face.graphs import FaceGraphs, Roi
from recorder.detect.face.mediapipe_graph import package_folder, picture_packet

FACE_VERTICES = 468

# Contours of the two eyes in the mesh, the one on the picture's left first: from the outer to
# the inner corner along the upper and the lower lid (corners included).
UPPER_LIDS = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133),
    (263, 466, 388, 387, 386, 385, 384, 398, 362),
)
LOWER_LIDS = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133),
    (263, 249, 390, 373, 374, 380, 381, 382, 362),
)
# The two rows of vertices above an upper lid, which follow it part of the way when it shuts.
LID_FOLDS = (
    ((247, 30, 29, 27, 28, 56, 190), (225, 224, 223, 222, 221)),
    ((467, 260, 259, 257, 258, 286, 414), (445, 444, 443, 442, 441)),
)

# The skull as an ellipsoid: an adult head is 15.5 cm wide, 19.5 deep, 22 high (chin to crown).
SKULL_CENTRE = np.array([0.0, 3.4, -4.4])
SKULL_RADII = np.array([7.9, 9.0, 9.6])
# Rows of vertices from the face's edge to the back of the head, as shares of the way.
SKULL_ROWS = (0.0, 0.12, 0.28, 0.46, 0.64, 0.82, 1.0)

# How far along the nose a vertex is, by its height above the plane of the eyes, cm.
_NOSE_HALF_WIDTH, _NOSE_TOP, _NOSE_FOOT, _NOSE_BASE = 2.0, 3.0, -2.0, 4.0


@dataclass(frozen=True, slots=True)
class Shape:
    """How a head differs from its photograph's or the average one, as factors."""

    width: float = 1.0
    height: float = 1.0
    nose: float = 1.0


@dataclass(frozen=True, slots=True)
class Topology:
    """Triangles of the face, (n, 3), and its edge, the vertices of the oval in order."""

    triangles: NDArray[np.int64]
    oval: tuple[int, ...]


def fitted_mesh(graphs: FaceGraphs, image: NDArray[np.uint8], roi: Roi) -> NDArray[np.float64]:
    """Every vertex of the mesh on a face, (478, 3) pixels: right, down, away (relative)."""
    height, width = image.shape[:2]
    rect = graphs._mp.rect_pb2.NormalizedRect(
        x_center=roi.x / width,
        y_center=roi.y / height,
        width=roi.width / width,
        height=roi.height / height,
        rotation=roi.rotation,
    )
    packets = graphs._fit(
        image=picture_packet(graphs._mp, image),
        roi=graphs._mp.packet_creator.create_proto(rect),
    )
    packet = packets.get("landmarks")
    if packet is None or packet.is_empty():
        raise ValueError("no face is where one was found: take another photograph")
    mesh = graphs._mp.packet_getter.get_proto(packet).landmark
    shares = np.array([(point.x, point.y, point.z) for point in mesh], np.float64)
    return shares * np.array([width, height, width], np.float64)


def own_shape(mesh: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """A fitted mesh in cm, turned, moved and scaled onto the average face as a whole; and by
    how many degrees the face was turned to the picture's right.
    """
    points = mesh[:FACE_VERTICES] * np.array([1.0, -1.0, -1.0])
    rotation, scale, shift = _similarity(points[_RIGID_ROWS], MODEL_POINTS)
    ahead = rotation.T @ np.array([0.0, 0.0, 1.0])
    turned = math.degrees(math.atan2(ahead[0], ahead[2]))
    return scale * points @ rotation.T + shift, turned


def opposite(face: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each vertex the one on the other side of the face."""
    mirrored = face * np.array([-1.0, 1.0, 1.0])
    return np.asarray(linear_sum_assignment(_distances(face, mirrored) ** 2)[1])


def average_shape(own: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same mesh bent so that every rigid landmark is where the average face has it.

    A biharmonic spline through the 33 known landmarks carries the vertices between them.
    """
    known = own[_RIGID_ROWS]
    weights = _spline(known, MODEL_POINTS - known)
    return own + _spline_at(own, known, weights)


def bent(face: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    """The face wider, higher or with a longer nose."""
    made = face * np.array([shape.width, shape.height, 1.0])
    across = np.clip(1 - np.abs(face[:, 0]) / _NOSE_HALF_WIDTH, 0, 1)
    along = np.clip((_NOSE_TOP - face[:, 1]) / (_NOSE_TOP - _NOSE_FOOT), 0, 1)
    below = face[:, 1] > _NOSE_FOOT
    longer = np.clip(face[:, 2] - _NOSE_BASE, 0, None) * across * along * below
    made[:, 2] += (shape.nose - 1.0) * longer
    return made


def shut(face: NDArray[np.float64], closure: tuple[float, float]) -> NDArray[np.float64]:
    """The face with its upper lids lowered: 0 as in the photograph, 1 shut, an eye each."""
    made = face.copy()
    for upper, lower, folds, share in zip(
        UPPER_LIDS, LOWER_LIDS, LID_FOLDS, closure, strict=True
    ):
        drop = share * (face[list(lower)] - face[list(upper)])
        made[list(upper)] += drop
        first, second = folds
        made[list(first)] += 0.55 * drop[1:-1]
        made[list(second)] += 0.2 * drop[2:-2]
    return made


def skull(face: NDArray[np.float64], oval: tuple[int, ...]) -> NDArray[np.float64]:
    """Rows of vertices from the face's edge to the back of the head, (rows, oval, 3)."""
    edge = face[list(oval)] - SKULL_CENTRE
    distance = np.linalg.norm(edge, axis=1)
    outwards = edge / distance[:, None]
    back = np.array([0.0, 0.0, -1.0])
    rows = []
    for share in SKULL_ROWS:
        way = _between(outwards, back, share)
        radius = 1 / np.linalg.norm(way / SKULL_RADII, axis=1)
        blend = min(1.0, share / SKULL_ROWS[2])
        rows.append(SKULL_CENTRE + way * (distance * (1 - blend) + radius * blend)[:, None])
    return np.array(rows)


@cache
def topology() -> Topology:
    """The face's triangles, with the mouth shut by a lid of its own and the eyes left open."""
    published = _connections()
    edges = {tuple(sorted(edge)) for edge in published.FACEMESH_TESSELATION}
    beside: dict[int, set[int]] = {}
    for a, b in edges:
        beside.setdefault(a, set()).add(b)
        beside.setdefault(b, set()).add(a)
    rings = {tuple(sorted((a, b, c))) for a, b in edges for c in beside[a] & beside[b]}
    shared = Counter(pair for ring in rings for pair in combinations(ring, 2))
    # A ring round a vertex is three triangles, and is none itself.
    faces = [ring for ring in rings if min(shared[pair] for pair in combinations(ring, 2)) < 3]
    oval = _loop(published.FACEMESH_FACE_OVAL)
    mouth = _mouth([pair for pair, count in shared.items() if count == 1], oval)
    fan = [(mouth[0], mouth[i], mouth[i + 1]) for i in range(1, len(mouth) - 1)]
    return Topology(np.array(sorted(faces) + fan), oval)


def _mouth(border: list[tuple[int, int]], oval: tuple[int, ...]) -> tuple[int, ...]:
    """The loop of the border that is neither the face's edge nor an eye."""
    known = {*oval, *(i for lid in (*UPPER_LIDS, *LOWER_LIDS) for i in lid)}
    return _loop([pair for pair in border if not known & set(pair)])


def _loop(edges: Any) -> tuple[int, ...]:
    beside: dict[int, list[int]] = {}
    for a, b in edges:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    first = min(beside)
    loop, last = [first], -1
    while len(loop) < len(beside):
        here = loop[-1]
        step = next(other for other in beside[here] if other != last)
        last = here
        loop.append(step)
    return tuple(loop)


def _connections() -> ModuleType:
    """Mediapipe's lists of edges, loaded without its solutions."""
    file = package_folder() / "python" / "solutions" / "face_mesh_connections.py"
    spec = importlib.util.spec_from_file_location("face_mesh_connections", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_RIGID_ROWS = np.array(LANDMARKS[:RIGID])


def _similarity(
    source: NDArray[np.float64], target: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Rotation, scale and shift of least squares (Umeyama, IEEE TPAMI 13, 1991)."""
    from_middle, to_middle = source.mean(axis=0), target.mean(axis=0)
    a, b = source - from_middle, target - to_middle
    u, sizes, v = np.linalg.svd(b.T @ a)
    sign = np.array([1.0, 1.0, np.linalg.det(u @ v)])
    rotation = u @ np.diag(sign) @ v
    scale = float((sizes * sign).sum() / (a * a).sum())
    return rotation, scale, to_middle - scale * rotation @ from_middle


def _spline(at: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = np.hstack([np.ones((len(at), 1)), at])
    system = np.block(
        [[_distances(at, at), flat], [flat.T, np.zeros((flat.shape[1], flat.shape[1]))]]
    )
    return np.linalg.solve(system, np.vstack([values, np.zeros((flat.shape[1], 3))]))


def _spline_at(
    points: NDArray[np.float64], at: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    flat = np.hstack([np.ones((len(points), 1)), points])
    return np.hstack([_distances(points, at), flat]) @ weights


def _distances(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.linalg.norm(a[:, None] - b[None], axis=2)


def _between(
    start: NDArray[np.float64], end: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    """Unit vectors a share of the way along the great circles from ``start`` to ``end``."""
    angle = np.arccos(np.clip(start @ end, -0.9999, 0.9999))[:, None]
    return (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)
