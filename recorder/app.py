"""The composition root: one recorder from its settings, one session from one policy.

Only what the first page needs is imported here; cameras, encoders and models come with
``assembly``, when a session is near.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from recorder.faults import EnvironmentFault
from recorder.settings import Settings, read_settings
from recorder.status import Offer

if TYPE_CHECKING:
    from recorder.leftovers import Leftovers
    from recorder.preview import LivePreview
    from recorder.session import Session
    from recorder.sync.client import Inspection, ServerClient
    from recorder.ui.ports import Preview


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

    def inspect(self, server: str, code: str) -> Offer:
        """Ask the server which exam a code opens; changes and uploads nothing.

        Raises:
            EnvironmentFault: whatever is in the way, with what to do.
        """
        from recorder.sync.client import ServerClient

        settings = self._settings
        client = ServerClient(server, pinned=settings.pinned, allow_plain=settings.allow_plain)
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

    def decline(self, offer: Offer) -> None:
        """Forget the offer; nothing was uploaded, and the code stays good."""
        self._forget(offer)

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

        client, inspection = self._inspected[offer.server, offer.code]
        assert isinstance(preview, LivePreview)  # ``open_preview`` makes no other
        session = begin(
            Plan(
                settings=self._settings,
                client=client,
                inspection=inspection,
                choices=Choices(camera, microphone, screen),
                preview=preview,
            )
        )
        self._sessions.append(session)
        return session

    def leave(self) -> None:
        """The program ends: what is not delivered stays in its store."""
        for session in self._sessions:
            session.wait(CLOSING_BOUND_S)
            session.leave()

    def _forget(self, offer: Offer) -> None:
        client, _ = self._inspected.pop((offer.server, offer.code), (None, None))
        if client is not None:
            client.close()


_KIND = {"camera": "device", "microphone": "device", "screen": "display"}


def run_window(argv: list[str] | None = None, settings: Settings | None = None) -> int:
    """Open the window; a link among the arguments opens its exam.

    What an earlier run left behind is delivered meanwhile.
    """
    from recorder.ui.run import run

    settings = settings or read_settings()
    recorder = Recorder(settings)
    with _leftovers(settings):
        status = run(recorder, argv or sys.argv, settings.server)
    recorder.leave()
    return status


@contextmanager
def _leftovers(settings: Settings) -> Iterator[None]:
    """Deliver old stores while inside; begins after the first paint, which it would delay."""

    def begin() -> None:
        from recorder.evidence.store import default_root
        from recorder.leftovers import Leftovers
        from recorder.logs import log_to_stderr

        log_to_stderr()
        started.append(Leftovers(settings.store or default_root(), settings.spread_s))
        started[0].start()

    started: list[Leftovers] = []
    timer = threading.Timer(LEFTOVERS_AFTER_S, begin)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        for leftovers in started:
            leftovers.stop(STOP_BOUND_S)
