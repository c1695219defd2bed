"""Shared objects as binutils read and write them. Nothing here needs a compiler."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from installers.faults import BuildFault

_TOOLS = ("as", "ld", "readelf", "strip")
_PAGE = "4096"

# What is written is for this processor; on another, libraries stay as they are.
_MACHINE = "x86_64"
# Ends the process at once; and gives back 0.
TRAP = "ud2"
_NOTHING = "xor %eax, %eax\n ret"

# num: value size type bind visibility section name[@version]
_SYMBOL = re.compile(r"^ *\d+: +\S+ +\S+ +(\S+) +\S+ +\S+ +(\S+) +(\S+)", re.MULTILINE)
_NEEDED = re.compile(r"\(NEEDED\).*\[(.*)\]")
_SONAME = re.compile(r"\(SONAME\).*\[(.*)\]")


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """A name that a library gives or asks for; its version is empty where it has none."""

    name: str
    version: str
    kind: str


@dataclass(frozen=True, slots=True)
class Linked:
    """How a library is linked: its own name, whom it names, what it asks for and gives."""

    soname: str
    needed: tuple[str, ...]
    asks: frozenset[Symbol]
    gives: frozenset[str]


def can_be_written() -> bool:
    """Whether binutils are here, for a processor that is known."""
    return platform.machine() == _MACHINE and all(map(shutil.which, _TOOLS))


def is_object(path: Path) -> bool:
    """Whether a file is a program or a library of this system's."""
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def read_linked(path: Path) -> Linked:
    """Read how a library is linked.

    Raises:
        BuildFault: it cannot be read.
    """
    dynamic = _run(["readelf", "-dW", str(path)])
    listed = _run(["readelf", "-W", "--dyn-syms", str(path)])
    asks: set[Symbol] = set()
    gives: set[str] = set()
    for kind, section, name in _SYMBOL.findall(listed):
        plain, _, version = name.partition("@")
        if section == "UND":
            asks.add(Symbol(plain, version.lstrip("@"), kind))
        else:
            gives.add(plain)
    soname = _SONAME.search(dynamic)
    return Linked(
        soname=soname[1] if soname else path.name,
        needed=tuple(_NEEDED.findall(dynamic)),
        asks=frozenset(asks),
        gives=frozenset(gives),
    )


def write_hollow(path: Path, soname: str, symbols: Iterable[Symbol], *, answers: bool) -> None:
    """Write a library whose functions do nothing.

    Args:
        path: where; replaced.
        soname: what those who are linked with it call it.
        symbols: the functions.
        answers: whether they give back 0; else calling one ends the process at once.

    Raises:
        BuildFault: one of them is no function, or binutils failed.
    """
    wanted = sorted(symbols)
    if odd := [one.name for one in wanted if one.kind not in ("FUNC", "NOTYPE")]:
        raise BuildFault(
            f"{soname} gives more than functions: {', '.join(odd[:5])}",
            "Take it off the list of hollow libraries in installers/linux/hollow.py.",
        )
    text = [".text", "nothing:", f" {_NOTHING if answers else TRAP}"]
    for one in wanted:
        text += [function(one.name), f".set {one.name}, nothing"]
    write_library(path, soname, "\n".join(text), _by_version(wanted))


def function(name: str) -> str:
    """As the assembler is told that a name is a function for others."""
    return f".globl {name}\n.type {name}, %function"


def write_data(path: Path, soname: str, symbol: str, data: bytes) -> None:
    """Write a library that gives one constant.

    Raises:
        BuildFault: binutils failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "data"
        held.write_bytes(data)
        text = "\n".join(
            (".section .rodata", ".balign 16", f".globl {symbol}", f".type {symbol}, %object",
             f'{symbol}: .incbin "{held}"', f".size {symbol}, {len(data)}")
        )  # fmt: skip
        write_library(path, soname, text)


def write_library(
    path: Path,
    soname: str,
    text: str,
    nodes: Mapping[str, Sequence[str]] | None = None,
    beside: Path | None = None,
) -> None:
    """Assemble and link; the same text gives the same bytes.

    Args:
        path: where; replaced.
        soname: what those who are linked with it call it.
        text: for the assembler.
        nodes: names by their version, where they have one.
        beside: another library that is linked with, found by its place from this one.

    Raises:
        BuildFault: binutils failed.
    """
    with tempfile.TemporaryDirectory() as name:
        code, script = Path(name) / "code.o", Path(name) / "versions"
        _run(["as", "-o", str(code), "-"], f'{text}\n.section .note.GNU-stack,"",%progbits\n')
        command = [
            "ld", "-shared", "-s", "--build-id=none", "--hash-style=gnu",
            "-z", "noseparate-code", "-z", f"max-page-size={_PAGE}",
            "-soname", soname, "-o", str(path), str(code),
        ]  # fmt: skip
        if nodes:
            script.write_text(_versions(nodes))
            command += ["--version-script", str(script)]
        if beside is not None:
            folder = os.path.relpath(beside.parent, path.parent)
            command += ["-rpath", f"$ORIGIN/{folder}", "--allow-shlib-undefined", str(beside)]
        path.unlink(missing_ok=True)
        _run(command)


def _by_version(symbols: Iterable[Symbol]) -> dict[str, list[str]]:
    """Names by the version that they are asked for at, where there is one."""
    found: dict[str, list[str]] = {}
    for one in symbols:
        if one.version:
            found.setdefault(one.version, []).append(one.name)
    return found


def _versions(nodes: Mapping[str, Sequence[str]]) -> str:
    return "".join(f"{node} {{ global: {'; '.join(own)}; }};\n" for node, own in nodes.items())


def _run(command: list[str], text: str = "") -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFault(
            f"{command[0]} failed: {done.stderr.strip()[-600:]}", "Nothing was built."
        )
    return done.stdout
