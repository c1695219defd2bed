"""Which packaged model files run, read from ``models/manifest.toml`` and checked by hash.

What an institution adds of its own is in ``model_sets``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import tomllib
from collections.abc import Collection, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Literal

import msgspec

import recorder
from recorder.faults import EnvironmentFault
from shared.records import Model

# The manifest is installed beside the package: the same place in a checkout, a wheel and
# a packaged app.
MANIFEST = Path(recorder.__file__).parents[1] / "models" / "manifest.toml"

_REINSTALL = "Install Invigil again."

# What of detection a packaged model serves: a session lists and checks those it uses.
Part = Literal["faces", "speech", "identity", "hands", "speakers"]

# Without these there is nothing to watch by: each camera's and each microphone's own. A session
# can do without the rest, and says so.
ESSENTIAL: frozenset[Part] = frozenset({"faces", "speech"})

# Files are hashed in pieces of this many bytes: some have 100 MB.
_PIECE = 1 << 20


class State(StrEnum):
    """How the file of a model is, beside what its manifest says."""

    GOOD = "good"
    MISSING = "missing"
    CHANGED = "changed"


class ModelFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model: ``path`` is relative to the folder of the import package ``package``."""

    name: str
    part: Part
    task: str
    distribution: str
    release: str
    package: str
    path: str
    sha256: str
    licence: str
    source: str
    input: str
    output: str
    limits: str


class _Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int
    model: tuple[ModelFile, ...]


def load_manifest(path: Path = MANIFEST) -> tuple[ModelFile, ...]:
    """Every model that this release knows.

    Raises:
        EnvironmentFault: the manifest is missing or damaged.
    """
    try:
        manifest = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Manifest)
    except OSError as error:
        raise EnvironmentFault(
            f"The list of models cannot be read ({error}).", _REINSTALL
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise EnvironmentFault(
            f"The list of models at {path} is damaged ({error}).", _REINSTALL
        ) from error
    return manifest.model


def model_hashes(
    names: Iterable[str] | None = None, manifest: tuple[ModelFile, ...] | None = None
) -> dict[str, str]:
    """Name to SHA-256 (hex) of the model files, each compared with its file on the disk.

    Args:
        names: only these models; all of them where it is ``None``.
        manifest: what to check; the installed manifest where it is ``None``.

    Raises:
        EnvironmentFault: a file is missing or is not the one that the manifest names.
    """
    models = load_manifest() if manifest is None else manifest
    wanted = None if names is None else set(names)
    return {
        model.name: _checked(model)
        for model in models
        if wanted is None or model.name in wanted
    }


def models_there(
    parts: Collection[Part], manifest: tuple[ModelFile, ...] | None = None
) -> tuple[tuple[Model, ...], dict[Part, str]]:
    """What some parts of detection run on, checked, as a session's first record lists it; and
    of each part that can be done without and has no such files, why.

    Raises:
        EnvironmentFault: a file of an essential part is missing or is not the one that the
            manifest names.
    """
    models = load_manifest() if manifest is None else manifest
    found: list[Model] = []
    broken: dict[Part, str] = {}
    for part in sorted(parts):
        try:
            found += _models_of(part, models)
        except EnvironmentFault as fault:
            if part in ESSENTIAL:
                raise
            broken[part] = str(fault)
    return tuple(found), broken


def _models_of(part: Part, models: tuple[ModelFile, ...]) -> list[Model]:
    return [
        Model(name=model.name, sha256=_checked(model), version=model.release)
        for model in models
        if model.part == part
    ]


def path_of(model: ModelFile) -> Path | None:
    """Where a model's file lies; ``None`` where its package is not installed."""
    spec = importlib.util.find_spec(model.package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0], model.path)


def checked_path(name: str) -> Path:
    """Where the file of the packaged model ``name`` lies, compared with its hash.

    Raises:
        EnvironmentFault: the file is missing or is not the one that the manifest names.
    """
    model = _named(name)
    _checked(model)
    return _found(model)


def state_of(path: Path | None, sha256: str) -> State:
    """How a model's file is.

    Raises:
        OSError: it is there and cannot be read.
    """
    if path is None or not path.is_file():
        return State.MISSING
    return State.GOOD if file_hash(path) == sha256 else State.CHANGED


def file_hash(path: Path) -> str:
    """SHA-256 of a file, as hex.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _named(name: str) -> ModelFile:
    for model in load_manifest():
        if model.name == name:
            return model
    raise EnvironmentFault(f"The list of models names no {name}.", _REINSTALL)


def _found(model: ModelFile) -> Path:
    path = path_of(model)
    if path is None:
        raise EnvironmentFault(
            f"The package {model.distribution}, which holds the {model.name}, is missing.",
            _REINSTALL,
        )
    return path


def _checked(model: ModelFile) -> str:
    path = _found(model)
    try:
        found = file_hash(path)
    except OSError as error:
        raise EnvironmentFault(
            f"The {model.name} cannot be read ({error}).", _REINSTALL
        ) from error
    if found != model.sha256:
        raise EnvironmentFault(
            f"The {model.name} at {path} is not the file this release was tested with.",
            _REINSTALL,
        )
    return found
