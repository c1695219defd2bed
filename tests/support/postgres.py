"""A private PostgreSQL for tests: made in a folder of its own, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Where Debian keeps programs that it does not put on the path.
_DEBIAN = Path("/usr/lib/postgresql")


def _program(name: str) -> str | None:
    found = [shutil.which(name)]
    found += [str(path) for path in sorted(_DEBIAN.glob(f"*/bin/{name}"), reverse=True)]
    return next((path for path in found if path), None)


def available() -> bool:
    """Whether PostgreSQL's programs are on this machine."""
    return _program("initdb") is not None and _program("pg_ctl") is not None


@contextmanager
def cluster() -> Iterator[str]:
    """A running server; yields the folder of its socket. PostgreSQL refuses to run as
    root, so a machine's owner lends it an unprivileged user.
    """
    own: dict[str, Any] = {"env": {**os.environ, "LC_ALL": "C"}}
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            user = pwd.getpwnam("nobody")
            own |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = folder / "data"
        run = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL, "timeout": 60, **own}
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        # Nothing of it is written to the disk at once: it is gone with the test.
        init = [_program("initdb"), "-N", "-D", data, "-U", "invigil", "-A", "trust"]
        subprocess.run(init, **run)
        ctl = [_program("pg_ctl"), "-D", data, "-w", "-l", folder / "log"]
        subprocess.run([*ctl, "-o", options, "start"], **run)
        try:
            yield str(folder)
        finally:
            subprocess.run([*ctl, "-m", "immediate", "stop"], **run)


def url(socket_folder: str, database: str = "postgres") -> str:
    """The SQLAlchemy URL of a database of the cluster."""
    return f"postgresql://invigil@/{database}?host={socket_folder}"


def create(socket_folder: str, database: str, template: str = "template1") -> str:
    """Make another database in the cluster, a copy of ``template``, to which nobody is
    connected; its name.
    """
    who = ("-h", socket_folder, "-U", "invigil", "-T", template)
    command = [_program("createdb"), *who, database]
    subprocess.run(command, check=True, timeout=60)
    return database
