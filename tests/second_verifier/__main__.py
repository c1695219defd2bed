"""`python -m second_verifier FILE [FINGERPRINT-OR-KEY]`, in `tests/`."""

import sys
from pathlib import Path

from second_verifier.checks import NOTHING
from second_verifier.whatever import checks_of, verify_whatever


def main(name: str, fingerprint: str | None = None) -> int:
    data = Path(name).read_bytes()
    verdict = verify_whatever(data, fingerprint)
    if verdict.status == NOTHING:
        print(f"nothing to check: {verdict.failures[0]}")
        return verdict.status
    for check in range(checks_of(data)):
        why = verdict.failures.get(check)
        print(f"{check:2}  {'fails: ' + why if why else 'holds'}")
    return verdict.status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
