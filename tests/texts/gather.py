"""Gathers what the recorder's other rooms say to a candidate, for the window to translate.

A sentence is a text in the sources that begins with a capital letter, with macOS' name or
with a value, has a space and ends as sentences do, or with a value after a colon; a value in it
(``{why}``) becomes ``{0}``, ``{1}`` and so on.
Reasons that are part of a sentence stand in pairs with their weights (``PAIRED``), and short
words that are no sentences in ``SHORT``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORDER = ROOT / "recorder"
PHRASES = RECORDER / "ui" / "phrases.py"

# Rooms and files whose words a candidate's window shows. The commands speak English, as do
# the tools for institutions (models, comparisons, analysis).
SHOWN = (
    "app.py",
    "assembly.py",
    "brand.py",
    "calibrating.py",
    "capturing.py",
    "clock_watch.py",
    "course.py",
    "delivering.py",
    "durations.py",
    "enrolling.py",
    "exam_gate.py",
    "framing.py",
    "interrupted.py",
    "leftovers.py",
    "light.py",
    "locking.py",
    "model_choice.py",
    "obeying.py",
    "receipt_file.py",
    "server_clock.py",
    "session.py",
    "settings.py",
    "talk.py",
    "watching.py",
    "capture",
    "detect/face/calibration_run.py",
    "detect/identity/document.py",
    "detect/identity/enrolment.py",
    "detect/identity/enrolment_photo.py",
    "detect/identity/face_quality.py",
    "detect/process",
    "detect/voice/voice_enrolment.py",
    "doctor",
    "evidence",
    "exam/engine.py",
    "lockdown",
    "sync",
)
# What is shown and is no sentence: the stages and phases of a session, sources, streams. What
# is lost is named in full: “{0} and {1}” would be found in whatever anybody says.
SHORT = (
    "Getting ready",
    "Recording",
    "Recording; the exam has not begun yet",
    "Recording; waiting for the exam to begin",
    "Recording; you are taking a break",
    "Recording; a proctor has paused the exam",
    "Finishing the recording",
    "Delivering the recording",
    "Everything is delivered",
    "The exam",
    "camera",
    "microphone",
    "screen",
    "No camera: {0}",
    "No microphone: {0}",
    "No screen: {0}",
    "No camera and microphone: {0}",
    "No camera and screen: {0}",
    "No microphone and screen: {0}",
    "No camera and microphone and screen: {0}",
    "the login manager",
    "a VNC server",
    "a remote desktop server (RDP)",
    "a NoMachine server",
    "this session by remote control",
    "Recording has failed: {0}",
    "Evidence cannot be saved: {0}",
    "The exam goes on, but this computer is not held to its rules: {0}",
    "No connection",
    "The server does not take the evidence: {0}",
    "The server does not take the records: {0}",
)
# Where reasons stand, each the first of a pair.
PAIRED = ("lockdown/environment/judging.py",)
UNSHOWN = ("evidence/commands.py", "evidence/purging.py", "doctor/report.py")

_SENTENCE = re.compile(r"^(?:[A-ZÀ-Þ“`]|macOS |\{\w+\}).*(?:[.?!…:]|: \{\w+\})$", re.DOTALL)
_HOLE = re.compile(r"\{\w+\}")
_SQL = re.compile(r"(?:SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA) ")
# Words beside the holes without which a phrase would match everything.
_WORDS = 2
_PER_LINE = '    QT_TRANSLATE_NOOP("recorder", {}),\n'


def gather() -> list[str]:
    """Every phrase once, in the order of the alphabet."""
    return sorted({*SHORT, *(phrase for path in sources() for phrase in phrases_in(path))})


def sources() -> Iterator[Path]:
    """The files that are looked through."""
    for name in SHOWN:
        place = RECORDER / name
        found = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        for path in found:
            if path.exists() and path.relative_to(RECORDER).as_posix() not in UNSHOWN:
                yield path


def phrases_in(path: Path) -> Iterator[str]:
    """The phrases of one file."""
    tree = ast.parse(path.read_text("utf-8"))
    silent, marked = _docstrings(tree) | _within_joined(tree), _marked(tree)
    if path.relative_to(RECORDER).as_posix() in PAIRED:
        marked |= _paired(tree)
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        text = _text_of(node)
        if text is not None and (_is_sentence(text) or id(node) in marked):
            yield text


def write(phrases: list[str]) -> str:
    """The module that ``lupdate`` reads and the window asks."""
    head = (
        '"""What other rooms say to the candidate: gathered from them, see `translations`.\n\n'
        "Made by `make texts`; not edited by hand.\n"
        '"""\n\n'
        "# ruff: noqa: E501  (sentences as they are)\n"
        "from __future__ import annotations\n\n"
        "from recorder.ui.marking import QT_TRANSLATE_NOOP\n\n"
        "PHRASES = (\n"
    )
    return head + "".join(_PER_LINE.format(_quoted(phrase)) for phrase in phrases) + ")\n"


def _quoted(phrase: str) -> str:
    escaped = phrase.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _is_sentence(text: str) -> bool:
    if not _SENTENCE.match(text) or _SQL.match(text):
        return False
    words = re.findall(r"[A-Za-zÀ-þ]{2,}", _HOLE.sub(" ", text))
    return len(words) >= _WORDS


def _text_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts: list[str] = []
    holes = 0
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
        else:
            parts.append(f"{{{holes}}}")
            holes += 1
    return "".join(parts)


def _marked(tree: ast.AST) -> set[int]:
    """What the system check marks (`recorder.doctor.wording`): titles and short words, too."""
    return {
        id(node.args[1])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id == "translate" and len(node.args) == 2
        if re.search("[A-Za-z]", _HOLE.sub("", _text_of(node.args[1]) or ""))
    }


def _paired(tree: ast.AST) -> set[int]:
    """Texts that stand before something that is none."""
    return {
        id(node.elts[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Tuple) and len(node.elts) == 2
        if _text_of(node.elts[0]) is not None and _text_of(node.elts[1]) is None
    }


def _docstrings(tree: ast.AST) -> set[int]:
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found.add(id(node.value))
    return found


def _within_joined(tree: ast.AST) -> set[int]:
    """The pieces of an f-string are told by the whole; what its values hold is not."""
    return {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
        if isinstance(part, ast.Constant)
    }
