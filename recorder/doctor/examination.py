"""All checks of one computer, each within a bound; the same for the command and the window."""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from recorder.capture.camera import camera_source
from recorder.capture.holders import holders
from recorder.capture.microphone import microphone_source
from recorder.capture.permissions import permissions
from recorder.capture.screen import screen_source
from recorder.capture.source import Device, Display, Nothing, parse_source
from recorder.capture.timeline import Timeline
from recorder.clock import now_ns
from recorder.doctor import (
    computer,
    demands,
    detectors,
    devices,
    displays,
    judging,
    leftovers,
    models,
    programs,
    server,
    upload,
    windows,
)
from recorder.doctor.asked import Asked
from recorder.doctor.finding import Finding, Topic
from recorder.doctor.permissions import PERMISSIONS, check_permissions, needs_control
from recorder.doctor.rehearsal import Noticed
from recorder.doctor.sounding import play_back
from recorder.doctor.wording import translate
from recorder.faults import EnvironmentFault
from recorder.lockdown.instances import other_instances
from recorder.lockdown.machine import this_machine
from recorder.lockdown.processes import descends_from_us
from recorder.lockdown.reserves import read_memory, read_power
from recorder.preview import LivePreview
from recorder.settings import default_root
from shared.policy import Policy

_log = structlog.get_logger(__name__)

# A driver that hangs must not hang the check: longer than any device's own bound, and than
# detectors that start cold.
BOUND_S = 20.0

_TELL_US = translate(
    "doctor", "Install Invigil again; if it stays so, tell your institution what it says."
)


@dataclass(frozen=True, slots=True)
class Item:
    """One check: what it is about, how it looks, and what is said where no answer comes."""

    topic: Topic
    look: Callable[[], Finding]
    late: Finding | None = None


