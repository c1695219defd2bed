"""Files of commands: read as text; written as their endings say, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.opening import Fault


def text_of(file: Path) -> str:
    """What stands in a file.

    Raises:
        Fault: it cannot be read, or is no text in UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Fault(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Fault(f"{file} is no text in UTF-8") from error


def form_of(file: Path, *forms: str) -> str:
    """What a file is to be written as, by its ending, as ``pdf``.

    Raises:
        Fault: its ending is none of ``forms``.
    """
    form = file.suffix.removeprefix(".").lower()
    if form not in forms:
        endings = " or ".join(f".{one}" for one in forms)
        raise Fault(f"--output ends with {endings}, which says what is written; not {file}")
    return form


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Where to write what becomes ``file`` once the block ends well; one that is there is
    replaced then, and stays where the block does not.
    """
    scratch = file.with_name(f".{file.name}.part")
    try:
        yield scratch
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)
