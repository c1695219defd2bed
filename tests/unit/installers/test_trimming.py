"""What is left out of a recorder, and what must never be."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from installers.trimming import is_kept, trim
from installers.version import ROOT


def kept(path: str, browser: bool = False) -> bool:
    return is_kept(path, browser=browser, languages=("en", "de"))


@pytest.mark.parametrize(
    "model", tomllib.loads((ROOT / "models" / "manifest.toml").read_text("utf-8"))["model"],
    ids=lambda model: model["name"],
)  # fmt: skip
def test_no_model_of_the_manifest_is_left_out(model: dict[str, str]) -> None:
    assert kept(f"{model['package']}/{model['path']}")


@pytest.mark.parametrize(
    "path",
    [
        "face_recognition_models/models/shape_predictor_68_face_landmarks.dat",
        "matplotlib/pyplot.py", "scipy.libs/libopenblas.so", "pip/__init__.py",
        "PySide6/Qt/lib/libQt6Quick3D.so.6", "PySide6/designer", "PySide6/QtQuick.abi3.so",
        "numpy/core/tests/test_multiarray.py", "recorder/__pycache__/x.cpython-311.pyc",
        "pygments/lexers/php.py", "pygments/lexers/sql.py", "pygments/lexers/_php_builtins.py",
        "cffi/api.py", "rich_rst/__init__.py",
    ],
)  # fmt: skip
@pytest.mark.parametrize("browser", [True, False])
def test_what_nobody_reaches_is_left_out(path: str, browser: bool) -> None:
    assert not kept(path, browser)


@pytest.mark.parametrize(
    "path",
    [
        "PySide6/QtWidgets.abi3.so", "PySide6/Qt/lib/libQt6Core.so.6", "PySide6/Qt6Gui.dll",
        "PySide6/Qt/plugins/platforms/libqxcb.so", "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/Qt/lib/QtWidgets.framework/Versions/A/QtWidgets",
        "PySide6/Qt/translations/qtbase_de.qm", "shiboken6/Shiboken.abi3.so",
        "numpy/testing/__init__.py", "cryptography-50.0.2.dist-info/METADATA",
        "pygments/lexers/__init__.py", "pygments/lexers/_mapping.py",
        "pygments/lexers/python.py", "pygments/lexers/special.py",
        "_cffi_backend.cpython-311-x86_64-linux-gnu.so",
    ],
)  # fmt: skip
def test_what_is_needed_stays(path: str) -> None:
    assert kept(path)
    assert kept(path, browser=True)


@pytest.mark.parametrize(
    "path",
    [
        "PySide6/QtWebEngineCore.abi3.so", "PySide6/Qt/lib/libQt6WebEngineCore.so.6",
        "PySide6/Qt/libexec/QtWebEngineProcess", "PySide6/Qt/resources/icudtl.dat",
        "PySide6/Qt/translations/qtwebengine_locales/de.pak",
    ],
)  # fmt: skip
def test_the_exams_browser_comes_where_it_is_wanted(path: str) -> None:
    assert kept(path, browser=True)
    assert not kept(path, browser=False)


def test_languages_that_the_window_has_not_are_left_out() -> None:
    assert not kept("PySide6/Qt/translations/qtbase_fr.qm")
    assert not kept("PySide6/Qt/translations/qtwebengine_locales/fr.pak", browser=True)


def test_empty_folders_go_too(tmp_path: Path) -> None:
    (tmp_path / "matplotlib" / "deep").mkdir(parents=True)
    (tmp_path / "matplotlib" / "deep" / "x.py").touch()
    (tmp_path / "msgspec").mkdir()
    (tmp_path / "msgspec" / "x.py").touch()

    left = list(trim(tmp_path, browser=False, languages=("en",)))

    assert left == [tmp_path / "matplotlib" / "deep" / "x.py"]
    assert not (tmp_path / "matplotlib").exists()
    assert (tmp_path / "msgspec" / "x.py").exists()
