"""Which model files run, read from ``models/manifest.toml`` and checked by hash."""

from __future__ import annotations

import hashlib
import importlib.util
import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec

import recorder
from recorder.faults import EnvironmentFault

# The manifest is installed beside the package: the same place in a checkout, a wheel and
# a packaged app.
MANIFEST = Path(recorder.__file__).parents[1] / "models" / "manifest.toml"

_REINSTALL = "Install Invigil again."


class ModelFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model: ``path`` is relative to the folder of the import package ``package``."""

    name: str
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


def _checked(model: ModelFile) -> str:
    spec = importlib.util.find_spec(model.package)
    if spec is None or not spec.submodule_search_locations:
        raise EnvironmentFault(
            f"The package {model.distribution}, which holds the {model.name}, is missing.",
            _REINSTALL,
        )
    path = Path(spec.submodule_search_locations[0], model.path)
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
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
