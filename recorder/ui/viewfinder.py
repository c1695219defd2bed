"""Owns the one preview that may be open, so that no device is opened twice or left open.

Every method blocks and is safe from any thread; the window calls them through its
``Doorway``. Requests that overtake each other are served one after the other.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from recorder.faults import EnvironmentFault
from recorder.status import Offer
from recorder.ui.ports import Preview, Program, Recording

# The SRC that opens nothing, as on the command line.
NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Sight:
    """What could be opened, and per device what was wrong."""

    preview: Preview | None
    camera_fault: EnvironmentFault | None = None
    microphone_fault: EnvironmentFault | None = None


class Viewfinder:
    """The preview of one offer, from the first look to the recording that takes it over."""

    def __init__(self, program: Program, offer: Offer) -> None:
        self._program, self._offer = program, offer
        self._lock = threading.Lock()
        self._preview: Preview | None = None
        self._closed = False

    def look(self, camera: str, microphone: str) -> Sight:
        """Close what was open and open these devices (SRC, or ``none``).

        When both together fail, each is tried alone, so that the user is told which one
        is at fault and sees the other working.
        """
        with self._lock:
            self._let_go()
            if self._closed:
                return Sight(None)
            sight = self._open(camera, microphone)
            self._preview = sight.preview
            return sight

    def start(self, camera: str, microphone: str, screen: str) -> Recording:
        """Begin the recording with the preview's devices; on failure they are closed.

        Raises:
            EnvironmentFault: as the program says it.
        """
        with self._lock:
            preview, self._preview = self._preview, None
            if preview is None:
                preview = self._program.open_preview(self._offer, camera, microphone)
            try:
                return self._program.start(self._offer, camera, microphone, screen, preview)
            except BaseException:
                preview.close()
                raise

    def close(self) -> None:
        """Let the devices go for good."""
        with self._lock:
            self._closed = True
            self._let_go()

    def _let_go(self) -> None:
        preview, self._preview = self._preview, None
        if preview is not None:
            preview.close()

    def _open(self, camera: str, microphone: str) -> Sight:
        preview, fault = self._try(camera, microphone)
        if fault is None:
            return Sight(preview)
        if camera == NOTHING:
            return Sight(None, microphone_fault=fault)
        if microphone == NOTHING:
            return Sight(None, camera_fault=fault)
        return self._open_apart(camera, microphone)

    def _open_apart(self, camera: str, microphone: str) -> Sight:
        sound, microphone_fault = self._try(NOTHING, microphone)
        if sound is not None:
            sound.close()
        picture, camera_fault = self._try(camera, NOTHING)
        if camera_fault is None and microphone_fault is not None:
            return Sight(picture, microphone_fault=microphone_fault)
        if picture is not None:
            picture.close()
        if camera_fault is not None and microphone_fault is None:
            sound, microphone_fault = self._try(NOTHING, microphone)
            return Sight(sound, camera_fault, microphone_fault)
        if camera_fault is not None:
            return Sight(None, camera_fault, microphone_fault)
        # Each alone works: either it has passed, or they do not go together.
        both, fault = self._try(camera, microphone)
        return Sight(both, fault, fault)

    def _try(
        self, camera: str, microphone: str
    ) -> tuple[Preview | None, EnvironmentFault | None]:
        try:
            return self._program.open_preview(self._offer, camera, microphone), None
        except EnvironmentFault as fault:
            return None, fault
