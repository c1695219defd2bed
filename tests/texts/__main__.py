"""``make texts``: the window's texts gathered from the sources, and its languages made ready.

Says which texts of which language wait for somebody to translate them, and ends with 1 then.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from texts import catalogue
from texts.gather import PHRASES, RECORDER, gather, write

BIN = Path(sys.executable).parent


def main() -> int:
    """Update every catalogue; how many texts wait is the status."""
    PHRASES.write_text(write(gather()), encoding="utf-8")
    subprocess.run([BIN / "ruff", "format", "-q", PHRASES], check=True)
    waiting = 0
    for path in sorted(catalogue.FOLDER.glob("*.ts")):
        catalogue.update(path)
        for message in catalogue.read(path):
            if not message.finished:
                waiting += 1
                sys.stdout.write(f"{path.stem}: {message.context}: {message.source!r}\n")
        catalogue.release(path, path.with_suffix(".qm"))
    return int(waiting > 0)


if __name__ == "__main__":
    assert RECORDER.is_dir()
    sys.exit(main())
