"""Builds one session from one policy: every part made and joined, in order, in one place."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from uuid import uuid4

from recorder.calibrating import Calibrating
from recorder.capture.frames import StreamName
from recorder.capture.pump import CapturePump
from recorder.capture.timeline import Timeline
from recorder.capturing import Choices, open_screen
from recorder.clock import now_ns
from recorder.clock_watch import ClockWatch
from recorder.course import NO_DOUBT, Course, Doubt, Outlets
from recorder.delivering import DeliveryLine, Terms
from recorder.detect.face.calibration import screen_from
from recorder.detect.observations import WatchedStream
from recorder.detect.process.load import Conditions
from recorder.detect.setup import DetectorSetup
from recorder.enrolling import Enrolling, Wanted
from recorder.evidence.clocks import system_clock
from recorder.evidence.encoder_thread import Backlog, EncoderThread
from recorder.evidence.founding import Founding
from recorder.evidence.going_on import Entered, consent_of, read_calibration, read_phases
from recorder.evidence.store import EvidenceStore
from recorder.evidence.streams import check_encoders, start_encoders
from recorder.evidence.writer import EvidenceWriter
from recorder.exam.engine import bent, is_root
from recorder.exam_gate import ExamGate
from recorder.heartbeat import UnobservedTime
from recorder.installed import InstalledProgram
from recorder.lockdown.adapter import Machine, Unsupported
from recorder.lockdown.boot import boot_id
from recorder.lockdown.environment.signs import total
from recorder.lockdown.lockdown import Lockdown, new_journal
from recorder.lockdown.machine import this_machine
from recorder.lockdown.operation import Operation
from recorder.lockdown.vitals import processors_in_use
from recorder.locking import Locking
from recorder.losses import LossRecorder
from recorder.model_choice import ModelChoice, choose_models
from recorder.parts import Opening, Parts
from recorder.phases import Standing, gone_through
from recorder.preview import LivePreview
from recorder.reporter import Reporter
from recorder.server_clock import ServerClock
from recorder.session import Session
from recorder.settings import Settings
from recorder.sleeps import Sleeps
from recorder.status import Offer
from recorder.surroundings import Surroundings
from recorder.sync.client import ServerClient
from recorder.talk import Talk
from recorder.watching import Watching
from shared.flags import Kind
from shared.policy import Policy

# Why a chain goes on, as its ``resume`` says.
RESTARTED = "the recorder was started again after an interruption"
NOT_RESUMED = "it was not recorded again after the interruption"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a session is to be made of. The candidate has agreed.

    ``enter`` gives its store and key: redeems the code, or opens what was interrupted.
    ``program`` is what runs, beside the list of its files.
    """

    settings: Settings
    client: ServerClient
    offer: Offer
    enter: Callable[[], Entered]
    choices: Choices
    preview: LivePreview
    program: InstalledProgram


def begin(plan: Plan) -> Session:
    """Enter the session and start the recording.

    Everything that can fail is tried before a code is redeemed.

    Raises:
        EnvironmentFault: the screen cannot be seen, a model or an encoder is not as it should
            be, the code cannot be redeemed, or the store not be read or written.
    """
    policy = plan.offer.policy
    choice = choose_models(policy, _watched(plan.preview), plan.settings.models)
    check_encoders(policy.streams)
    screen = open_screen(policy.streams, plan.choices.screen, plan.preview.relay)
    try:
        return _begin(plan, choice, screen)
    except BaseException:
        if screen is not None:
            screen.stop()
        raise


def _begin(plan: Plan, choice: ModelChoice, screen: CapturePump[Any] | None) -> Session:
    store, key = plan.enter()
    try:
        writer = EvidenceWriter(store, key, boot=boot_id())
        return _build(plan, choice, _pumps(plan.preview, screen), store, writer)
    except BaseException:
        # Another attempt in this program must find it free: the code is used by now.
        store.close()
        raise


def _build(
    plan: Plan,
    choice: ModelChoice,
    pumps: dict[StreamName, CapturePump[Any]],
    store: EvidenceStore,
    writer: EvidenceWriter,
) -> Session:
    policy = plan.offer.policy
    common = _Common.of(policy, pumps, writer)
    machine = _machine(pumps, plan.program)
    talk = Talk(_new_id, policy.warnings)
    locking = _locking(common, machine, talk)
    opening = _opening(plan, choice, pumps, store, locking)
    earlier = writer.streams
    standing = gone_through(read_phases(store, writer.boot, system_clock()))
    timeline = _begin_epoch(writer, opening)
    recording = _recording(common, timeline, talk)
    watching = _watching(common, recording.encoders, choice.watchlist.setup)
    # After an interruption the candidate sits where they sat before.
    if screen := screen_from(read_calibration(store)):
        watching.calibrate(screen)
    server_clock = ServerClock(system_clock().offset)
    delivering = _delivery_line(plan, common, store.founding, server_clock)
    terms = _Terms(server_clock, locking, talk, machine, standing)
    sitting = _sitting(common, watching, terms)
    parts = _parts(common, store, recording, watching, delivering, sitting, plan.preview)
    session = Session(parts, opening, timeline, now_ns)
    sitting.ends.session = session
    delivering.serve(session)
    plan.preview.take()
    try:
        session.start()
        _say_what_is_left_out(recording, earlier, timeline)
    except BaseException:
        session.break_off()
        raise
    return session


