"""Libraries that are needed in part: what is left of them works, and nothing else is called."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from installers.faults import BuildFault
from installers.linux.blas import share_blas
from installers.linux.hollow import HOLLOW, hollow_out
from installers.linux.icu import is_asked, read_items, reduce_icu, write_items
from installers.linux.objects import can_be_written, function, read_linked, write_library
from installers.trimming import is_kept
from installers.version import ROOT
from installers.weights import reduce_weights
from recorder.detect.models.manifest import file_hash, load_manifest
from recorder.detect.voice.voice_weights import read_weights

pytestmark = pytest.mark.skipif(not can_be_written(), reason="needs binutils, on x86-64")

SEVEN = " mov $7, %eax\n ret"

# Homographies of points that moved by chance, as bytes; and where OpenCV came from.
HOMOGRAPHIES = """import hashlib, sys
sys.path.insert(0, sys.argv[1])
import cv2, numpy as np
chance, told = np.random.default_rng(5), hashlib.sha256()
for count in (12, 40, 160):
    points = (chance.random((count, 1, 2)) * 300).astype(np.float32)
    moved = points + chance.normal(0, 0.5, points.shape).astype(np.float32)
    told.update(cv2.findHomography(points, moved, 0)[0].tobytes())
print(told.hexdigest(), cv2.__file__.startswith(sys.argv[1]))"""

# How Qt sorts and names a time zone in a language.
LANGUAGE = """import functools
from PySide6.QtCore import QCollator, QLocale, QTimeZone
for name in ("de_DE", "en_GB"):
    order = QCollator(QLocale(name))
    order.setNumericMode(True)
    words = ["Zebra", "äpfel", "Apfel", "10", "9", "öl", "Ol", "ßa", "a-b"]
    print(sorted(words, key=functools.cmp_to_key(order.compare)))
    print(QTimeZone(b"Europe/Berlin").displayName(
        QTimeZone.StandardTime, QTimeZone.LongName, QLocale(name)))"""


def installed(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def run(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip


def called(library: Path, name: str) -> subprocess.CompletedProcess[str]:
    return run(f"import ctypes; print(ctypes.CDLL({str(library)!r}).{name}())")


def library(path: Path, gives: str, does: str, beside: Path | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_library(path, path.name, f".text\n{function(gives)}\n{gives}:\n{does}", None, beside)
    return path


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A user of an encoder that answers, with what that one alone needs; and one of another."""
    libs = tmp_path / "av.libs"
    deep = library(libs / "libdeep-1.so.1", "deep", SEVEN)
    asked = library(libs / "libx265-1.so.1", "x265_api", " jmp deep@PLT", deep)
    other = library(libs / "libwebp-1.so.1", "webp", SEVEN)
    library(tmp_path / "av" / "codec.so", "codec", " jmp x265_api@PLT", asked)
    library(tmp_path / "av" / "still.so", "still", " jmp webp@PLT", other)
    return tmp_path


def test_of_a_hollow_library_the_names_are_left(packages: Path) -> None:
    assert called(packages / "av" / "codec.so", "codec").stdout == "7\n"

    assert hollow_out(packages) > 0

    assert called(packages / "av" / "codec.so", "codec").stdout == "0\n"
    ended = called(packages / "av" / "still.so", "still")
    assert ended.returncode == -signal.SIGILL
    assert not (packages / "av.libs" / "libdeep-1.so.1").exists()
    assert read_linked(packages / "av.libs" / "libx265-1.so.1").gives == {"x265_api"}


def test_once_more_is_the_same(packages: Path) -> None:
    hollow_out(packages)
    path = packages / "av.libs" / "libwebp-1.so.1"
    first = path.read_bytes()

    assert hollow_out(packages) == 0
    assert path.read_bytes() == first


