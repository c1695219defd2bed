"""Builds one session from one policy: every part made and joined, in order, in one place."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from uuid import uuid4

from recorder.capture.frames import StreamName
from recorder.capture.pump import CapturePump
from recorder.capture.timeline import Timeline
from recorder.capturing import Choices, open_screen
from recorder.clock import now_ns
from recorder.clock_watch import ClockWatch
from recorder.delivering import DeliveryLine, Terms
from recorder.detect.observations import WatchedStream
from recorder.detect.process.load import Conditions
from recorder.evidence.encoder_thread import Backlog, EncoderThread
from recorder.evidence.going_on import Entered, consent_of
from recorder.evidence.store import EvidenceStore
from recorder.evidence.streams import check_encoders, start_encoders
from recorder.evidence.writer import EvidenceWriter
from recorder.faults import EnvironmentFault
from recorder.heartbeat import UnobservedTime
from recorder.lockdown.boot import boot_id
from recorder.lockdown.machine import this_machine
from recorder.lockdown.vitals import processors_in_use
from recorder.lockdown.watch import MachineWatch
from recorder.losses import LossRecorder
from recorder.model_choice import ModelChoice, choose_models
from recorder.preview import LivePreview
from recorder.reporter import Reporter
from recorder.session import Opening, Parts, Session
from recorder.settings import Settings
from recorder.sleeps import Sleeps
from recorder.status import Offer
from recorder.surroundings import Surroundings
from recorder.sync.client import ServerClient
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
    """

    settings: Settings
    client: ServerClient
    offer: Offer
    enter: Callable[[], Entered]
    choices: Choices
    preview: LivePreview


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
    except EnvironmentFault:
        if screen is not None:
            screen.stop()
        raise


def _begin(plan: Plan, choice: ModelChoice, screen: CapturePump[Any] | None) -> Session:
    store, key = plan.enter()
    try:
        writer = EvidenceWriter(store, key, boot=boot_id())
        return _build(plan, choice, _pumps(plan.preview, screen), store, writer)
    except EnvironmentFault:
        # Another attempt in this program must find it free.
        store.close()
        raise


def _build(
    plan: Plan,
    choice: ModelChoice,
    pumps: dict[StreamName, CapturePump[Any]],
    store: EvidenceStore,
    writer: EvidenceWriter,
) -> Session:
    policy, settings = plan.offer.policy, plan.settings
    reporter = Reporter(writer)
    surroundings = Surroundings(policy, pumps, reporter.attach, now_ns)
    reporter.illustrator = surroundings
    sleeps = Sleeps()
    machine = MachineWatch(policy, this_machine(), reporter.submit, _new_id)
    opening = _opening(plan, choice, pumps, store, machine)
    earlier = writer.streams
    timeline = _begin_epoch(writer, opening)
    for pump in pumps.values():
        pump.rebase(timeline)
    encoders = start_encoders(
        policy.streams, pumps, timeline, reporter.submit, now_ns, sleeps.slept
    )
    losses = LossRecorder(
        policy,
        reporter.submit,
        _new_id,
        lambda stream: stream in encoders and encoders[stream].interrupt(),
        sleeps=sleeps,
    )
    clocks = ClockWatch(
        policy,
        sleeps,
        on_incident=reporter.submit,
        new_id=_new_id,
        look_at_clock=writer.look_at_clock,
        look_at_losses=losses.look,
    )
    unobserved = UnobservedTime()
    watching = Watching(
        policy,
        pumps,
        reporter,
        unobserved,
        _new_id,
        sleeps,
        lambda: _conditions(encoders),
        choice.watchlist.setup,
    )
    terms = Terms(policy.rule(Kind.NETWORK_LOST), settings.spread_s)
    delivering = DeliveryLine(plan.client, store.founding, writer, reporter, terms)
    parts = Parts(
        policy=policy,
        folder=store.folder.parent,
        writer=writer,
        reporter=reporter,
        losses=losses,
        unobserved=unobserved,
        preview=plan.preview,
        pumps=pumps,
        encoders=encoders,
        detection=watching,
        surroundings=surroundings,
        watch=machine,
        clocks=clocks,
        delivering=delivering,
    )
    session = Session(parts, opening, timeline, now_ns)
    delivering.serve(session)
    plan.preview.relay.listener = losses
    plan.preview.take()
    session.start()
    _say_what_is_left_out(losses, [s for s in earlier if s not in encoders], timeline)
    return session


def _conditions(encoders: Mapping[StreamName, EncoderThread[Any]]) -> Conditions:
    late = any(encoder.backlog is not Backlog.NONE for encoder in encoders.values())
    return Conditions(processors_in_use(), evidence_late=late)


def _say_what_is_left_out(
    losses: LossRecorder, streams: Collection[StreamName], timeline: Timeline
) -> None:
    """Streams that an earlier run recorded and this one does not."""
    for stream in streams:
        losses.on_lost(stream, timeline.origin_ns, NOT_RESUMED)


def _opening(
    plan: Plan,
    choice: ModelChoice,
    pumps: dict[StreamName, CapturePump[Any]],
    store: EvidenceStore,
    machine: MachineWatch,
) -> Opening:
    return Opening(
        session=store.founding.session,
        build=_program(plan.offer),
        models=choice.models,
        devices={stream: pump.source.name for stream, pump in pumps.items()},
        consent=consent_of(store),
        unwatched=(
            *_unwatched(plan.offer.policy, pumps, machine),
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


def _program(offer: Offer) -> dict[str, Any]:
    return {
        "version": version("invigil"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "packaged": bool(getattr(sys, "frozen", False)),
        "institution_key": offer.key_fingerprint,
    }


def _unwatched(
    policy: Policy, pumps: dict[StreamName, CapturePump[Any]], machine: MachineWatch
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
        for watched in machine.status()
        if watched.state == "unsupported"
    ]
    return (*missing, *unsupported)
