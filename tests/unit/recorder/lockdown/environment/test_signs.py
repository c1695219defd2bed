"""From a machine's files to signs and sums: honest machines stay low, clear ones do not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fake_linux import FakeLinux
from support.fake_macos import FakeMac
from support.fake_windows import FakeWindows
from support.policies import default_policy

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Machine, Process, Unsupported
from recorder.lockdown.environment.facts import (
    Altered,
    FactReader,
    Facts,
    Hardware,
    InUse,
    Session,
)
from recorder.lockdown.environment.judging import judged
from recorder.lockdown.environment.reading import MachineSigns, read_environment
from recorder.lockdown.environment.signs import Sign, of_kind, total
from recorder.lockdown.macos.readers import MacFacts
from recorder.lockdown.watch import MachineWatch
from recorder.lockdown.windows.readers import WindowsFacts
from shared.flags import Kind

# The default rules' threshold: the sum from which signs of a kind are an incident.
LIMIT = 0.8


@pytest.fixture
def machine(tmp_path: Path) -> FakeLinux:
    return FakeLinux(tmp_path)


def sum_of(machine: FakeLinux, kind: Kind, *running: Process) -> float:
    return total(of_kind(judged(machine.facts(running), running), kind))


def reasons(machine: FakeLinux, kind: Kind, *running: Process) -> list[str]:
    return [sign.reason for sign in of_kind(judged(machine.facts(running), running), kind)]


def test_a_laptop_with_its_desktop_has_no_sign(machine: FakeLinux) -> None:
    assert judged(machine.facts()) == ()


def test_a_hypervisor_alone_is_below_the_limit(machine: FakeLinux) -> None:
    machine.write("proc/cpuinfo", "flags\t\t: fpu hypervisor sse2\n")
    machine.said["systemd-detect-virt"] = "kvm"  # which reads the same flag
    assert reasons(machine, Kind.VIRTUAL_MACHINE) == ["the processor runs under a hypervisor"]
    assert sum_of(machine, Kind.VIRTUAL_MACHINE) == 0.4


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        ("sys/class/dmi/id/sys_vendor", "innotek GmbH\n", "innotek"),
        ("sys/class/dmi/id/product_name", "VMware Virtual Platform\n", "VMware"),
        ("sys/class/dmi/id/product_name", "Virtual Machine\n", "Virtual Machine"),
        ("sys/bus/virtio/devices/virtio0/vendor", "0x1af4\n", "virtio"),
        ("sys/bus/pci/devices/0000:00:02.0/vendor", "0x80ee\n", "VirtualBox"),
        ("sys/bus/vmbus/devices/a/id", "1\n", "Hyper-V"),
    ],
)
def test_a_hypervisor_and_what_agrees_with_it_reach_the_limit(
    machine: FakeLinux, path: str, text: str, word: str
) -> None:
    machine.write("proc/cpuinfo", "flags\t\t: hypervisor\n")
    machine.write(path, text)
    assert sum_of(machine, Kind.VIRTUAL_MACHINE) >= LIMIT
    assert any(word in reason for reason in reasons(machine, Kind.VIRTUAL_MACHINE))


def test_who_holds_virtual_machines_is_no_virtual_machine(machine: FakeLinux) -> None:
    assert (machine.root / "sys/class/net/vboxnet0/address").read_text().startswith("08:00:27")
    assert reasons(machine, Kind.VIRTUAL_MACHINE) == []


def test_a_guests_network_card_and_a_container_count_a_little(machine: FakeLinux) -> None:
    machine.write("sys/class/net/wlan0/address", "52:54:00:12:34:56\n")
    machine.write("run/.containerenv", "")
    found = reasons(machine, Kind.VIRTUAL_MACHINE)
    assert [reason.split()[-1] for reason in found] == ["gives", "(podman)"]
    assert sum_of(machine, Kind.VIRTUAL_MACHINE) < LIMIT


def test_the_systems_detector_counts_where_nothing_else_was_seen(machine: FakeLinux) -> None:
    machine.said["systemd-detect-virt"] = "qemu"
    assert sum_of(machine, Kind.VIRTUAL_MACHINE) == 0.5
    reader = machine.reader()
    reader.facts(())
    asked = machine.asked.count("systemd-detect-virt")
    reader.facts(())
    assert machine.asked.count("systemd-detect-virt") == asked


def test_a_remote_login_is_told_by_the_login_manager_alone(machine: FakeLinux) -> None:
    machine.environ["XDG_SESSION_ID"] = "c2"
    machine.write("run/systemd/sessions/c2", "UID=1000\nREMOTE=1\nREMOTE_HOST=10.0.0.9\n")
    assert sum_of(machine, Kind.REMOTE_SESSION) >= LIMIT
    assert "10.0.0.9" not in str(reasons(machine, Kind.REMOTE_SESSION))


def test_a_session_id_is_no_path(machine: FakeLinux) -> None:
    machine.environ["XDG_SESSION_ID"] = "../../secret"
    machine.write("secret", "REMOTE=1")
    assert reasons(machine, Kind.REMOTE_SESSION) == []


def test_a_variable_of_a_remote_login_alone_is_below_the_limit(machine: FakeLinux) -> None:
    machine.environ["SSH_CONNECTION"] = "10.0.0.9 50000 10.0.0.1 22"
    assert reasons(machine, Kind.REMOTE_SESSION) == ["the session has SSH_CONNECTION"]
    assert sum_of(machine, Kind.REMOTE_SESSION) < LIMIT
    machine.environ["DISPLAY"] = "localhost:10.0"
    assert sum_of(machine, Kind.REMOTE_SESSION) >= LIMIT


@pytest.mark.parametrize("server", ["Xtigervnc", "Xvnc", "x2goagent"])
def test_a_desktop_shown_elsewhere_is_told_by_its_own_server(
    machine: FakeLinux, server: str
) -> None:
    ours = Process(1, server, (f"/usr/bin/{server}", ":0", "-auth", "x"))
    others = Process(2, server, (f"/usr/bin/{server}", ":7"))
    assert sum_of(machine, Kind.REMOTE_SESSION, ours) >= LIMIT
    assert sum_of(machine, Kind.REMOTE_SESSION, others) == 0


# The kernel's table: addresses and ports in hex, 01 established, 0A listening.
HEADER = "  sl  local_address rem_address   st tx_queue rx_queue\n"
VNC = "   0: 0100000A:170C 0900000A:C350 01 00000000:00000000 00:00000000\n"
OWN = "   1: 0100007F:170C 0100007F:C350 01 00000000:00000000 00:00000000\n"
OWN6 = "   1: {0}:170C {0}:C350 01 00000000:00000000\n".format(
    "0000000000000000FFFF00000100007F"
)
FRIDA = "   2: 0100007F:69A2 00000000:0000 0A 00000000:00000000 00:00000000\n"


def test_somebody_connected_to_a_vnc_server_is_told_and_a_local_program_is_not(
    machine: FakeLinux,
) -> None:
    machine.write("proc/net/tcp", HEADER + OWN)
    machine.write("proc/net/tcp6", HEADER + OWN6)
    assert reasons(machine, Kind.REMOTE_SESSION) == []
    machine.write("proc/net/tcp", HEADER + OWN + VNC)
    assert reasons(machine, Kind.REMOTE_SESSION) == ["somebody is connected to a VNC server"]
    assert sum_of(machine, Kind.REMOTE_SESSION) >= LIMIT


def test_a_tracer_is_named_and_weighs_enough(machine: FakeLinux) -> None:
    machine.write("proc/self/status", "Name:\tpython\nTracerPid:\t77\n")
    machine.write("proc/77/comm", "gdb\n")
    assert reasons(machine, Kind.DEBUGGER) == ["“gdb” traces this program"]
    assert sum_of(machine, Kind.DEBUGGER) >= LIMIT


def test_tools_beside_this_program_count_a_little_each(machine: FakeLinux) -> None:
    machine.environ["LD_PRELOAD"] = "/home/ada/libgtk3-nocsd.so.0"
    running = Process(5, "gdb")
    assert sum_of(machine, Kind.DEBUGGER, running) == 0.6
    assert "ada" not in str(reasons(machine, Kind.DEBUGGER, running))
    machine.write("proc/net/tcp", HEADER + FRIDA)
    assert sum_of(machine, Kind.DEBUGGER, running) >= LIMIT


def test_an_instrument_loaded_into_this_program_is_told(machine: FakeLinux) -> None:
    line = "7f0-7f1 r-xp 0 08:01 1 /tmp/frida-agent-64.so\n"
    machine.write("proc/self/maps", line)
    assert reasons(machine, Kind.DEBUGGER) == ["frida-agent-64.so is loaded into this program"]


def camera(machine: FakeLinux, name: str, *, virtual: bool) -> None:
    place = "sys/devices/virtual/video4linux" if virtual else "sys/devices/pci0/video4linux"
    number = len(list((machine.root / "sys/class/video4linux").glob("*")))
    machine.write(f"{place}/video{number}/name", name)
    folder = machine.root / "sys/class/video4linux"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"video{number}").symlink_to(machine.root / place / f"video{number}")


def test_a_virtual_camera_weighs_little_until_it_is_used(machine: FakeLinux) -> None:
    camera(machine, "Integrated Camera", virtual=False)
    assert reasons(machine, Kind.VIRTUAL_CAMERA) == []
    camera(machine, "Dummy video device (0x0000)", virtual=True)
    camera(machine, "Talks", virtual=True)
    assert sum_of(machine, Kind.VIRTUAL_CAMERA) < LIMIT
    machine.used = {"camera": "Integrated Camera"}
    assert sum_of(machine, Kind.VIRTUAL_CAMERA) < LIMIT
    machine.used = {"microphone": "Talks"}
    assert sum_of(machine, Kind.VIRTUAL_CAMERA) < LIMIT
    machine.used = {"camera": "Talks"}
    assert sum_of(machine, Kind.VIRTUAL_CAMERA) >= LIMIT


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        ("OBSBOT Tiny 2: OBSBOT Tiny 2 St", 0),
        ("OBSBOT Meet", 0),
        ("OBS Virtual Camera", 0.8),
        ("OBS-Camera2", 0.8),
        ("OBSBOT Virtual Camera", 0.8),
    ],
)
def test_a_camera_whose_maker_only_sounds_like_a_program_is_none(
    machine: FakeLinux, name: str, weight: float
) -> None:
    camera(machine, name, virtual=False)
    machine.used = {"camera": name}
    assert sum_of(machine, Kind.VIRTUAL_CAMERA) == weight


@pytest.mark.parametrize(
    "reader", [partial(WindowsFacts, FakeWindows()), partial(MacFacts, FakeMac())]
)
def test_where_cameras_have_no_names_that_is_said_and_a_microphone_is_called_one(
    reader: Callable[[InUse], FactReader],
) -> None:
    facts = reader(lambda: {"camera": "camera 0", "microphone": "CABLE Output", "screen": "1"})
    none = Unsupported("not here")
    signs = MachineSigns(facts, none, None, lambda _pid: False)
    assert [sign.reason for sign in of_kind(signs.signs(), Kind.VIRTUAL_CAMERA)] == [
        "the microphone in use, “CABLE Output”, is a program's"
    ]
    machine = Machine(none, none, none, none, none, none, none, signs)
    watch = MachineWatch(default_policy(), machine, lambda _incident: None, lambda: "one")
    (watched,) = [one for one in watch.status() if one.kind is Kind.VIRTUAL_CAMERA]
    assert (watched.state, watched.reason[:21]) == ("watching", "cameras have no names")
    assert watch.stop()


def test_a_microphone_that_hears_what_is_played_is_told(machine: FakeLinux) -> None:
    machine.said["pactl"] = "alsa_input.pci-0000_00_1f.3.analog-stereo"
    assert reasons(machine, Kind.VIRTUAL_CAMERA) == []
    machine.said["pactl"] = "null.monitor"
    assert sum_of(machine, Kind.VIRTUAL_CAMERA) >= LIMIT


def test_changed_files_are_named_and_bounded() -> None:
    changed = Altered(changed=[f"file{n}.py" for n in range(9)], expected=True)
    (sign,) = of_kind(judged(Facts(), (), changed), Kind.ALTERED_PROGRAM)
    assert sign.reason.endswith("file4.py and 4 more")
    assert sign.weight >= LIMIT
    gone = judged(Facts(), (), Altered(listed=False, expected=True))
    assert total(gone) < LIMIT
    assert judged(Facts(), (), Altered(listed=False, expected=False)) == ()


class Broken:
    """Programs that cannot be listed."""

    def processes(self) -> list[Process]:
        raise EnvironmentFault("The list cannot be read.", "Look.")


@pytest.mark.parametrize("processes", [Broken(), Unsupported("not here")])
def test_a_list_that_cannot_be_read_leaves_the_other_signs(
    machine: FakeLinux, processes: Broken | Unsupported
) -> None:
    machine.write("proc/cpuinfo", "flags\t\t: hypervisor\n")
    signs = MachineSigns(machine.reader(), processes, None, lambda _pid: False).signs()
    assert [sign.kind for sign in signs] == [Kind.VIRTUAL_MACHINE]


def test_an_empty_machine_gives_no_fault(tmp_path: Path) -> None:
    bare = FakeLinux(tmp_path, {})
    assert read_environment(bare.reader(), Unsupported("not here")) == ()


@given(
    st.builds(
        Hardware,
        hypervisor=st.booleans(),
        maker=st.lists(st.sampled_from(["QEMU", "LENOVO", "Dell Inc."]), max_size=2).map(tuple),
        buses=st.sampled_from([(), ("virtio",)]),
        detected=st.sampled_from(["", "kvm"]),
        container=st.sampled_from(["", "docker"]),
    ),
    st.builds(Session, remote=st.booleans(), forwarded=st.booleans()),
)
def test_each_sign_has_a_reason_and_a_weight_between_0_and_1(
    hardware: Hardware, session: Session
) -> None:
    signs = judged(Facts(hardware=hardware, session=session))
    assert all(0 < sign.weight <= 1 and sign.reason for sign in signs)
    assert total(signs) == pytest.approx(sum(sign.weight for sign in signs))
    assert len({sign.reason for sign in signs}) == len(signs)


def test_signs_of_a_kind_are_the_weightiest_first() -> None:
    low, high = Sign(Kind.DEBUGGER, "a", 0.3), Sign(Kind.DEBUGGER, "b", 0.9)
    assert of_kind((low, Sign(Kind.REMOTE_SESSION, "c", 1.0), high), Kind.DEBUGGER) == (
        high,
        low,
    )
