"""mediapipe's C++ graphs from our own wiring, without mediapipe's solutions."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from types import ModuleType


@dataclass(frozen=True, slots=True)
class Bindings:
    """The parts of mediapipe in use."""

    calculator_graph: ModuleType
    image_frame: ModuleType
    packet_creator: ModuleType
    packet_getter: ModuleType
    rect_pb2: ModuleType


def load_bindings() -> Any:
    """Import mediapipe's C++ bindings without its solutions and tasks.

    ``import mediapipe`` runs an ``__init__`` that imports every solution, and with them
    matplotlib and OpenCV: 1.0 s and 94 MB, where the bindings take 0.05 s and 16 MB. The
    package's module is therefore put in place unexecuted; submodules load as usual.
    """
    if "mediapipe" not in sys.modules:
        spec = importlib.util.find_spec("mediapipe")
        if spec is None:
            raise ModuleNotFoundError("mediapipe is not installed", name="mediapipe")
        sys.modules["mediapipe"] = importlib.util.module_from_spec(spec)
    # The text of the graphs names this option by its extension, which must be registered.
    from mediapipe.framework.formats import (
        detection_pb2,  # noqa: F401 - registers the type of the search's output
        landmark_pb2,  # noqa: F401 - registers the type of the mesh
        rect_pb2,
    )
    from mediapipe.python import packet_creator, packet_getter
    from mediapipe.python._framework_bindings import (
        calculator_graph,
        image_frame,
        resource_util,
    )

    resource_util.set_resource_dir(str(package_folder().parent))
    return Bindings(calculator_graph, image_frame, packet_creator, packet_getter, rect_pb2)


def package_folder() -> Path:
    """Where the installed mediapipe lies, found without importing it."""
    module = sys.modules.get("mediapipe")
    spec = module.__spec__ if module else importlib.util.find_spec("mediapipe")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("mediapipe is not installed", name="mediapipe")
    return Path(spec.origin).parent


def start_graph(
    mp: Any, config: str, outputs: Sequence[str], side: dict[str, Any] | None = None
) -> Callable[..., dict[str, Any]]:
    """A running graph as a function from input packets to output packets.

    Args:
        mp: the loaded bindings.
        config: the graph as text.
        outputs: the output streams that are wanted.
        side: packets that the graph is given once, at its start.
    """
    graph = mp.calculator_graph.CalculatorGraph(graph_config=config)
    results: dict[str, Any] = {}
    for name in outputs:
        graph.observe_output_stream(name, results.__setitem__, observe_timestamp_bounds=False)
    graph.start_run(side or {})
    step = 0

    def run(**inputs: Any) -> dict[str, Any]:
        nonlocal step
        step += 1
        results.clear()
        for name, packet in inputs.items():
            graph.add_packet_to_input_stream(stream=name, packet=packet.at(step))
        graph.wait_until_idle()
        return results

    return run


def picture_packet(mp: Any, image: NDArray[np.uint8]) -> Any:
    """A picture, (h, w, 3) uint8 RGB, as a packet."""
    return mp.packet_creator.create_image_frame(
        image_format=mp.image_frame.ImageFormat.SRGB, data=np.ascontiguousarray(image)
    )


@contextlib.contextmanager
def quiet_native_log() -> Iterator[None]:
    """Keep the C++ libraries' start-up remarks off the user's terminal.

    They write to file descriptor 2 directly; nothing in them is of use to a candidate.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    silent = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(silent, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(silent)
