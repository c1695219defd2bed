"""The signs of the machine that the tests really run on, beside what others say of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.policies import default_policy

from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.environment.signs import of_kind, total
from recorder.lockdown.machine import this_machine
from recorder.lockdown.watch import MachineWatch
from shared.flags import Kind


@pytest.mark.skipif(not shutil.which("systemd-detect-virt"), reason="nobody to compare with")
def test_what_this_machine_is_agrees_with_the_systems_own_detector() -> None:
    environment = this_machine("linux", {}).environment
    assert not isinstance(environment, Unsupported)
    signs = of_kind(environment.signs(), Kind.VIRTUAL_MACHINE)
    said = subprocess.run(
        ["systemd-detect-virt", "--vm"], capture_output=True, text=True, check=False
    ).stdout.strip()
    assert bool([one for one in signs if "container" not in one.reason]) == (said != "none")
    container = subprocess.run(["systemd-detect-virt", "--container", "--quiet"], check=False)
    if Path("/.dockerenv").exists():
        assert container.returncode == 0
        assert any("container" in sign.reason for sign in signs)
    assert len({sign.reason for sign in signs}) == len(signs)


def test_a_machine_without_a_display_is_said_to_have_none() -> None:
    environment = this_machine("linux", {}).environment
    assert not isinstance(environment, Unsupported)
    remote = of_kind(environment.signs(), Kind.REMOTE_SESSION)
    assert "there is no display" in [sign.reason for sign in remote]
    assert total([s for s in remote if s.reason == "there is no display"]) < 0.8


def test_this_program_is_traced_by_nobody_unless_it_is() -> None:
    environment = this_machine("linux", {}).environment
    assert not isinstance(environment, Unsupported)
    status = Path("/proc/self/status").read_text()
    traced = "TracerPid:\t0" not in status
    tracers = [one for one in environment.signs() if one.reason.endswith("traces this program")]
    assert bool(tracers) is traced


def test_without_a_list_of_its_files_a_change_cannot_be_told_and_that_is_said() -> None:
    watch = MachineWatch(
        default_policy(), this_machine("linux", {}), lambda _incident: None, lambda: "one"
    )
    (watched,) = [one for one in watch.status() if one.kind is Kind.ALTERED_PROGRAM]
    assert watched.state == "unsupported"
    assert "without a list" in watched.reason
    assert watch.stop()
