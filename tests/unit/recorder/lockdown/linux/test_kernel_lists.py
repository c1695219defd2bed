"""What the kernel and PipeWire print, as they print it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rigs import KEYBOARD

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Cast, Display, Unsupported
from recorder.lockdown.linux.casts import PipewireCasts, pipewire_casts
from recorder.lockdown.linux.inputs import listed
from recorder.lockdown.x11.displays import Shown, with_mirrors

OTHERS = """I: Bus=0019 Vendor=0000 Product=0001 Version=0000
N: Name="Power Button"
P: Phys=PNP0C0C/button/input0
S: Sysfs=/devices/LNXSYSTM:00/LNXPWRBN:00/input/input0
U: Uniq=
H: Handlers=kbd event0
B: PROP=0
B: EV=3
B: KEY=10000000000000 0

I: Bus=0005 Vendor=046d Product=b023 Version=0014
N: Name="MX Master 3 Mouse"
P: Phys=a4:b1:c1:00:11:22
U: Uniq=e3:5a:00:00:00:01
H: Handlers=mouse2 event17
B: EV=20017
B: KEY=ffff0000 0 0 0 0
B: REL=1943

I: Bus=0018 Vendor=04f3 Product=3195 Version=0100
N: Name="ELAN0676:00 Touchpad"
U: Uniq=
B: EV=b
B: KEY=e520 10000 0 0 0 0
B: ABS=2e0800000000003

I: Bus=0003 Vendor=047f Product=c056 Version=0111
N: Name="Plantronics Headset Consumer Control"
U: Uniq=
B: EV=13
B: KEY=18000000 0 1c000000000000 0

I: Bus=0003 Vendor=045e Product=028e Version=0110
N: Name="Microsoft X-Box 360 pad"
U: Uniq=
B: EV=20000b
B: KEY=7cdb000000000000 0 0 0 0
B: ABS=3003f

I: Bus=0000 Vendor=0000 Product=0000 Version=0000
N: Name="HDA Intel PCH HDMI/DP,pcm=3"
B: EV=21
B: SW=140
"""


def test_each_device_has_its_kind_and_buttons_are_none() -> None:
    devices = listed(KEYBOARD.format(port=2) + OTHERS)
    assert [(one.name, one.kind) for one in devices] == [
        ("Logitech USB Keyboard", "keyboard"),
        ("MX Master 3 Mouse", "pointer"),
        ("ELAN0676:00 Touchpad", "touch"),
        ("Microsoft X-Box 360 pad", "controller"),
    ]
    assert devices[0].identity == "Bus=0003 Vendor=046d Product=c31c Version=0110"
    assert devices[1].identity.endswith("e3:5a:00:00:00:01")


@given(st.text())
def test_any_text_is_a_list_of_some_devices(text: str) -> None:
    assert all(one.kind for one in listed(text))


def node(number: int, **properties: object) -> dict[str, object]:
    kind = "PipeWire:Interface:Node"
    return {"id": number, "type": kind, "info": {"props": properties}}


def link(number: int, out: int, into: int) -> dict[str, object]:
    info = {"output-node-id": out, "input-node-id": into}
    return {"id": number, "type": "PipeWire:Interface:Link", "info": info}


SCREEN = node(40, **{"node.name": "gnome-shell", "media.class": "Video/Source"})
CAMERA = node(41, **{"node.name": "v4l2_input.usb", "media.class": "Video/Source"})
CLIENT = {
    "id": 33,
    "type": "PipeWire:Interface:Client",
    "info": {"props": {"application.process.id": 4711, "application.process.binary": "obs"}},
}
OBS = node(50, **{"node.name": "OBS", "media.class": "Stream/Input/Video", "client.id": 33})
CALL = node(51, **{"node.name": "Firefox", "application.name": "Firefox"})


def casts(*objects: object) -> tuple[Cast, ...]:
    return PipewireCasts(lambda: json.dumps(objects)).casts()


def test_who_is_linked_to_a_screen_receives_it() -> None:
    everything = (SCREEN, CAMERA, CLIENT, OBS, CALL, link(60, 40, 50), link(61, 41, 51))
    assert casts(*everything) == (Cast("obs", 4711),)
    assert casts(SCREEN, CALL, link(60, 40, 51)) == (Cast("Firefox", None),)
    assert casts(SCREEN, CAMERA, CALL, link(61, 41, 51)) == ()
    assert casts() == ()


@pytest.mark.parametrize("printed", ["", "no JSON", "[1, 2]", '[{"id": 1}, {"type": 5}]'])
def test_what_is_no_dump_is_a_fault(printed: str) -> None:
    with pytest.raises(EnvironmentFault, match="PipeWire"):
        PipewireCasts(lambda: printed).casts()


def test_a_dump_that_hangs_is_a_fault() -> None:
    def hang() -> str:
        raise subprocess.TimeoutExpired("pw-dump", 3)

    with pytest.raises(EnvironmentFault, match="PipeWire"):
        PipewireCasts(hang).casts()


def test_without_pipewire_or_its_tool_nobody_says(tmp_path: Path) -> None:
    for folder in ("", str(tmp_path)):
        assert isinstance(pipewire_casts(folder), Unsupported)
    (tmp_path / "pipewire-0").touch()
    missing = pipewire_casts(str(tmp_path), lambda _name: None)
    assert isinstance(missing, Unsupported)
    assert "pw-dump" in missing.reason


def test_the_tool_is_run_and_read(tmp_path: Path) -> None:
    (tmp_path / "pipewire-0").touch()
    tool = tmp_path / "pw-dump"
    tool.write_text(f"#!/bin/sh\necho '{json.dumps([SCREEN, CALL, link(60, 40, 51)])}'\n")
    tool.chmod(0o755)
    reader = pipewire_casts(str(tmp_path), lambda _name: str(tool))
    assert isinstance(reader, PipewireCasts)
    assert reader.casts() == (Cast("Firefox", None),)


def test_displays_that_begin_at_one_place_show_one_picture() -> None:
    laptop = Shown("eDP-1", 0, 0, 1920, 1200)
    cloned = Shown("HDMI-1", 0, 0, 1920, 1080)
    beside = Shown("DP-1", 1920, 0, 2560, 1440)
    dark = Shown("VGA-1")
    assert with_mirrors([laptop, cloned, beside, dark]) == (
        Display("DP-1", 2560, 1440),
        Display("HDMI-1", 1920, 1080),
        Display("VGA-1", 0, 0),
        Display("eDP-1", 1920, 1200, mirrors="HDMI-1"),
    )
