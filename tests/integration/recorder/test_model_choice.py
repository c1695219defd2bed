"""Which models a session uses, by its policy and the institution's folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from support.object_networks import colour_network
from support.policies import default_policy

from recorder.detect.models.model_changes import Described, add_file, remove
from recorder.model_choice import choose_models
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Accommodation, Identity, Objects, Policy, Rule

RED = Objects(labels=("red box",))
NOBODY = Identity(photo=False)


def policy(*kinds: Kind, **fields: object) -> Policy:
    rules: dict[Kind, Rule] = {
        kind: replace(DEFAULT_RULES[kind], enabled=True) for kind in kinds
    }
    return default_policy(kinds=rules, **{"identity": NOBODY, **fields})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The institution's models: one."""
    file = tmp_path / "boxes.onnx"
    file.write_bytes(colour_network())
    add_file(tmp_path / "models", file, Described("boxes", release="7"))
    return tmp_path / "models"


def names(chosen) -> list[str]:
    return [model.name for model in chosen.models]


def test_only_what_the_policy_needs_is_listed(tmp_path: Path) -> None:
    gaze = policy(Kind.GAZE_AWAY)
    assert names(choose_models(gaze, ["camera"], tmp_path)) == ["face-detector", "face-mesh"]
    speech = choose_models(policy(Kind.SPEECH), ["microphone"], tmp_path)
    assert names(speech) == ["voice-detector"]
    hands = policy(Kind.HAND_AT_EAR)
    assert "hand-landmarks" in names(choose_models(hands, ["camera"], tmp_path))
    off = policy(
        Kind.HAND_AT_EAR,
        accommodation=Accommodation(profile="hearing aid", off=(Kind.HAND_AT_EAR,)),
    )
    assert "hand-landmarks" not in names(choose_models(off, ["camera"], tmp_path))


def test_a_document_alone_is_compared_by_a_model_that_is_listed(tmp_path: Path) -> None:
    asked = policy(Kind.GAZE_AWAY, identity=Identity(photo=False, document=True))
    chosen = choose_models(asked, ["camera"], tmp_path)
    assert "face-embedding" in names(chosen)
    assert chosen.watchlist.unwatched == ()
    both = policy(Kind.IDENTITY_MISMATCH, identity=Identity(photo=False, document=True))
    assert choose_models(both, ["camera"], tmp_path).watchlist.unwatched == ()


def test_the_institutions_model_is_listed_with_its_version_where_it_is_used(
    folder: Path,
) -> None:
    asked = policy(Kind.OBJECT_SEEN, objects=RED)
    chosen = choose_models(asked, ["camera"], folder)
    (boxes,) = (model for model in chosen.models if model.name == "boxes")
    assert boxes.version == "7"
    assert chosen.watchlist.setup.objects is not None
    assert chosen.watchlist.setup.objects.sha256 == boxes.sha256
    assert chosen.watchlist.unwatched == ()
    assert "boxes" not in names(choose_models(policy(Kind.GAZE_AWAY), ["camera"], folder))


def test_a_set_that_changed_is_seen_at_the_next_session(folder: Path) -> None:
    asked = policy(Kind.OBJECT_SEEN, objects=RED)
    assert "boxes" in names(choose_models(asked, ["camera"], folder))
    remove(folder, "boxes")
    after = choose_models(asked, ["camera"], folder)
    assert "boxes" not in names(after)
    assert after.watchlist.unwatched == ("object_seen: no object model is installed",)


def test_a_changed_file_and_a_damaged_list_keep_no_session_from_beginning(
    folder: Path,
) -> None:
    asked = policy(Kind.OBJECT_SEEN, objects=RED)
    file = next(folder.glob("*.onnx"))
    file.write_bytes(b"other")
    changed = choose_models(asked, ["camera"], folder)
    assert changed.watchlist.setup.objects is None
    assert "not the one that was installed" in changed.watchlist.unwatched[0]
    (folder / "manifest.toml").write_text("version = 8")
    damaged = choose_models(asked, ["camera"], folder)
    assert damaged.watchlist.unwatched[0].startswith("object_seen: The list of models")
    assert names(damaged) == ["face-detector", "face-mesh"]
