"""``python -m installers.build``: signed installers of this source, for this system."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from installers import tree
from installers.branded import read_branded
from installers.faults import BuildFault
from installers.making import BILL, NOTICES, Made, Order, make
from installers.packing import gpg_signature
from installers.sidecar import write_sidecar
from installers.signing import PASSPHRASE, read_key_file
from installers.version import ROOT, this_version
from shared.build import signer_of

# What can be built on which system.
FORMATS = {"linux": ("deb", "tar"), "win32": ("msi",), "darwin": ("pkg", "dmg")}

# How many of the largest packages are told.
_LARGEST = 8


def main(arguments: list[str] | None = None) -> int:
    """Build what was asked for; says what on standard output, progress on standard error."""
    asked = _parser().parse_args(arguments)
    try:
        order = _order(asked)
        for path in build(order, asked.formats, fast=asked.fast, keep=asked.tree):
            print(path)
    except BuildFault as fault:
        print(f"build: {fault.what}\nbuild: {fault.advice}", file=sys.stderr)
        return 2
    return 0


def build(
    order: Order, formats: tuple[str, ...], *, fast: bool = False, keep: Path | None = None
) -> Iterator[Path]:
    """Make the tree, pack it in each format, and sign each; yields what was written.

    Args:
        order: what to build.
        formats: of ``FORMATS``, those of this system.
        fast: compress quickly, for tests.
        keep: where the tree is left; a folder for the time being where nowhere.

    Raises:
        BuildFault: something outside is not as needed.
    """
    order.output.mkdir(parents=True, exist_ok=True)
    with _folder(keep) as folder:
        root = folder / "tree"
        began = time.monotonic()
        made = make(order, root, _say)
        _tell(made, time.monotonic() - began)
        beside = _beside(order, made)
        yield from beside
        for kind in formats:
            artifact = _pack(kind, order, made, folder, fast=fast)
            yield artifact
            if (signature := gpg_signature(artifact)) is not None:
                yield signature
            yield write_sidecar(order, made, artifact, beside)


def _pack(kind: str, order: Order, made: Made, folder: Path, *, fast: bool) -> Path:
    _say(f"packing: {kind}")
    if kind == "deb":
        from installers.linux.debian import build_deb

        return build_deb(order, made, folder / "deb", fast=fast)
    if kind == "tar":
        from installers.linux.archive import build_archive

        return build_archive(order, made, fast=fast)
    from installers.packing import pack_with_briefcase

    return pack_with_briefcase(kind, order, made, folder)


def _beside(order: Order, made: Made) -> list[Path]:
    """The bill of materials and the notices, where whoever installs can read them before."""
    found: list[Path] = []
    for inner in (BILL, NOTICES):
        name = f"{order.package}-{order.version.full()}{order.variant}-{Path(inner).name}"
        found.append(Path(shutil.copyfile(made.root / inner, order.output / name)))
    return found


def _tell(made: Made, seconds: float) -> None:
    head = made.head
    _say(f"build {made.id}: {head.count} files, {head.size / 1e6:.0f} MB, in {seconds:.0f} s")
    _say(f"signed by {signer_of(head)}")
    largest = list(tree.sizes(tree.site_packages(made.root)).items())[:_LARGEST]
    _say("largest: " + ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in largest))


def _order(asked: argparse.Namespace) -> Order:
    branded = read_branded(asked.brand)
    parts = branded.brand.build
    return Order(
        branded=branded,
        version=this_version(asked.number, asked.made),
        key=_key(asked),
        output=asked.output.resolve(),
        cache=asked.cache.resolve(),
        browser=parts.browser if asked.browser is None else asked.browser,
        objects=parts.objects if asked.objects is None else asked.objects,
    )


def _key(asked: argparse.Namespace) -> Ed25519PrivateKey:
    if asked.key is not None:
        return read_key_file(asked.key, os.environ.get(PASSPHRASE, ""))
    if not asked.trial:
        raise BuildFault(
            "Nobody signs this build.",
            "Give --key FILE (make one: python -m installers.keys FILE), or --trial for a key"
            " that is thrown away.",
        )
    _say("a trial: signed with a key that is thrown away; give it to nobody")
    return Ed25519PrivateKey.generate()


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        if any(keep.iterdir()):
            raise BuildFault(f"{keep} is not empty.", "Name a new folder with --tree.")
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="invigil-build-") as name:
        yield Path(name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make installer", description=__doc__)
    add = parser.add_argument
    here = FORMATS.get(sys.platform, ())
    add("formats", nargs="*", choices=here, default=here, help="all of this system's if none")
    add("--brand", type=Path, default=ROOT / "briefcase.toml", help="the institution's file")
    add("--key", type=_file, default=_file(os.environ.get("INVIGIL_SIGNING_KEY", "")),
        help="the key that signs (PEM, Ed25519); else INVIGIL_SIGNING_KEY")  # fmt: skip
    add("--trial", action="store_true", help="sign with a key that is thrown away")
    add("--browser", action=argparse.BooleanOptionalAction, default=None,
        help="with or without the exam's browser; else as the brand says")  # fmt: skip
    add("--objects", action=argparse.BooleanOptionalAction, default=None,
        help="with or without what runs an own object model; else so, too")  # fmt: skip
    add("--number", type=int, help="the build's number; else from the history")
    add("--made", type=int, help="seconds since 1970 of the source; else from the history")
    add("--output", type=Path, default=ROOT / "dist")
    add("--cache", type=Path, default=Path(tempfile.gettempdir()) / "invigil-build-cache",
        help="where pip keeps what it fetched")  # fmt: skip
    add("--tree", type=Path, help="leave the tree here (in a folder of its own)")
    add("--fast", action="store_true", help="compress quickly instead of well")
    return parser


def _file(text: str) -> Path | None:
    return Path(text) if text else None


def _say(words: str) -> None:
    print(f"build: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
