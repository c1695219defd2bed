"""Small true ONNX networks that find red and blue rectangles, in the layouts of YOLO exports.

For each cell of 8 pixels they measure how far its colour goes on to the left, right, up and
down, and say that box, as a trained network would; nothing in them is looked up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LABELS = ("red box", "blue box")
SIDE = 320
CELL = 8

# A cell sees at most so many cells in each direction: boxes of up to 38 x 8 pixels.
REACH = 19

# What the network says of a cell that is all of one colour.
SURE = 0.9

# How far the wanted colour must be above both others for half a vote, and how steeply.
MARGIN, STEEPNESS = 0.4, 10.0


class _Graph:
    """Nodes and constants as they are added; every method returns a name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(
        self, kind: str, inputs: Sequence[str], outputs: int = 1, **settings: object
    ) -> str:
        names = [f"{kind}_{len(self.nodes)}_{place}" for place in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **settings))
        return names[0]

    def constant(self, values: np.ndarray) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def floats(self, *values: float) -> str:
        return self.constant(np.array(values, np.float32))

    def rows(self, name: str, start: int, end: int, axis: int) -> str:
        inputs = [name, self.ints(start), self.ints(end), self.ints(axis)]
        return self.add("Slice", inputs)

    def shifted(self, name: str, down: int, right: int) -> str:
        """What lies ``down`` and ``right`` of each cell; nothing beyond the edge."""
        pads = [0, 0, max(0, -down), max(0, -right), 0, 0, max(0, down), max(0, right)]
        padded = self.add("Pad", [name, self.ints(*pads)])
        cells = SIDE // CELL
        wide = self.rows(padded, max(0, right), max(0, right) + cells, 3)
        return self.rows(wide, max(0, down), max(0, down) + cells, 2)


def colour_network(
    layout: str = "v8",
    *,
    names: bool = True,
    half: bool = False,
    labels: Sequence[str] = LABELS,
) -> bytes:
    """An ONNX file that finds rectangles; ``layout`` is v8, v5 or end-to-end.

    Args:
        layout: how its output is laid out.
        names: whether it says its labels itself, as exporters write them.
        half: whether it takes halves instead of floats.
        labels: what it calls red and blue.
    """
    graph = _Graph()
    picture = "images"
    if half:
        picture = graph.add("Cast", [picture], to=TensorProto.FLOAT)
    cover = _cover(graph, picture)
    boxes, scores = _boxes(graph, cover), _scores(graph, cover)
    output = {"v8": _v8, "v5": _v5, "end-to-end": _end_to_end}[layout](graph, boxes, scores)
    return serialised(graph, output, labels if names else None, half=half)


def treacherous_network() -> bytes:
    """The same network, which takes the second of one number, and fails, where a pixel is
    white.
    """
    model = onnx.load_from_string(colour_network())
    output = model.graph.output[0].name
    trap = [
        helper.make_node("ReduceMax", ["images"], ["brightest"], keepdims=0),
        helper.make_node("Cast", ["brightest"], ["white"], to=TensorProto.INT64),
        helper.make_node("Gather", ["one number", "white"], ["taken"]),
        helper.make_node("Add", [output, "taken"], ["last"]),
    ]
    model.graph.node.extend(trap)
    model.graph.initializer.append(
        helper.make_tensor("one number", TensorProto.FLOAT, [1], [0.0])
    )
    model.graph.output[0].name = "last"
    return model.SerializeToString()


