"""``python -m installers.keys FILE``: a new key that signs builds; prints its fingerprint."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from installers.faults import BuildFault
from installers.signing import PASSPHRASE, new_key


def main(arguments: list[str]) -> int:
    """Make the key; its passphrase is taken from the environment, empty for none."""
    if len(arguments) != 1:
        print("usage: python -m installers.keys FILE", file=sys.stderr)
        return 2
    try:
        told = new_key(Path(arguments[0]), os.environ.get(PASSPHRASE, ""))
    except BuildFault as fault:
        print(f"{fault.what} {fault.advice}", file=sys.stderr)
        return 2
    print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