class Examination:
    """Looks at one thing at a time. Calls block; one thread at a time.

    Args:
        asked: what to examine.
        live: the window judges camera, microphone and screen by itself, from the preview.
        scales: how much each display is enlarged, where that is known.
        wall: seconds since 1970 UTC.
        bound_s: the longest that one check may take.
    """

    def __init__(
        self,
        asked: Asked,
        *,
        live: bool = False,
        scales: tuple[float, ...] = (),
        wall: Callable[[], float] = time.time,
        bound_s: float = BOUND_S,
    ) -> None:
        self._asked = asked
        self._rules = asked.rules
        self._scales, self._wall, self._bound_s = scales, wall, bound_s
        self._preview: LivePreview | None = None
        self._live = live
        self._server: server.ServerLook | None = None
        self._noticed: Noticed | EnvironmentFault | None = None
        self._items = {
            item.topic.id: item for item in self._all() if self._is_asked(item.topic.id)
        }

    @property
    def items(self) -> tuple[Topic, ...]:
        """What is looked at, in order."""
        return tuple(item.topic for item in self._items.values())

    @property
    def rules(self) -> Policy:
        """The exam's rules, once its code was looked up; until then the usual ones."""
        return self._rules

    def look(self, name: str, preview: object = None) -> Finding:
        """Look at one thing, by its topic's id; again, as often as is wanted.

        Args:
            name: the id.
            preview: the open camera and microphone (a ``LivePreview``), where they are open.
        """
        self._preview = preview if isinstance(preview, LivePreview) else None
        return bounded(self._items[name], self._bound_s)

    def play_back(self, preview: object) -> Finding:
        """Record the microphone for three seconds, in memory, and play it."""
        microphone = preview.microphone if isinstance(preview, LivePreview) else None
        item = Item(judging.MICROPHONE, lambda: play_back(microphone))
        return bounded(item, self._bound_s)

    def put_back(self) -> Finding:
        """Undo what an earlier lockdown left."""
        return bounded(Item(leftovers.LOCKDOWN, leftovers.put_back), self._bound_s)

    def _is_asked(self, name: str) -> bool:
        """The window looks at devices itself, knows its code, and looks without a server's
        address at nothing of it."""
        if self._live:
            by_page = {one.id for one in (judging.CAMERA, judging.MICROPHONE, judging.DISPLAY)}
            offline = {server.SERVER.id, upload.UPLOAD.id}
            hidden = by_page | {server.CODE.id} | (set() if self._asked.server else offline)
            return name not in hidden
        return name != server.CODE.id or bool(self._asked.code)

    def _all(self) -> Iterator[Item]:
        asked, machine = self._asked, this_machine()
        folder = asked.store or default_root()
        yield Item(server.CODE, self._code)
        yield Item(computer.SYSTEM, _system)
        yield Item(PERMISSIONS, self._permissions)
        yield Item(programs.INSTANCE, lambda: programs.check_instance(other_instances()))
        yield Item(leftovers.LOCKDOWN, leftovers.check_leftovers)
        yield Item(computer.STORE, lambda: computer.check_store(folder))
        yield Item(computer.DISK, lambda: computer.check_disk(folder, self._rules))
        yield Item(computer.POWER, self._power)
        yield Item(computer.MEMORY, self._memory)
        yield Item(models.MODELS, models.check_models)
        yield Item(
            models.INSTITUTION_MODELS,
            lambda: models.check_institution_models(self._rules, asked.models),
        )
        yield Item(
            demands.POLICY,
            lambda: demands.check_demands(self._rules, machine),
        )
        yield Item(judging.CAMERA, self._camera)
        yield Item(judging.MICROPHONE, self._microphone)
        yield Item(judging.DISPLAY, self._screen)
        yield Item(
            displays.MONITORS,
            lambda: displays.check_displays(machine, self._rules, self._scales),
        )
        yield Item(
            programs.DEVICE_USERS,
            lambda: programs.check_device_users(holders(descends_from_us)),
        )
        yield Item(windows.WINDOWS, lambda: windows.check_windows(machine))
        yield Item(
            programs.PROGRAMS,
            lambda: programs.check_programs(machine, self._rules.prohibited_processes),
        )
        yield Item(programs.ASSISTIVE, lambda: programs.check_assistive(machine))
        yield Item(detectors.DETECTORS, self._detectors)
        yield Item(detectors.FACE, self._face)
        yield Item(server.SERVER, self._ask_server)
        yield Item(computer.CLOCK, self._clock)
        yield Item(upload.UPLOAD, self._upload, upload.too_slow())

    def _code(self) -> Finding:
        look = server.check_code(self._asked)
        if look.inspection is not None:
            self._rules = look.inspection.policy
        return look.finding

    def _permissions(self) -> Finding:
        streams = self._rules.streams
        asked = {
            "camera": (self._asked.camera, streams.camera.enabled),
            "microphone": (self._asked.microphone, streams.microphone.enabled),
            "screen": (self._asked.screen, streams.screen.enabled),
        }
        # What is played from a file, or not recorded, needs nobody's leave.
        needed = {
            name
            for name, (source, enabled) in asked.items()
            if enabled and isinstance(parse_source(source, name), Device | Display)  # type: ignore[arg-type]
        }
        if needs_control(self._rules.lockdown):
            needed.add("accessibility")
        return check_permissions(permissions(), frozenset(needed))

    def _power(self) -> Finding:
        return computer.check_power(read_power(), self._rules.exam.duration_s)

    def _memory(self) -> Finding:
        browser = self._rules.surface.kind == "browser"
        return computer.check_memory(read_memory(), browser=browser)

    def _camera(self) -> Finding:
        timeline = Timeline(0, now_ns())
        spec = parse_source(self._asked.camera, "camera")
        return devices.check_camera(camera_source(spec, self._rules.streams.camera, timeline))

    def _microphone(self) -> Finding:
        timeline = Timeline(0, now_ns())
        spec = parse_source(self._asked.microphone, "microphone")
        return devices.check_microphone(microphone_source(spec, timeline))

    def _screen(self) -> Finding:
        timeline = Timeline(0, now_ns())
        spec = parse_source(self._asked.screen, "screen")
        return devices.check_screen(screen_source(spec, self._rules.streams.screen, timeline))

    def _detectors(self) -> Finding:
        self._noticed = noticed = self._tried()
        if isinstance(noticed, EnvironmentFault):
            return detectors.skipped(detectors.DETECTORS, noticed)
        return detectors.judge_detectors(noticed)

    def _face(self) -> Finding:
        """By what the detectors saw just now; asked again, they look again."""
        noticed, self._noticed = self._noticed, None
        noticed = noticed or self._tried()
        if isinstance(noticed, EnvironmentFault):
            return detectors.skipped(detectors.FACE, noticed)
        return detectors.judge_face(noticed)

    def _tried(self) -> Noticed | EnvironmentFault:
        asked, rules = self._asked, self._rules
        if not rules.streams.camera.enabled or _is_nothing(asked.camera):
            return EnvironmentFault("The camera is not used.", "")
        try:
            if not self._live:
                return detectors.try_camera(rules, asked.camera, asked.models)
            if self._preview is None or self._preview.camera is None:
                return EnvironmentFault("The camera is not open.", "Choose one.")
            return detectors.try_detectors(rules, self._preview, asked.models)
        except EnvironmentFault as fault:
            return fault

    def _ask_server(self) -> Finding:
        self._server = self._server_look()
        return self._server.finding

    def _server_look(self) -> server.ServerLook:
        return server.check_server(
            self._asked.server, allow_plain=self._asked.allow_plain, wall=self._wall
        )

    def _clock(self) -> Finding:
        look, self._server = self._server or self._server_look(), None
        return computer.check_clock(datetime.fromtimestamp(self._wall(), UTC), look.offset)

    def _upload(self) -> Finding:
        asked = self._asked
        if not asked.server or not asked.code:
            return upload.UPLOAD.skipped(
                translate("doctor", "It is measured with an exam's code.")
            )
        return upload.check_upload(
            asked.server, asked.code, self._rules, allow_plain=asked.allow_plain
        )


