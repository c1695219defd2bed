"""The institution's own object model: an ONNX file of the YOLO family, run by onnxruntime."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recorder.detect.objects.letterbox import fill
from recorder.detect.objects.object_layout import (
    Layout,
    UnusableModel,
    decode,
    layout_of,
    without_doubles,
)
from recorder.detect.observations import Box, SeenObject

# What a network that takes any size is given: the size YOLO networks are trained with.
USUAL_SIDE = 640

# The smallest and largest input that makes sense: below, nothing is seen of a telephone;
# above, one look takes seconds.
SIDES = range(32, 1921)

# A look that takes longer than this (seconds of processor time) would hold up the faces. The
# first look comes with loading and two runs to try it out, and must be over long before the
# 3 s after which the detector counts as stalled.
SLOWEST_LOOK_S = 0.5

# More labels than any network of the family has, and a longer name than any thing has.
MOST_LABELS = 2_000
LONGEST_LABEL = 80

_FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


class ObjectModel:
    """A loaded model that has shown that it runs. Not for several threads at once.

    Args:
        data: the ONNX file.
        labels: the names of its classes in order; where ``None`` those it names itself.
        cpu_s: processor time of the calling thread, seconds.

    Raises:
        UnusableModel: it cannot be loaded, is of an unknown form or too slow here.
    """

    def __init__(
        self,
        data: bytes,
        labels: Sequence[str] | None = None,
        cpu_s: Callable[[], float] = time.thread_time,
    ) -> None:
        self._session = _load(data)
        self._input, self.input_size, self._type = _input_of(self._session)
        own = _own_labels(self._session)
        self.labels = tuple(labels) if labels is not None else own
        _check_labels(self.labels, own)
        self.layout = self._try_out(cpu_s)

    def look(
        self, image: NDArray[np.uint8], least: float, wanted: frozenset[str] | None = None
    ) -> tuple[SeenObject, ...]:
        """What is in a picture, (h, w, 3) uint8 RGB, surest first.

        Args:
            image: the picture.
            least: the confidence from which something is reported, 0..1.
            wanted: only these labels; all where it is ``None``.

        Raises:
            UnusableModel: the network failed.
        """
        planes, box = fill(image, self.input_size)
        found = decode(self.layout, self._run(planes), least)
        known = (found.classes >= 0) & (found.classes < len(self.labels))
        if wanted is not None:
            known &= np.array([self._is(c, wanted) for c in found.classes], np.bool_)
        found = found.chosen(known)
        if self.layout is not Layout.END_TO_END:
            found = without_doubles(found)
        return tuple(
            SeenObject(self.labels[number], round(min(1.0, float(score)), 4), _box(corners))
            for corners, score, number in zip(
                box.shares(found.corners), found.scores, found.classes, strict=True
            )
            if corners[2] > corners[0] and corners[3] > corners[1]
        )

    def _is(self, number: int, wanted: frozenset[str]) -> bool:
        return 0 <= number < len(self.labels) and self.labels[number] in wanted

    def _run(self, planes: NDArray[np.float32]) -> NDArray[np.floating]:
        """The first output: YOLOv5 exports may carry raw ones behind it."""
        try:
            outputs: Any = self._session.run(None, {self._input: planes.astype(self._type)})
        except Exception as error:  # onnxruntime's exceptions have no base of their own
            raise UnusableModel(f"it fails when it is run ({_first_line(error)})") from error
        return np.asarray(outputs[0])

    def _try_out(self, cpu_s: Callable[[], float]) -> Layout:
        """Run it on a grey picture; the layout of what it answers."""
        planes = output = np.full((1, 3, *self.input_size), 0.5, np.float32)
        # The first run also makes room, and may take twice as long.
        for patience in (2, 1):
            started = cpu_s()
            output = self._run(planes)
            took_s = cpu_s() - started
            if took_s > patience * SLOWEST_LOOK_S:
                raise UnusableModel(
                    f"it is too slow for this computer ({took_s:.1f} s a look, at most "
                    f"{SLOWEST_LOOK_S:g} s)"
                )
        layout = layout_of(output.shape, len(self.labels), self.input_size)
        decode(layout, output, 0.0)
        return layout


def _load(data: bytes) -> Any:
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise UnusableModel("this program was built without what runs it") from error
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    # One thread, and no arena that keeps the largest picture's memory for the session.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions have no base of their own
        raise UnusableModel(f"it cannot be loaded ({_first_line(error)})") from error


def _input_of(session: Any) -> tuple[str, tuple[int, int], type[np.floating]]:
    """The input's name, its rows and columns, and its type."""
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise UnusableModel(f"it takes {len(inputs)} inputs instead of one picture")
    (only,) = inputs
    if only.type not in _FLOATS:
        raise UnusableModel(f"its input is of {only.type}, not of floats")
    shape = list(only.shape)
    one = len(shape) == 4 and (shape[0] == 1 or not isinstance(shape[0], int))
    if not one or shape[1] != 3:
        raise UnusableModel(f"its input {shape} is not one RGB picture [1, 3, rows, columns]")
    rows, columns = (side if isinstance(side, int) else USUAL_SIDE for side in shape[2:])
    if rows not in SIDES or columns not in SIDES:
        raise UnusableModel(f"its input is {columns}x{rows} pixels")
    return only.name, (rows, columns), _FLOATS[only.type]


def _own_labels(session: Any) -> tuple[str, ...]:
    """The labels that exporters write into the file: a Python dictionary as text."""
    text = session.get_modelmeta().custom_metadata_map.get("names", "")
    try:
        names = ast.literal_eval(text) if text else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    if isinstance(names, dict) and sorted(names, key=str) == sorted(range(len(names)), key=str):
        names = [names[number] for number in range(len(names))]
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return tuple(str(name) for name in names)
    return ()


def _check_labels(labels: Sequence[str], own: Sequence[str]) -> None:
    if not labels:
        raise UnusableModel("it does not say what its classes are called")
    if len(labels) > MOST_LABELS:
        raise UnusableModel(f"it has {len(labels)} labels (at most {MOST_LABELS:,})")
    if own and len(own) != len(labels):
        raise UnusableModel(f"it has {len(own)} classes, and {len(labels)} labels are given")
    for label in labels:
        if not label.strip() or len(label) > LONGEST_LABEL or not label.isprintable():
            raise UnusableModel(f"one of its labels is {label[:LONGEST_LABEL]!r}")
    if len(set(labels)) != len(labels):
        raise UnusableModel("two of its labels are the same")


def _box(corners: NDArray[np.float64]) -> Box:
    left, top, right, bottom = (round(float(share), 5) for share in corners)
    return Box(left, top, right - left, bottom - top)


def _first_line(error: Exception) -> str:
    """What onnxruntime says, without its code and its line."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].split(" : ")[-1].strip().rstrip(".")[:200]
