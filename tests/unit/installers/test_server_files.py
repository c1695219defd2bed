"""The server's unit, container and compose file: settings that there are, paths that agree, and
no system call forbidden that the server's own processes make.
"""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from installers.version import ROOT
from server.cli import app
from server.config import DEFAULT_BIND, Settings
from server.environment import BESIDE, PREFIX, unknown
from server.usual_bodies import ANSWERS

FOLDER = ROOT / "installers" / "server"
FILES = sorted(path for path in FOLDER.iterdir() if path.is_file())

# What the server's processes ask of the system beyond files and sockets: ``os.nice``,
# ``setrlimit`` (as glibc makes it), threads, children.
CALLED = ("setpriority", "prlimit64", "clone", "clone3", "execve", "kill", "wait4", "fsync")


class Repeated(dict[str, Any]):
    """Keeps each value of a key that a unit says more than once, a line each."""

    def __setitem__(self, key: str, value: Any) -> None:
        """Add to what is there."""
        if isinstance(value, list) and isinstance(self.get(key), list):
            self[key].extend(value)
        else:
            super().__setitem__(key, value)


def service() -> dict[str, list[str]]:
    """The unit's ``[Service]``: every value by its key, in the file's order."""
    parser = configparser.RawConfigParser(strict=False, dict_type=Repeated, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(FOLDER / "invigil-server.service")
    return {key: value.splitlines() for key, value in parser["Service"].items()}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def container() -> str:
    return (FOLDER / "Containerfile").read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_variable_in_them_is_a_setting(path: Path) -> None:
    named = set(re.findall(r"\bINVIGIL_[A-Z0-9_]*[A-Z0-9]\b", path.read_text("utf-8")))
    assert unknown(named, {PREFIX + one.name.upper() for one in fields(Settings)}) == []


def test_compose_gives_stores_only_what_the_server_reads(compose: dict[str, Any]) -> None:
    known = {one.variable for one in BESIDE}
    given = set(compose["services"]["server"]["environment"])
    assert {name for name in given if not name.startswith(PREFIX)} <= known


def test_the_unit_runs_what_the_page_installs() -> None:
    told = service()
    page = (FOLDER / "one-server.md").read_text("utf-8")
    program, argument = told["ExecStart"][0].split()
    assert argument == "run"
    assert f"{Path(program).parent}/pip install" in page
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert Path(program).name in scripts
    state = f"/var/lib/{told['StateDirectory'][0]}"
    assert f"INVIGIL_DATA_DIR={state}" in told["Environment"]
    assert f"INVIGIL_KEYS_DIR={state}/keys" in page
    assert told["EnvironmentFile"][0].removeprefix("-") in page


def test_the_container_keeps_what_the_page_says(
    compose: dict[str, Any], container: str
) -> None:
    (kept,) = re.findall(r"^VOLUME (\S+)$", container, re.MULTILINE)
    (port,) = re.findall(r"^EXPOSE (\d+)$", container, re.MULTILINE)
    server = compose["services"]["server"]
    assert f"INVIGIL_DATA_DIR={kept} " in container
    assert f"INVIGIL_BIND=0.0.0.0:{port} " in container
    assert DEFAULT_BIND.endswith(f":{port}")
    assert server["volumes"] == [f"keys:{kept}"]
    assert server["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert "keys" in compose["volumes"]
    asked = (FOLDER / "compose.env.example").read_text("utf-8")
    for name in set(re.findall(r"\$\{(\w+)", (FOLDER / "compose.yaml").read_text("utf-8"))):
        assert f"{name}=" in asked


def test_it_is_asked_after_its_health_however_it_runs(
    compose: dict[str, Any], container: str
) -> None:
    asked = compose["services"]["server"]["healthcheck"]["test"]
    assert asked[:3] == ["CMD", "python", "-c"]
    assert json.dumps(asked[3]) in container
    (url,) = re.findall(r"http://[^']+", asked[3])
    assert urlsplit(url).netloc == DEFAULT_BIND
    assert f"get {urlsplit(url).path}" in ANSWERS
    # Podman leaves the image's own out in the format that it takes by itself.
    assert "podman build --format docker " in container


@pytest.mark.parametrize("start", ["    invigil ", "        invigil-server "])
def test_the_commands_that_make_an_institution_are_there(start: str) -> None:
    page = (FOLDER / "one-server.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if line.startswith(f"{start}admin ")]
    assert len(lines) == 2
    for line in lines:
        _, named, _ = app.parse_args(
            shlex.split(line)[1:], exit_on_error=False, print_error=False
        )
        assert named.arguments


def test_commands_under_systemd_run_as_the_unit_does() -> None:
    page = (FOLDER / "one-server.md").read_text("utf-8")
    told = service()
    for key in (
        *("DynamicUser", "User", "StateDirectory", "StateDirectoryMode", "UMask"),
        "EnvironmentFile",
    ):
        assert f"--property={key}={told[key][0]} " in page
    assert f"--setenv={told['Environment'][0]} " in page
    assert f'{told["ExecStart"][0].split()[0]} "$@"\n' in page


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="nobody to ask what is meant")
def test_the_units_filter_lets_the_servers_processes_do_what_they_do() -> None:
    allowed: set[str] = set()
    for line in service()["SystemCallFilter"]:
        named = {call for one in line.removeprefix("~").split() for call in calls(one)}
        allowed = allowed - named if line.startswith("~") else allowed | named
    assert set(CALLED) <= allowed
    assert not {"reboot", "mount", "setuid", "sched_setscheduler", "setrlimit"} & allowed


def calls(name: str) -> set[str]:
    """The calls of one name in a filter; a name with ``@`` is a set of systemd's, which may
    hold others.
    """
    if not name.startswith("@"):
        return {name}
    told = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", name],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    inner = [line.strip() for line in told.splitlines()[1:] if not line.strip().startswith("#")]
    return {call for one in inner if one for call in calls(one)}
