from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.detect.models import model_sets
from recorder.detect.models.manifest import State
from recorder.detect.models.model_sets import BadManifest, InstalledModel, LookedAt
from recorder.faults import EnvironmentFault
from shared.encoding import sha256_hex

DESK = InstalledModel(name="desk", path="desk.onnx", sha256="a" * 64, labels=("book",))

_texts = st.text(
    st.characters(exclude_categories=("Cs",)),
    max_size=40,
)
_models = st.builds(
    InstalledModel,
    name=st.from_regex(model_sets.NAME, fullmatch=True),
    task=_texts,
    release=_texts,
    path=st.just("a file-1.onnx"),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    labels=st.lists(_texts, min_size=1, max_size=4).map(tuple),
    licence=_texts,
    source=_texts,
    limits=_texts,
)


@given(st.lists(_models, max_size=3, unique_by=lambda model: model.name))
def test_what_is_written_is_read_again(models: list[InstalledModel]) -> None:
    assert model_sets.parse(model_sets.write(models).encode()) == tuple(models)


def manifest(**changes: object) -> bytes:
    fields = {**msgspec.structs.asdict(DESK), **changes}
    lines = [
        f"{name} = {msgspec.json.encode(value).decode()}" for name, value in fields.items()
    ]
    return ("version = 1\n[[model]]\n" + "\n".join(lines)).encode()


def test_a_manifest_made_by_hand_is_read() -> None:
    assert model_sets.parse(manifest(limits="none")) == (
        msgspec.structs.replace(DESK, limits="none"),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "../desk.onnx"},
        {"path": "/desk.onnx"},
        {"path": "sub/desk.onnx"},
        {"path": "sub\\desk.onnx"},
        {"path": "C:desk.onnx"},
        {"path": ".hidden"},
        {"path": ""},
        {"name": "a/b"},
        {"name": ""},
        {"name": "desk\n"},
        {"sha256": "A" * 64},
        {"sha256": "a" * 63},
        {"labels": []},
        {"labels": "book"},
        {"part": "faces"},
        {"colour": "red"},
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadManifest):
        model_sets.parse(manifest(**changes))


@pytest.mark.parametrize("text", [b"", b"version = 2", b"version = ", b"\xff", b"[1]"])
def test_what_is_no_manifest_is_refused(text: bytes) -> None:
    with pytest.raises(BadManifest):
        model_sets.parse(text)


def test_a_name_stands_once() -> None:
    twice = manifest() + manifest().removeprefix(b"version = 1")
    with pytest.raises(BadManifest, match="desk twice"):
        model_sets.parse(twice)


def test_where_there_is_no_folder_or_manifest_there_are_no_models(tmp_path: Path) -> None:
    assert model_sets.look_at(tmp_path / "none") == ()
    assert model_sets.look_at(tmp_path) == ()
    (tmp_path / "file").write_text("")
    assert model_sets.look_at(tmp_path / "file") == ()


def test_a_file_is_compared_with_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "desk.onnx"
    (tmp_path / "manifest.toml").write_bytes(manifest(sha256=sha256_hex(b"good")))

    def state() -> State:
        (looked,) = model_sets.look_at(tmp_path)
        assert isinstance(looked, LookedAt)
        assert looked.file == file
        return looked.state

    assert state() is State.MISSING
    file.write_bytes(b"good")
    assert state() is State.GOOD
    file.write_bytes(b"goof")
    assert state() is State.CHANGED
    file.unlink()
    file.mkdir()
    assert state() is State.MISSING


def test_a_damaged_manifest_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_bytes(b"version = 9")
    with pytest.raises(EnvironmentFault, match="cannot be used") as fault:
        model_sets.look_at(tmp_path)
    assert "models add" in fault.value.advice


def test_a_manifest_is_replaced_as_a_whole(tmp_path: Path) -> None:
    model_sets.replace_manifest(tmp_path, [DESK])
    model_sets.replace_manifest(tmp_path, [])
    assert model_sets.read(tmp_path) == ()
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.toml"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").mkdir()
    with pytest.raises(OSError, match="manifest"):
        model_sets.replace_manifest(tmp_path, [DESK])
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.toml"]