def serialised(
    graph: _Graph, output: str, labels: Sequence[str] | None, *, half: bool = False
) -> bytes:
    """The graph as a file, its labels written as exporters do."""
    taken = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    made = helper.make_graph(
        graph.nodes,
        "rectangles",
        [helper.make_tensor_value_info("images", taken, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    if labels is not None:
        helper.set_model_props(model, {"names": repr(dict(enumerate(labels)))})
    return model.SerializeToString()


def _cover(graph: _Graph, picture: str) -> str:
    """(1, 2, cells, cells): the share of each cell that is red, and that is blue."""
    red, green, blue = (graph.rows(picture, n, n + 1, 1) for n in range(3))
    votes = []
    for own, other in ((red, blue), (blue, red)):
        above = graph.add("Sub", [own, graph.add("Max", [other, green])])
        steep = graph.add("Mul", [above, graph.floats(STEEPNESS)])
        vote = graph.add("Add", [steep, graph.floats(0.5 - MARGIN * STEEPNESS)])
        clipped = [vote, graph.constant(np.float32(0)), graph.constant(np.float32(1))]
        votes.append(graph.add("Clip", clipped))
    both = graph.add("Concat", votes, axis=1)
    return graph.add("AveragePool", [both], kernel_shape=[CELL, CELL], strides=[CELL, CELL])


def _scores(graph: _Graph, cover: str) -> str:
    """Nothing for a cell that is half covered, all for a full one."""
    beyond = graph.add("Sub", [cover, graph.floats(0.5)])
    return graph.add("Mul", [graph.add("Relu", [beyond]), graph.floats(2 * SURE)])


def _reach(graph: _Graph, cover: str, down: int, right: int) -> str:
    """How many cells (and parts of the last) the colour goes on in one direction."""
    unbroken, total = cover, ""
    for step in range(1, REACH + 1):
        there = graph.shifted(cover, step * down, step * right)
        unbroken = graph.add("Min", [unbroken, there])
        total = unbroken if not total else graph.add("Add", [total, unbroken])
    return total


def _boxes(graph: _Graph, cover: str) -> str:
    """(1, 8, cells, cells): middle and size in pixels for each class."""
    cells = SIDE // CELL
    left, right = _reach(graph, cover, 0, -1), _reach(graph, cover, 0, 1)
    above, below = _reach(graph, cover, -1, 0), _reach(graph, cover, 1, 0)
    rows, columns = np.mgrid[0:cells, 0:cells].astype(np.float32) + 0.5
    pixels, half = graph.floats(CELL), graph.floats(0.5)
    out: dict[str, str] = {}
    for name, here, less, more in (("x", columns, left, right), ("y", rows, above, below)):
        lean = graph.add("Mul", [graph.add("Sub", [more, less]), half])
        middle = graph.add("Add", [graph.constant(here[np.newaxis, np.newaxis]), lean])
        size = graph.add("Add", [graph.add("Add", [less, more]), graph.floats(1.0)])
        out[name] = graph.add("Mul", [middle, pixels])
        out[f"{name} size"] = graph.add("Mul", [size, pixels])
    # Classes first: (1, 2, 4, cells, cells).
    parts = [
        graph.add("Unsqueeze", [out[part], graph.ints(2)])
        for part in ("x", "y", "x size", "y size")
    ]
    return graph.add("Concat", parts, axis=2)


def _candidates(graph: _Graph, boxes: str, scores: str) -> tuple[str, str]:
    """Boxes (1, n, 4) and scores (1, n, 2): each cell says the box of its better class."""
    cells = (SIDE // CELL) ** 2
    flat_scores = graph.add("Reshape", [scores, graph.ints(1, 2, cells)])
    flat_boxes = graph.add("Reshape", [boxes, graph.ints(1, 2, 4, cells)])
    red, blue = (graph.rows(flat_scores, n, n + 1, 1) for n in range(2))
    redder = graph.add("GreaterOrEqual", [red, blue])
    red_box, blue_box = (
        graph.add("Squeeze", [graph.rows(flat_boxes, n, n + 1, 1), graph.ints(1)])
        for n in range(2)
    )
    box = graph.add("Where", [redder, red_box, blue_box])
    return (
        graph.add("Transpose", [box], perm=[0, 2, 1]),
        graph.add("Transpose", [flat_scores], perm=[0, 2, 1]),
    )


def _coarser(graph: _Graph, rows: str, columns: int) -> str:
    """The cells of 16 and 32 pixels behind those of 8; this network leaves them empty."""
    cells = sum((SIDE // stride) ** 2 for stride in (16, 32))
    empty = graph.constant(np.zeros((1, cells, columns), np.float32))
    return graph.add("Concat", [rows, empty], axis=1)


def _v8(graph: _Graph, boxes: str, scores: str) -> str:
    box, score = _candidates(graph, boxes, scores)
    rows = _coarser(graph, graph.add("Concat", [box, score], axis=2), 6)
    return graph.add("Transpose", [rows], perm=[0, 2, 1])


def _v5(graph: _Graph, boxes: str, scores: str) -> str:
    """Something (its score) and of which class (1 for the better one), three times a cell."""
    box, score = _candidates(graph, boxes, scores)
    best = graph.add("ReduceMax", [score], axes=[2], keepdims=1)
    share = graph.add("Div", [score, graph.add("Max", [best, graph.floats(1e-6)])])
    rows = _coarser(graph, graph.add("Concat", [box, best, share], axis=2), 7)
    return graph.add("Concat", [rows, rows, rows], axis=1)


def _end_to_end(graph: _Graph, boxes: str, scores: str) -> str:
    """Left, top, right, bottom, score and class of what remains, [1, n, 6]."""
    box, score = _candidates(graph, boxes, scores)
    by_class = graph.add("Transpose", [score], perm=[0, 2, 1])
    limits = [
        graph.ints(100),
        graph.constant(np.array([0.45], np.float32)),
        graph.constant(np.array([0.05], np.float32)),
    ]
    kept = graph.add("NonMaxSuppression", [box, by_class, *limits], center_point_box=1)
    place = graph.add("Concat", [graph.rows(kept, 0, 1, 1), graph.rows(kept, 2, 3, 1)], axis=1)
    chosen = graph.add("GatherND", [box, place])
    middle, size = graph.rows(chosen, 0, 2, 1), graph.rows(chosen, 2, 4, 1)
    half = graph.add("Mul", [size, graph.floats(0.5)])
    sure = graph.add("Unsqueeze", [graph.add("GatherND", [by_class, kept]), graph.ints(1)])
    number = graph.add("Cast", [graph.rows(kept, 1, 2, 1)], to=TensorProto.FLOAT)
    corners = [graph.add("Sub", [middle, half]), graph.add("Add", [middle, half])]
    found = graph.add("Concat", [*corners, sure, number], axis=1)
    return graph.add("Unsqueeze", [found, graph.ints(0)])
