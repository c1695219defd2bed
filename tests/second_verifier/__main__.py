"""`python -m second_verifier BUNDLE-OR-LOG [FINGERPRINT]`, in `tests/`."""

import sys
from pathlib import Path

from second_verifier.checks import NOTHING, verify
from second_verifier.log import is_log, verify_log


def main(name: str, fingerprint: str | None = None) -> int:
    data = Path(name).read_bytes()
    log = is_log(data)
    verdict = verify_log(data, fingerprint) if log else verify(data, fingerprint)
    if verdict.status == NOTHING:
        print(f"nothing to check: {verdict.failures[0]}")
        return verdict.status
    for check in range(9 if log else 11):
        why = verdict.failures.get(check)
        print(f"{check:2}  {'fails: ' + why if why else 'holds'}")
    return verdict.status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
