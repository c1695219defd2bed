"""What starts the program on Linux: the system's Python, with the tree's packages alone."""

from __future__ import annotations

import sys
from pathlib import Path

PYTHON = f"python{sys.version_info[0]}.{sys.version_info[1]}"

# A virtual environment whose Python is the system's: other packages on the computer, and those
# in the user's folder, are not seen; nothing is compiled or written at the start.
_CONFIG = f"""home = /usr/bin
include-system-site-packages = false
version = {sys.version_info[0]}.{sys.version_info[1]}
"""

LAUNCHER = f"""#!/bin/sh
# Starts the recorder with the packages that it was built and signed with.
here=$(dirname -- "$(readlink -f -- "$0")")
if [ ! -x "$here/python3" ]; then
    echo "invigil-recorder: /usr/bin/{PYTHON} is missing." >&2
    echo "Install your system's package {PYTHON}." >&2
    exit 2
fi
unset PYTHONPATH PYTHONHOME
exec "$here/python3" -I -m recorder.cli "$@"
"""


def write_launcher(root: Path) -> None:
    """Write the launcher, and the environment that it starts."""
    (root / "bin").mkdir()
    (root / "bin" / "invigil-recorder").write_text(LAUNCHER, "utf-8")
    (root / "bin" / "python3").symlink_to(f"/usr/bin/{PYTHON}")
    (root / "pyvenv.cfg").write_text(_CONFIG, "utf-8")
