"""The face in centimetres, and which landmarks of the mesh are used for what.

Coordinates are mediapipe's canonical face model (``canonical_face_model.obj`` of
google/mediapipe, Apache-2.0), an average adult face: x towards the picture's right when the
face looks into the camera, y up, z out of the face. Only landmarks are used that neither
the jaw nor the lips, brows or lids move: forehead, temples, nose, eye corners, cheekbones.
"""

from __future__ import annotations

import numpy as np

_MIDDLE = {
    4: (0.0, -0.463170, 7.586580),
    5: (0.0, 0.365669, 7.242870),
    195: (0.0, 1.059413, 6.774605),
    197: (0.0, 1.728369, 6.316750),
    6: (0.0, 2.473255, 5.788627),
    168: (0.0, 3.271027, 5.236015),
    9: (0.0, 4.885979, 5.385258),
    151: (0.0, 6.545390, 5.027311),
    10: (0.0, 8.261778, 4.481535),
}

# Landmark on the picture's left, its mirror image on the right, coordinates of the first.
_PAIRS = (
    (33, 263, (-4.445859, 2.663991, 3.173422)),
    (133, 362, (-1.856432, 2.585245, 3.757904)),
    (117, 346, (-5.258659, 0.945811, 2.974312)),
    (119, 348, (-3.300681, 0.861641, 3.872784)),
    (121, 350, (-1.820731, 1.467954, 4.224124)),
    (129, 358, (-1.785794, -0.978284, 4.850470)),
    (198, 420, (-1.246815, 0.230297, 5.681036)),
    (143, 372, (-6.407571, 2.236021, 1.560843)),
    (127, 356, (-7.743095, 2.364999, -2.005167)),
    (54, 284, (-6.279331, 6.615427, 1.425850)),
    (67, 297, (-3.523964, 8.005976, 3.729163)),
    (132, 361, (-7.270895, -2.890917, -2.252455)),
)

_MODEL = (
    _MIDDLE
    | {left: point for left, _, point in _PAIRS}
    | {right: (-x, y, z) for _, right, (x, y, z) in _PAIRS}
)

# Eyes, the one on the picture's left first: outer and inner corner, iris centre, the
# middles of the upper and lower lid (indices of the mesh with irises).
_EYES = ((33, 133, 468, 159, 145), (263, 362, 473, 386, 374))

# Where the nose meets the lip: one of the five points that faces are compared by.
_NOSE_BASE = 2

# The landmarks that are read from the mesh, in the order of every landmark array here.
LANDMARKS = (*_MODEL, *(index for eye in _EYES for index in eye[2:]), _NOSE_BASE)

# Rigid landmarks come first in such an array; these are their model points, (n, 3) cm.
RIGID = len(_MODEL)
MODEL_POINTS = np.array(list(_MODEL.values()), np.float64)

# The fitted mesh turns less than the head does: where a nose moves by 10 pixels against the
# cheeks, its landmark moves by 8. So landmarks are explained by a flatter face than they
# belong to. The share of depth is that with the least error on heads drawn at known poses
# from two photographs, and is checked on heads from others (``make accuracy ARGS=pose``).
DEPTH_SHOWN = 0.83
_DEPTH = float(MODEL_POINTS[:, 2].mean())
SHOWN_POINTS = MODEL_POINTS.copy()
SHOWN_POINTS[:, 2] = _DEPTH + DEPTH_SHOWN * (MODEL_POINTS[:, 2] - _DEPTH)

# Rows of the two eyes in such an array, same order as ``_EYES``.
EYE_ROWS = tuple(tuple(LANDMARKS.index(index) for index in eye) for eye in _EYES)

# Rows of what faces are aligned by: the corners of both eyes from the picture's left to its
# right, then the base of the nose.
ALIGN_ROWS = tuple(LANDMARKS.index(index) for index in (33, 133, 362, 263, _NOSE_BASE))
