"""One batch of sound to everything that the detectors say about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from recorder.capture.frames import AudioBlock
from recorder.detect.enrolled import VoiceLook, VoiceTaken
from recorder.detect.observations import SpeakerObservation
from recorder.detect.process.worker_messages import Heard
from recorder.detect.setup import (
    AtWork,
    DetectorSetup,
    VoiceEnrolment,
    VoiceSetup,
    nobody_asks,
    trouble_of,
)
from recorder.detect.voice.pauses import HeardWindow
from recorder.detect.voice.speakers import Encoder, SpeakerTracker
from recorder.detect.voice.speech import VoiceAnalyzer
from recorder.detect.voice.voice_encoder import voice_encoder
from recorder.detect.voice.voice_enrolment import NotEnrolled, VoicePrint
from recorder.detect.voice.voice_run import VoiceRun
from shared.flags import Kind


class SoundAnalyzer:
    """Listens to one microphone, in the order it was heard.

    Args:
        voice: hears whether somebody speaks; ``None`` makes the packaged one.
        encoder: gives what tells voices apart; asked for once that is wanted.
        at_work: is told when voices are told apart, for as long as they are.
    """

    def __init__(
        self,
        voice: VoiceAnalyzer | None = None,
        encoder: Callable[[], Encoder] = voice_encoder,
        at_work: AtWork = nobody_asks,
    ) -> None:
        self._voice = voice or VoiceAnalyzer()
        self._encoder = encoder
        self._at_work = at_work
        self._wanted: VoiceSetup | None = None
        self._speakers: SpeakerTracker | None = None
        self._loaded: Encoder | None = None
        self._reading: VoiceRun | None = None
        self._reading_number: int | None = None
        self._refused: VoiceLook | None = None
        self._given_up = False
        self._unwatched: tuple[str, ...] = ()

    def prepare(self, setup: DetectorSetup) -> None:
        """Listen for this from now on. Where the encoder cannot be used, speech is listened
        for all the same; the next answer says that voices are not told apart, and why.
        """
        self._prepare_reading(setup.take_voice)
        if setup.voice == self._wanted:
            return
        self._wanted = setup.voice
        self._speakers = setup.voice and self._tracker(setup.voice)

    def _tracker(self, wanted: VoiceSetup) -> SpeakerTracker | None:
        if self._given_up:
            return None
        try:
            with self._at_work("speakers"):
                return SpeakerTracker(self._known_encoder(), wanted)
        except Exception as error:  # noqa: BLE001  (it must not take speech with it)
            self._give_up(error)
            return None

    def _give_up(self, error: Exception) -> None:
        """Voices are told apart no more, for the rest of this process's life."""
        self._given_up, self._speakers = True, None
        self._unwatched = (f"{Kind.SECOND_VOICE}: {trouble_of(error)}",)

    def _prepare_reading(self, setup: VoiceEnrolment | None) -> None:
        if setup is None:
            self._reading, self._reading_number = None, None
        elif setup.number != self._reading_number:
            self._reading, self._reading_number = None, setup.number
            try:
                self._reading = VoiceRun(self._known_encoder())
            except Exception as error:  # noqa: BLE001  (as above)
                self._refused = VoiceLook(setup.number, 0.0, problem=trouble_of(error))

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
        speakers, learnt = self._told_apart(windows)
        unwatched, self._unwatched = self._unwatched, ()
        return Heard(observations, speakers, learnt, enrolling, unwatched)

    def _told_apart(
        self, windows: list[HeardWindow]
    ) -> tuple[tuple[SpeakerObservation, ...], tuple[float, ...] | None]:
        """Whose voice it was, one stretch at most, and the voice that was learnt."""
        if self._speakers is None:
            return (), None
        try:
            for window in windows:
                self._speakers.hear(window)
            with self._at_work("speakers"):
                speaker = self._speakers.judge()
            return () if speaker is None else (speaker,), self._speakers.take_learnt()
        except Exception as error:  # noqa: BLE001  (as above)
            self._give_up(error)
            return (), None

    def _read(self, windows: list[HeardWindow]) -> VoiceLook | None:
        """What was heard of a sentence that is read aloud; the result is told once."""
        refused, self._refused = self._refused, None
        run, number = self._reading, self._reading_number
        if run is None or number is None or run.result is not None:
            return refused
        try:
            for window in windows:
                run.take(window)
        except Exception as error:  # noqa: BLE001  (as above)
            self._reading = None
            return VoiceLook(number, run.progress, problem=trouble_of(error))
        match run.result:
            case None:
                return VoiceLook(number, run.progress)
            case NotEnrolled(problem):
                return VoiceLook(number, run.progress, problem=problem)
            case VoicePrint(embedding, likeness, stretches, speech_s):
                taken = VoiceTaken(embedding, likeness, stretches, speech_s)
                return VoiceLook(number, 1.0, taken)