@dataclass(frozen=True, slots=True)
class _Common:
    """What most parts need: the terms, the streams, and the ways into the evidence."""

    policy: Policy
    pumps: dict[StreamName, CapturePump[Any]]
    writer: EvidenceWriter
    reporter: Reporter
    surroundings: Surroundings
    gate: ExamGate
    sleeps: Sleeps
    unobserved: UnobservedTime

    @staticmethod
    def of(
        policy: Policy, pumps: dict[StreamName, CapturePump[Any]], writer: EvidenceWriter
    ) -> _Common:
        reporter = Reporter(writer)
        surroundings = Surroundings(policy, pumps, reporter.attach, now_ns)
        reporter.illustrator = surroundings
        return _Common(
            policy=policy,
            pumps=pumps,
            writer=writer,
            reporter=reporter,
            surroundings=surroundings,
            gate=ExamGate(reporter.submit, _new_id),
            sleeps=Sleeps(),
            unobserved=UnobservedTime(),
        )


@dataclass(frozen=True, slots=True)
class _Recording:
    """What keeps the streams, and tells where they are missing."""

    encoders: Mapping[StreamName, EncoderThread[Any]]
    losses: LossRecorder
    clocks: ClockWatch


def _recording(common: _Common, timeline: Timeline, talk: Talk) -> _Recording:
    policy, submit = common.policy, common.reporter.submit
    for pump in common.pumps.values():
        pump.rebase(timeline)
    encoders = start_encoders(
        policy.streams, common.pumps, timeline, submit, now_ns, common.sleeps.slept
    )
    losses = LossRecorder(
        policy,
        submit,
        _new_id,
        lambda stream: stream in encoders and encoders[stream].interrupt(),
        device=lambda stream: common.pumps[stream].source.name,
        sleeps=common.sleeps,
    )
    clocks = ClockWatch(
        policy,
        common.sleeps,
        on_incident=submit,
        new_id=_new_id,
        look_at_clock=common.writer.look_at_clock,
        look_at_losses=losses.look,
        tell=talk.tell,
    )
    return _Recording(encoders, losses, clocks)


def _watching(
    common: _Common,
    encoders: Mapping[StreamName, EncoderThread[Any]],
    setup: DetectorSetup,
) -> Watching:
    return Watching(
        common.policy,
        common.pumps,
        common.gate,
        common.unobserved,
        _new_id,
        common.sleeps,
        lambda: _conditions(encoders),
        setup,
    )


def _delivery_line(
    plan: Plan, common: _Common, founding: Founding, server_clock: ServerClock
) -> DeliveryLine:
    terms = Terms(common.policy.rule(Kind.NETWORK_LOST), plan.settings.spread_s)
    return DeliveryLine(
        plan.client, founding, common.writer, common.reporter, terms, server_clock.heard
    )


@dataclass(slots=True)
class _Ends:
    """The session, once there is one, for the part of it that ends it."""

    session: Session | None = None

    def hand_in(self, reason: str) -> None:
        """The exam's time is over."""
        if self.session is not None:
            self.session.finish(reason)


@dataclass(frozen=True, slots=True)
class _Sitting:
    """What leads the candidate through the exam."""

    course: Course
    enrolling: Enrolling
    calibrating: Calibrating
    talk: Talk
    locking: Locking
    ends: _Ends


@dataclass(frozen=True, slots=True)
class _Terms:
    """What an exam's course depends on: the time, the machine, and where it stood before."""

    server_clock: ServerClock
    locking: Locking
    talk: Talk
    machine: Machine
    standing: Standing | None


def _sitting(common: _Common, watching: Watching, terms: _Terms) -> _Sitting:
    policy, submit, ends = common.policy, common.reporter.submit, _Ends()
    talk, locking = terms.talk, terms.locking
    course = Course(
        policy,
        common.gate,
        terms.server_clock,
        Outlets(submit, talk.tell, ends.hand_in, locking.start),
        now_ns,
        doubt=lambda: _doubt(terms.machine),
        standing=terms.standing,
    )
    wanted = Wanted.of(
        policy, camera="camera" in common.pumps, microphone="microphone" in common.pumps
    )
    enrolling = Enrolling(
        policy, wanted, watching, submit, now_ns, lambda: course.settle("identity")
    )
    calibrating = Calibrating(submit, watching.calibrate)
    watching.hearers.face_seen = calibrating.on_face
    watching.hearers.face_enrolling = enrolling.on_face
    watching.hearers.voice_enrolling = enrolling.on_voice
    return _Sitting(course, enrolling, calibrating, talk, locking, ends)


