"""What is asked of a desktop on a real message bus: promised, noticed when lost, taken back."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.desktop_bus import Desktop, message_bus, parts
from support.waiting import until

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.dbus.bus import Bus, Refused
from recorder.lockdown.dbus.promises import ASK_EVERY_S
from recorder.lockdown.operation import InForce
from recorder.lockdown.operations.desktop_settings import GSetting
from recorder.lockdown.operations.notifications import Notifications, restore_notifications
from recorder.lockdown.operations.stay_awake import stay_awake


class Clock:
    """Seconds that pass when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus-daemon is not installed")
    with message_bus(tmp_path / "bus") as told:
        yield told


def test_a_call_and_a_refusal(address: str) -> None:
    bus = Bus(address)
    assert bus.owner("org.nobody.Here") is None
    with pytest.raises(Refused, match="nobody"):
        bus.call("org.nobody.Here", "/", "org.nobody", "Do", "sua{sv}", "a", 1, {"b": ("i", 2)})
    names = bus.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ListNames").values
    assert "org.freedesktop.DBus" in names[0]
    bus.close()
    with pytest.raises(EnvironmentFault, match="does not answer"):
        bus.owner("org.freedesktop.DBus")


@pytest.mark.parametrize("wrong", ["unix:path=/nowhere", "tcp:host=localhost", "", "unix:"])
def test_no_bus_there(wrong: str) -> None:
    with pytest.raises(EnvironmentFault, match="does not answer"):
        Bus(wrong)


def test_the_screens_lock_is_held_off_as_long_as_we_are_there(address: str) -> None:
    with parts(address, "saver") as desktop:
        before = desktop.names()
        awake = stay_awake(address, None)
        assert awake.before() is None
        assert awake.perform() == InForce()
        assert desktop.hear() == ["Invigil", "An exam is being recorded"]
        assert len(desktop.names() - before) == 1
        awake.revert()
        until(lambda: desktop.names() == before, "that we are gone")


