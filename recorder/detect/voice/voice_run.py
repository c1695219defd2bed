"""The candidate's voice while a sentence is read aloud: until there is enough of it.

Time is that of the sound. No window, clock or file here.
"""

from __future__ import annotations

from recorder.detect.voice.mel import RATE
from recorder.detect.voice.pauses import HeardWindow
from recorder.detect.voice.speakers import Encoder
from recorder.detect.voice.speech import NS, WINDOW, WINDOW_NS
from recorder.detect.voice.voice_enrolment import (
    LEAST_SPEECH_S,
    NotEnrolled,
    VoicePrint,
    enrolled,
)

# So much speech is asked for: half as much again as is needed, since some of it is unclear.
WANTED_SPEECH_S = 1.5 * LEAST_SPEECH_S

# Who has paused for so long, after enough was said, has read the sentence.
PAUSED_S = 1.5

# Nobody is kept waiting for longer; what is wrong is then said.
LONGEST_S = 25.0


class VoiceRun:
    """One reading.

    Args:
        encoder: gives what tells voices apart.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._windows: list[HeardWindow] = []
        self._speech = 0
        self._quiet = 0
        self.result: VoicePrint | NotEnrolled | None = None

    @property
    def progress(self) -> float:
        """How much of what is asked for was heard, 0..1."""
        return min(1.0, self._speech_s / WANTED_SPEECH_S)

    def take(self, window: HeardWindow) -> None:
        """One window more, in the order of time; none after there is a result."""
        if self.result is not None:
            return
        self._windows.append(window)
        self._speech += window.is_speech
        self._quiet = 0 if window.is_speech else self._quiet + 1
        if self._is_over():
            self.result = enrolled(self._windows, self._encoder)
            self._windows = []

    @property
    def _speech_s(self) -> float:
        return self._speech * WINDOW / RATE

    def _is_over(self) -> bool:
        paused = self._quiet * WINDOW_NS >= PAUSED_S * NS
        read = self._speech_s >= (LEAST_SPEECH_S if paused else WANTED_SPEECH_S)
        return read or len(self._windows) * WINDOW_NS >= LONGEST_S * NS
