"""Whatever another room says to a candidate is said whole in the window's language."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from support.policies import default_policy
from support.scripted_program import make_status
from texts.gather import RECORDER

from recorder.course import GRACE_S, Course, Doubt, Outlets
from recorder.evidence.room import Step
from recorder.exam_gate import ExamGate
from recorder.light import judge
from recorder.lockdown.adapter import Process
from recorder.lockdown.environment.facts import (
    Altered,
    Device,
    Devices,
    Facts,
    Hardware,
    Session,
    Tracing,
)
from recorder.lockdown.environment.judging import judged
from recorder.lockdown.linux.remote import _SERVICES
from recorder.obeying import obey
from recorder.phases import NS
from recorder.server_clock import ServerClock
from recorder.status import Delivery, Notice, Stage, StreamHealth
from recorder.talk import Talk
from recorder.ui.language import Speech
from recorder.ui.told import told
from shared.policy import Breaks, Environment, Exam
from shared.wire import Command

# Words of English sentences that no German one has.
ENGLISH = re.compile(
    r"\b(the|is|and|you|your|are|not|this|has|have|to|of|for|with|please|it|or|that|cannot|no|"
    r"by|can|there|its|from|too|open|runs)\b",
    re.IGNORECASE,
)

# What no window shows: commands, and tools of institutions. The news of updates are the ui's.
COMMANDS = (
    "cli.py",
    "record.py",
    "ui/",
    "updates/",
    "detect/analysis/",
    "detect/models/",
    "detect/identity/",
    "detect/voice/",
    "evidence/commands.py",
    "evidence/purging.py",
)

# Who speaks to the candidate while a session runs, and what of it only the evidence has.
SPEAKING = ("course.py", "light.py", "locking.py", "obeying.py", "talk.py")
EVIDENCE = (
    "the break is longer than allowed",
    "the time is over",
    "hand in",
    "asked about this computer: Q7",
)


@pytest.fixture(autouse=True)
def _german(qapp: QApplication) -> Iterator[None]:
    speech = Speech(qapp, "de")
    yield
    speech.hush()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))


def left_in_english(said: str) -> str:
    """What is not said in German of it."""
    german = told(said)
    return german if german == said or ENGLISH.search(german) else ""


def text_of(node: ast.AST) -> str | None:
    """A text in a source, with something that is no word in its holes."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(text_of(part) or "Q7" for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return (text_of(left) or "Q7") + (text_of(right) or "Q7")
        case _:
            return None