def test_who_promised_and_was_started_anew_is_asked_again(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.lockdown.dbus.promises.ASK_EVERY_S", 0.0)
    awake = stay_awake(address, None)
    with parts(address, "saver") as first:
        awake.perform()
        first.hear()
        assert awake.check() == ()
    with parts(address, "saver") as second:
        [evasion] = awake.check()
        assert evasion.kind is None
        assert second.hear() == ["Invigil", "An exam is being recorded"]
    awake.revert()


def test_nobody_who_could_be_asked(address: str) -> None:
    assert isinstance(stay_awake(address, None).perform(), Unsupported)
    assert isinstance(stay_awake(None, "unix:path=/nowhere").perform(), Unsupported)


def test_notifications_are_held_back_by_a_promise_where_one_is_given(address: str) -> None:
    with parts(address, "kde") as desktop:
        quiet = Notifications({"DBUS_SESSION_BUS_ADDRESS": address})
        assert quiet.before() is None
        assert quiet.perform() == InForce()
        assert desktop.hear()[0] == "invigil"
        before = desktop.names()
        quiet.revert()
        until(lambda: len(before - desktop.names()) == 1, "that we are gone")


def test_a_promise_that_is_not_renewed_is_told_as_long_as_that_lasts(address: str) -> None:
    clock = Clock()
    quiet = Notifications({"DBUS_SESSION_BUS_ADDRESS": address}, clock)
    with parts(address, "kde") as first:
        quiet.before()
        assert quiet.perform() == InForce()
        first.hear()
        before = first.names()

    def is_told(why: str) -> None:
        clock.now += ASK_EVERY_S
        for _ in range(2):  # a look that asks, and one that is too soon to
            with pytest.raises(EnvironmentFault, match=f"no longer promised \\({why}"):
                quiet.check()

    is_told("nobody is there")
    with parts(address, "dunst"):  # has no such promise
        is_told("No such")
    with parts(address, "kde") as second:
        clock.now += ASK_EVERY_S
        [evasion] = quiet.check()
        assert evasion.kind is None
        second.hear()
        assert len(second.names()) == len(before), "one connection, as at first"
        clock.now += ASK_EVERY_S
        assert quiet.check() == ()
        clock.now += ASK_EVERY_S
    is_told("nobody is there")
    quiet.revert()
    assert quiet.check() == ()


@pytest.fixture
def dunst(address: str) -> Iterator[Desktop]:
    with parts(address, "dunst") as desktop:
        yield desktop


def test_dunst_is_paused_kept_so_and_given_back(address: str, dunst: Desktop) -> None:
    clock = Clock()
    quiet = Notifications({"DBUS_SESSION_BUS_ADDRESS": address}, clock)
    state = quiet.before()
    assert state is not None
    assert state["was"] == "false"
    quiet.perform()
    assert dunst.hear() == {"paused": True}
    assert quiet.check() == ()
    pause(address, "false")
    assert dunst.hear() == {"paused": False}
    clock.now += 60
    [evasion] = quiet.check()
    assert evasion.kind is None
    assert dunst.hear() == {"paused": True}
    quiet.revert()
    assert dunst.hear() == {"paused": False}
    assert restore_notifications(state) == ""
    assert dunst.names()  # the next thing said: nothing was set a second time


def test_dunst_that_has_ended_has_forgotten(address: str, dunst: Desktop) -> None:
    quiet = Notifications({"DBUS_SESSION_BUS_ADDRESS": address})
    state = quiet.before()
    assert state is not None
    quiet.perform()
    dunst.child.kill()
    dunst.child.wait()
    assert restore_notifications(state) == ""


def quiet_xfce(address: str) -> dict[str, object]:
    """What the journal has of Xfce's setting, made on this bus."""
    return {"setting": {"type": "xfce", "address": address, "quiet": "true"}, "was": "false"}


def test_xfces_setting_is_given_back_after_another_log_in(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It outlives the bus on which it was made."""
    kept = quiet_xfce("unix:path=/nowhere")
    with parts(address, "xfce") as desktop:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        assert restore_notifications(kept) == ""
        assert desktop.hear() == ["xfce4-notifyd", "/do-not-disturb", False]
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    with pytest.raises(EnvironmentFault, match="does not answer"):
        restore_notifications(kept)


def test_xfces_setting_is_another_ones_where_its_own_bus_is_still_there(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with message_bus(tmp_path / "own") as own, parts(address, "xfce"):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with pytest.raises(EnvironmentFault, match="did not take"):
            restore_notifications(quiet_xfce(own))


@pytest.fixture
def banners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GSetting:
    """GNOME's setting in its usual store, where no bus takes what is written."""
    setting = GSetting("org.gnome.desktop.notifications", "show-banners", "false")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GSETTINGS_BACKEND", "dconf")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    try:
        assert setting.read() == "true"
    except EnvironmentFault:
        pytest.skip("GNOME's settings are not installed")
    return setting


def test_a_setting_that_is_not_written_is_not_called_written(banners: GSetting) -> None:
    quiet = Notifications({"XDG_CURRENT_DESKTOP": "GNOME"})
    assert quiet.before() is not None
    with pytest.raises(EnvironmentFault, match="did not take"):
        quiet.perform()
    quiet.revert()
    assert banners.read() == "true"


def test_a_setting_that_is_not_given_back_is_not_called_undone(banners: GSetting) -> None:
    kept = {"type": "gsettings", "schema": banners.schema, "key": banners.key, "quiet": "true"}
    with pytest.raises(EnvironmentFault, match="did not take"):
        restore_notifications({"setting": kept, "was": "false"})


def pause(address: str, value: str) -> None:
    subprocess.run(
        [
            *("gdbus", "call", "--address", address, "--dest", "org.freedesktop.Notifications"),
            *("--object-path", "/org/freedesktop/Notifications"),
            *("--method", "org.freedesktop.DBus.Properties.Set"),
            *("org.dunstproject.cmd0", "paused", f"<{value}>"),
        ],
        check=True,
        capture_output=True,
        timeout=20,
    )
