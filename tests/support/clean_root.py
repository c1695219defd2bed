"""A Debian without anything of ours, for a package to be installed, used and removed in.

Made by debootstrap in a folder, entered by chroot in namespaces of its own: nothing is
installed into the system that the tests run on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Where Debian's packages come from, unless debootstrap's own default will do.
MIRROR = os.environ.get("INVIGIL_DEBIAN_MIRROR", "")
USER = "candidate"

# Mounts go with the namespace; processes with the first of them.
_ENTER = """set -e
mount --make-rprivate /
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
if [ -d /tmp/.X11-unix ]; then
    mkdir -p "$ROOT/tmp/.X11-unix"
    mount --bind /tmp/.X11-unix "$ROOT/tmp/.X11-unix"
fi
exec chroot --userspec="$AS" "$ROOT" /usr/bin/env -i "$@"
"""


def can_be_made() -> bool:
    """Whether this machine and this user can make one."""
    return os.geteuid() == 0 and all(map(shutil.which, ("debootstrap", "unshare", "chroot")))


@dataclass(frozen=True)
class CleanRoot:
    """A system in ``folder``."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, packages: Sequence[str], suite: str) -> CleanRoot:
        """Fetch and unpack a minimal system with these packages and one user."""
        subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={','.join(packages)}",
             suite, str(folder), *([MIRROR] if MIRROR else [])],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        root = cls(folder)
        root.run("useradd", "--create-home", USER)
        return root

    def run(
        self,
        *command: str,
        user: str = "root",
        network: bool = False,
        check: bool = True,
        timeout: float = 300.0,
        **variables: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command within, by default as root and without any network."""
        done = subprocess.run(
            [*self.entered(user, network=network, **variables), *command],
            env=self.environment(user),
            capture_output=True, text=True, timeout=timeout, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def entered(self, user: str, *, network: bool, **variables: str) -> list[str]:
        """What a command within begins with; ``environment`` goes with it."""
        told = [f"{name}={value}" for name, value in variables.items()]
        home = "/root" if user == "root" else f"/home/{user}"
        return [
            "unshare", "--mount", "--pid", "--fork", "--kill-child",
            *(() if network else ("--net",)), "sh", "-c", _ENTER, "sh",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin", f"HOME={home}", "LC_ALL=C.UTF-8",
            "DEBIAN_FRONTEND=noninteractive", *told,
        ]  # fmt: skip

    def environment(self, user: str) -> dict[str, str]:
        """For what enters."""
        return {**os.environ, "ROOT": str(self.folder), "AS": f"{user}:{user}"}

    def put(self, file: Path) -> str:
        """Copy a file in; returns its path within."""
        shutil.copyfile(file, self.folder / "tmp" / file.name)
        (self.folder / "tmp" / file.name).chmod(0o644)
        return f"/tmp/{file.name}"

    def files(self) -> set[str]:
        """Every path there is, but for what changes by itself."""
        found: set[str] = set()
        for folder, folders, names in os.walk(self.folder):
            inner = "/" + Path(folder).relative_to(self.folder).as_posix().removeprefix(".")
            if inner in ("/proc", "/dev", "/tmp", "/sys", "/run"):
                folders.clear()
                continue
            found.update(str(Path(inner, name)) for name in (*names, *folders))
        return found
