"""Permissions, displays, demands, programs and models, from what readers say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from recorder.capture.holders import Holder, Holders
from recorder.capture.permissions import Leave, Permission
from recorder.doctor import demands, displays, programs
from recorder.doctor.asked import assumed_policy
from recorder.doctor.finding import ClosePrograms, OpenPage, State
from recorder.doctor.leftovers import check_leftovers, put_back
from recorder.doctor.models import check_institution_models
from recorder.doctor.permissions import check_permissions, needs_control
from recorder.doctor.windows import check_windows
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Display, Machine, Process, Unsupported, Window
from recorder.lockdown.closing import Started
from shared.policy import Institution, Level, Lockdown, Policy, Surface

POLICY = assumed_policy()
FAULT = EnvironmentFault("The display does not answer.", "Look.")


class Desk:
    def __init__(self, window: Window | EnvironmentFault | None) -> None:
        self.window = window
        self.closed = False

    def active_window(self) -> Window | None:
        if isinstance(self.window, EnvironmentFault):
            raise self.window
        return self.window

    def processes(self) -> list[Process]:
        if isinstance(self.window, EnvironmentFault):
            raise self.window
        return [Process(1, "init"), Process(2, "TeamViewer.exe"), Process(3, "orca")]

    def close(self) -> None:
        self.closed = True


CANNOT = Machine(Unsupported("not on this system"), Unsupported("not on this system"))


def machine(desk: Desk) -> Machine:
    return Machine(desk, desk)


def test_the_window_in_front() -> None:
    desk = Desk(Window("A page", "Browser", 4))
    finding = check_windows(machine(desk))
    assert (finding.state, str(finding.found)) == (State.OK, "A page")
    assert desk.closed
    assert check_windows(machine(Desk(None))).state is State.OK


def test_what_cannot_be_told_is_a_remark_not_a_problem() -> None:
    for one in (CANNOT, machine(Desk(FAULT))):
        assert check_windows(one).state is State.ATTENTION
        assert programs.check_programs(one, ()).state is State.ATTENTION
        assert programs.check_assistive(one).state is State.SKIPPED
    assert displays.check_displays(CANNOT, POLICY).state is State.SKIPPED


def seen(pids: list[int]) -> list[Started]:
    return [Started(pid, "TeamViewer.exe", 5.0) for pid in pids]


def test_prohibited_programs_can_be_closed_by_name_and_number() -> None:
    desk = machine(Desk(None))
    assert programs.check_programs(desk, ("zoom",)).state is State.OK
    finding = programs.check_programs(
        desk,
        ("teamviewer",),
        lambda pids: [Started(pid, "TeamViewer.exe", 5.0) for pid in pids],
    )
    assert finding.state is State.ATTENTION
    assert "TeamViewer.exe" in str(finding.found)
    (mend,) = finding.mends
    assert isinstance(mend, ClosePrograms)
    assert [(one.pid, one.name, one.started) for one in mend.programs] == [
        (2, "TeamViewer.exe", 5.0)
    ]


def test_a_screen_reader_is_welcome() -> None:
    finding = programs.check_assistive(machine(Desk(None)))
    assert finding.state is State.OK
    assert "orca" in str(finding.found)
    assert "not reported" in str(finding.found)


def test_who_holds_the_camera_is_named_and_what_is_unseen_is_said() -> None:
    none = programs.check_device_users(Holders((), "Others are not seen."))
    assert (none.state, "Others are not seen." in str(none.found)) == (State.OK, True)
    held = programs.check_device_users(Holders((Holder("/dev/video0", "cheese", None),)))
    assert held.state is State.ATTENTION
    assert "cheese (/dev/video0)" in str(held.found)
    assert held.mends == ()


def test_another_window_of_ours_is_pointed_out() -> None:
    assert programs.check_instance([]).state is State.OK
    finding = programs.check_instance([Started(7, "invigil", 1.0)])
    assert finding.state is State.ATTENTION
    assert isinstance(finding.mends[0], ClosePrograms)


GRANTED = Permission("camera", Leave.GRANTED)
DENIED = Permission("microphone", Leave.DENIED, page="ms-settings:privacy-microphone")
BOTH = frozenset({"camera", "microphone"})


def test_a_denied_permission_leads_to_the_page_where_it_is_given() -> None:
    finding = check_permissions([GRANTED, DENIED], BOTH)
    assert finding.state is State.PROBLEM
    assert "microphone" in str(finding.found)
    (mend,) = finding.mends
    assert isinstance(mend, OpenPage)
    assert mend.address == "ms-settings:privacy-microphone"
    assert check_permissions([GRANTED, DENIED], frozenset({"camera"})).state is State.OK


def test_keys_that_are_only_noticed_need_the_same_leave_as_keys_that_are_held() -> None:
    assert not needs_control(Lockdown())
    assert not needs_control(Lockdown(on_top=Level.ENFORCE))
    assert needs_control(Lockdown(keys=Level.WATCH))
    assert needs_control(Lockdown(keys=Level.ENFORCE))
    assert needs_control(Lockdown(screen_capture=Level.ENFORCE))


def test_where_there_is_no_page_it_is_said_what_to_do() -> None:
    denied = Permission("camera", Leave.DENIED, advice="Join the group “video”.")
    finding = check_permissions([denied], BOTH)
    assert (finding.state, str(finding.remedy)) == (State.PROBLEM, "Join the group “video”.")
    assert finding.mends == ()


@pytest.mark.parametrize("leave", [Leave.ASKS, Leave.UNTOLD])
def test_what_is_not_denied_holds_nobody_up(leave: Leave) -> None:
    finding = check_permissions([Permission("camera", leave)], BOTH)
    assert finding.state is State.OK
    assert "camera" in str(finding.found)


TWO = (Display("A", 1920, 1080), Display("B", 1280, 800))


@pytest.mark.parametrize(
    ("layout", "level", "state"),
    [
        (TWO[:1], Level.ENFORCE, State.OK),
        (TWO, Level.WATCH, State.OK),
        (TWO, Level.ENFORCE, State.ATTENTION),
        ((TWO[0], replace(TWO[1], mirrors="A")), Level.OFF, State.ATTENTION),
        ((), Level.OFF, State.SKIPPED),
    ],
)
def test_displays(layout: tuple[Display, ...], level: Level, state: State) -> None:
    assert displays.judge_displays(layout, level).state is state


def test_how_much_displays_are_enlarged_is_told() -> None:
    finding = displays.judge_displays(TWO[:1], Level.OFF, (1.5,))
    assert str(finding.found) == "1: A 1920 × 1080; enlarged to 150 %"


def asking(**lockdown: Level) -> Policy:
    quiet = dict.fromkeys(Lockdown.__struct_fields__, Level.OFF)
    institution = Institution(name="University", contact="exams@example.edu")
    return msgspec.structs.replace(
        POLICY, lockdown=Lockdown(**{**quiet, **lockdown}), institution=institution
    )


def in_its_browser(policy: Policy, **options: bool) -> Policy:
    surface = Surface(kind="browser", start="https://exam.example.edu", **options)
    return msgspec.structs.replace(policy, surface=surface)


def test_what_the_exam_asks_for_and_is_not_possible_is_said_with_whom_to_ask() -> None:
    policy = asking(windows=Level.WATCH, programs=Level.ENFORCE)
    finding = demands.check_demands(policy, CANNOT)
    assert finding.state is State.ATTENTION
    assert str(finding.found) == "Not possible here: running programs, the window in front"
    assert "exams@example.edu" in str(finding.remedy)
    assert demands.check_demands(asking(), CANNOT).state is State.OK


def test_wayland_holds_no_shortcuts() -> None:
    policy = asking(keys=Level.ENFORCE, on_top=Level.ENFORCE, full_screen=Level.ENFORCE)
    policy = in_its_browser(policy)
    desk = machine(Desk(None))
    wayland = {"XDG_SESSION_TYPE": "wayland", "WAYLAND_DISPLAY": "wayland-0"}
    assert demands.beyond(policy, desk, "linux", wayland).missing == ("on_top", "keys")
    assert demands.beyond(policy, desk, "linux", {"DISPLAY": ":0"}) == demands.Beyond((), ())
    assert len(demands.beyond(policy, desk, "linux", {}).missing) == 3
    assert demands.beyond(policy, desk, "win32", {}) == demands.Beyond((), ())


def test_beside_other_programs_no_window_is_held() -> None:
    policy = asking(on_top=Level.ENFORCE, full_screen=Level.ENFORCE)
    for platform, environ in (("linux", {"DISPLAY": ":0"}), ("win32", {}), ("darwin", {})):
        lacks = demands.beyond(policy, machine(Desk(None)), platform, environ)
        assert lacks == demands.Beyond(("full_screen", "on_top"), ())


@pytest.mark.parametrize(("known", "missing"), [(True, ()), (False, ("notifications",))])
def test_a_desktop_without_a_way_to_be_quiet_is_said_before(
    known: bool, missing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(demands, "can_hold_off", lambda environ: asked.append(environ) or known)
    environ = {"DISPLAY": ":0", "XDG_CURRENT_DESKTOP": "i3"}
    policy = asking(notifications=Level.ENFORCE)
    assert demands.beyond(policy, CANNOT, "linux", environ).missing == missing
    assert asked == [environ]
    assert demands.beyond(asking(), CANNOT, "linux", environ).missing == ()
    assert asked == [environ]


def test_a_window_that_is_not_held_on_top_needs_nothing() -> None:
    policy = asking(on_top=Level.WATCH)
    assert demands.beyond(policy, CANNOT, "linux", {}) == demands.Beyond((), ())


def test_what_is_only_watched_where_it_shall_be_held_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before the exam, by name: what is plugged in, displays of an exam without a window of
    its own, and on other systems than X11 the window in front."""
    policy = asking(input_devices=Level.ENFORCE, displays=Level.ENFORCE, windows=Level.ENFORCE)
    desk = Desk(None)
    seeing = replace(machine(desk), displays=desk, inputs=desk)
    x11 = {"DISPLAY": ":0"}
    assert demands.beyond(policy, seeing, "linux", x11) == demands.Beyond(
        (), ("displays", "input_devices")
    )
    watched = ("windows", "displays", "input_devices")
    assert demands.beyond(policy, seeing, "win32", {}) == demands.Beyond((), watched)
    assert demands.beyond(policy, CANNOT, "win32", {}) == demands.Beyond(watched, ())
    monkeypatch.setattr(demands, "beyond", lambda *_: demands.Beyond((), ("displays",)))
    finding = demands.check_demands(policy, seeing)
    assert str(finding.found) == "Only watched here, not held to: displays"
    monkeypatch.setattr(demands, "beyond", lambda *_: demands.Beyond(("keys",), ("displays",)))
    found = str(demands.check_demands(policy, seeing).found)
    assert found == "Not possible here: blocked shortcuts. Only watched, not held to: displays"


