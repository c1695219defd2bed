"""The package's scripts, run as dpkg runs them, on people and homes of the test's own."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from installers.version import ROOT

SHELL = "/bin/sh"
DATA, STATE, SETTINGS = ".local/share/invigil", ".local/state/invigil", ".config/Invigil"

# Nobody's here, and above where people begin.
ADA, ALAN = 54_321, 54_322

# Runs what it is given with the rights that it has, and notes whose were asked for.
_WITHOUT_RIGHTS = """#!/bin/sh
while [ "${1#--}" != "$1" ]; do echo "$1" >>"@ASKED@"; shift; done
exec "$@"
"""


@dataclass
class System:
    """A folder for programs, people's homes and the commands that a script finds first."""

    folder: Path

    def person(self, name: str, number: int) -> Path:
        """Somebody with a home and settings in it."""
        home = self.folder / "home" / name
        for inner in (DATA, STATE, SETTINGS):
            (home / inner).mkdir(parents=True)
            (home / inner / "kept").write_text("x")
        with (self.folder / "passwd").open("a") as file:
            file.write(f"{name}:x:{number}:{number}:{name}:{home}:{SHELL}\n")
        return home

    def command(self, name: str, text: str) -> None:
        """Put a command before the system's own."""
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("@ASKED@", str(self.folder / "asked")))
        path.chmod(0o755)

    def program(self, package: str) -> Path:
        """An installed recorder's root."""
        root = self.folder / "lib" / package
        (root / "bin").mkdir(parents=True)
        (root / "build.signed").touch()
        return root

    def run(
        self, script: str, *arguments: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the package *small*'s scripts."""
        text = (ROOT / "installers" / "linux" / f"{script}.sh").read_text("utf-8")
        for mark, value in (
            ("@PACKAGE@", "small"), ("@VERSION@", "1.0+b3"),
            ("@ROOT@", str(self.folder / "lib" / "small")),
        ):  # fmt: skip
            text = text.replace(mark, value)
        self.command("getent", f'#!/bin/sh\ncat "{self.folder}/passwd"\n')
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            [SHELL, "-c", text, script, *arguments],
            env={"PATH": path, **environment}, cwd="/",
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def asked(self) -> list[str]:
        """Whose rights a script asked for."""
        return (self.folder / "asked").read_text().split()


@pytest.fixture
def system() -> Iterator[System]:
    """Where people may go, too, who are not this test's user."""
    with tempfile.TemporaryDirectory(prefix="invigil-scripts-") as name:
        Path(name).chmod(0o755)
        yield System(Path(name))


@pytest.fixture
def plain(system: System) -> System:
    """One whose commands keep the rights that they have."""
    system.command("setpriv", _WITHOUT_RIGHTS)
    return system


def test_purging_clears_settings_and_keeps_recordings(plain: System) -> None:
    ada, alan = plain.person("ada", ADA), plain.person("alan", ALAN)
    service = plain.person("service", 999)
    (alan / DATA / "sessions" / "one").mkdir(parents=True)
    (ada / DATA / "sessions").mkdir()
    done = plain.run("postrm", "purge")
    assert done.returncode == 0
    assert not any((ada / inner).exists() for inner in (DATA, STATE, SETTINGS))
    assert (alan / DATA / "sessions" / "one").is_dir()
    assert (service / SETTINGS).is_dir()
    assert done.stderr.splitlines() == [
        f"small: recordings of alan stay in {alan}/{DATA}/sessions;",
        "small: they may not be delivered yet. Remove them by hand if they are.",
    ]
    rights = [f"--reuid={ADA}", f"--regid={ADA}", "--clear-groups", "--no-new-privs"]
    assert plain.asked()[:4] == rights


@pytest.mark.parametrize("action", ["remove", "upgrade", "disappear"])
def test_removing_touches_no_home(plain: System, action: str) -> None:
    ada = plain.person("ada", ADA)
    assert plain.run("postrm", action).returncode == 0
    assert (ada / SETTINGS / "kept").is_file()


def test_a_home_that_cannot_be_written_is_named_and_the_next_one_cleared(
    plain: System,
) -> None:
    ada, alan = plain.person("ada", ADA), plain.person("alan", ALAN)
    plain.command(
        "rm",
        '#!/bin/sh\ncase "$*" in */ada/*) echo "rm: Read-only file system" >&2; exit 1;; esac\n'
        'exec /bin/rm "$@"\n',
    )
    done = plain.run("postrm", "purge")
    assert done.returncode == 0
    assert f"small: settings of ada below {ada} could not be removed" in done.stderr
    assert (ada / SETTINGS).is_dir()
    assert not (alan / SETTINGS).exists()


def test_a_folder_of_recordings_that_cannot_be_looked_into_stays(plain: System) -> None:
    ada = plain.person("ada", ADA)
    (ada / DATA / "sessions").mkdir()
    plain.command("ls", '#!/bin/sh\necho "ls: Permission denied" >&2\nexit 2\n')
    done = plain.run("postrm", "purge")
    assert done.returncode == 0
    assert "recordings of ada stay" in done.stderr
    assert (ada / SETTINGS).is_dir()


def test_another_recorder_beside_it_keeps_peoples_settings(plain: System) -> None:
    ada, other = plain.person("ada", ADA), plain.program("uni-exams")
    done = plain.run("postrm", "purge")
    assert done.returncode == 0
    assert done.stderr == f"small: people's settings stay, as {other} uses them, too.\n"
    assert (ada / SETTINGS).is_dir()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, as dpkg has it")
def test_a_link_of_a_user_leads_no_further_than_the_user_may_go(system: System) -> None:
    ada, alan = system.person("ada", ADA), system.person("alan", ALAN)
    own = system.folder / "etc" / "invigil"
    own.mkdir(parents=True)
    (own / "server.env").touch()
    for home, number in ((ada, ADA), (alan, ALAN)):
        for path in (home, *home.rglob("*")):
            os.chown(path, number, number)
    (ada / ".local" / "share").rename(ada / "before")
    (ada / ".local" / "share").symlink_to(own.parent)
    done = system.run("postrm", "purge")
    assert done.returncode == 0
    assert (own / "server.env").is_file()
    assert f"small: settings of ada below {ada} could not be removed" in done.stderr
    assert not any((alan / inner).exists() for inner in (DATA, STATE, SETTINGS))


@pytest.mark.parametrize(
    ("script", "arguments", "said"),
    [
        ("prerm", ("remove",), "not removed"),
        ("preinst", ("upgrade", "1.0+b2"), "refused"),
    ],
)
def test_nothing_is_removed_or_replaced_while_a_recorder_runs(
    system: System, script: str, arguments: tuple[str, ...], said: str
) -> None:
    python = system.program("small") / "bin" / "python3"
    assert system.run(script, *arguments).returncode == 0
    with subprocess.Popen(
        [str(python), "-"], executable="/bin/cat", stdin=subprocess.PIPE
    ) as recorder:
        refused = system.run(script, *arguments)
        insisted = system.run(script, *arguments, INVIGIL_DURING_EXAMS="1")
        assert recorder.stdin is not None
        recorder.stdin.close()
    assert refused.returncode == 1
    assert f"the recorder is running (process {recorder.pid}): {said}." in refused.stderr
    assert "an exam may be under way" in refused.stderr
    assert insisted.returncode == 0