def _locking(common: _Common, machine: Machine, talk: Talk) -> Locking:
    policy, journal = common.policy, new_journal()

    def make(extra: Sequence[Operation]) -> Lockdown:
        return Lockdown(
            policy,
            machine,
            common.gate.incident,
            _new_id,
            journal,
            extra,
            boundaries=common.gate.boundaries,
        )

    return Locking(make, talk.tell)


def _machine(pumps: dict[StreamName, CapturePump[Any]], program: InstalledProgram) -> Machine:
    return this_machine(
        used=lambda: {stream: pump.source.name for stream, pump in pumps.items()},
        manifest=program.check(),
    )


def _doubt(machine: Machine) -> Doubt:
    """What speaks just now for a virtual machine, a remote session and the like."""
    if isinstance(machine.environment, Unsupported):
        return NO_DOUBT
    signs = machine.environment.signs()
    return Doubt(total(signs), tuple(sign.reason for sign in signs))


def _parts(
    common: _Common,
    store: EvidenceStore,
    recording: _Recording,
    watching: Watching,
    delivering: DeliveryLine,
    sitting: _Sitting,
    preview: LivePreview,
) -> Parts:
    return Parts(
        policy=common.policy,
        folder=store.folder.parent,
        writer=common.writer,
        reporter=common.reporter,
        losses=recording.losses,
        unobserved=common.unobserved,
        preview=preview,
        pumps=common.pumps,
        encoders=recording.encoders,
        detection=watching,
        surroundings=common.surroundings,
        locking=sitting.locking,
        clocks=recording.clocks,
        delivering=delivering,
        course=sitting.course,
        enrolling=sitting.enrolling,
        calibrating=sitting.calibrating,
        talk=sitting.talk,
    )


def _conditions(encoders: Mapping[StreamName, EncoderThread[Any]]) -> Conditions:
    late = any(encoder.backlog is not Backlog.NONE for encoder in encoders.values())
    return Conditions(processors_in_use(), evidence_late=late)


def _say_what_is_left_out(
    recording: _Recording, earlier: Collection[StreamName], timeline: Timeline
) -> None:
    """Streams that an earlier run recorded and this one does not."""
    for stream in earlier:
        if stream not in recording.encoders:
            recording.losses.on_lost(stream, timeline.origin_ns, NOT_RESUMED)


def _opening(
    plan: Plan,
    choice: ModelChoice,
    pumps: dict[StreamName, CapturePump[Any]],
    store: EvidenceStore,
    locking: Locking,
) -> Opening:
    return Opening(
        session=store.founding.session,
        build=_program(plan.offer, plan.program),
        models=choice.models,
        devices={stream: pump.source.name for stream, pump in pumps.items()},
        consent=consent_of(store, plan.offer.agreed),
        unwatched=(
            *_unwatched(plan.offer.policy, pumps, locking),
            *choice.watchlist.unwatched,
        ),
        resumed=store.tally.records_made > 0,
    )


def _begin_epoch(writer: EvidenceWriter, opening: Opening) -> Timeline:
    """Media time zero is now; what an earlier run left goes on from here."""
    origin_ns = now_ns()
    if opening.resumed:
        writer.resume(
            RESTARTED,
            origin_ns // 1000,
            build=opening.build,
            models=opening.models,
            devices=opening.devices,
            unwatched=opening.unwatched,
        )
    return Timeline(epoch=writer.epoch, origin_ns=origin_ns)


def _watched(preview: LivePreview) -> tuple[WatchedStream, ...]:
    """What is opened of what detectors watch."""
    opened: dict[WatchedStream, object] = {
        "camera": preview.camera,
        "microphone": preview.microphone,
    }
    return tuple(stream for stream, pump in opened.items() if pump is not None)


def _new_id() -> str:
    return uuid4().hex


def _pumps(
    preview: LivePreview, screen: CapturePump[Any] | None
) -> dict[StreamName, CapturePump[Any]]:
    every: dict[StreamName, CapturePump[Any] | None] = {
        "camera": preview.camera,
        "microphone": preview.microphone,
        "screen": screen,
    }
    return {stream: pump for stream, pump in every.items() if pump is not None}


def _program(offer: Offer, program: InstalledProgram) -> dict[str, Any]:
    return {
        **program.told(),
        "version": version("invigil"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "institution_key": offer.key_fingerprint,
    }


def _unwatched(
    policy: Policy, pumps: dict[StreamName, CapturePump[Any]], locking: Locking
) -> tuple[str, ...]:
    """What the policy asks for and this session cannot see, in words."""
    streams = policy.streams
    asked: dict[StreamName, bool] = {
        "camera": streams.camera.enabled,
        "microphone": streams.microphone.enabled,
        "screen": streams.screen.enabled,
    }
    missing = [f"{s}: not recorded" for s, wanted in asked.items() if wanted and s not in pumps]
    unsupported = [
        f"{watched.kind}: {watched.reason}"
        for watched in locking.status()
        if watched.state == "unsupported"
    ]
    browser = policy.surface.kind == "browser"
    surroundings = bent(os.environ, root=is_root()) if browser else ()
    return (*missing, *unsupported, *surroundings)
