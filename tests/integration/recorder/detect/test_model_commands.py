"""``invigil-recorder models``, on folders and sets made on the spot, good and bad."""

from __future__ import annotations

import json
import sys
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.object_networks import LABELS, colour_network

from recorder import cli
from recorder.detect.models import model_sets
from recorder.detect.models.manifest import State


@dataclass(frozen=True)
class Run:
    status: int
    out: str
    errors: str


Models = Callable[..., Run]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INVIGIL_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def models(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Models:
    """Run the command in this process, with a folder of its own."""

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["invigil-recorder", "models", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Run(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def onnx(tmp_path: Path) -> Path:
    path = tmp_path / "desk.onnx"
    path.write_bytes(colour_network())
    return path


def installed(folder: Path) -> list[model_sets.LookedAt]:
    return list(model_sets.look_at(folder))


def test_the_packaged_models_are_listed_and_hold(models: Models) -> None:
    run = models("list", "--json")
    lines = json.loads(run.out)
    assert {line["state"] for line in lines} == {"good"}
    assert {"face-mesh", "hand-landmarks"} <= {line["name"] for line in lines}
    assert all(line["licence"] and line["version"] and line["task"] for line in lines)
    verified = models("verify")
    assert verified.status == 0
    assert len(verified.out.splitlines()) == len(lines)


def test_a_model_is_added_listed_verified_and_removed(
    models: Models, folder: Path, onnx: Path
) -> None:
    added = models("add", onnx, "--release", "2.1", "--licence", "MIT", "--source", "our own")
    assert (added.status, added.errors) == (0, "")
    assert added.out == f"desk  added to {folder}: red box, blue box\n"
    (looked,) = installed(folder)
    assert looked.state is State.GOOD
    assert looked.model.labels == LABELS
    assert (looked.model.release, looked.model.licence) == ("2.1", "MIT")
    assert "320x320" in looked.model.input
    assert "YOLOv8" in looked.model.output
    row = next(line for line in models("list").out.splitlines() if line.startswith("desk"))
    assert "2.1" in row
    assert row.rstrip().endswith("good")
    assert models("verify").status == 0
    removed = models("remove", "desk")
    assert removed.out == f"desk  removed from {folder}\n"
    assert [path.name for path in folder.iterdir()] == ["manifest.toml"]
    assert installed(folder) == []


def test_a_model_of_the_same_name_takes_the_place_of_the_first(
    models: Models, folder: Path, onnx: Path
) -> None:
    models("add", onnx)
    onnx.write_bytes(colour_network("v5"))
    models("add", onnx)
    (looked,) = installed(folder)
    assert "YOLOv5" in looked.model.output
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [looked.model.path, "manifest.toml"]
    )


@pytest.mark.parametrize("how", ["commas", "file"])
def test_labels_are_given_by_commas_or_by_a_file(
    models: Models, folder: Path, tmp_path: Path, how: str
) -> None:
    path = tmp_path / "bare.onnx"
    path.write_bytes(colour_network(names=False))
    names = tmp_path / "labels.txt"
    names.write_text("cell phone\nbook\n\n")
    models("add", path, "--labels", "cell phone, book" if how == "commas" else names)
    (looked,) = installed(folder)
    assert looked.model.labels == ("cell phone", "book")


@pytest.mark.parametrize(
    ("data", "arguments", "said", "advice"),
    [
        (b"no network", [], "cannot be loaded", "ONNX export"),
        (colour_network(names=False), [], "does not say what its classes", "--labels"),
        (colour_network(), ["--labels", "one"], "2 classes, and 1 labels", "ONNX export"),
        (colour_network(), ["--name", "a/b"], "cannot be called 'a/b'", "--name"),
        (colour_network(), ["--labels", "none.txt"], "cannot be read", "commas"),
        (colour_network(), ["--licence", "x" * 3000], "cannot be listed", "Say less"),
    ],
)
def test_what_cannot_be_added_is_said_and_changes_nothing(
    models: Models,
    folder: Path,
    onnx: Path,
    data: bytes,
    arguments: list[str],
    said: str,
    advice: str,
) -> None:
    onnx.write_bytes(data)
    run = models("add", onnx, *arguments)
    assert run.status == 2
    assert said in run.errors
    assert advice in run.errors
    assert "Traceback" not in run.errors
    assert not folder.exists()


def test_a_missing_file_and_an_unknown_name_are_said(models: Models, tmp_path: Path) -> None:
    missing = models("add", tmp_path / "none.onnx")
    assert (missing.status, "There is no file" in missing.errors) == (2, True)
    unknown = models("remove", "none")
    assert (unknown.status, "no own model 'none'" in unknown.errors) == (2, True)


def test_a_file_that_was_changed_or_lost_is_found(
    models: Models, folder: Path, onnx: Path
) -> None:
    models("add", onnx)
    (looked,) = installed(folder)
    looked.file.write_bytes(looked.file.read_bytes() + b" ")
    run = models("verify")
    assert run.status == 1
    assert "desk  changed: add it again with `invigil-recorder models add`" in run.out
    looked.file.unlink()
    assert "desk  missing: " in models("verify").out
    assert '"missing"' in models("list", "--json").out


def test_a_file_of_another_shape_than_its_manifest_says_is_found(
    models: Models, folder: Path, onnx: Path
) -> None:
    models("add", onnx)
    path = folder / "manifest.toml"
    text = path.read_text()
    path.write_text(text.replace('["red box", "blue box"]', '["red box", "blue box", "pen"]'))
    run = models("verify")
    assert run.status == 1
    assert "desk  unusable: it has 2 classes, and 3 labels are given" in run.out


def test_a_damaged_manifest_is_said(models: Models, folder: Path) -> None:
    folder.mkdir()
    (folder / "manifest.toml").write_text("version = 7")
    run = models("list")
    assert run.status == 2
    assert "cannot be used" in run.errors


@pytest.fixture
def rollout(models: Models, folder: Path, onnx: Path, tmp_path: Path) -> Path:
    """A set with one model, as an institution rolls it out."""
    made = tmp_path / "rollout"
    models("add", onnx, "--folder", made)
    assert not folder.exists()
    return made


def zipped(made: Path, target: Path, *left_out: str) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in made.iterdir():
            if path.name not in left_out:
                archive.write(path, path.name)
    return target


@pytest.mark.parametrize("how", ["folder", "zip"])
def test_a_set_is_added_as_a_folder_or_a_zip(
    models: Models, folder: Path, rollout: Path, tmp_path: Path, how: str
) -> None:
    source = rollout if how == "folder" else zipped(rollout, tmp_path / "set.zip")
    assert models("add", source).status == 0
    (looked,) = installed(folder)
    assert (looked.model.name, looked.state) == ("desk", State.GOOD)
    manifest = tomllib.loads((folder / "manifest.toml").read_text())
    assert manifest["version"] == 1


def test_a_rolled_out_folder_is_used_as_it_is(models: Models, rollout: Path) -> None:
    run = models("list", "--folder", rollout)
    assert str(rollout) in run.out


def test_a_set_that_was_tampered_with_is_refused_as_a_whole(
    models: Models, folder: Path, rollout: Path, tmp_path: Path
) -> None:
    model = next(rollout.glob("*.onnx"))
    manifest = zipped(rollout, tmp_path / "no-manifest.zip", "manifest.toml")
    assert "holds no manifest.toml" in models("add", manifest).errors
    missing = zipped(rollout, tmp_path / "no-file.zip", model.name)
    assert f"holds no {model.name}" in models("add", missing).errors
    model.write_bytes(colour_network("v5"))
    assert "not the file that its manifest lists" in models("add", rollout).errors
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 cut short")
    assert "cannot be read as a zip" in models("add", broken).errors
    (rollout / "manifest.toml").write_text("version = 1")
    assert "lists no model" in models("add", rollout).errors
    assert not folder.exists()


def test_what_cannot_be_written_is_said(
    models: Models, folder: Path, onnx: Path, tmp_path: Path
) -> None:
    folder.write_text("a file where the folder should be")
    run = models("add", onnx)
    assert run.status == 2
    assert "cannot be changed" in run.errors
