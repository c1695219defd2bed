"""Keys that people keep as files: private, made once, and told when they are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from support.sessions import fixed_key

from shared.key_file import KeyFileError, is_private, read_key_file, write_key_file
from shared.signed import public_bytes

KEY = fixed_key(5)


@pytest.mark.parametrize("passphrase", ["", "correct horse"])
def test_a_key_is_read_as_it_was_written_and_nobody_else_reads_it(
    tmp_path: Path, passphrase: str
) -> None:
    path = tmp_path / "key.pem"
    write_key_file(path, KEY, passphrase)
    assert public_bytes(read_key_file(path, passphrase)) == public_bytes(KEY)
    assert is_private(path)
    path.chmod(0o640)
    assert not is_private(path)
    with pytest.raises(KeyFileError, match="never replaced"):
        write_key_file(path, KEY, passphrase)
    with pytest.raises(KeyFileError, match="its passphrase is another"):
        read_key_file(path, "wrong" if passphrase else "any")


def test_what_is_no_key_is_told(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "key.pem"
    with pytest.raises(KeyFileError, match="cannot be written"):
        write_key_file(missing, KEY)
    with pytest.raises(KeyFileError, match="cannot be read"):
        read_key_file(missing)
    with pytest.raises(KeyFileError, match="cannot be read"):
        is_private(missing)
    other = tmp_path / "other.pem"
    other.write_bytes(
        X25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(KeyFileError, match="not an Ed25519 key"):
        read_key_file(other)
    other.write_bytes(b"nothing")
    with pytest.raises(KeyFileError, match="is no private key"):
        read_key_file(other)
