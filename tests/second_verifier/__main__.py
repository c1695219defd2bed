"""`python -m second_verifier BUNDLE [FINGERPRINT]`, in `tests/`."""

import sys
from pathlib import Path

from second_verifier.checks import NOTHING, verify


def main(bundle: str, fingerprint: str | None = None) -> int:
    verdict = verify(Path(bundle).read_bytes(), fingerprint)
    if verdict.status == NOTHING:
        print(f"nothing to check: {verdict.failures[0]}")
        return verdict.status
    for check in range(11):
        why = verdict.failures.get(check)
        print(f"{check:2}  {'fails: ' + why if why else 'holds'}")
    return verdict.status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
