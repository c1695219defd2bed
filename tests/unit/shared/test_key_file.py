"""Keys that people keep in files: written once, for their owner alone, read with reasons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from support.sessions import fixed_key

from shared.key_file import (
    PRIVATE_FILE,
    KeyFileError,
    is_private,
    read_key_file,
    write_key_file,
)
from shared.signed import public_bytes

KEY = fixed_key(7)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "key.pem"


def same(key: Ed25519PrivateKey) -> bool:
    return public_bytes(key) == public_bytes(KEY)


@pytest.mark.parametrize("passphrase", ["", "für mich"])
def test_a_key_is_read_as_it_was_written(file: Path, passphrase: str) -> None:
    write_key_file(file, KEY, passphrase)

    assert same(read_key_file(file, passphrase))
    kind = "ENCRYPTED PRIVATE KEY" if passphrase else "PRIVATE KEY"
    assert file.read_text("ascii").startswith(f"-----BEGIN {kind}-----\n")


def test_without_a_word_none_is_asked(file: Path) -> None:
    write_key_file(file, KEY)

    assert same(read_key_file(file))


def test_its_owner_alone_reads_it(file: Path) -> None:
    write_key_file(file, KEY)

    assert PRIVATE_FILE == 0o600
    assert file.stat().st_mode & 0o777 == 0o600
    assert is_private(file)


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601])
def test_others_who_can_do_anything_with_it_are_noticed(file: Path, mode: int) -> None:
    file.write_bytes(b"")
    file.chmod(mode)

    assert not is_private(file)


def test_a_key_is_never_replaced(file: Path) -> None:
    file.write_bytes(b"mine")

    with pytest.raises(KeyFileError) as caught:
        write_key_file(file, KEY)

    assert str(caught.value) == f"{file} is there already, and a key is never replaced"
    assert file.read_bytes() == b"mine"


def test_what_cannot_be_written_or_read_says_why(tmp_path: Path) -> None:
    lost = tmp_path / "none" / "key.pem"

    with pytest.raises(KeyFileError) as caught:
        write_key_file(lost, KEY)
    assert str(caught.value) == f"{lost} cannot be written: No such file or directory"
    for look in (read_key_file, is_private):
        with pytest.raises(KeyFileError) as caught:
            look(lost)
        assert str(caught.value) == f"{lost} cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("written", "tried"), [("right", "wrong"), ("right", ""), ("", "needless")]
)
def test_another_passphrase_opens_nothing(file: Path, written: str, tried: str) -> None:
    write_key_file(file, KEY, written)

    with pytest.raises(KeyFileError) as caught:
        read_key_file(file, tried)

    words = f"{file} is no private key, or its passphrase is another"
    assert str(caught.value) == words


def test_other_files_are_no_keys(file: Path) -> None:
    file.write_bytes(b"certainly not")
    with pytest.raises(KeyFileError, match="is no private key"):
        read_key_file(file)
    other = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(other)
    with pytest.raises(KeyFileError, match=f"^{re.escape(str(file))} is not an Ed25519 key$"):
        read_key_file(file)


def test_where_files_have_no_such_rights_nobody_else_is_told_of(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(b"")
    file.chmod(0o644)
    monkeypatch.setattr("shared.key_file.os.name", "nt")
    try:
        assert is_private(file)
    finally:
        monkeypatch.undo()
