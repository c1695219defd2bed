"""Our own packages, as they go into the installed program."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from installers.version import ROOT

# As in pyproject.toml's package-data; the server stays where it is.
PACKAGES = {
    "recorder": ("*.py", "*.qss", "*.svg", "*.png", "*.toml", "*.qm"),
    "shared": ("*.py",),
    "models": ("*.py", "manifest.toml", "README.md"),
}

_METADATA = """Metadata-Version: 2.1
Name: {name}
Version: {version}
Summary: {description}
License-Expression: {license}
"""


def copy_source(packages: Path, root: Path = ROOT) -> None:
    """Copy the recorder and what it stands on, with the metadata it tells its version by."""
    for name, patterns in PACKAGES.items():
        for pattern in patterns:
            for path in sorted((root / name).rglob(pattern)):
                if "__pycache__" not in path.parts:
                    target = packages / path.relative_to(root)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, target)
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    folder = packages / f"{project['name']}-{project['version']}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(_METADATA.format(**project), "utf-8")
