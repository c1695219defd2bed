"""The project for Windows and macOS: as Briefcase reads it, and its templates rendered."""

from __future__ import annotations

import plistlib
import xml.dom.minidom
from pathlib import Path

import pytest
from briefcase.config import parse_config
from briefcase.console import Console
from cookiecutter.main import cookiecutter

from installers.branded import read_branded
from installers.macos.staging import information
from installers.project import HERE, upgrade_code, write_project
from installers.version import Version

VERSION = Version("1.2.3", 70_000, 1_760_000_000)
BRAND = """[app]
name = "Exams & “More”"
package = "uni-exams"
bundle = "edu.example"
[institution]
name = "Example \\"University\\""
support = "help@example.edu"
"""


@pytest.fixture
def branded(tmp_path: Path):  # type: ignore[no-untyped-def]
    (tmp_path / "briefcase.toml").write_text(BRAND, "utf-8")
    return read_branded(tmp_path / "briefcase.toml")


@pytest.mark.parametrize("system", ["windows", "macOS"])
def test_briefcase_reads_the_project(branded, system: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write_project(branded, VERSION, tmp_path / "staged", tmp_path / "project")

    _, apps = parse_config(tmp_path / "project" / "pyproject.toml", system, "app", Console())

    app = apps["uni-exams"]
    assert app["formal_name"] == "Exams & “More”"
    assert app["bundle"] == "edu.example"
    assert app["author"] == 'Example "University"'
    assert app["external_package_path"] == str(tmp_path / "staged")
    assert Path(app["template"]).is_dir()
    if system == "windows":
        assert app["version_triple"] == f"1.2.{70_000 % 65_536}"
        assert app["guid"] == str(upgrade_code(branded))
        assert app["system_installer"] is True
    for name in ("icon.ico", "icon.icns", "icon.png", "LICENSE"):
        assert (tmp_path / "project" / name).stat().st_size > 1000


def test_the_windows_template_makes_an_installer_for_the_whole_computer(tmp_path: Path) -> None:
    made = cookiecutter(
        str(HERE / "windows" / "template"), no_input=True, output_dir=str(tmp_path),
        extra_context={"format": "app", "app_name": "uni", "formal_name": 'A & "B" <C>'},
    )  # fmt: skip

    package = xml.dom.minidom.parse(str(Path(made) / "uni.wxs")).getElementsByTagName(
        "Package"
    )[0]

    assert package.getAttribute("Name") == 'A & "B" <C>'
    assert package.getAttribute("Scope") == "perMachine"
    assert package.getElementsByTagName("MajorUpgrade")[0].getAttribute("DowngradeErrorMessage")
    commands = [
        one.getAttribute("Value")
        for one in package.getElementsByTagName("RegistryValue")
        if one.getAttribute("Key") == r"shell\open\command"
    ]
    assert commands == ['"[INSTALLFOLDER]invigil.exe" "%1"']
    assert (Path(made) / "unicode.wxl").is_file()


def test_an_upgrade_keeps_the_server_unless_another_is_said(tmp_path: Path) -> None:
    made = cookiecutter(
        str(HERE / "windows" / "template"), no_input=True, output_dir=str(tmp_path),
        extra_context={"format": "app", "app_name": "uni", "bundle_identifier": "edu.x.uni"},
    )  # fmt: skip
    package = xml.dom.minidom.parse(str(Path(made) / "uni.wxs"))

    (search,) = package.getElementsByTagName("RegistrySearch")
    (later,) = package.getElementsByTagName("SetProperty")
    (written,) = (
        one
        for one in package.getElementsByTagName("RegistryValue")
        if one.getAttribute("Name") == "Server"
    )
    before = search.parentNode.getAttribute("Id")  # type: ignore[union-attr]

    for name in ("Root", "Key", "Name"):
        assert search.getAttribute(name) == written.getAttribute(name)
    assert written.getAttribute("Value") == "[SERVER]"
    # The search would take the place of what the command line says, so it has its own name.
    assert before != later.getAttribute("Id") == "SERVER"
    assert later.getAttribute("Value") == f"[{before}]"
    assert later.getAttribute("Condition") == f"{before} AND NOT SERVER"
    assert later.getAttribute("After") == "AppSearch"


def test_the_macos_bundle_says_why_it_asks(branded, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    told = plistlib.loads(plistlib.dumps(information(branded, VERSION)))
    made = cookiecutter(
        str(HERE / "macos" / "template"), no_input=True, output_dir=str(tmp_path),
        extra_context={"format": "app", "app_name": "uni", "formal_name": "Uni"},
    )  # fmt: skip
    entitled = plistlib.loads((Path(made) / "Entitlements.plist").read_bytes())

    assert told["CFBundleURLTypes"][0]["CFBundleURLSchemes"] == ["invigil"]
    assert told["CFBundleIdentifier"] == "edu.example.uni-exams"
    assert "camera" in told["NSCameraUsageDescription"]
    assert "microphone" in told["NSMicrophoneUsageDescription"]
    assert "com.apple.security.device.camera" in entitled
    assert "com.apple.security.get-task-allow" not in entitled
