"""A model set: a folder with the institution's own models and a manifest that lists them.

The form is that of ``models/manifest.toml``: what each is for, its file beside the manifest,
its SHA-256, labels, licence and source. A set is read at each session's start and never
during one; whoever changes it replaces files and manifest whole, so that a reader finds
either the old set or the new one.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from platformdirs import user_data_path

from recorder.detect.models.manifest import State, state_of
from recorder.faults import EnvironmentFault
from shared.records import Hash, Model

MANIFEST = "manifest.toml"
VERSION = 1

# A model is read into memory whole; the largest of the family has 270 MB.
MOST_BYTES = 512 << 20

_HEAD = "# The institution's own models; see `invigil-recorder models --help`.\n"

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
Name = Annotated[str, msgspec.Meta(pattern=rf"^{NAME.pattern}$(?!\n)")]
# A file beside the manifest: neither a folder nor a hidden file.
FileName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._ -]{0,127}$(?!\n)")]
Text = Annotated[str, msgspec.Meta(max_length=2_000)]


class InstalledModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the institution's models; ``path`` is a file beside the manifest, ``labels``
    are the names of its classes in order.
    """

    name: Name
    part: Literal["objects"] = "objects"
    task: Text = ""
    release: Annotated[str, msgspec.Meta(max_length=64)] = ""
    path: FileName
    sha256: Hash
    labels: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=2_000)]
    licence: Text = ""
    source: Text = ""
    input: Text = ""
    output: Text = ""
    limits: Text = ""


class _Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Literal[1]
    model: tuple[InstalledModel, ...] = ()


@dataclass(frozen=True, slots=True)
class LookedAt:
    """An installed model, where its file lies and how that is."""

    model: InstalledModel
    file: Path
    state: State

    @property
    def record(self) -> Model:
        """As a session's first record lists it."""
        return Model(name=self.model.name, sha256=self.model.sha256, version=self.model.release)


class BadManifest(ValueError):
    """The text is no manifest of models; the message says what is wrong with it."""


def default_folder() -> Path:
    """Where a user's own models lie."""
    return user_data_path("invigil") / "models"


def parse(data: bytes) -> tuple[InstalledModel, ...]:
    """Read a manifest.

    Raises:
        BadManifest: it is none, or names a model twice.
    """
    try:
        manifest = msgspec.convert(tomllib.loads(data.decode("utf-8")), _Manifest)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise BadManifest(str(error)) from error
    names = [model.name for model in manifest.model]
    if twice := {name for name in names if names.count(name) > 1}:
        raise BadManifest(f"it names {min(twice)} twice")
    return manifest.model


def write(models: Iterable[InstalledModel]) -> str:
    """The manifest's text."""
    lines = [_HEAD, f"version = {VERSION}\n"]
    for model in models:
        lines.append("\n[[model]]\n")
        for name, value in msgspec.structs.asdict(model).items():
            if value:
                lines.append(f"{name} = {_toml(value)}\n")
    return "".join(lines)


def _toml(value: str | tuple[str, ...]) -> str:
    """A string or an array of them; JSON's escapes are TOML's, but for DEL."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")


def read(folder: Path) -> tuple[InstalledModel, ...]:
    """What a folder's manifest lists; nothing where there is no folder or manifest.

    Raises:
        EnvironmentFault: the manifest cannot be read or makes no sense.
    """
    path = folder / MANIFEST
    try:
        return parse(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise EnvironmentFault(
            f"The list of models {path} cannot be read ({error.strerror or error}).",
            "Make it readable, or set INVIGIL_MODELS to another folder.",
        ) from error
    except BadManifest as error:
        raise EnvironmentFault(
            f"The list of models {path} cannot be used: {error}.",
            "Put the institution's file back, or remove it and add the models again with "
            "`invigil-recorder models add`.",
        ) from error


def look_at(folder: Path) -> tuple[LookedAt, ...]:
    """What a folder holds, every file compared with its hash.

    Raises:
        EnvironmentFault: the manifest cannot be read or makes no sense.
    """
    return tuple(_looked_at(folder, model) for model in read(folder))


def _looked_at(folder: Path, model: InstalledModel) -> LookedAt:
    file = folder / model.path
    try:
        return LookedAt(model, file, state_of(file, model.sha256))
    except OSError:
        # It is there and may not be read, which is no better than not there.
        return LookedAt(model, file, State.MISSING)


def replace_manifest(folder: Path, models: Iterable[InstalledModel]) -> None:
    """Write the manifest so that a reader, or a power cut, finds the old or the new one.

    Raises:
        OSError: it cannot be written.
    """
    write_whole(folder / MANIFEST, write(models).encode())


def write_whole(path: Path, data: bytes) -> None:
    """A file that is there as a whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
