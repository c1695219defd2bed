"""``invigil-recorder record``: a session without the window, for scripts and kiosks."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from recorder.app import Recorder
from recorder.capturing import Choices
from recorder.faults import EnvironmentFault
from recorder.lockdown.at_start import undo_at_start
from recorder.session import Session
from recorder.settings import Settings, checked_seconds
from recorder.status import Interrupted, Offer, Stage, Status
from shared.counting import count
from shared.policy import Policy

# How often progress is looked at and shown.
LOOK_S = 0.5

DELIVERED, LEFT_OVER = 0, 1


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for. ``duration_s`` ``None``: until told to stop."""

    server: str
    code: str
    choices: Choices
    duration_s: float | None
    consent: bool
    wait_s: float


def record(request: Request, settings: Settings) -> int:
    """Record one session from a code to the last receipt.

    Returns:
        0 when the server holds everything, 1 when something is left in the store.

    Raises:
        EnvironmentFault: the session could not begin, or a length of time is none.
    """
    checked_seconds("--wait", request.wait_s)
    if request.duration_s is not None:
        checked_seconds("--duration", request.duration_s)
    undo_at_start()
    recorder = Recorder(settings)
    screen = Console(stderr=True, highlight=False)
    offer = recorder.inspect(request.server, request.code)
    if offer.resumes is None:
        _ask_consent(offer, request.consent, screen)
    else:
        screen.print(
            describe(offer.policy), describe_resumption(offer.resumes), sep="\n", markup=False
        )
    preview = recorder.open_preview(offer, request.choices.camera, request.choices.microphone)
    with _stop_signals() as stopped:
        began = time.monotonic()
        try:
            session = recorder.start(
                offer,
                request.choices.camera,
                request.choices.microphone,
                request.choices.screen,
                preview,
            )
        except BaseException:
            preview.close()
            raise
        started = Started(session, time.monotonic() - began)
        return _run(started, request, screen, stopped)


@dataclass(frozen=True, slots=True)
class Started:
    """A session, and the seconds from the word to begin until it recorded."""

    session: Session
    seconds: float


def _run(started: Started, request: Request, screen: Console, stopped: Stop) -> int:
    session = started.session
    session.begin_enrolment(unattended=True)
    # Scripts wait for this line; it is said once recording has begun.
    screen.print("recording", markup=False)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[note]}"),
        console=screen,
        transient=True,
    ) as progress:
        task = progress.add_task("Recording", total=request.duration_s, note="")
        while not _over(session.status(), request, stopped):
            if session.enrolled:
                session.ready()
            status = session.status()
            progress.update(task, completed=status.elapsed_s, note=_note(status))
            for notice in session.notices():
                screen.print(f"{notice.source}: {notice.text}", markup=False)
            stopped.event.wait(LOOK_S)
        session.finish("quit" if stopped.event.is_set() else "finished")
        session.wait()
        _deliver(session, request.wait_s, progress)
    status = session.status()
    session.leave()
    _report(started, status, screen)
    return DELIVERED if status.stage is Stage.DELIVERED else LEFT_OVER


def _over(status: Status, request: Request, stopped: Stop) -> bool:
    too_long = request.duration_s is not None and status.elapsed_s >= request.duration_s
    return too_long or stopped.event.is_set() or status.stage is not Stage.RECORDING


def _deliver(session: Session, wait_s: float, progress: Progress) -> None:
    """Wait for the last receipt, for ``wait_s`` seconds or until told to stop again."""
    task = progress.add_task("Delivering", total=1.0, note="")
    pause = threading.Event()
    with _stop_signals() as again:
        for _ in range(int(wait_s / LOOK_S) + 1):
            status = session.status()
            progress.update(task, completed=status.delivery.fraction, note=_note(status))
            if _settled(status) or again.event.is_set():
                return
            pause.wait(LOOK_S)


def _settled(status: Status) -> bool:
    """Whether waiting changes nothing any more."""
    failed = status.stage is Stage.FAILED and status.delivery.done
    return failed or status.stage is Stage.DELIVERED


def _note(status: Status) -> str:
    delivery = status.delivery
    waiting = delivery.blobs_made - delivery.blobs_sent
    if not waiting:
        return status.words
    return f"{status.words}; {count(waiting, 'piece')} {'waits' if waiting == 1 else 'wait'}"


def _report(started: Started, status: Status, screen: Console) -> None:
    delivery = status.delivery
    result = {
        "session": started.session.id,
        "delivered": status.stage is Stage.DELIVERED,
        "start_s": round(started.seconds, 3),
        "seconds": round(status.elapsed_s, 1),
        "records": delivery.records_made,
        "pieces": delivery.blobs_made,
        "bytes": delivery.bytes_made,
        "incidents": status.incidents,
    }
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
    if status.unsaved or status.stage is Stage.FAILED:
        screen.print(
            f"The end of the recording was not saved ({status.words}). What was saved until "
            "then is kept on this computer. Go on with it with the same code, or hand it in as "
            "it is: invigil-recorder evidence close, then invigil-recorder evidence upload. "
            "Tell the institution.",
            markup=False,
        )
    elif not delivery.done:
        screen.print(
            f"The server does not hold everything yet ({delivery.note or 'time is up'}). "
            "All is kept on this computer; deliver it with: invigil-recorder evidence upload",
            markup=False,
        )


def _ask_consent(offer: Offer, given: bool, screen: Console) -> None:
    """Say what will be recorded; go on only with consent.

    Raises:
        EnvironmentFault: there is none.
    """
    screen.print(describe(offer.policy), markup=False)
    if given:
        return
    if sys.stdin.isatty() and input("Do you agree? [y/N] ").strip().lower() in ("y", "yes"):
        return
    raise EnvironmentFault(
        "Nothing was recorded, because consent was not given.",
        "The code is still good. Run again and agree, or give --consent.",
    )


def describe(policy: Policy) -> str:
    """Who records what, why and until when, in a few lines."""
    streams = policy.streams
    recorded = {
        "camera": streams.camera.enabled,
        "microphone": streams.microphone.enabled,
        "screen": streams.screen.enabled,
    }
    what = ", ".join(stream for stream, wanted in recorded.items() if wanted)
    return (
        f"{policy.exam.title}, {policy.institution.name} ({policy.institution.contact})\n"
        f"records: {what}\npurpose: {policy.purpose}\n"
        f"kept for: {count(policy.retention_days, 'day')}{_earlier(policy)}"
    )


def _earlier(policy: Policy) -> str:
    """What is deleted before the rest, and after how many days."""
    days = {kind: policy.days(kind) for kind in policy.kept_days}
    told = [f"{kind} {n}" for kind, n in days.items() if n < policy.retention_days]
    return f" ({', '.join(told)})" if told else ""


def describe_resumption(one: Interrupted) -> str:
    """That an interrupted recording goes on, and on whose word."""
    last = datetime.fromtimestamp(one.last_us / 1e6).astimezone()
    return (
        f"goes on with: the recording that was interrupted at {last:%H:%M:%S on %d %B %Y}. "
        "The consent that was given when it began still stands, on the same terms. What was "
        "missed is recorded as a gap."
    )


@dataclass(frozen=True, slots=True)
class Stop:
    """Set when the user or the system asks the program to end."""

    event: threading.Event


@contextmanager
def _stop_signals() -> Iterator[Stop]:
    """While inside, SIGINT and SIGTERM ask for an orderly end."""
    stop = Stop(threading.Event())

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.event.set()

    before = {n: signal.signal(n, ask) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