def test_a_library_that_gives_more_than_functions_is_not_hollowed(packages: Path) -> None:
    path = packages / "av.libs" / "libwebp-1.so.1"
    held = "held:\n .long 7\n.type held, %object\n.size held, 4\n.globl held"
    write_library(path, path.name, f".data\n{held}")
    reads = " movq held@GOTPCREL(%rip), %rax\n ret"
    user = library(packages / "av" / "still.so", "still", reads, path)
    assert any(one.name == "held" for one in read_linked(user).asks)

    with pytest.raises(BuildFault, match="more than functions: held"):
        hollow_out(packages)


def test_every_hollow_library_is_one_of_the_packages() -> None:
    site = installed("cv2").parent
    for one in HOLLOW:
        assert list(site.glob(one.pattern)), one.pattern


def test_opencv_counts_by_numpys_blas_to_the_last_bit(tmp_path: Path) -> None:
    site = installed("cv2").parent
    for name in ("cv2", "opencv_python_headless.libs", "numpy", "numpy.libs"):
        shutil.copytree(site / name, tmp_path / name, copy_function=_linked)
    with_its_own = run(HOMOGRAPHIES, str(tmp_path))

    assert share_blas(tmp_path) > 30_000_000
    hollow_out(tmp_path)
    told = run(HOMOGRAPHIES, str(tmp_path))

    assert told.returncode == 0, told.stderr
    assert told.stdout.split()[1] == "True"
    assert told.stdout == with_its_own.stdout


def test_what_another_numpy_lacks_is_left_as_it_is(tmp_path: Path) -> None:
    assert share_blas(tmp_path) == 0


def test_qt_sorts_and_names_as_before(tmp_path: Path) -> None:
    folder = tmp_path / "PySide6" / "Qt" / "lib"
    folder.mkdir(parents=True)
    (whole,) = (installed("PySide6") / "Qt" / "lib").glob("libicudata.so.*")
    data = Path(shutil.copy(whole, folder))

    assert reduce_icu(tmp_path, ["de"]) > 25_000_000

    told = run(LANGUAGE, LD_PRELOAD=str(data))
    assert told.returncode == 0, told.stderr
    assert "Mitteleuropäische" in told.stdout
    assert told.stdout == run(LANGUAGE).stdout


def test_items_come_out_as_they_went_in() -> None:
    (whole,) = (installed("PySide6") / "Qt" / "lib").glob("libicudata.so.*")
    header, items = read_items(whole.read_bytes())
    wanted = {n: i for n, i in items.items() if is_asked(n, frozenset({"de", "en"}))}

    again, found = read_items(write_items(header, wanted))

    assert again == header
    assert list(found) == list(wanted)
    assert all(found[name].startswith(item) for name, item in wanted.items())
    languages = {name.rpartition("/")[2].partition(".")[0] for name in found if "coll/" in name}
    assert {"root", "ucadata", "de", "en"} <= languages
    assert "fr" not in languages


def test_what_is_no_data_of_icu_is_refused() -> None:
    for data in (b"", b"\x7fELF", b"\x00\x00\xda\x27"):
        with pytest.raises(BuildFault, match="not of the form"):
            read_items(data)


def test_the_voice_encoder_keeps_its_own_numbers(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "resemblyzer").mkdir()
    whole = installed("resemblyzer") / "pretrained.pt"
    weights = Path(shutil.copy(whole, tmp_path / "resemblyzer"))
    listed = Path(shutil.copy(ROOT / "models" / "manifest.toml", tmp_path / "models"))

    assert reduce_weights(tmp_path) > 10_000_000

    before, after = read_weights(whole), read_weights(weights)
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    (model,) = (one for one in load_manifest(listed) if one.name == "voice-encoder")
    assert model.sha256 == file_hash(weights)
    for other in (b"something else", whole.read_bytes() + b"more"):
        weights.write_bytes(other)
        with pytest.raises(BuildFault, match="not the voice encoder"):
            reduce_weights(tmp_path)


def test_what_is_hollow_is_not_left_out() -> None:
    """The loader insists on the file."""
    assert is_kept("av.libs/libx265-1.so.1", browser=False, languages=("en",))


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
