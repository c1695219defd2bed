from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from recorder.detect.models.manifest import (
    ModelFile,
    load_manifest,
    model_hashes,
    models_there,
)
from recorder.faults import EnvironmentFault


def test_every_listed_model_is_installed_with_its_hash() -> None:
    manifest = load_manifest()
    assert model_hashes() == {model.name: model.sha256 for model in manifest}
    assert len({model.name for model in manifest}) == len(manifest)


def test_the_models_of_some_parts_of_detection_are_listed_with_their_versions() -> None:
    manifest = {model.name: model for model in load_manifest()}
    models, broken = models_there({"faces", "hands"})
    names = {"face-detector", "face-mesh", "palm-detector", "hand-landmarks"}
    assert {model.name for model in models} == names
    assert all(model.version == manifest[model.name].release for model in models)
    assert broken == {}
    assert models_there(()) == ((), {})


def with_broken(*parts: str) -> tuple[ModelFile, ...]:
    """The installed manifest, where the files of some parts are missing."""
    return tuple(
        msgspec.structs.replace(model, path="no/such.file") if model.part in parts else model
        for model in load_manifest()
    )


def test_a_part_that_can_be_done_without_is_told_and_the_others_are_listed() -> None:
    parts = {"faces", "hands", "identity"}
    models, broken = models_there(parts, with_broken("hands", "speakers"))
    assert {model.name for model in models} == {"face-detector", "face-mesh", "face-embedding"}
    assert list(broken) == ["hands"]
    assert "cannot be read" in broken["hands"]


@pytest.mark.parametrize("part", ["faces", "speech"])
def test_nothing_is_watched_without_the_essential_ones(part: str) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        models_there({part}, with_broken(part))


def test_every_part_of_detection_has_a_model() -> None:
    parts = {model.part for model in load_manifest()}
    assert parts == {"faces", "speech", "identity", "hands", "speakers"}


def test_only_the_models_asked_for_are_looked_at() -> None:
    assert list(model_hashes(["voice-detector"])) == ["voice-detector"]


def test_another_file_than_the_listed_one_is_refused() -> None:
    model = msgspec.structs.replace(
        load_manifest()[0], sha256=hashlib.sha256(b"other").hexdigest()
    )
    with pytest.raises(EnvironmentFault, match="not the file this release was tested with"):
        model_hashes(manifest=(model,))


@pytest.mark.parametrize(
    ("change", "said"),
    [({"package": "no_such_package"}, "missing"), ({"path": "no/such.file"}, "cannot be read")],
)
def test_a_missing_model_is_said(change: dict[str, str], said: str) -> None:
    model = msgspec.structs.replace(load_manifest()[0], **change)
    with pytest.raises(EnvironmentFault, match=said):
        model_hashes(manifest=(model,))


@pytest.mark.parametrize(
    "text", ["version = ", "version = 1", "version = 1\n[[model]]\nname = 1"]
)
def test_a_damaged_manifest_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(text)
    with pytest.raises(EnvironmentFault, match="damaged"):
        load_manifest(path)


def test_a_missing_manifest_is_said(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        load_manifest(tmp_path / "manifest.toml")