def check(
    asked: Asked,
    *,
    on_begin: Callable[[Topic], None] = lambda _topic: None,
    wall: Callable[[], float] = time.time,
    bound_s: float = BOUND_S,
) -> Iterator[Finding]:
    """Examine the computer, one thing after the other.

    Args:
        asked: what to examine.
        on_begin: told each topic before it is looked at.
        wall: seconds since 1970 UTC.
        bound_s: the longest that one check may take; then it fails.
    """
    examination = Examination(asked, wall=wall, bound_s=bound_s)
    for topic in examination.items:
        on_begin(topic)
        yield examination.look(topic.id)


def bounded(item: Item, bound_s: float) -> Finding:
    """Run one check on a thread of its own, and wait for it no longer than the bound."""
    results: list[Finding] = []
    topic = item.topic

    def run() -> None:
        try:
            results.append(item.look())
        except EnvironmentFault as fault:
            results.append(topic.fault(fault))
        except Exception as bug:  # noqa: BLE001  (the other checks still have something to say)
            _log.exception("check_failed", check=topic.id)
            failed = translate("doctor", "The check itself failed: {bug}")
            results.append(topic.attention(failed.format(bug=repr(bug)), _TELL_US))

    thread = threading.Thread(target=run, name=f"check-{topic.id}", daemon=True)
    thread.start()
    thread.join(bound_s)
    if results:
        return results[0]
    if item.late is not None:
        return item.late
    return topic.problem(
        translate("doctor", "No answer within {seconds} s.").format(seconds=round(bound_s)),
        translate("doctor", "Try again; if it stays so, restart the computer."),
    )


def _is_nothing(source: str) -> bool:
    return isinstance(parse_source(source, "camera"), Nothing)


def _system() -> Finding:
    release = platform.platform(terse=True)
    return computer.check_system(
        sys.platform, release, (sys.version_info[0], sys.version_info[1]), os.cpu_count()
    )
