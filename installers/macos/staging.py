"""The bundle on macOS: a small start program of our own around the Python that builds.

Invigil.app/Contents/MacOS/invigil      starts Python within itself (launcher.c), so that
                                        the system's questions name this bundle
Invigil.app/Contents/Frameworks/        Python.framework
Invigil.app/Contents/Resources/tree/    the packages, the signed list
"""

from __future__ import annotations

import plistlib
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from installers.branded import Branded
from installers.icons import apple_icon, draw
from installers.version import Version

# What the packages were built for; Qt 6.11's own.
LEAST_SYSTEM = "13.0"

_AGREED = "It is recorded only after you have agreed, and you always see that it is."
_TEXTS = {
    "NSCameraUsageDescription": f"The exam's rules ask for your camera. {_AGREED}",
    "NSMicrophoneUsageDescription": f"The exam's rules ask for your microphone. {_AGREED}",
    "NSScreenCaptureUsageDescription": f"The exam's rules ask for your screen. {_AGREED}",
    "NSAppleEventsUsageDescription": "To see which program is in front during the exam.",
}


def information(branded: Branded, version: Version) -> dict[str, object]:
    """``Info.plist``: who it is, what it asks the system for, which links it opens."""
    app = branded.brand.app
    return {
        **_TEXTS,
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": list(branded.brand.window.languages),
        "CFBundleDisplayName": app.name,
        "CFBundleExecutable": app.package,
        "CFBundleIconFile": "icon.icns",
        "CFBundleIdentifier": f"{app.bundle}.{app.package}",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleName": app.name,
        "CFBundlePackageType": "APPL",
        "CFBundleShortVersionString": version.version,
        "CFBundleVersion": str(version.number),
        "CFBundleURLTypes": [
            {"CFBundleURLName": f"{app.bundle}.exam", "CFBundleURLSchemes": ["invigil"]}
        ],
        "LSApplicationCategoryType": "public.app-category.education",
        "LSMinimumSystemVersion": LEAST_SYSTEM,
        "NSHighResolutionCapable": True,
    }


def make_bundle(branded: Branded, version: Version, tree: Path, folder: Path) -> Path:
    """Put the signed tree, the runtime and the start program into a bundle."""
    app = branded.brand.app
    contents = folder / f"{app.name}.app" / "Contents"
    (contents / "MacOS").mkdir(parents=True)
    with (contents / "Info.plist").open("wb") as file:
        plistlib.dump(information(branded, version), file)
    (contents / "Resources").mkdir()
    (contents / "Resources" / "icon.icns").write_bytes(apple_icon(draw(branded.icon)))
    shutil.copytree(tree, contents / "Resources" / "tree", symlinks=True)
    _add_runtime(contents, contents / "MacOS" / app.package)
    return contents.parent


def _add_runtime(contents: Path, program: Path) -> None:
    """Copy the framework; link the start program with the copy by its path from the program."""
    tag = f"{sys.version_info[0]}.{sys.version_info[1]}"
    framework = Path(sys.base_prefix).parents[1]
    copy = contents / "Frameworks" / "Python.framework"
    shutil.copytree(
        framework, copy, symlinks=True,
        ignore=shutil.ignore_patterns("test", "idlelib", "tkinter", "site-packages", "*.a"),
    )  # fmt: skip
    library = copy / "Versions" / tag / "Python"
    inner = f"@executable_path/../Frameworks/Python.framework/Versions/{tag}/Python"
    _run("install_name_tool", "-id", inner, str(library))
    _run(
        "clang", "-O2", "-Wall", f"-mmacosx-version-min={LEAST_SYSTEM}",
        f'-DPYTHON_TAG="{tag}"', f"-I{sysconfig.get_path('include')}",
        str(Path(__file__).with_name("launcher.c")), str(library), "-o", str(program),
    )  # fmt: skip


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
