"""The voice encoder gives the numbers that PyTorch and librosa give."""

from __future__ import annotations

import json
import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from recorder.detect.voice.mel import BANDS, mel_power, samples_for
from recorder.detect.voice.voice_encoder import (
    EMBEDDING,
    PARTIAL_FRAMES,
    PARTIAL_SAMPLES,
    VoiceEncoder,
    voice_encoder,
)
from recorder.detect.voice.voice_weights import NotWeights, only_part, read_weights

# Made once with librosa and PyTorch from ``sung()``.
REFERENCE = json.loads(
    Path(__file__).with_name("reference").joinpath("voice_reference.json").read_text()
)


def sung() -> np.ndarray:
    """A buzz of 120 Hz that wavers and swells, one partial long."""
    at = np.arange(PARTIAL_SAMPLES) / 16_000
    phase = 2 * np.pi * np.cumsum(120 * (1 + 0.1 * np.sin(2 * np.pi * 3 * at))) / 16_000
    buzz = sum(np.sin(k * phase) / k for k in range(1, 20))
    sound = buzz * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * at)) * 0.05
    return np.round(sound * 32768).astype(np.int16)


def test_mel_powers_are_librosas() -> None:
    sound = sung().astype(np.float32) / 32768
    mel = mel_power(sound - sound.mean())
    assert mel.shape == (PARTIAL_FRAMES, BANDS)
    np.testing.assert_allclose(mel[80], REFERENCE["mel_frame_80"], rtol=1e-3, atol=1e-7)


def test_only_whole_frames_are_taken() -> None:
    assert len(mel_power(np.zeros(samples_for(7) + 159, np.float32))) == 7


def test_the_embedding_is_pytorchs() -> None:
    found = voice_encoder().embed(sung())
    assert found.shape == (EMBEDDING,)
    np.testing.assert_allclose(found, REFERENCE["embedding"], atol=2e-5)


def test_loudness_and_offset_do_not_matter() -> None:
    encoder = voice_encoder()
    quiet = (sung() // 4 + 900).astype(np.int16)
    assert float(encoder.embed(sung()) @ encoder.embed(quiet)) > 0.999


def test_steady_noise_is_taken_off() -> None:
    encoder, dice = voice_encoder(), np.random.default_rng(4)
    hiss = dice.normal(0, 300, PARTIAL_SAMPLES)
    noisy = (sung() + hiss).astype(np.int16)
    room = mel_power((dice.normal(0, 300, 16_000) / 32768).astype(np.float32)).mean(axis=0)
    clean = encoder.embed(sung())
    assert clean @ encoder.embed(noisy, room) > clean @ encoder.embed(noisy) + 0.05


def test_digital_silence_gives_numbers() -> None:
    assert np.isfinite(voice_encoder().embed(np.zeros(PARTIAL_SAMPLES, np.int16))).all()


def checkpoint(path: Path, tensors: object, stores: dict[str, bytes], *, mark: int = 0) -> Path:
    """A file as PyTorch wrote it."""
    with path.open("wb") as file:
        for value in (mark or 0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
            pickle.dump(value, file, 2)
        file.write(tensors if isinstance(tensors, bytes) else pickle.dumps(tensors, 2))
        pickle.dump(list(stores), file, 2)
        for data in stores.values():
            file.write(struct.pack("<q", len(data) // 4) + data)
    return path


def one_tensor(count: int = 6, stride: str = "K\x03K\x01", start: int = 0) -> bytes:
    """The pickle of {"model_state": {"w": a tensor of 2 x 3}}, written by hand."""
    storage = b"((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
    storage += b"X\x01\x00\x00\x00aX\x03\x00\x00\x00cpuK"
    rest = b"NtQK" + bytes([start]) + b"K\x02K\x03\x86" + stride.encode() + b"\x86\x89)tR"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n" + storage + bytes([count]) + rest
    return b"\x80\x02}X\x0b\x00\x00\x00model_state}X\x01\x00\x00\x00w" + tensor + b"ss."


NUMBERS = np.arange(6, dtype="<f4").tobytes()


def test_a_tensor_is_read(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "w.pt", one_tensor(), {"other": b"\0" * 40, "a": NUMBERS})
    found = read_weights(path)
    np.testing.assert_array_equal(found["w"], [[0, 1, 2], [3, 4, 5]])


def test_of_a_file_one_part_can_be_kept(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "w.pt", one_tensor(), {"other": b"\0" * 40, "a": NUMBERS})
    smaller = tmp_path / "smaller.pt"
    smaller.write_bytes(only_part(path))
    assert smaller.stat().st_size == path.stat().st_size - 40
    np.testing.assert_array_equal(read_weights(smaller)["w"], read_weights(path)["w"])
    assert only_part(smaller) == smaller.read_bytes()
    with pytest.raises(NotWeights):
        only_part(path, "optimizer_state")


@pytest.mark.parametrize(
    ("tensors", "stores", "mark", "words"),
    [
        (b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00trueR.", {}, 0, "names os.system"),
        (b"\x80\x02cbuiltins\neval\nX\x01\x00\x00\x001R.", {}, 0, "names builtins.eval"),
        (one_tensor(), {"a": NUMBERS[:8]}, 0, "does not lie"),
        (one_tensor(start=1), {"a": NUMBERS}, 0, "does not lie"),
        (one_tensor(stride="K\x01K\x02"), {"a": NUMBERS}, 0, "does not lie"),
        (one_tensor(), {}, 0, "KeyError"),
        (one_tensor(), {"a": NUMBERS}, 7, "another mark"),
        ({"nothing": OrderedDict()}, {}, 0, "KeyError"),
        (b"not a pickle", {}, 0, "not a file of weights"),
    ],
)
def test_what_is_not_weights_is_refused(
    tmp_path: Path, tensors: object, stores: dict[str, bytes], mark: int, words: str
) -> None:
    path = checkpoint(tmp_path / "w.pt", tensors, stores, mark=mark)
    with pytest.raises(NotWeights, match=words):
        read_weights(path)


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "w.pt", one_tensor(), {"a": NUMBERS})
    for length in (0, 10, 60, path.stat().st_size - 4):
        cut = tmp_path / f"{length}.pt"
        cut.write_bytes(path.read_bytes()[:length])
        with pytest.raises(NotWeights):
            read_weights(cut)


def test_other_weights_are_not_the_encoders() -> None:
    with pytest.raises(NotWeights, match="voice encoder"):
        VoiceEncoder({"linear.weight": np.zeros((3, 3), np.float32)})
