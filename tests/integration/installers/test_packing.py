"""Briefcase itself packs a small program; only the systems' own tools are stand-ins.

What Apple's and WiX's tools would do with what they are given is not tried anywhere.
"""

from __future__ import annotations

import os
import sys
import xml.dom.minidom
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from briefcase.cmdline import parse_cmdline
from briefcase.console import Console
from briefcase.integrations.subprocess import Subprocess
from briefcase.platforms.macOS import macOSMixin, macOSPackageMixin
from briefcase.platforms.windows import WindowsMixin, WindowsPackageCommand
from support.small_builds import BRAND, order, tiny

from installers import packing
from installers.macos import staging
from installers.making import Made, Order
from installers.packing import pack_with_briefcase
from installers.version import ROOT

NAME = "Exams & “More”"

# A library as macOS has them, of which Briefcase reads the first bytes.
LIBRARY = b"\xcf\xfa\xed\xfe" + bytes(100)


@dataclass
class Tools:
    """Notes what the system's tools are told, and leaves what they would."""

    told: list[list[str]] = field(default_factory=list)

    def run(self, command: list[Any], **_: Any) -> None:
        """A tool that makes a file makes an empty one."""
        words = [str(word) for word in command]
        self.told.append(words)
        if words[0] == "productbuild" or "build" in words[:2]:
            Path(words[-1]).write_text("packed")

    def build_dmg(self, filename: str, **_: Any) -> None:
        """As ``dmgbuild`` does."""
        Path(filename).write_text("packed")

    def names(self) -> list[str]:
        """Which were run, in their order."""
        return [Path(words[0]).name for words in self.told]


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tools:
    """Briefcase believes that this is the system it packs for, and asks nobody anything."""
    made = Tools()
    wix = SimpleNamespace(wix_exe="wix", ext_path=lambda name: name)
    for kind in (macOSMixin, WindowsMixin):
        monkeypatch.setattr(kind, "supported_host_os", {"Darwin", "Linux", "Windows"})
    monkeypatch.setattr(macOSPackageMixin, "verify_tools", lambda _: None)
    monkeypatch.setattr(macOSMixin, "verify_tools", lambda _: None)
    monkeypatch.setattr(macOSMixin, "is_icloud_synced", lambda *_: False)
    monkeypatch.setattr("briefcase.platforms.macOS.dmgbuild", made)
    monkeypatch.setattr(WindowsMixin, "verify_host", lambda _: None)
    monkeypatch.setattr(
        WindowsPackageCommand,
        "verify_tools",
        lambda command: setattr(command.tools, "wix", wix),
    )
    monkeypatch.setattr(Subprocess, "run", lambda _, command, **more: made.run(command, **more))
    monkeypatch.setattr(packing, "_briefcase", _in_this_process(tmp_path))
    monkeypatch.setattr(staging, "_add_runtime", _runtime)
    return made


def _in_this_process(data: Path) -> Callable[..., None]:
    """Briefcase's own ``main``, up to where it would end the program."""

    def run(project: Path, *arguments: str) -> None:
        console = Console()
        there = Path.cwd()
        os.chdir(project)
        try:
            kind, more = parse_cmdline([*arguments, *packing.ASKS_NOBODY], console=console)
            command = kind(console=console, data_path=data / "briefcase")
            options, overrides = command.parse_options(extra=more)
            command.parse_config(project / "pyproject.toml", overrides=overrides)
            command(**options)
        finally:
            os.chdir(there)
            console.close()

    return run


def _runtime(contents: Path, program: Path) -> None:
    library = contents / "Frameworks" / "Python.framework" / "Python"
    library.parent.mkdir(parents=True)
    for path in (library, program):
        path.write_bytes(LIBRARY)


@pytest.fixture
def asked(tmp_path: Path) -> Order:
    return order(tmp_path / "out", brand=BRAND.replace("Small", NAME))


@pytest.fixture
def made(asked: Order, tmp_path: Path) -> Made:
    return tiny(asked, tmp_path / "build" / "tree")


def test_both_kinds_for_macos_are_packed_in_one_call(
    tools: Tools, asked: Order, made: Made, tmp_path: Path
) -> None:
    folder = tmp_path / "build"
    found = [pack_with_briefcase(kind, asked, made, folder) for kind in ("pkg", "dmg")]

    assert [path.suffix for path in found] == [".pkg", ".dmg"]
    assert all(path.read_text() == "packed" for path in found)
    assert tools.names().count("productbuild") == 1
    signed = [words[1] for words in tools.told if words[0] == "codesign"]
    assert any(path.endswith("Frameworks/Python.framework/Python") for path in signed)

    told = next(words for words in tools.told if words[0] == "productbuild")
    distribution = Path(told[told.index("--distribution") + 1])
    licence = Path(told[told.index("--resources") + 1]) / "LICENSE"
    assert licence.read_bytes() == (ROOT / "LICENSE").read_bytes()
    script = xml.dom.minidom.parse(str(distribution))
    assert _text(script, "title") == NAME
    assert _text(script, "pkg-ref") == "small.pkg"
    packages = {one.getAttribute("id") for one in script.getElementsByTagName("pkg-ref")}
    assert packages == {"org.invigil.small"}
    (version,) = script.getElementsByTagName("os-version")
    assert version.getAttribute("min") == staging.LEAST_SYSTEM
    (name,) = script.getElementsByTagName("license")
    assert name.getAttribute("file") == licence.name


def _text(script: xml.dom.minidom.Document, name: str) -> str:
    return next(
        one.firstChild.data  # type: ignore[union-attr]
        for one in script.getElementsByTagName(name)
        if one.firstChild is not None
    )


@pytest.mark.skipif(sys.platform == "win32", reason="it would ask for WiX")
def test_an_msi_is_packed_of_the_staged_tree(
    tools: Tools, asked: Order, made: Made, tmp_path: Path
) -> None:
    found = pack_with_briefcase("msi", asked, made, tmp_path / "build")

    assert found.suffix == ".msi"
    assert found.read_text() == "packed"
    project = tmp_path / "build" / "project-msi" / "build" / "small" / "windows" / "app"
    source = (project / "small.wxs").read_text("utf-8")
    assert f"{made.root}\\**" in source
    for name in ("icon.ico", "unicode.wxl", "LICENSE.rtf"):
        assert (project / name).is_file()
