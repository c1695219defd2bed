"""The composition root: one recorder from its settings, one session from one policy.

Only what the first page needs is imported here; cameras, encoders and models come with
``assembly``, when a session is near.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from recorder.faults import EnvironmentFault
from recorder.lockdown.at_start import undo_at_start
from recorder.settings import Settings, read_settings
from recorder.status import Delivery, Interrupted, Offer, SavedFile, Survey
from shared.progress import Progress

if TYPE_CHECKING:
    from recorder.doctor.examination import Examination
    from recorder.doctor.finding import Closed, Running
    from recorder.doctor.practice import Practice
    from recorder.evidence.going_on import Entered
    from recorder.exam_room import ExamRoom
    from recorder.installed import InstalledProgram
    from recorder.leftovers import Leftovers
    from recorder.preview import LivePreview
    from recorder.session import Session
    from recorder.sync.client import Inspection, ServerClient
    from recorder.ui.ports import Preview, Recording
    from recorder.updates.news import Fetched, Installed, Trouble


# The window is on the screen within half a second; old stores can wait a little longer.
LEFTOVERS_AFTER_S = 3.0
STOP_BOUND_S = 3.0

# How long the end of the program waits for a chain to be closed and on disk.
CLOSING_BOUND_S = 20.0


class Recorder:
    """The program as the window and the commands see it. Calls block."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened or asked yet."""
        self._settings = settings
        self._inspected: dict[tuple[str, str], tuple[ServerClient, Inspection]] = {}
        self._sessions: list[Session] = []
        # What delivers old stores meanwhile, where something does.
        self.leftovers: Leftovers | None = None
        self._updates_stopped = False
        # One look at a time: they share a folder.
        self._updating = threading.Lock()

    def inspect(self, server: str, code: str) -> Offer:
        """Which exam does a code open? Changes and uploads nothing.

        A code whose recording is unfinished on this computer gives an offer to go on with
        it, without the network; another is asked of its server.

        Raises:
            EnvironmentFault: whatever is in the way, with what to do; also where the code's
                exam was handed in already.
        """
        self.program.begin()
        if (left := self._left_by(server, code)) is not None:
            return self.go_on(left)
        client = self._client(server)
        try:
            inspection = client.inspect(code)
        except EnvironmentFault:
            client.close()
            raise
        offer = Offer(
            client.server, inspection.code, inspection.policy, inspection.key_fingerprint
        )
        self._forget(offer)
        self._inspected[offer.server, offer.code] = (client, inspection)
        return offer

    def survey(self) -> Survey:
        """What an earlier run left unfinished, undelivered or damaged, the newest first.

        Raises:
            EnvironmentFault: the folder of the recordings cannot be read.
        """
        from recorder.interrupted import survey

        return survey(self._root)

    def go_on(self, interrupted: Interrupted) -> Offer:
        """An offer that ``start`` goes on with, without the network or another consent.

        Raises:
            EnvironmentFault: it is closed, in use, or cannot be read.
        """
        from recorder.interrupted import offer

        self._let_go(interrupted.folder)
        return offer(interrupted)

    def hand_in(self, interrupted: Interrupted) -> None:
        """Close an unfinished recording as it is; it is delivered with the other leftovers.

        Raises:
            EnvironmentFault: it is closed already, in use, or cannot be written.
        """
        from recorder.interrupted import close

        self._let_go(interrupted.folder)
        close(interrupted)
        if self.leftovers is not None:
            self.leftovers.look_again()

    def save(self, interrupted: Interrupted, target: Path, show: Progress) -> SavedFile:
        """Save what an earlier run left as a file to carry away; it stays here as well.

        Raises:
            EnvironmentFault: it is in use or cannot be read, or the file not be written.
        """
        from recorder.evidence.asking import ask_of
        from recorder.evidence.exporting import export
        from recorder.evidence.store import EvidenceStore

        self._let_go(interrupted.folder)
        try:
            with closing(EvidenceStore.open(interrupted.folder)) as store:
                return export(ask_of(store), target, time.time_ns() // 1000, show)
        finally:
            if self.leftovers is not None:
                self.leftovers.look_again()

    def delivering(self) -> dict[str, Delivery]:
        """How far what an earlier run left is delivered, by session. Returns at once."""
        return self.leftovers.progress() if self.leftovers is not None else {}

    def decline(self, offer: Offer) -> None:
        """Forget the offer; nothing was uploaded, and the code stays good."""
        self._forget(offer)
        if offer.resumes is not None and self.leftovers is not None:
            self.leftovers.look_again()

    def exam_room(self, offer: Offer, recording: Recording) -> ExamRoom | None:
        """Prepare the exam's browser, or ``None`` where its rules want none."""
        if offer.policy.surface.kind != "browser":
            return None
        from recorder.exam_room import ExamRoom
        from recorder.session import Session

        assert isinstance(recording, Session)  # ``start`` makes no other
        return ExamRoom(offer, recording)

    def devices(self) -> dict[str, list[tuple[str, str]]]:
        """Per stream the choices as (SRC, name), the default first."""
        from recorder.capture.devices import Unlisted, cameras, displays, microphones

        found = {"camera": cameras(), "microphone": microphones(), "screen": displays()}
        listed = {
            stream: [(f"{_KIND[stream]}:0", choices.reason)]
            if isinstance(choices, Unlisted)
            else [(choice.source, choice.name) for choice in choices]
            for stream, choices in found.items()
        }
        return {stream: self._suggested(stream, choices) for stream, choices in listed.items()}

    def _suggested(self, stream: str, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The choices, that of the settings first."""
        source = {
            "camera": self._settings.camera,
            "microphone": self._settings.microphone,
            "screen": self._settings.screen,
        }[stream]
        if not source:
            return choices
        name = dict(choices).get(source, source.removeprefix("file:").rpartition("/")[2])
        return [(source, name), *(choice for choice in choices if choice[0] != source)]

    def check(self, offer: Offer | None, scales: tuple[float, ...]) -> Examination:
        """The system check, as the window runs it; with an offer, against its rules."""
        from recorder.doctor.asked import Asked
        from recorder.doctor.examination import Examination

        settings = self._settings
        asked = Asked(
            server=None if offer is None else offer.server,
            code="" if offer is None else offer.code,
            policy=None if offer is None else offer.policy,
            store=settings.store,
            models=settings.models,
            pinned=settings.pinned,
            # An offer's server was let pass when its code was looked up.
            allow_plain=True,
        )
        return Examination(asked, live=True, scales=scales)

    def close_program(self, running: Running, *, force: bool) -> Closed:
        """Close a program for the candidate, who was asked."""
        from recorder.lockdown.closing import Started, close

        one = Started(running.pid, running.name, running.started)
        return close(one, force=force).value

    def practice(self, offer: Offer | None, camera: str, microphone: str) -> Practice:
        """Open camera and microphone and begin a practice run.

        Raises:
            EnvironmentFault: a device does not open, or a model is not as it should be.
        """
        from recorder.doctor.asked import assumed_policy
        from recorder.doctor.practice import practise

        rules = assumed_policy() if offer is None else offer.policy
        return practise(rules, camera, microphone, self._settings.models)

    def open_preview(self, offer: Offer, camera: str, microphone: str) -> LivePreview:
        """Open camera and microphone to look at; nothing is recorded.

        Raises:
            EnvironmentFault: one of them does not work; neither stays open.
        """
        from recorder.capturing import open_preview

        return open_preview(offer.policy.streams, camera, microphone)

    def start(
        self, offer: Offer, camera: str, microphone: str, screen: str, preview: Preview
    ) -> Session:
        """Redeem the code and record; the preview's devices are taken over.

        Raises:
            EnvironmentFault: the screen cannot be seen, or the code not be redeemed.
        """
        from recorder.assembly import Plan, begin
        from recorder.capturing import Choices
        from recorder.preview import LivePreview

        assert isinstance(preview, LivePreview)  # ``open_preview`` makes no other
        client, enter = self._way_in(offer)
        session = begin(
            Plan(
                settings=self._settings,
                client=client,
                offer=offer,
                enter=enter,
                choices=Choices(camera, microphone, screen),
                preview=preview,
                program=self.program,
            )
        )
        self._sessions.append(session)
        # All that was loaded until here stays. To look through it for garbage would hold every
        # thread up, the window's too, for some 40 ms; now the collector passes it by.
        gc.freeze()
        return session

    def _way_in(self, offer: Offer) -> tuple[ServerClient, Callable[[], Entered]]:
        """How the offer's session is got at: gone on with, or redeemed.

        Where an attempt to begin failed after the code was redeemed, another goes on with what
        that one has left.
        """
        if (left := offer.resumes or self._left_by(offer.server, offer.code)) is not None:
            from recorder.evidence.going_on import reopen

            self._forget(offer)
            self._let_go(left.folder)
            return self._client(left.server), lambda: reopen(left.folder)
        from recorder.sync.enrolment import enrol

        client, inspection = self._inspected[offer.server, offer.code]
        return client, lambda: enrol(client, inspection, self._root, time.time_ns() // 1000)

    def update(self) -> Fetched | Trouble | None:
        """A newer build of this program, fetched and checked, or why none can be told of.

        ``None`` where there is none, and where an exam is near or evidence waits: then nothing
        is asked or fetched, and what had begun ends.

        Raises:
            EnvironmentFault: the installed program is not whole.
        """
        from recorder.interrupted import is_recording
        from recorder.updates.commands import updates_of_this
        from recorder.updates.news import Fetched, Found, Trouble

        updates = updates_of_this(self._root, self._may_update)
        if updates is None or is_recording(self._root) or self.survey().interrupted:
            return None
        with self._updating:
            news = updates.look()
            if isinstance(news, Found):
                news = updates.fetch(news)
        return news if isinstance(news, Fetched | Trouble) else None

    def install(self, fetched: Fetched) -> Installed:
        """Install a newer build, or say who can and how; not with an exam near or under way.

        Raises:
            EnvironmentFault: it cannot be done here or now, with what to do.
        """
        from recorder.installed import installed_root
        from recorder.interrupted import is_recording
        from recorder.updates.installing import install

        root = installed_root()
        assert root is not None  # else nothing was fetched
        # Another program's recording is looked for once: each look opens every store.
        free = not is_recording(self._root)
        return install(fetched, root, lambda: free and self._may_update())

    def stop_updates(self) -> None:
        """The window closes: what is being fetched is left. Returns at once."""
        self._updates_stopped = True

    def _may_update(self) -> bool:
        """Whether nobody is on the way into an exam, or in one."""
        return not (self._inspected or self._sessions or self._updates_stopped)

    def leave(self) -> None:
        """The program ends: what is not delivered stays in its store."""
        for session in self._sessions:
            session.wait(CLOSING_BOUND_S)
            session.leave()

    @cached_property
    def program(self) -> InstalledProgram:
        """The program itself, beside the signed list of its files; made when first asked for,
        as the first page needs no cryptography."""
        from recorder.installed import this_program

        return this_program()

    @property
    def _root(self) -> Path:
        return self._settings.root

    def _client(self, server: str) -> ServerClient:
        from recorder.sync.client import ServerClient

        settings = self._settings
        return ServerClient(server, pinned=settings.pinned, allow_plain=settings.allow_plain)

    def _left_by(self, server: str, code: str) -> Interrupted | None:
        """The recording that this code left on this computer, closed or not."""
        from recorder.evidence.going_on import session_of
        from recorder.interrupted import look
        from recorder.sync.address import read_address

        address = read_address(server, allow_plain=self._settings.allow_plain)
        folder = session_of(self._root, address, code)
        if folder is None:
            return None
        self._let_go(folder)
        return look(folder)

    def _let_go(self, folder: Path) -> None:
        """Have the quiet delivery of leftovers let a store go that is wanted now.

        Raises:
            EnvironmentFault: it does not come to, just now.
        """
        if self.leftovers is None or self.leftovers.let_go(folder, STOP_BOUND_S):
            return
        raise EnvironmentFault(
            "This recording is just being delivered.", "Try again in a moment."
        )

    def _forget(self, offer: Offer) -> None:
        client, _ = self._inspected.pop((offer.server, offer.code), (None, None))
        if client is not None:
            client.close()


_KIND = {"camera": "device", "microphone": "device", "screen": "display"}


def run_window(argv: list[str] | None = None, settings: Settings | None = None) -> int:
    """Open the window; a link among the arguments opens its exam.

    What an earlier run left behind is delivered meanwhile; what it left changed on this
    computer is undone before.
    """
    undo_at_start()
    from recorder.ui.doorbell import bell_of
    from recorder.ui.run import run

    settings = settings or read_settings()
    recorder = Recorder(settings)
    bell = bell_of(settings.root)
    with _leftovers(recorder, settings):
        status = run(recorder, argv or sys.argv, settings.server, bell)
    recorder.leave()
    return status


@contextmanager
def _leftovers(recorder: Recorder, settings: Settings) -> Iterator[None]:
    """Deliver old stores while inside; begins after the first paint, which it would delay."""

    def begin() -> None:
        from recorder.leftovers import Leftovers
        from recorder.logs import log_to_stderr

        log_to_stderr()
        recorder.program.begin()
        recorder.leftovers = Leftovers(settings.root, settings.spread_s)
        recorder.leftovers.start()

    timer = threading.Timer(LEFTOVERS_AFTER_S, begin)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if recorder.leftovers is not None:
            recorder.leftovers.stop(STOP_BOUND_S)
