"""Object models by the real onnxruntime: small true networks that find coloured rectangles."""

from __future__ import annotations

import itertools
import sys

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from support.object_networks import LABELS, colour_network, treacherous_network

from recorder.detect.objects.object_layout import Layout, UnusableModel
from recorder.detect.objects.object_model import SLOWEST_LOOK_S, ObjectModel
from recorder.detect.observations import Box, SeenObject

RED, BLUE = (220, 20, 30), (10, 20, 230)


def desk(*things: tuple[Box, tuple[int, int, int]], size: tuple[int, int] = (480, 640)):
    """A grey picture with coloured rectangles."""
    height, width = size
    picture = np.full((height, width, 3), 127, np.uint8)
    for box, colour in things:
        left, top = round(box.x * width), round(box.y * height)
        right, bottom = left + round(box.width * width), top + round(box.height * height)
        cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), colour, -1)
    return picture


def near(found: SeenObject, box: Box) -> bool:
    """Within a cell of the network."""
    own = (found.box.x, found.box.y, found.box.width, found.box.height)
    return np.allclose(own, (box.x, box.y, box.width, box.height), atol=0.02)


@pytest.mark.parametrize(
    ("layout", "known"),
    [("v8", Layout.ANCHOR_FREE), ("v5", Layout.ANCHORS), ("end-to-end", Layout.END_TO_END)],
)
@pytest.mark.parametrize("size", [(480, 640), (720, 1280), (640, 480), (2160, 3840)])
def test_things_are_found_where_they_are_in_every_layout_and_picture(
    layout: str, known: Layout, size: tuple[int, int]
) -> None:
    model = ObjectModel(colour_network(layout))
    red, blue = Box(0.1, 0.2, 0.15, 0.3), Box(0.5, 0.6, 0.3, 0.2)
    found = model.look(desk((red, RED), (blue, BLUE), size=size), 0.3)
    assert (model.layout, model.labels) == (known, LABELS)
    assert sorted(one.label for one in found) == ["blue box", "red box"]
    by_label = {one.label: one for one in found}
    assert near(by_label["red box"], red)
    assert near(by_label["blue box"], blue)
    assert all(one.confidence == pytest.approx(0.9, abs=0.02) for one in found)


def test_two_of_a_kind_are_two_and_nothing_is_nothing() -> None:
    model = ObjectModel(colour_network())
    left, right = Box(0.1, 0.3, 0.2, 0.3), Box(0.6, 0.3, 0.2, 0.3)
    assert len(model.look(desk((left, RED), (right, RED)), 0.3)) == 2
    assert model.look(desk(), 0.3) == ()


def test_only_what_is_wanted_and_sure_enough_is_said() -> None:
    model = ObjectModel(colour_network())
    picture = desk((Box(0.1, 0.2, 0.2, 0.3), RED), (Box(0.5, 0.5, 0.3, 0.3), BLUE))
    found = model.look(picture, 0.3, frozenset({"blue box"}))
    assert [one.label for one in found] == ["blue box"]
    assert model.look(picture, 0.95) == ()


def test_halves_are_taken_and_labels_given_where_the_file_has_none() -> None:
    model = ObjectModel(colour_network(half=True, names=False), ("phone", "book"))
    found = model.look(desk((Box(0.1, 0.2, 0.2, 0.3), RED)), 0.3)
    assert [one.label for one in found] == ["phone"]


def test_given_labels_translate_the_files_own() -> None:
    assert ObjectModel(colour_network(), ("Telefon", "Buch")).labels == ("Telefon", "Buch")


def network(inputs: list, shape: list[int], labels: int = 2) -> bytes:
    """A network that answers with noughts of a shape, whatever it is shown."""
    zeros = helper.make_tensor("zeros", TensorProto.FLOAT, shape, [0.0] * int(np.prod(shape)))
    graph = helper.make_graph(
        [helper.make_node("Constant", [], ["out"], value=zeros)],
        "nothing",
        inputs,
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, {"names": repr([f"thing {n}" for n in range(labels)])})
    return model.SerializeToString()