def test_an_exam_in_the_browser_needs_the_browser() -> None:

    policy = in_its_browser(asking())
    fault = EnvironmentFault("The exam's browser cannot be started.", "Restart.")
    finding = demands.check_demands(policy, CANNOT, lambda wanted: fault if wanted else None)
    assert finding.state is State.PROBLEM
    assert (str(finding.found), str(finding.remedy)) == (fault.what, fault.advice)


def test_what_the_browser_lacks_here_is_said_before_the_exam(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy = in_its_browser(asking(), spell_check=True)
    lacking = "Spelling cannot be checked: this installation has no dictionaries."
    monkeypatch.setattr(demands, "without", lambda _: (lacking,))
    monkeypatch.setattr(demands, "is_root", lambda: False)
    finding = demands.check_demands(policy, CANNOT, lambda _: None)
    assert finding.state is State.ATTENTION
    assert str(finding.found) == "Its browser is not all that the exam asks for here."
    assert str(finding.remedy).startswith(f"{lacking} The exam goes on without")
    monkeypatch.setattr(demands, "without", lambda _: ())
    assert demands.check_demands(policy, CANNOT, lambda _: None).state is State.OK


def test_without_the_institution_s_models_the_exam_goes_on(tmp_path: Path) -> None:
    finding = check_institution_models(POLICY, tmp_path)
    assert finding.state is State.SKIPPED
    assert "no object model is installed" in str(finding.found)


def test_a_damaged_list_of_models_is_a_remark(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text("nonsense [")
    finding = check_institution_models(POLICY, tmp_path)
    assert finding.state is State.ATTENTION
    assert finding.remedy


def test_a_model_that_was_changed_is_named(tmp_path: Path) -> None:
    (tmp_path / "phones.onnx").write_bytes(b"changed")
    (tmp_path / "manifest.toml").write_text(
        'version = 1\n[[model]]\nname = "phones"\npath = "phones.onnx"\n'
        f'sha256 = "{"0" * 64}"\nlabels = ["cell phone"]\n'
    )
    finding = check_institution_models(POLICY, tmp_path)
    assert finding.state is State.ATTENTION
    assert "phones" in str(finding.found)


def test_an_earlier_lockdown_that_left_nothing(tmp_path: Path) -> None:
    assert check_leftovers(tmp_path).state is State.OK
    assert put_back(tmp_path).state is State.OK
