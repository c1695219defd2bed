"""What a file is by its first bytes, as the specification says, and its verdict."""

from second_verifier.checks import Verdict, verify
from second_verifier.given import is_given, verify_given
from second_verifier.handed import is_certificates, is_handed, verify_handed
from second_verifier.log import is_log, verify_log
from second_verifier.text import Malformed, from_base64, sha256


def verify_whatever(data: bytes, said: str | None = None) -> Verdict:
    """Judge a bundle, a log, a receipt, certificates or receipts.

    `said` is what the caller knows of the institution's key: its fingerprint, or itself.
    """
    key = _key(said)
    fingerprint = said if key is None else sha256(key)
    if is_handed(data):
        return verify_handed(data, fingerprint)
    if is_given(data):
        return verify_given(data, key)
    if is_log(data):
        return verify_log(data, fingerprint)
    return verify(data, fingerprint)


def checks_of(data: bytes) -> int:
    """How many checks there are of what can be judged at all."""
    if is_handed(data):
        return 3 if is_certificates(data) else 4
    if is_given(data):
        return 3
    return 9 if is_log(data) else 11


def _key(said: str | None) -> bytes | None:
    try:
        return from_base64(said, 32)
    except Malformed:
        return None