def picture(*shape: object, of: int = TensorProto.FLOAT) -> list:
    return [helper.make_tensor_value_info("images", of, list(shape))]


def test_a_network_that_takes_any_size_is_given_the_usual_one() -> None:
    open_sizes = network(picture("batch", 3, "rows", "columns"), [1, 6, 8400])
    assert ObjectModel(open_sizes).input_size == (640, 640)


@pytest.mark.parametrize(
    ("data", "labels", "said"),
    [
        (b"", None, "cannot be loaded"),
        (b"not a network", None, "cannot be loaded"),
        (colour_network()[:-5000], None, "cannot be loaded"),
        (colour_network(names=False), None, "does not say what its classes are called"),
        (colour_network(), ("one",), "2 classes, and 1 labels"),
        (colour_network(names=False), ("a", "b", "c"), "none of the known ones"),
        (colour_network(), ("a", "a"), "the same"),
        (colour_network(), ("a", " "), "one of its labels"),
        (colour_network(), ("a", "b\nc"), "one of its labels"),
        (network(picture(1, 3, 320, 320), [1, 8400, 7]), None, "none of the known ones"),
        (network(picture(1, 3, 640, 640), [1, 8400, 7]), None, "none of the known ones"),
        (network(picture(1, 1, 640, 640), [1, 6, 8400]), None, "not one RGB picture"),
        (network(picture(8, 3, 640, 640), [1, 6, 8400]), None, "not one RGB picture"),
        (network(picture(1, 3, 640), [1, 6, 8400]), None, "not one RGB picture"),
        (network(picture(1, 3, 8, 8), [1, 6, 8400]), None, "is 8x8 pixels"),
        (network(picture(1, 3, 4096, 4096), [1, 6, 8400]), None, "4096x4096"),
        (
            network(picture(1, 3, 640, 640, of=TensorProto.UINT8), [1, 6, 8400]),
            None,
            "not of floats",
        ),
        (network([], [1, 6, 8400]), None, "takes 0 inputs"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(
    data: bytes, labels: tuple[str, ...] | None, said: str
) -> None:
    with pytest.raises(UnusableModel, match=said):
        ObjectModel(data, labels)


def test_labels_in_the_file_that_are_no_labels_are_none() -> None:
    model = onnx.load_from_string(colour_network())
    helper.set_model_props(model, {"names": "__import__('os').abort()"})
    with pytest.raises(UnusableModel, match="does not say"):
        ObjectModel(model.SerializeToString())


def test_weights_in_another_file_are_refused() -> None:
    model = onnx.load_from_string(colour_network())
    outside = model.graph.initializer[0]
    outside.ClearField("raw_data")
    outside.data_location = TensorProto.EXTERNAL
    entry = outside.external_data.add()
    entry.key, entry.value = "location", "/etc/hostname"
    with pytest.raises(UnusableModel, match="cannot be loaded"):
        ObjectModel(model.SerializeToString())


def test_a_model_that_is_too_slow_here_is_refused() -> None:
    slow = itertools.count(0.0, 1.5 * SLOWEST_LOOK_S)  # the first run may take twice as long
    with pytest.raises(UnusableModel, match=r"too slow for this computer \(0\.8 s a look"):
        ObjectModel(colour_network(), cpu_s=lambda: next(slow))
    very_slow = itertools.count(0.0, 3 * SLOWEST_LOOK_S)
    with pytest.raises(UnusableModel, match=r"1\.5 s a look"):
        ObjectModel(colour_network(), cpu_s=lambda: next(very_slow))


def test_a_model_that_fails_when_it_is_run_is_said() -> None:
    found = ObjectModel(treacherous_network())
    assert found.look(desk(), 0.3) == ()
    with pytest.raises(UnusableModel, match="fails when it is run"):
        found.look(np.full((480, 640, 3), 255, np.uint8), 0.3)


def test_a_program_without_onnxruntime_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(UnusableModel, match="built without"):
        ObjectModel(colour_network("v8"), LABELS)
