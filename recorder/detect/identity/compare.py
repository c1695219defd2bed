"""``invigil-recorder compare``: is the face in two pictures that of one person?"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from recorder.detect.analysis.output import open_output, warn
from recorder.detect.analysis.rules_file import read_rules
from recorder.detect.face.graphs import FaceGraphs
from recorder.detect.identity.embedding import MODEL, FaceEmbedder, distance
from recorder.detect.identity.face_quality import Flaw
from recorder.detect.identity.pairs import NotAPair, Pair, read_pairs
from recorder.detect.identity.stills import StillFace, faces_in, read_still
from recorder.detect.models.manifest import model_hashes
from recorder.faults import EnvironmentFault
from shared.flags import Kind
from shared.policy import DEFAULT_RULES

COMPLETE, UNUSABLE, INTERRUPTED = 0, 2, 130

MODELS = ("face-detector", "face-mesh", MODEL)

# Pictures whose embedding is kept while a list is worked through, 1 kB each: lists compare
# one picture with many.
_KEPT = 10_000

# Finer is noise: the same face cut a pixel beside moves by a hundredth.
_DIGITS = 4

_FLAWED = {
    Flaw.SMALL: "the face is small",
    Flaw.TURNED: "the face is turned away",
    Flaw.BLURRED: "the face is blurred",
    Flaw.DARK: "the face is very dark",
    Flaw.BRIGHT: "the face is washed out",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What to compare: two ``images``, or the ``pairs`` that a CSV file lists."""

    images: tuple[Path, ...]
    pairs: Path | None
    policy: Path | None
    output: Path | None


@dataclass(frozen=True, slots=True)
class Known:
    """A picture's face: its embedding, and what is to be said about it (or nothing)."""

    embedding: NDArray[np.float64]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A picture without a face that could be compared, and why."""

    why: str


def compare(request: Request) -> int:
    """Run the command; returns its exit status.

    Raises:
        EnvironmentFault: nothing could be compared; the message says why.
    """
    pairs = _pairs(request)
    rule = read_rules(request.policy).rule(Kind.IDENTITY_MISMATCH)
    threshold = rule.threshold or DEFAULT_RULES[Kind.IDENTITY_MISMATCH].threshold
    assert threshold is not None
    model_hashes(MODELS)
    faces = Faces(FaceEmbedder(), FaceGraphs())
    with open_output(request.output, _sources(request, pairs)) as target:
        try:
            failed = sum(not _compared(pair, faces, threshold, target) for pair in _told(pairs))
        except KeyboardInterrupt:
            return INTERRUPTED
    if failed:
        warn(f"{failed} of {len(pairs)} pairs could not be compared.")
    return UNUSABLE if failed else COMPLETE


class Faces:
    """The faces of pictures, each looked at once."""

    def __init__(self, embedder: FaceEmbedder, graphs: FaceGraphs) -> None:
        self._embedder = embedder
        self._graphs = graphs
        self._kept: dict[Path, Known | Unknown] = {}

    def of(self, path: Path) -> Known | Unknown:
        """The largest face in the picture at ``path``."""
        found = self._kept.pop(path, None) or self._look(path)
        if len(self._kept) >= _KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[path] = found
        return found

    def _look(self, path: Path) -> Known | Unknown:
        try:
            image = read_still(path)
        except EnvironmentFault as fault:
            return Unknown(fault.what)
        faces = faces_in(image, self._graphs)
        if not faces:
            return Unknown(f"{path} shows no face.")
        face = faces[0]
        if face.quality.flaw is Flaw.SMALL and face.quality.value == 0.0:
            return Unknown(
                f"The face in {path} is too small to compare: "
                f"{face.pixels:.0f} pixels between the eyes."
            )
        return Known(self._embedder.embed(face.chip), _notes(path, faces))


def embedding_of(path: Path) -> NDArray[np.float64]:
    """The embedding, (128,), of the largest face in a reference picture.

    Raises:
        EnvironmentFault: it cannot be read or shows no face.
    """
    match Faces(FaceEmbedder(), FaceGraphs()).of(path):
        case Known(embedding, notes):
            for note in notes:
                warn(note)
            return embedding
        case Unknown(why):
            raise EnvironmentFault(why, "Give a sharp photograph that shows one face well.")


def _pairs(request: Request) -> list[Pair | NotAPair]:
    if (request.pairs is None) == (not request.images):
        raise EnvironmentFault(
            "It is not said what to compare.", "Name two images, or a list with --pairs."
        )
    if request.pairs is not None:
        return read_pairs(request.pairs)
    if len(request.images) != 2:
        raise EnvironmentFault(
            f"{len(request.images)} images make no pair.",
            "Name two images, or a list with --pairs.",
        )
    a, b = request.images
    return [Pair(str(a), str(b), Path())]


def _sources(request: Request, pairs: list[Pair | NotAPair]) -> Iterator[Path]:
    """Every file that is read."""
    yield from (path for path in (request.pairs, request.policy) if path is not None)
    for pair in pairs:
        if isinstance(pair, Pair):
            yield from pair.paths


def _compared(pair: Pair | NotAPair, faces: Faces, threshold: float, target: TextIO) -> bool:
    """Write one pair's line; whether it could be compared."""
    line = _line(pair, faces, threshold)
    target.write(msgspec.json.encode(line).decode() + "\n")
    target.flush()
    return "error" not in line


def _line(pair: Pair | NotAPair, faces: Faces, threshold: float) -> dict[str, object]:
    if isinstance(pair, NotAPair):
        return {"error": f"Line {pair.line} does not name two pictures."}
    named: dict[str, object] = {"a": pair.a, "b": pair.b}
    one, other = (faces.of(path) for path in pair.paths)
    missing = dict.fromkeys(face.why for face in (one, other) if isinstance(face, Unknown))
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return {**named, "error": " ".join(missing)}
    apart = distance(one.embedding, other.embedding)
    line = {
        **named,
        "distance": round(apart, _DIGITS),
        "threshold": threshold,
        "same": apart < threshold,
    }
    notes = dict.fromkeys((*one.notes, *other.notes))
    return {**line, "note": " ".join(notes)} if notes else line


def _notes(path: Path, faces: Sequence[StillFace]) -> tuple[str, ...]:
    notes = []
    if len(faces) > 1:
        notes.append(f"{path} shows {len(faces)} faces; the largest was taken.")
    quality = faces[0].quality
    if not quality.usable:
        notes.append(f"In {path} {_FLAWED[quality.flaw]}: the distance says little.")
    return tuple(notes)


def _told(pairs: list[Pair | NotAPair]) -> Iterator[Pair | NotAPair]:
    """The pairs, with a bar on the terminal where there are many."""
    quiet = len(pairs) == 1 or not sys.stderr.isatty()
    console = Console(stderr=True)
    yield from track(pairs, "comparing", console=console, transient=True, disable=quiet)
