"""All checks, one after the other, each within a bound."""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from rich.console import Console

from recorder.capture.camera import camera_source
from recorder.capture.microphone import microphone_source
from recorder.capture.screen import screen_source
from recorder.capture.source import parse_source
from recorder.capture.timeline import Timeline
from recorder.clock import now_ns
from recorder.doctor import computer, devices
from recorder.doctor.check import Check, Topic
from recorder.doctor.report import as_json, passed, print_table
from recorder.doctor.server import SERVER, check_server
from recorder.faults import EnvironmentFault
from recorder.lockdown.machine import this_machine
from shared.policy import Streams

_log = structlog.get_logger(__name__)

# A driver that hangs must not hang the check: longer than any device's own bound.
BOUND_S = 20.0

_USUAL = Streams()


@dataclass(frozen=True, slots=True)
class Asked:
    """What to examine.

    Attributes:
        camera: SRC of the camera.
        microphone: SRC of the microphone.
        screen: SRC of the screen.
        server: the server's address, where it is to be asked.
        store: where evidence is to be kept.
        prohibited: the exam's patterns for prohibited programs, where they are known.
        streams: what the exam records; sizes and rates that devices are asked for.
        allow_plain: whether plain http may leave this computer.
    """

    camera: str = "device:0"
    microphone: str = "device:0"
    screen: str = "display:all"
    server: str | None = None
    store: Path | None = None
    prohibited: tuple[str, ...] = ()
    streams: Streams = _USUAL
    allow_plain: bool = False


def run_checks(
    asked: Asked,
    *,
    on_begin: Callable[[str], None] = lambda _title: None,
    wall: Callable[[], float] = time.time,
    bound_s: float = BOUND_S,
) -> list[Check]:
    """Examine the computer.

    Args:
        asked: what to examine.
        on_begin: told each check's title before it begins.
        wall: seconds since 1970 UTC.
        bound_s: the longest that one check may take; then it fails.
    """
    checks: list[Check] = []
    for topic, check in _all(asked, wall):
        on_begin(topic.title)
        checks.append(_bounded(topic, check, bound_s))
    return checks


def _all(
    asked: Asked, wall: Callable[[], float]
) -> Iterator[tuple[Topic, Callable[[], Check]]]:
    machine = this_machine()
    offset: float | None = None

    def server() -> Check:
        nonlocal offset
        check, offset = check_server(asked.server, allow_plain=asked.allow_plain, wall=wall)
        return check

    def clock() -> Check:
        return computer.check_clock(datetime.fromtimestamp(wall(), UTC), offset)

    folder = asked.store or _default_store()
    yield computer.SYSTEM, _system
    yield computer.MODELS, lambda: computer.check_models(_models())
    yield computer.STORE, lambda: computer.check_store(folder)
    yield computer.DISK, lambda: computer.check_disk(folder)
    yield devices.CAMERA, lambda: _camera(asked)
    yield devices.MICROPHONE, lambda: _microphone(asked)
    yield devices.SCREEN, lambda: _screen(asked)
    yield computer.WINDOWS, lambda: computer.check_windows(machine)
    yield computer.PROGRAMS, lambda: computer.check_programs(machine, asked.prohibited)
    yield SERVER, server
    yield computer.CLOCK, clock


def _system() -> Check:
    release = platform.platform(terse=True)
    return computer.check_system(
        sys.platform, release, (sys.version_info[0], sys.version_info[1]), os.cpu_count()
    )


def _models() -> Mapping[str, str] | EnvironmentFault:
    from recorder.detect.models.manifest import model_hashes

    try:
        return model_hashes()
    except EnvironmentFault as fault:
        return fault


def _default_store() -> Path:
    from recorder.evidence.store import default_root

    return default_root()


def _camera(asked: Asked) -> Check:
    timeline = Timeline(0, now_ns())
    spec = parse_source(asked.camera, "camera")
    return devices.check_camera(camera_source(spec, asked.streams.camera, timeline))


def _microphone(asked: Asked) -> Check:
    timeline = Timeline(0, now_ns())
    spec = parse_source(asked.microphone, "microphone")
    return devices.check_microphone(microphone_source(spec, timeline))


def _screen(asked: Asked) -> Check:
    timeline = Timeline(0, now_ns())
    spec = parse_source(asked.screen, "screen")
    return devices.check_screen(screen_source(spec, asked.streams.screen, timeline))


def _bounded(topic: Topic, check: Callable[[], Check], bound_s: float) -> Check:
    """Run one check on a thread of its own, and wait for it no longer than the bound."""
    results: list[Check] = []

    def run() -> None:
        try:
            results.append(check())
        except EnvironmentFault as fault:
            results.append(topic.fault(fault))
        except Exception as bug:  # noqa: BLE001  (the other checks still have something to say)
            _log.exception("check_failed", check=topic.id)
            results.append(topic.fail(f"the check itself failed: {bug!r}", _TELL_US))

    thread = threading.Thread(target=run, name=f"check-{topic.id}", daemon=True)
    thread.start()
    thread.join(bound_s)
    if results:
        return results[0]
    return topic.fail(f"no answer within {bound_s:.0f} s", "Restart the computer.")


_TELL_US = "Install Invigil again; if it stays so, tell your institution what it says."


def doctor(asked: Asked, *, json: bool) -> int:
    """The command: print the findings; 0 when nothing fails, else 1."""
    waiting = Console(stderr=True)
    with waiting.status("Looking…") as line:
        checks = run_checks(asked, on_begin=lambda title: line.update(f"{title}…"))
    if json:
        sys.stdout.write(as_json(checks) + "\n")
    else:
        print_table(checks, Console())
    return 0 if passed(checks) else 1
