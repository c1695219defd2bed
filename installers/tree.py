"""The installed tree: packages of the lock file, our own, the brand; nothing else.

bin/invigil-recorder          starts the program
lib/pythonX.Y/site-packages/  the packages, ours among them
share/                        pictures, licences, the bill of materials
build.signed, build.files     what it was built of (`shared/build.py`)
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from installers.faults import BuildFault
from installers.requirements import Locked
from shared.build import FileEntry
from shared.code_signatures import is_listed, unsigned_entry

# Published as source alone: a folder of model files, nothing to compile.
_SOURCE_ONLY = ("face-recognition-models",)

# OpenCV reads two of its modules as text.
_READS_ITS_SOURCE = ("cv2",)

_EXECUTABLE_NAMES = ("QtWebEngineProcess",)
_CHUNK = 1 << 20


def site_packages(root: Path) -> Path:
    """Where the packages lie in a tree."""
    if sys.platform == "win32":
        return root / "Lib" / "site-packages"
    return root / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def install(locked: Sequence[Locked], packages: Path, cache: Path) -> None:
    """Install packages at exactly the lock file's versions and hashes.

    Raises:
        BuildFault: pip could not.
    """
    packages.mkdir(parents=True, exist_ok=True)
    asked = packages.parent / "requirements.txt"
    asked.write_text("".join(f"{one.line()}\n" for one in locked), "utf-8")
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--cache-dir", str(cache), "--no-deps", "--require-hashes", "--no-compile",
        "--only-binary", ":all:", "--no-binary", ",".join(_SOURCE_ONLY), "--no-build-isolation",
        "--target", str(packages), "--requirement", str(asked),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    asked.unlink()
    if done.returncode:
        raise BuildFault(
            f"pip could not install the recorder's packages: {done.stderr.strip()[-800:]}",
            "They come from the package index, at requirements.lock's versions and hashes.",
        )


def strip(packages: Path) -> None:
    """Take out what only debuggers and linkers read, where the tool is there.

    PyAV's modules are published with it: four fifths of their size.
    """
    tool = shutil.which("strip")
    if tool is None or sys.platform != "linux":
        return
    files = [str(path) for path in sorted(packages.rglob("*.so*")) if not path.is_symlink()]
    if files:
        subprocess.run([tool, "--strip-unneeded", *files], check=True)


def compile_all(root: Path, packages: Path, installed_at: str, own: Collection[str]) -> None:
    """Compile every module, in a way that comes out the same and is not looked at again.

    Of ``own``, the source stays beside it; of others only what is run (16 MB less), which is
    published by its version. ``installed_at`` is the root's path on the computers it is
    installed on; tracebacks name it.
    """
    with_source = [packages / name for name in (*own, *_READS_ITS_SOURCE)]
    others = [path for path in sorted(packages.iterdir()) if path not in with_source]
    _compile(root, installed_at, [path for path in with_source if path.exists()])
    _compile(root, installed_at, others, "-b")
    for place in others:
        for source in [place] if place.is_file() else sorted(place.rglob("*.py")):
            if source.suffix == ".py" and source.with_suffix(".pyc").is_file():
                source.unlink()


def _compile(root: Path, installed_at: str, places: Sequence[Path], *more: str) -> None:
    command = [
        sys.executable, "-s", "-m", "compileall", "-q", "-f", "-j", "1", *more,
        "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", installed_at,
        *map(str, places),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def settle(root: Path, made: int, executables: Iterable[str] = ()) -> None:
    """Give every file the mode and the time that it always has."""
    extra = {root / one for one in executables}
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_symlink():
            os.utime(path, (made, made), follow_symlinks=False)
            continue
        runs = path in extra or path.name in _EXECUTABLE_NAMES or path.parent == root / "bin"
        path.chmod(0o755 if path.is_dir() or runs else 0o644)
        os.utime(path, (made, made))
    root.chmod(0o755)
    os.utime(root, (made, made))


def read_tree(root: Path) -> tuple[dict[str, FileEntry], dict[str, str]]:
    """Every file below ``root`` but the list itself, each without what its system's signature
    adds; every symbolic link with its target.
    """
    files: dict[str, FileEntry] = {}
    links: dict[str, str] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            links[name] = str(path.readlink())
        elif path.is_file() and is_listed(name):
            with path.open("rb") as file:
                files[name] = unsigned_entry(file)
    return files, links


def entry_of(path: Path) -> FileEntry:
    """Hash and size of a whole file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return FileEntry(digest.hexdigest(), size)


def sizes(packages: Path) -> Mapping[str, int]:
    """Bytes by package folder, the largest first."""
    found: dict[str, int] = {}
    for path in packages.rglob("*"):
        if path.is_file() and not path.is_symlink():
            top = path.relative_to(packages).parts[0]
            found[top] = found.get(top, 0) + path.stat().st_size
    return dict(sorted(found.items(), key=lambda one: -one[1]))
