"""``python -m installers.verify FILE``: is this installer what its signer made? Offline.

Needs cryptography and msgspec beside Python, and dpkg-deb for the insides of a ``.deb``.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from installers.checking import Received, Unreadable, check_artifact, check_tree
from shared.encoding import HASH_HEX

HOLDS, DOES_NOT_HOLD, UNREADABLE = 0, 1, 2

_EPILOGUE = """\
Exit status: 0 everything holds, 1 something does not (it is named), 2 it cannot be read.

Beside a package or an archive its manifest must lie (NAME.manifest), with the other files that
were published with it. The signer's fingerprint comes from whoever gave you the installer, by
another way: 64 hex digits.
"""


def main(arguments: list[str] | None = None) -> int:
    """Check, say what was found, and return the exit status."""
    asked = _parser().parse_args(arguments)
    signers = frozenset(asked.signer)
    path: Path = asked.what
    try:
        if path.is_dir():
            received = check_tree(path, signers)
        else:
            received = check_artifact(path, signers, asked.installed)
    except Unreadable as error:
        print(f"unreadable: {error}", file=sys.stderr)
        return UNREADABLE
    _say(received, as_json=asked.json)
    return HOLDS if received.holds else DOES_NOT_HOLD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="invigil-verify-installer",
        description="Check a package, an archive or an installed tree, offline.",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "what", type=Path, help="a .deb, a .tar.xz, an .msi, a .pkg, or a folder"
    )
    parser.add_argument(
        "--signer", type=_fingerprint, action="append", default=[], metavar="HEX",
        help="fingerprint of a key that you trust; may be given more than once",
    )  # fmt: skip
    parser.add_argument(
        "--installed", type=Path, metavar="FOLDER",
        help="the installed tree that it would replace, such as /usr/lib/invigil",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="say it as JSON")
    return parser


def _fingerprint(text: str) -> str:
    if not HASH_HEX.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not 64 small hex digits")
    return text


def _say(received: Received, *, as_json: bool) -> None:
    if as_json:
        told = {
            "holds": received.holds,
            "build": received.id,
            "checks": [
                {"check": one.number, "holds": one.holds, "words": one.words}
                for one in received.checks
            ],
        }
        print(json.dumps(told, indent=1))
        return
    if received.build is not None:
        build = received.build
        print(f"{build.name} {build.version}, build {build.number} ({received.id})")
    for one in received.checks:
        print(f"{'holds' if one.holds else 'FAILS'}  {one.number}  {one.words}")
    print("verdict: " + ("holds" if received.holds else "does not hold; do not install"))


if __name__ == "__main__":
    sys.exit(main())
