"""One batch of sound to everything that the detectors say about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from recorder.capture.frames import AudioBlock
from recorder.detect.process.worker_messages import Heard
from recorder.detect.setup import DetectorSetup, VoiceSetup
from recorder.detect.voice.pauses import HeardWindow
from recorder.detect.voice.speakers import Encoder, SpeakerTracker
from recorder.detect.voice.speech import VoiceAnalyzer
from recorder.detect.voice.voice_encoder import voice_encoder


class SoundAnalyzer:
    """Listens to one microphone, in the order it was heard.

    Args:
        voice: hears whether somebody speaks; ``None`` makes the packaged one.
        encoder: gives what tells voices apart; asked for once that is wanted.
    """

    def __init__(
        self,
        voice: VoiceAnalyzer | None = None,
        encoder: Callable[[], Encoder] = voice_encoder,
    ) -> None:
        self._voice = voice or VoiceAnalyzer()
        self._encoder = encoder
        self._wanted: VoiceSetup | None = None
        self._speakers: SpeakerTracker | None = None

    def prepare(self, setup: DetectorSetup) -> None:
        """Listen for this from now on.

        Raises:
            EnvironmentFault: the encoder is wanted and cannot be used.
        """
        if setup.voice == self._wanted:
            return
        self._wanted = setup.voice
        self._speakers = setup.voice and SpeakerTracker(self._encoder(), setup.voice)

    def observe(self, blocks: Iterable[AudioBlock]) -> Heard:
        """What some blocks held; of voices, one stretch at most is compared."""
        return self._heard(
            [window for block in blocks for window in self._voice.observe(block)]
        )

    def finish(self) -> list[Heard]:
        """What is still held back, piece by piece: nothing follows."""
        answers = [self._heard(self._voice.finish())]
        while self._speakers is not None and self._speakers.is_behind:
            answers.append(self._heard([]))
        return answers

    def _heard(self, windows: list[HeardWindow]) -> Heard:
        observations = tuple(window.observation for window in windows)
        if self._speakers is None:
            return Heard(observations)
        for window in windows:
            self._speakers.hear(window)
        speaker = self._speakers.judge()
        speakers = () if speaker is None else (speaker,)
        return Heard(observations, speakers, self._speakers.take_learnt())
