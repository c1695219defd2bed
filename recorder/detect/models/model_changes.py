"""Adds models to the institution's set and takes them out of it again.

Nothing is added that has not shown that it runs on this computer. A file is stored under its
model's name and hash, so that none is ever overwritten that a session may be about to load.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from recorder.detect.models.model_sets import (
    MANIFEST,
    MOST_BYTES,
    NAME,
    BadManifest,
    InstalledModel,
    parse,
    read,
    replace_manifest,
    write_whole,
)
from recorder.detect.objects.object_layout import UnusableModel
from recorder.detect.objects.object_model import ObjectModel
from recorder.faults import EnvironmentFault
from shared.encoding import sha256_hex

_OTHER_FILE = (
    "Give an ONNX export of a YOLO network (v5, v8 or v11, with or without its own "
    "suppression of doubles), in one file."
)
_OTHER_SET = "Give a folder or a zip with manifest.toml and the files that it lists beside it."

# How many digits of its hash a file is named after.
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Described:
    """What the institution says of a model; ``labels`` where the file does not say them."""

    name: str
    release: str = ""
    labels: tuple[str, ...] | None = None
    licence: str = ""
    source: str = ""
    limits: str = ""


def add_file(folder: Path, file: Path, described: Described) -> InstalledModel:
    """Copy one ONNX file into the set, in the place of what had its name.

    Raises:
        EnvironmentFault: it cannot be read, is no usable model, or the set not be written.
    """
    if not NAME.fullmatch(described.name):
        raise EnvironmentFault(
            f"A model cannot be called {described.name!r}.",
            "Give it a --name of letters, digits, dots and hyphens, at most 64.",
        )
    data = _read(file)
    proved = _proved(data, described.labels, str(file))
    try:
        model = msgspec.convert(
            {
                "name": described.name,
                "task": "Find objects",
                "release": described.release,
                "path": f"{described.name}.onnx",
                "sha256": sha256_hex(data),
                "labels": proved.labels,
                "licence": described.licence,
                "source": described.source,
                "input": _input_words(proved),
                "output": f"{proved.layout}, {len(proved.labels)} labels",
                "limits": described.limits,
            },
            InstalledModel,
        )
    except msgspec.ValidationError as error:
        raise EnvironmentFault(
            f"The model cannot be listed so: {error}.",
            "Say less about it.",
        ) from error
    return _store(folder, [(model, data)])[0]


def add_set(folder: Path, source: Path) -> tuple[InstalledModel, ...]:
    """Copy all models of another set, which is a folder or a zip; all or none.

    Raises:
        EnvironmentFault: it is no set, a file is not the one its manifest lists or is no
            usable model, or the own set cannot be written.
    """
    take = _from_zip(source) if source.is_file() else _from_folder(source)
    try:
        models = parse(take(MANIFEST))
    except BadManifest as error:
        raise EnvironmentFault(f"{source} is no model set: {error}.", _OTHER_SET) from error
    if not models:
        raise EnvironmentFault(f"{source} lists no model.", _OTHER_SET)
    taken = [(model, take(model.path)) for model in models]
    for model, data in taken:
        if sha256_hex(data) != model.sha256:
            raise EnvironmentFault(
                f"{model.path} in {source} is not the file that its manifest lists.",
                "Ask whoever made the set for it again.",
            )
        _proved(data, model.labels, f"{model.path} in {source}")
    return _store(folder, taken)


def remove(folder: Path, name: str) -> InstalledModel:
    """Take a model out of the set, and its file away.

    Raises:
        EnvironmentFault: there is none of this name, or the set cannot be written.
    """
    models = read(folder)
    found = [model for model in models if model.name == name]
    if not found:
        known = ", ".join(model.name for model in models) or "none"
        raise EnvironmentFault(
            f"There is no own model {name!r} in {folder} (there are: {known}).",
            "Name one that `invigil-recorder models list` shows with this folder.",
        )
    rest = [model for model in models if model.name != name]
    _write(folder, lambda: replace_manifest(folder, rest))
    _sweep(folder, found, rest)
    return found[0]


def _proved(data: bytes, labels: tuple[str, ...] | None, what: str) -> ObjectModel:
    try:
        return ObjectModel(data, labels)
    except UnusableModel as error:
        advice = _OTHER_FILE
        if labels is None:
            advice = f"{advice} Say what its classes are called, in order, with --labels."
        raise EnvironmentFault(f"{what} cannot be used: {error}.", advice) from error


def _input_words(proved: ObjectModel) -> str:
    rows, columns = proved.input_size
    return f"{columns}x{rows} RGB, the whole picture letterboxed, values 0..1"


def _store(
    folder: Path, added: list[tuple[InstalledModel, bytes]]
) -> tuple[InstalledModel, ...]:
    """Files first, then the manifest: until then the old set holds."""
    before = read(folder)
    stored = tuple(
        msgspec.structs.replace(model, path=f"{model.name}-{model.sha256[:_DIGITS]}.onnx")
        for model, _ in added
    )
    names = {model.name for model in stored}
    models = [*(model for model in before if model.name not in names), *stored]

    def copy() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for model, (_, data) in zip(stored, added, strict=True):
            write_whole(folder / model.path, data)
        replace_manifest(folder, models)

    _write(folder, copy)
    _sweep(folder, before, models)
    return stored


def _write(folder: Path, change: Callable[[], None]) -> None:
    try:
        change()
    except OSError as error:
        raise EnvironmentFault(
            f"The models in {folder} cannot be changed ({error.strerror or error}).",
            "Make room or ask for the right to write there, or name another --folder.",
        ) from error


def _sweep(
    folder: Path, before: Iterable[InstalledModel], after: Iterable[InstalledModel]
) -> None:
    """Remove files that the set no longer lists; one that cannot be removed is only litter."""
    kept = {model.path for model in after}
    for model in before:
        if model.path not in kept:
            try:
                (folder / model.path).unlink(missing_ok=True)
            except OSError:
                continue


def _read(file: Path) -> bytes:
    try:
        if file.is_dir():
            raise EnvironmentFault(f"{file} is a folder.", _OTHER_SET)
        if file.stat().st_size > MOST_BYTES:
            raise EnvironmentFault(
                f"{file} is larger than {MOST_BYTES >> 20} MiB.", "Give a smaller model."
            )
        return file.read_bytes()
    except FileNotFoundError as error:
        raise EnvironmentFault(f"There is no file {file}.", "Check the name.") from error
    except OSError as error:
        raise EnvironmentFault(
            f"{file} cannot be read ({error.strerror or error}).",
            "Ask for the right to read it.",
        ) from error


def _from_folder(source: Path) -> Callable[[str], bytes]:
    return lambda name: _read(source / name)


def _from_zip(source: Path) -> Callable[[str], bytes]:
    def take(name: str) -> bytes:
        try:
            with zipfile.ZipFile(source) as archive:
                if archive.getinfo(name).file_size > MOST_BYTES:
                    raise EnvironmentFault(
                        f"{name} in {source} is larger than {MOST_BYTES >> 20} MiB.",
                        "Give a smaller model.",
                    )
                return archive.read(name)
        except KeyError as error:
            raise EnvironmentFault(f"{source} holds no {name}.", _OTHER_SET) from error
        except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
            raise EnvironmentFault(
                f"{source} cannot be read as a zip ({error}).", _OTHER_SET
            ) from error

    return take
