"""Keys on disk: there whole or not at all, and for nobody else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from support.sessions import fixed_key

from recorder.evidence.keys import (
    epoch_path,
    forget_pending_key,
    keep_epoch_key,
    load_epoch_key,
    pending_key,
    pending_path,
)
from recorder.faults import EnvironmentFault
from shared.signed import public_bytes

SERVER, CODE = "https://exams.example.edu", "GOOD-CODE"


def test_a_pending_key_is_the_same_until_it_is_forgotten(tmp_path: Path) -> None:
    key = pending_key(tmp_path, SERVER, CODE)
    again = pending_key(tmp_path, SERVER, CODE)
    assert public_bytes(again) == public_bytes(key)
    assert public_bytes(pending_key(tmp_path, SERVER, "OTHER")) != public_bytes(key)
    forget_pending_key(tmp_path, SERVER, CODE)
    forget_pending_key(tmp_path, SERVER, CODE)
    assert public_bytes(pending_key(tmp_path, SERVER, CODE)) != public_bytes(key)


def test_a_pending_keys_name_gives_the_code_away_to_nobody(tmp_path: Path) -> None:
    pending_key(tmp_path, SERVER, CODE)
    path = pending_path(tmp_path, SERVER, CODE)
    assert CODE not in path.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_epochs_key_comes_back(tmp_path: Path) -> None:
    keep_epoch_key(tmp_path / "s", 0, fixed_key(3))
    keep_epoch_key(tmp_path / "s", 0, fixed_key(3))
    assert public_bytes(load_epoch_key(tmp_path / "s", 0)) == public_bytes(fixed_key(3))


def test_another_sessions_key_is_never_overwritten(tmp_path: Path) -> None:
    keep_epoch_key(tmp_path, 0, fixed_key(3))
    with pytest.raises(EnvironmentFault, match="another session"):
        keep_epoch_key(tmp_path, 0, fixed_key(4))
    assert public_bytes(load_epoch_key(tmp_path, 0)) == public_bytes(fixed_key(3))


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    keep_epoch_key(tmp_path, 0, fixed_key(3))
    epoch_path(tmp_path, 0).chmod(0o640)
    with pytest.raises(EnvironmentFault, match="Other users") as caught:
        load_epoch_key(tmp_path, 0)
    assert "chmod 600" in caught.value.advice


def test_a_system_without_modes_does_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_epoch_key(tmp_path, 0, fixed_key(3))
    epoch_path(tmp_path, 0).chmod(0o644)
    monkeypatch.setattr("recorder.evidence.keys.POSIX", False)
    assert public_bytes(load_epoch_key(tmp_path, 0)) == public_bytes(fixed_key(3))


def test_a_missing_key_says_what_still_works(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="evidence upload"):
        load_epoch_key(tmp_path, 0)


def x25519_pem() -> bytes:
    return X25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


@pytest.mark.parametrize("content", [b"", b"hello", x25519_pem()])
def test_another_file_is_not_a_key(tmp_path: Path, content: bytes) -> None:
    path = epoch_path(tmp_path, 0)
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(EnvironmentFault, match="not a signing key"):
        load_epoch_key(tmp_path, 0)


def test_a_half_written_key_is_replaced(tmp_path: Path) -> None:
    draft = epoch_path(tmp_path, 0).with_suffix(".new")
    draft.write_bytes(b"half a key")
    keep_epoch_key(tmp_path, 0, fixed_key(3))
    assert public_bytes(load_epoch_key(tmp_path, 0)) == public_bytes(fixed_key(3))
    assert not draft.exists()


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "epoch-0.new").mkdir()
    with pytest.raises(EnvironmentFault, match="cannot be written"):
        keep_epoch_key(tmp_path, 0, fixed_key(3))