def calls(path: Path, *names: str) -> Iterator[list[str]]:
    """The texts that calls of these are given."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in names:
                texts = (text_of(argument) for argument in node.args)
                yield [text for text in texts if text and " " in text]
            case _:
                pass


def speaking() -> Iterator[Path]:
    for path in sorted(RECORDER.rglob("*.py")):
        if not path.relative_to(RECORDER).as_posix().startswith(COMMANDS):
            yield path


def test_every_fault_and_notice_in_the_sources() -> None:
    said = [
        (path.relative_to(RECORDER).as_posix(), text)
        for path in speaking()
        for texts in calls(path, "EnvironmentFault", "Notice")
        for text in texts
    ]
    assert len(said) > 100
    assert [one for one in said if left_in_english(one[1])] == []


def test_a_fault_and_what_to_do_within_another_sentence() -> None:
    faults = [
        " ".join(texts)
        for path in sorted((RECORDER / "lockdown").rglob("*.py"))
        for texts in calls(path, "EnvironmentFault")
        if len(texts) == 2
    ]
    assert len(faults) > 5
    held = "The exam goes on, but this computer is not held to its rules: "
    assert [fault for fault in faults if left_in_english(held + fault)] == []


@pytest.mark.parametrize("name", SPEAKING)
def test_every_text_of_who_speaks_in_an_exam(name: str) -> None:
    tree = ast.parse((RECORDER / name).read_text("utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    texts = [
        text
        for node in ast.walk(tree)
        if id(node) not in docs | parts and (text := text_of(node)) is not None
        # Without two words in a row it is a name, or what stands between.
        if re.search(r"[a-z]{2,}[,;:.]? [a-z]{2,}", text)
    ]
    shown = [text for text in texts if text not in EVIDENCE]
    assert [text for text in shown if left_in_english(text)] == []


class Sat:
    """An exam whose candidate notes what is said."""

    def __init__(self, **policy: Any) -> None:
        self.now_s, self.said = 1_000.0, set[str]()
        self.talk = Talk(lambda: "0" * 32)
        self.enrolling = SimpleNamespace(answered=lambda *_, **__: None)
        self.course = Course(
            default_policy(
                exam=Exam(id="e", title="T", duration_s=3_600.0),
                breaks=Breaks(count=2, longest_s=60),
                **policy,
            ),
            ExamGate(lambda _: None, lambda: "x"),
            ServerClock(0),
            Outlets(lambda _: None, self.talk.tell, lambda _: None, lambda: None),
            lambda: round(self.now_s * NS),
            doubt=lambda: Doubt(9.0, tuple(sign.reason for sign in signs())),
        )
        self.course.begin()
        self.later(1)

    def later(self, seconds: float) -> None:
        self.now_s += seconds
        self.course.look()
        _, words = light(self.course, Stage.RECORDING)
        self.said |= {words, *(notice.text for notice in self.talk.notices())}

    def told_to(self, action: str, **fields: Any) -> None:
        obey(Command(id="c", action=action, **fields), self, lambda _: None)  # type: ignore[arg-type]
        self.later(1)


def light(course: Course, stage: Stage, lost: tuple[str, ...] = ()) -> tuple[Any, str]:
    """The light of a session that is recorded as it should be, but for ``lost`` streams."""
    all_is_well = SimpleNamespace(
        writer=SimpleNamespace(
            state=None,
            tally=SimpleNamespace(closed=False),
            room=SimpleNamespace(step=Step.ALL, words=""),
        ),
        reporter=SimpleNamespace(short_of_room=False),
        encoders={},
        detection=SimpleNamespace(slowed=False),
    )
    note = "“Q7” gives no picture any more."
    streams = tuple(StreamHealth(name, "Q7", False, 0, note) for name in lost)
    delivery: Delivery = make_status().delivery
    return judge(stage, all_is_well, streams, delivery, course.view())  # type: ignore[arg-type]


def test_every_state_of_an_exam() -> None:
    sat = Sat()
    sat.course.ask("identity")
    sat.later(1)
    sat.told_to("refuse")
    sat.course.ask("identity")
    sat.told_to("admit")
    sat.course.ready()
    sat.later(1)
    for action in ("pause", "resume"):
        sat.told_to(action)
    sat.told_to("extra_time", seconds=60)
    sat.course.take_break()
    sat.later(70)
    sat.course.end_break()
    sat.later(3_400)
    sat.later(300)
    sat.later(GRACE_S)
    sat.told_to("terminate")
    assert len(sat.said) > 10
    assert [one for one in sat.said if one and left_in_english(one)] == []


def test_what_keeps_a_computer_in_the_waiting_room() -> None:
    sat = Sat(environment=Environment(action="ask", limit=1.0))
    sat.course.ready()
    sat.later(1)
    assert sat.course.view().awaits == "environment"
    assert [one for one in sat.said if left_in_english(one)] == []


def signs() -> list[Any]:
    """Every sign that there is of a computer that is somebody else's."""
    facts = Facts(
        hardware=Hardware(
            hypervisor=True, maker=("QEMU",), buses=("virtio",), addresses=("52:54:00:1",)
        ),
        session=Session(
            remote=True,
            said_by="the login manager",
            variables=("Q7",),
            served_by="Q7",
            forwarded=True,
            unseen_by="Q7",
            no_display=True,
            connected=(*dict.fromkeys(_SERVICES.values()), "this session by remote control"),
        ),
        devices=Devices(
            cameras=(Device("OBS", used=True), Device("ManyCam")),
            microphones=(Device("BlackHole", used=True),),
        ),
        tracing=Tracing(tracer="Q7", mapped=("Q7",), preloaded=("Q7",), ports=(7,)),
    )
    more = Facts(hardware=Hardware(detected="Q7", container="Q7"), tracing=Tracing(traced=True))
    files = Altered(changed=tuple("abcdefg"), listed=False, expected=True)
    return [
        *judged(facts, [Process(1, "gdb")], files),
        *judged(more, altered=Altered(changed=("a",))),
    ]


def is_paired(node: ast.AST) -> bool:
    """Whether it is a reason with its weight."""
    match node:
        case ast.Tuple(elts=[first, second]):
            return text_of(first) is not None and text_of(second) is None
        case _:
            return False


def test_every_reason_to_ask_about_a_computer() -> None:
    reasons = [sign.reason for sign in signs()]
    tree = ast.parse((RECORDER / "lockdown/environment/judging.py").read_text("utf-8"))
    written = [node for node in ast.walk(tree) if is_paired(node)]
    assert len({reason.split("“")[0] for reason in reasons}) >= len(written)
    assert [one for one in reasons if left_in_english(one)] == []


def test_every_loss_in_a_light() -> None:
    course, names = Sat().course, ("camera", "microphone", "screen")
    lost = [which for n in (1, 2, 3) for which in itertools.combinations(names, n)]
    words = [light(course, Stage.RECORDING, which)[1] for which in lost]
    assert [one for one in words if left_in_english(one)] == []


def test_what_a_proctor_writes_is_not_half_translated(qtbot: Any) -> None:
    own = "Please take out bread and butter, and go on."
    assert told(own) == own
    sat = Sat()
    sat.course.ask("identity")
    sat.course.refuse(own)
    (notice,) = sat.talk.notices()
    assert f"„{own}“" in told(notice.text)
    assert isinstance(notice, Notice)
