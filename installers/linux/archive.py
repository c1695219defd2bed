"""The archive, for other distributions: the tree as it is, to unpack anywhere.

An AppImage would need a tool that no package brings; this needs tar alone.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from installers.faults import BuildFault
from installers.linux.desktop import entry
from installers.making import Made, Order

# For whoever unpacks it into their home: the menu's entry and the links, and back again.
_REGISTER = """#!/bin/sh
# Puts the recorder into this user's menu, and has it open invigil:// links; --remove undoes it.
set -e
here=$(dirname -- "$(readlink -f -- "$0")")
share=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$share/applications/@PACKAGE@.desktop
if [ "${1:-}" = --remove ]; then
    rm -f -- "$entry"
else
    mkdir -p -- "$share/applications"
    sed -e "s|^Exec=[^ ]*|Exec=\\"$here/tree/bin/invigil-recorder\\"|" -e "/^TryExec=/d" \\
        -e "s|^Icon=.*|Icon=$here/tree/share/icons/256.png|" \\
        "$here/@PACKAGE@.desktop" >"$entry"
fi
if command -v update-desktop-database >/dev/null; then
    update-desktop-database "$share/applications"
fi
"""


def build_archive(order: Order, made: Made, *, fast: bool) -> Path:
    """Build ``NAME-VERSION-TARGET.tar.xz`` into the output folder.

    Raises:
        BuildFault: xz is missing or fails.
    """
    name = f"{order.package}-{order.version.full()}"
    path = order.output / f"{name}-{made.head.target}{order.variant}.tar.xz"
    plain = path.with_suffix("")
    with tarfile.open(plain, "w", format=tarfile.PAX_FORMAT) as tar:
        for source in (made.root, *sorted(made.root.rglob("*"))):
            inner = source.relative_to(made.root).as_posix()
            tar.add(source, f"{name}/tree/{inner}".rstrip("/."), recursive=False, filter=_plain)
        _text(
            tar, f"{name}/register", _REGISTER.replace("@PACKAGE@", order.package), order, 0o755
        )
        _text(tar, f"{name}/{order.package}.desktop", entry(order), order, 0o644)
    command = ["xz", "--threads=2", "-1" if fast else "-6", "--force", str(plain)]
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BuildFault(f"xz failed: {error}.", "Install xz-utils.") from error
    return path


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nobody's in particular, with the time and mode that the tree was given."""
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    return info


def _text(tar: tarfile.TarFile, name: str, text: str, order: Order, mode: int) -> None:
    data = text.encode()
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(data), mode, order.version.made
    tar.addfile(_plain(info), io.BytesIO(data))
