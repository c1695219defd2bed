"""One batch of sound to everything that the detectors say about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from recorder.capture.frames import AudioBlock
from recorder.detect.enrolled import VoiceLook, VoiceTaken
from recorder.detect.process.worker_messages import Heard
from recorder.detect.setup import DetectorSetup, VoiceEnrolment, VoiceSetup
from recorder.detect.voice.pauses import HeardWindow
from recorder.detect.voice.speakers import Encoder, SpeakerTracker
from recorder.detect.voice.speech import VoiceAnalyzer
from recorder.detect.voice.voice_encoder import voice_encoder
from recorder.detect.voice.voice_enrolment import NotEnrolled, VoicePrint
from recorder.detect.voice.voice_run import VoiceRun


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
        self._loaded: Encoder | None = None
        self._reading: VoiceRun | None = None
        self._reading_number = 0

    def prepare(self, setup: DetectorSetup) -> None:
        """Listen for this from now on.

        Raises:
            EnvironmentFault: the encoder is wanted and cannot be used.
        """
        self._prepare_reading(setup.take_voice)
        if setup.voice == self._wanted:
            return
        self._wanted = setup.voice
        self._speakers = setup.voice and SpeakerTracker(self._known_encoder(), setup.voice)

    def _prepare_reading(self, setup: VoiceEnrolment | None) -> None:
        if setup is None:
            self._reading = None
        elif self._reading is None or setup.number != self._reading_number:
            self._reading = VoiceRun(self._known_encoder())
            self._reading_number = setup.number

    def _known_encoder(self) -> Encoder:
        """The one that there is: loading it takes a while."""
        self._loaded = self._loaded or self._encoder()
        return self._loaded

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
        enrolling = self._read(windows)
        if self._speakers is None:
            return Heard(observations, enrolling=enrolling)
        for window in windows:
            self._speakers.hear(window)
        speaker = self._speakers.judge()
        speakers = () if speaker is None else (speaker,)
        return Heard(observations, speakers, self._speakers.take_learnt(), enrolling)

    def _read(self, windows: list[HeardWindow]) -> VoiceLook | None:
        """What was heard of a sentence that is read aloud; the result is told once."""
        run = self._reading
        if run is None or run.result is not None:
            return None
        for window in windows:
            run.take(window)
        match run.result:
            case None:
                return VoiceLook(self._reading_number, run.progress)
            case NotEnrolled(problem):
                return VoiceLook(self._reading_number, run.progress, problem=problem)
            case VoicePrint(embedding, likeness, stretches, speech_s):
                taken = VoiceTaken(embedding, likeness, stretches, speech_s)
                return VoiceLook(self._reading_number, 1.0, taken)
