"""`python -m second_verifier BUNDLE [FINGERPRINT]`, in `tests/`."""

import sys
from pathlib import Path

from second_verifier.checks import verify


def main(bundle: str, fingerprint: str | None = None) -> int:
    verdict = verify(Path(bundle).read_bytes(), fingerprint)
    for check in range(11):
        state = "not judged" if check in verdict.unjudged else "holds"
        why = verdict.failures.get(check)
        print(f"{check:2}  {'fails: ' + why if why else state}")
    return verdict.status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
