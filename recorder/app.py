"""The composition root: one recorder from its settings, one session from one policy.

Only what the first page needs is imported here; cameras, encoders and models come with
``assembly``, when a session is near.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from recorder.faults import EnvironmentFault
from recorder.settings import Settings, read_settings
from recorder.status import Offer

if TYPE_CHECKING:
    from recorder.capturing import Relay
    from recorder.preview import LivePreview
    from recorder.session import Session
    from recorder.sync.client import Inspection, ServerClient
    from recorder.ui.ports import Preview


class Recorder:
    """The program as the window and the commands see it. Calls block."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened or asked yet."""
        self._settings = settings
        self._inspected: dict[tuple[str, str], tuple[ServerClient, Inspection]] = {}
        self._previews: dict[int, tuple[LivePreview, Relay]] = {}

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
        return {
            stream: [(f"{_KIND[stream]}:0", choices.reason)]
            if isinstance(choices, Unlisted)
            else [(choice.source, choice.name) for choice in choices]
            for stream, choices in found.items()
        }

    def open_preview(self, offer: Offer, camera: str, microphone: str) -> LivePreview:
        """Open camera and microphone to look at; nothing is recorded.

        Raises:
            EnvironmentFault: one of them does not work; neither stays open.
        """
        from recorder.capturing import open_preview

        preview, relay = open_preview(offer.policy.streams, camera, microphone)
        self._previews[id(preview)] = (preview, relay)
        return preview

    def start(
        self, offer: Offer, camera: str, microphone: str, screen: str, preview: Preview
    ) -> Session:
        """Redeem the code and record; the preview's devices are taken over.

        Raises:
            EnvironmentFault: the screen cannot be seen, or the code not be redeemed.
        """
        from recorder.assembly import Plan, begin
        from recorder.capturing import Choices

        client, inspection = self._inspected[offer.server, offer.code]
        live, relay = self._previews[id(preview)]
        session = begin(
            Plan(
                settings=self._settings,
                client=client,
                inspection=inspection,
                choices=Choices(camera, microphone, screen),
                preview=live,
                relay=relay,
            )
        )
        del self._previews[id(preview)]
        return session

    def _forget(self, offer: Offer) -> None:
        client, _ = self._inspected.pop((offer.server, offer.code), (None, None))
        if client is not None:
            client.close()


_KIND = {"camera": "device", "microphone": "device", "screen": "display"}


def run_window(argv: list[str] | None = None, settings: Settings | None = None) -> int:
    """Open the window; a link among the arguments opens its exam."""
    from recorder.ui.run import run

    settings = settings or read_settings()
    return run(Recorder(settings), argv or sys.argv, settings.server)
