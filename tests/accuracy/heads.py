"""Labelled heads: a photograph's face on a mesh, drawn at a pose that is known.

The signs are those of ``recorder.detect.observations.FaceObservation``: yaw towards the
picture's right, pitch up, roll clockwise, gaze relative to the head, all in degrees; a head
of yaw and pitch 0 faces the camera wherever in the picture it is.

    head = Head(photograph, graphs)
    picture = head.render(Pose(yaw=20, distance_cm=60), into=room(640, 480, dice))
    picture = as_filmed(picture, Camera(level=0.5, noise=4), dice)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from accuracy.eyes import EYE_FANS, EyeColours, Eyes, eye_centres
from accuracy.glasses import Glasses
from accuracy.meshes import (
    FACE_VERTICES,
    SKULL_CENTRE,
    Shape,
    average_shape,
    bent,
    fitted_mesh,
    opposite,
    own_shape,
    shut,
    skull,
    topology,
)
from accuracy.raster import Seen, visible
from accuracy.skins import Texture
from numpy.typing import NDArray
from support.heads import turned

from recorder.detect.face.graphs import FaceGraphs

Picture = NDArray[np.uint8]

# A face that its photograph shows turned by more than this is painted from the side that is
# seen better, the other side its mirror image.
TURNED_DEG = 6.0

# Focal length as a share of the picture's longer side: a webcam that sees 58° across.
FOCAL_SHARE = 0.9

# Heads of fewer pixels a centimetre are drawn twice as large and averaged: smooth edges.
FINE_BELOW_PX_CM = 14.0

# How far an upper lid goes with the eye: share of its way down for a degree that the eye
# looks down, and at most as much up (a lid's edge stays near the iris's upper rim).
LID_FOLLOWS = 1 / 55
LID_RISES_AT_MOST = 0.25


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a head is and which way it faces: degrees, cm, shares of the picture."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    distance_cm: float = 60.0
    x: float = 0.5
    y: float = 0.5


@dataclass(frozen=True, slots=True)
class Light:
    """One lamp among light from all sides. Where it stands, seen from the head: degrees to
    the picture's right and up; ``even`` is the share that comes from everywhere.
    """

    yaw: float = 0.0
    pitch: float = 25.0
    even: float = 0.7


@dataclass(frozen=True, slots=True)
class Camera:
    """What a camera makes of a picture: exposure (1 as it is, linear light), blur and noise
    (standard deviations in pixels and in levels of 255).
    """

    level: float = 1.0
    blur: float = 0.0
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class _Vertices:
    """A head before it is posed: corners in model axes, and its triangles. ``eye`` says
    which eye's opening a triangle is, -1 for skin and hair.
    """

    corners: NDArray[np.float64]
    triangles: NDArray[np.int64]
    eye: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _View:
    """From model axes to a picture's pixels; ``fine`` pixels are drawn for each across."""

    rotation: NDArray[np.float64]
    place: NDArray[np.float64]
    focal: float
    middle: tuple[float, float]
    fine: int = 1

    def in_camera(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Model axes to the camera's (x right, y down, z away), cm."""
        return (points * _TO_CAMERA) @ self.rotation.T + self.place

    def pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The camera's axes to pixels."""
        return self.focal * points[:, :2] / points[:, 2:] + np.array(self.middle)


_TO_CAMERA = np.array([1.0, -1.0, -1.0])


@dataclass(slots=True)
class Head:
    """One person, from one photograph.

    Args:
        photo: (h, w, 3) uint8 RGB with the face in it.
        graphs: the models.
        face: which of the photograph's faces, from the left.
        average: the average face's shape; otherwise that which the model fits to this one.
        shape: how it is bent from there.
    """

    photo: Picture
    graphs: FaceGraphs
    face: int = 0
    average: bool = True
    shape: Shape = field(default_factory=Shape)
    _open: NDArray[np.float64] = field(init=False)
    _skull: NDArray[np.float64] = field(init=False)
    _texture: Texture = field(init=False)
    _centres: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        mesh = self._fitted()
        own, turned_by = own_shape(mesh)
        self._open = bent(average_shape(own) if self.average else own, self.shape)
        self._skull = skull(self._open, topology().oval)
        self._centres = eye_centres(self._open)
        self._texture = Texture(self.photo, _best_side(mesh, own, turned_by), topology().oval)

    def render(
        self,
        pose: Pose = Pose(),
        *,
        gaze: tuple[float, float] = (0.0, 0.0),
        lids: float = 1.0,
        light: Light = Light(),
        tone: int | None = None,
        eyes: EyeColours = EyeColours(),  # noqa: B008 - frozen
        glasses: Glasses | None = None,
        into: Picture,
        focal_share: float = FOCAL_SHARE,
    ) -> Picture:
        """A picture with this head in it.

        Args:
            pose: of the head.
            gaze: of the eyes in the head: yaw, pitch.
            lids: 1 open as in the photograph, 0 shut.
            light: where it comes from.
            tone: of the skin, 1 (lightest) to 10 on Monk's scale; as photographed if None.
            eyes: colours of the eyes.
            glasses: that it wears.
            into: what is behind it; it stays as it is.
            focal_share: focal length as a share of the picture's longer side.
        """
        height, width = into.shape[:2]
        view = _view(pose, width, height, focal_share)
        vertices = self._vertices(lids, gaze[1])
        texture, skin = self._texture.toned(tone)
        drawn = into.copy()
        _draw_torso(drawn, view, skin)
        window = _Window.around(view, vertices.corners, width, height)
        if window is None:
            return drawn
        close = window.view
        spatial = close.in_camera(vertices.corners)
        seen = visible(close.pixels(spatial), spatial[:, 2], vertices.triangles, *window.size)
        shades = _shades(spatial, vertices.triangles, close, light)
        colours = self._coloured(seen, vertices.triangles, texture, shades, window.size)
        turn = Eyes(close.in_camera(self._centres), close.rotation, gaze, eyes, skin)
        turn.paint(colours, seen, vertices.eye, close.focal, close.middle)
        window.put(colours, seen, drawn)
        if glasses is not None:
            glasses.draw(drawn, self._centres, view)
        return drawn

    def _fitted(self) -> NDArray[np.float64]:
        found = sorted(self.graphs.find(self.photo), key=lambda face: face.box.x)
        if len(found) <= self.face:
            raise ValueError(f"the photograph shows {len(found)} faces, not {self.face + 1}")
        roi = found[self.face].roi
        for _ in range(3):  # the fit settles within three looks
            fitted = self.graphs.fit(self.photo, roi)
            roi = fitted.roi if fitted else roi
        return fitted_mesh(self.graphs, self.photo, roi)

    def _vertices(self, lids: float, gaze_pitch: float) -> _Vertices:
        along = max(-LID_RISES_AT_MOST, -gaze_pitch * LID_FOLLOWS)
        closure = 1 - lids * (1 - min(0.85, along))
        face = shut(self._open, (closure, closure))
        around = self._skull.shape[1]
        near = _strips(FACE_VERTICES, 2, around)
        far = _strips(FACE_VERTICES + 2 * around, len(self._skull) - 1, around)
        corners = [face, *self._skull[:2], *self._skull[1:]]
        eyes = [np.full(len(fan), which) for which, fan in enumerate(EYE_FANS)]
        skin = np.full(len(topology().triangles) + len(near) + len(far), -1)
        return _Vertices(
            np.concatenate(corners),
            np.concatenate([topology().triangles, near, far, *EYE_FANS]),
            np.concatenate([skin, *eyes]),
        )

    def _coloured(
        self,
        seen: Seen,
        triangles: NDArray[np.int64],
        texture: list[Picture],
        shades: NDArray[np.float64],
        size: tuple[int, int],
    ) -> NDArray[np.float32]:
        """The colour of every pixel that is seen, (n, 3) 0..255."""
        of = triangles[seen.triangle]
        lit = np.power(shades, 1 / 2.2)
        carried = np.column_stack([self._texture.places, lit]).astype(np.float32)
        at = np.einsum("nk,nkd->nd", seen.weights, carried[of])
        return _sampled(texture, at[:, :2], seen, size) * at[:, 2:]


def as_filmed(picture: Picture, camera: Camera, dice: np.random.Generator) -> Picture:
    """A picture as this camera takes it."""
    made = picture
    if camera.blur > 0:
        made = np.asarray(cv2.GaussianBlur(made, (0, 0), camera.blur), np.uint8)
    if camera.level != 1.0:
        levels = np.arange(256) * camera.level ** (1 / 2.2)
        made = np.asarray(cv2.LUT(made, np.clip(levels, 0, 255).astype(np.uint8)), np.uint8)
    if camera.noise > 0:
        grain = dice.standard_normal(made.shape, np.float32) * camera.noise
        made = np.clip(made + grain, 0, 255).astype(np.uint8)
    return made


def plain(width: int, height: int, grey: int = 150) -> Picture:
    """A wall of one grey."""
    return np.full((height, width, 3), grey, np.uint8)


def room(width: int, height: int, dice: np.random.Generator) -> Picture:
    """A wall with soft light, some shelves and things on them; another for each dice."""
    down = np.linspace(1.05, 0.85, height)[:, None, None]
    made = np.clip(dice.uniform(90, 200, 3) * down + np.zeros((1, width, 1)), 0, 255)
    made = np.ascontiguousarray(made.astype(np.uint8))
    for _ in range(int(dice.integers(6, 14))):
        x, y = int(dice.integers(0, width)), int(dice.integers(0, height))
        wide, high = (int(dice.integers(20, max(21, side // 3))) for side in (width, height))
        colour = tuple(int(c) for c in dice.integers(30, 220, 3))
        cv2.rectangle(made, (x, y), (x + wide, y + high), colour, -1)
    return np.asarray(cv2.GaussianBlur(made, (0, 0), width / 320), np.uint8)


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of a picture that a head covers, drawn on its own."""

    left: int
    top: int
    width: int
    height: int
    view: _View

    @staticmethod
    def around(
        view: _View, corners: NDArray[np.float64], width: int, height: int
    ) -> _Window | None:
        """The head's part of a picture; ``None`` where it is outside."""
        pixels = view.pixels(view.in_camera(corners))
        left, top = np.maximum(np.floor(pixels.min(axis=0)) - 2, 0).astype(int)
        right, foot = np.minimum(np.ceil(pixels.max(axis=0)) + 3, (width, height)).astype(int)
        if right - left < 2 or foot - top < 2:
            return None
        scale = view.focal / view.place[2]
        fine = 2 if scale < FINE_BELOW_PX_CM else 1
        # A large pixel's middle lies between those of the small ones it is made of.
        middle = tuple(
            fine * (at - corner) + (fine - 1) / 2
            for at, corner in zip(view.middle, (left, top), strict=True)
        )
        close = _View(
            view.rotation, view.place, view.focal * fine, (middle[0], middle[1]), fine
        )
        return _Window(int(left), int(top), int(right - left), int(foot - top), close)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as drawn."""
        return self.width * self.view.fine, self.height * self.view.fine

    def put(self, colours: NDArray[np.float32], seen: Seen, picture: Picture) -> None:
        """Lay what was drawn over the picture, with soft edges."""
        wide, high = self.size
        drawn = np.zeros((high, wide, 4), np.float32)
        drawn[seen.y, seen.x, :3] = colours
        drawn[seen.y, seen.x, 3] = 1.0
        if self.view.fine > 1:
            drawn = cv2.resize(drawn, (self.width, self.height), interpolation=cv2.INTER_AREA)
        part = picture[self.top : self.top + self.height, self.left : self.left + self.width]
        part[:] = np.clip(drawn[:, :, :3] + part * (1 - drawn[:, :, 3:]), 0, 255)


def _best_side(
    mesh: NDArray[np.float64], own: NDArray[np.float64], turned_by: float
) -> NDArray[np.float64]:
    """Where on the photograph each vertex is painted from."""
    if abs(turned_by) <= TURNED_DEG:
        return mesh
    painted = mesh[:FACE_VERTICES].copy()
    hidden = np.flatnonzero(own[:, 0] * turned_by > 0)
    painted[hidden] = painted[opposite(average_shape(own))[hidden]]
    return painted


def _view(pose: Pose, width: int, height: int, focal_share: float) -> _View:
    focal = focal_share * max(width, height)
    ray = np.array(
        [(pose.x * width - width / 2) / focal, (pose.y * height - height / 2) / focal, 1.0]
    )
    ray /= np.linalg.norm(ray)
    axis = np.array([-ray[1], ray[0], 0.0])
    sine = float(np.linalg.norm(axis))
    along = np.eye(3)
    if sine > 0:
        along = cv2.Rodrigues(axis / sine * math.asin(sine))[0]
    rotation = along @ turned(pose.yaw, pose.pitch, pose.roll)
    return _View(rotation, ray * pose.distance_cm, focal, (width / 2, height / 2))


def _strips(first: int, rows: int, around: int) -> NDArray[np.int64]:
    """Two triangles for each square between rows of vertices that close to a ring."""
    made = []
    for row in range(rows - 1):
        for column in range(around):
            a = first + row * around + column
            b = first + row * around + (column + 1) % around
            made += [(a, b, b + around), (a, b + around, a + around)]
    return np.array(made)


def _shades(
    points: NDArray[np.float64], triangles: NDArray[np.int64], view: _View, light: Light
) -> NDArray[np.float64]:
    """Light that each vertex throws back, 1 where the lamp stands straight above it."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    outwards = (a + b + c) / 3 - view.in_camera(SKULL_CENTRE[None])[0]
    faces *= np.sign((faces * outwards).sum(axis=1))[:, None]
    normals = np.zeros_like(points)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(
                triangles[:, corner], faces[:, axis], minlength=len(points)
            )
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    yaw, pitch = math.radians(light.yaw), math.radians(light.pitch)
    lamp = np.array(
        [math.sin(yaw) * math.cos(pitch), -math.sin(pitch), -math.cos(yaw) * math.cos(pitch)]
    )
    return light.even + (1 - light.even) * np.maximum(0.0, normals @ lamp)


def _sampled(
    texture: list[Picture],
    places: NDArray[np.float32],
    seen: Seen,
    size: tuple[int, int],
) -> NDArray[np.float32]:
    """The texture's colours at places, from the level whose pixels are about as large."""
    wide, high = size
    near = np.zeros((high, wide, 2), np.float32)
    near[seen.y, seen.x] = places
    size_px = _pixel_size(places, seen)
    level = int(np.clip(round(math.log2(max(size_px, 1.0))), 0, len(texture) - 1))
    scale = 2.0**-level
    # A pixel of a halved picture lies in the middle of four.
    near = (near + 0.5) * scale - 0.5
    across, down = np.ascontiguousarray(near[:, :, 0]), np.ascontiguousarray(near[:, :, 1])
    made = cv2.remap(texture[level], across, down, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    return made[seen.y, seen.x].astype(np.float32)


def _pixel_size(places: NDArray[np.float32], seen: Seen) -> float:
    """How many of the texture's pixels lie under one drawn: the middle one's."""
    beside = (np.diff(seen.x) == 1) & (np.diff(seen.triangle) == 0)
    steps = np.hypot(*np.diff(places, axis=0)[beside].T)
    return float(np.median(steps)) if steps.size else 1.0


def _draw_torso(picture: Picture, view: _View, skin: NDArray[np.float64]) -> None:
    """Neck and shoulders, which stay where they are when the head turns."""
    neck = np.array([[-5.6, -2.0], [5.6, -2.0], [6.4, -16.0], [-6.4, -16.0]])
    shoulders = np.array(
        [(6.6, -13.5), (14.0, -17.5), (20.5, -21.0), (23.0, -30.0), (24.0, -60.0)]
    )
    shoulders = np.concatenate([shoulders, (shoulders * (-1, 1))[::-1]])
    for outline, colour in ((neck, skin * 0.72), (shoulders, np.array([52.0, 56.0, 78.0]))):
        # Behind the face by the neck's distance, upright whatever the head does.
        spatial = np.column_stack([outline[:, 0], -outline[:, 1], np.full(len(outline), 5.0)])
        pixels = view.pixels(spatial + view.place)
        cv2.fillPoly(
            picture, [np.round(pixels * 16).astype(np.int32)], colour.tolist(), cv2.LINE_AA, 4
        )
