"""What a file is by its first bytes, as the specification says, and its verdict."""

from second_verifier.checks import Verdict, verify
from second_verifier.handed import is_certificates, is_handed, verify_handed
from second_verifier.log import is_log, verify_log


def verify_whatever(data: bytes, fingerprint: str | None = None) -> Verdict:
    """Judge a bundle, a log, a receipt or certificates."""
    if is_handed(data):
        return verify_handed(data, fingerprint)
    if is_log(data):
        return verify_log(data, fingerprint)
    return verify(data, fingerprint)


def checks_of(data: bytes) -> int:
    """How many checks there are of what can be judged at all."""
    if is_handed(data):
        return 3 if is_certificates(data) else 4
    return 9 if is_log(data) else 11
