r"""What starts the program on Windows: the Python that builds, beside the packages.

    Invigil\invigil.exe            starts the window; invigil-recorder.exe the commands
    Invigil\python.exe, …          the runtime, isolated by pythonXY._pth
    Invigil\Lib\site-packages\     the packages

The runtime is the one that runs this build (python.org's, as set-up actions bring it); the two
starters are made of the launchers that pip carries.
"""

from __future__ import annotations

import io
import shutil
import sys
import zipfile
from importlib.resources import files
from pathlib import Path

# Of the standard library, what no recorder reaches; packages are trimmed elsewhere.
_LEFT = (
    "site-packages",
    "test",
    "idlelib",
    "tkinter",
    "turtledemo",
    "ensurepip",
    "__pycache__",
)
_STARTERS = {
    "invigil.exe": ("w64.exe", "pythonw.exe"),
    "invigil-recorder.exe": ("t64.exe", "python.exe"),
}
_MAIN = "import sys\nfrom recorder.cli import main\nsys.exit(main())\n"


def add_runtime(root: Path) -> None:
    """Copy the runtime and write the starters."""
    base = Path(sys.base_prefix)
    for pattern in ("python*.exe", "python*.dll", "vcruntime*.dll"):
        for path in base.glob(pattern):
            shutil.copy2(path, root / path.name)
    left = shutil.ignore_patterns("_tkinter*", "t?86*")
    shutil.copytree(base / "DLLs", root / "DLLs", ignore=left)
    shutil.copytree(
        base / "Lib", root / "Lib", ignore=shutil.ignore_patterns(*_LEFT), dirs_exist_ok=True
    )
    tag = f"python{sys.version_info[0]}{sys.version_info[1]}"
    # Nothing of the user's, no other Python's and no variable's packages.
    (root / f"{tag}._pth").write_text("Lib\nDLLs\nLib\\site-packages\n", "ascii")
    for name, (launcher, python) in _STARTERS.items():
        (root / name).write_bytes(_starter(launcher, python))


def _starter(launcher: str, python: str) -> bytes:
    """A launcher, the line that says what it runs, and the module that is run."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("__main__.py"), _MAIN)
    head = files("pip._vendor.distlib").joinpath(launcher).read_bytes()
    return head + f"#!<launcher_dir>\\{python}\r\n".encode() + packed.getvalue()
