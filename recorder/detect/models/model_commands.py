"""``invigil-recorder models``: what the detectors run on, and an institution's own models.

Results go to standard output, messages to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from recorder.detect.models import model_changes
from recorder.detect.models.manifest import ModelFile, State, load_manifest, path_of, state_of
from recorder.detect.models.model_sets import (
    InstalledModel,
    LookedAt,
    default_folder,
    look_at,
)
from recorder.detect.objects.object_layout import UnusableModel
from recorder.detect.objects.object_model import ObjectModel
from recorder.faults import EnvironmentFault
from recorder.settings import read_settings

# What these commands are for stands in ``recorder.cli``, which names them without importing
# this module.
app = App(name="models", help_format="plaintext")

Flag = Annotated[bool, Parameter(negative=())]

# Exit status where a model is not as it should be.
FINDING = 1

# How wide a table may be where nobody looks at it: no line of a file is ever cut.
_FILE_WIDTH = 240

_REINSTALL = "install Invigil again"
_ADD_AGAIN = (
    "add it again with `invigil-recorder models add`, or take it out with "
    "`invigil-recorder models remove {name}`"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One model: ``where`` is its package or file, ``words`` what to do about its state."""

    name: str
    version: str
    task: str
    where: str
    state: str
    sha256: str
    licence: str
    labels: tuple[str, ...] = ()
    words: str = ""


@app.command(name="list")
def list_(*, json: Flag = False, folder: Path | None = None) -> int:
    """Show every model: its version, what it is for, where it lies and how its file is.

    Args:
        json: A JSON array instead of the table, with hashes, licences and labels.
        folder: The institution's models; by default where INVIGIL_MODELS or the app says.
    """
    lines = list(_lines(_folder(folder)))
    if json:
        sys.stdout.write(msgspec.json.encode([asdict(line) for line in lines]).decode() + "\n")
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("name", "version", "task", "where", "state"):
        table.add_column(name, no_wrap=name in {"name", "state"})
    for line in lines:
        cells = (line.name, line.version, line.task, line.where, line.state)
        table.add_row(*map(escape, cells))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _FILE_WIDTH
    console.print(table)
    return 0


@app.command
def verify(*, folder: Path | None = None) -> int:
    """Compare every model's file with its hash, and try the institution's own ones out.

    Says what to do about each that is not as it should be; the exit status is then 1.

    Args:
        folder: The institution's models; by default where INVIGIL_MODELS or the app says.
    """
    lines = list(_lines(_folder(folder), try_out=True))
    bad = [line for line in lines if line.state != State.GOOD]
    for line in lines:
        words = f": {line.words}" if line.words else ""
        _print(f"{line.name}  {line.state}{words}")
    return FINDING if bad else 0


@app.command
def add(
    file: Path,
    /,
    *,
    name: str | None = None,
    labels: str | None = None,
    release: str = "",
    licence: str = "",
    source: str = "",
    limits: str = "",
    folder: Path | None = None,
) -> int:
    """Add an object model for the sessions that begin from now on.

    FILE is an ONNX export of a YOLO network, or a model set: a folder or a zip with
    manifest.toml and its files. Each is tried out before anything is changed.

    For example:

        invigil-recorder models add desk.onnx --name desk --labels "cell phone,book,person"

        invigil-recorder models add rollout.zip

    Args:
        file: The ONNX file, or a set.
        name: What the model is called; by default what the file is called.
        labels: Its classes in order, separated by commas, or a text file with one a line;
            needed only where the file does not say them.
        release: Its version.
        licence: Under what licence it may be used.
        source: Where it comes from.
        limits: What is known that it does not see.
        folder: The institution's models; by default where INVIGIL_MODELS or the app says.
    """
    target = _folder(folder)
    if file.is_dir() or file.suffix.lower() == ".zip":
        added = model_changes.add_set(target, file)
    else:
        described = model_changes.Described(
            name=name or file.stem,
            release=release,
            labels=None if labels is None else _labels(labels),
            licence=licence,
            source=source,
            limits=limits,
        )
        added = (model_changes.add_file(target, file, described),)
    for model in added:
        _print(f"{model.name}  added to {target}: {_know(model)}")
    return 0


@app.command
def remove(name: str, /, *, folder: Path | None = None) -> int:
    """Take one of the institution's models out again.

    Args:
        name: The model, as `models list` shows it.
        folder: The institution's models; by default where INVIGIL_MODELS or the app says.
    """
    target = _folder(folder)
    removed = model_changes.remove(target, name)
    _print(f"{removed.name}  removed from {target}")
    return 0


def _lines(folder: Path, *, try_out: bool = False) -> Iterator[Line]:
    for model in load_manifest():
        yield _packaged(model)
    for looked in look_at(folder):
        yield _own(looked, try_out=try_out)


def _packaged(model: ModelFile) -> Line:
    try:
        state = state_of(path_of(model), model.sha256)
    except OSError:
        state = State.MISSING
    return Line(
        model.name,
        model.release,
        model.task,
        model.distribution,
        state,
        model.sha256,
        model.licence,
        words="" if state is State.GOOD else _REINSTALL,
    )


def _own(looked: LookedAt, *, try_out: bool) -> Line:
    model = looked.model
    state, words = str(looked.state), ""
    if looked.state is not State.GOOD:
        words = _ADD_AGAIN.format(name=model.name)
    elif try_out and (trouble := _trouble(looked)):
        state, words = "unusable", f"{trouble}; {_ADD_AGAIN.format(name=model.name)}"
    return Line(
        model.name,
        model.release,
        model.task,
        str(looked.file),
        state,
        model.sha256,
        model.licence,
        model.labels,
        words,
    )


def _trouble(looked: LookedAt) -> str:
    try:
        ObjectModel(looked.file.read_bytes(), looked.model.labels)
    except (UnusableModel, OSError) as error:
        return str(error)
    return ""


def _labels(text: str) -> tuple[str, ...]:
    """Labels as given on the command line, or from a text file."""
    path = Path(text)
    if "," in text or path.suffix not in {".txt", ".names"}:
        return tuple(label.strip() for label in text.split(","))
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentFault(
            f"The labels in {path} cannot be read ({error}).",
            "Give a text file with one label a line, or the labels separated by commas.",
        ) from error
    return tuple(line.strip() for line in lines if line.strip())


def _know(model: InstalledModel) -> str:
    some = ", ".join(model.labels[:8])
    rest = len(model.labels) - 8
    return f"{some} and {rest} more" if rest > 0 else some


def _folder(given: Path | None) -> Path:
    return given or read_settings().models or default_folder()


def _print(text: str) -> None:
    Console(highlight=False, soft_wrap=True).print(text, markup=False)
