"""``invigil-recorder analyze``: every detector over a file, as fast as it goes."""

from __future__ import annotations

import contextlib
import heapq
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from recorder.capture.frames import AudioBlock, Frame
from recorder.detect.analysis.lines import LineWriter
from recorder.detect.analysis.output import open_output, warn
from recorder.detect.analysis.replay import MediaFile
from recorder.detect.analysis.rules_file import Rules, read_rules
from recorder.detect.identity.compare import embedding_of
from recorder.detect.identity.matching import identity_setup
from recorder.detect.incidents.blind_time import ABSENT_AFTER_NS, absent_after_ns
from recorder.detect.incidents.core import DetectionCore, Finding
from recorder.detect.models.manifest import models_there
from recorder.detect.models.model_sets import default_folder, look_at
from recorder.detect.observations import (
    Blindness,
    CameraObservation,
    FaceObservation,
    Incident,
    Unobserved,
    VoiceObservation,
    WatchedStream,
)
from recorder.detect.picture.stillness import Turns
from recorder.detect.pictures import PictureAnalyzer
from recorder.detect.process.worker_messages import Heard, observations_of
from recorder.detect.setup import IdentitySetup, VoiceSetup
from recorder.detect.voice.sounds import SoundAnalyzer
from recorder.detect.voice.voice_enrolment import voice_of
from recorder.detect.watchlist import LEARN_VOICE, Enrolled, Watchlist, watchlist, without
from recorder.faults import EnvironmentFault
from recorder.settings import read_settings
from shared.flags import Kind

NS = 1_000_000_000

COMPLETE, UNUSABLE, INTERRUPTED = 0, 2, 130


@dataclass(frozen=True, slots=True)
class Request:
    """What to analyse and where to write: one of ``video`` and ``audio`` at least."""

    video: Path | None
    audio: Path | None
    policy: Path | None
    output: Path | None
    reference: Path | None = None
    voice: Path | None = None


def analyze(request: Request) -> int:
    """Run the command; returns its exit status.

    Raises:
        EnvironmentFault: nothing could be analysed; the message says why.
    """
    started = time.process_time()
    if request.video is None and request.audio is None:
        raise EnvironmentFault(
            "There is nothing to analyse.", "Name a video or an image, or a sound with --audio."
        )
    rules = read_rules(request.policy)
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(file) for file in _open_files(request)]
        watched = _watched(request, rules, sound=any(file.has_sound for file in files))
        watched, models = _models(watched, rules)
        target = stack.enter_context(open_output(request.output, _sources(request)))
        core = DetectionCore(rules.rule, lambda: uuid.uuid4().hex)
        analysis = _Analysis(LineWriter(target), core, watched)
        return analysis.run(files, lambda: time.process_time() - started, models)


def _watched(request: Request, rules: Rules, *, sound: bool) -> Watchlist:
    """What is watched in the files that there are.

    Raises:
        EnvironmentFault: the reference shows no face, no voice can be had from the recording
            of one, or there is nothing to compare with it;
            the institution's list of models makes no sense.
    """
    there: dict[WatchedStream, bool] = {
        "camera": request.video is not None,
        "microphone": sound,
    }
    streams: list[WatchedStream] = [stream for stream, is_there in there.items() if is_there]
    looked = look_at(read_settings().models or default_folder())
    voice = _voice(request, rules, sound=sound)
    enrolled = Enrolled(face=_face(request, rules), voice=voice)
    return watchlist(rules.rule, rules.objects, streams, looked, enrolled)


def _models(watched: Watchlist, rules: Rules) -> tuple[Watchlist, dict[str, str]]:
    """What is watched by the models that are whole, and the name and SHA-256 of each.

    Raises:
        EnvironmentFault: a packaged model of faces or speech is missing or not the one that
            was tested.
    """
    if watched.setup.identity is None:
        watched = replace(watched, parts=watched.parts - {"identity"})
    packaged, broken = models_there(watched.parts)
    for why in broken.values():
        warn(why)
    own = [] if watched.object_model is None else [watched.object_model.record]
    models = {model.name: model.sha256 for model in (*packaged, *own)}
    return without(watched, rules.rule, broken), models


def _sources(request: Request) -> list[Path]:
    """Every file that is read."""
    named = (request.video, request.audio, request.policy, request.reference, request.voice)
    return [path for path in named if path is not None]


def _face(request: Request, rules: Rules) -> IdentitySetup | None:
    """Whom every face is compared with, if anybody.

    Raises:
        EnvironmentFault: the reference shows no face, or there is nothing to compare with it.
    """
    if request.reference is None:
        return None
    if request.video is None:
        raise EnvironmentFault(
            "There is no picture to compare the reference with.",
            "Name a video or an image beside --reference.",
        )
    rule = rules.rule(Kind.IDENTITY_MISMATCH)
    embedding = embedding_of(request.reference)
    if not rule.enabled:
        warn("the policy does not watch for another face; the reference is not used.")
        return None
    return identity_setup(rule, embedding)


def _voice(request: Request, rules: Rules, *, sound: bool) -> VoiceSetup:
    """Whose voice every other is compared with; the first one heard where none is given.

    Raises:
        EnvironmentFault: no voice can be had from the recording, or there is no sound.
    """
    if request.voice is None:
        return LEARN_VOICE
    if not sound:
        raise EnvironmentFault(
            "There is no sound to compare the voice with.",
            "Give a video with sound or a sound file beside --voice.",
        )
    known = voice_of(request.voice)
    if not rules.rule(Kind.SECOND_VOICE).enabled:
        warn("the policy does not watch for a second voice; the voice is not used.")
    return known


def _open_files(request: Request) -> Iterator[MediaFile]:
    if request.video is not None:
        yield MediaFile(request.video, camera=True, microphone=request.audio is None)
    if request.audio is not None:
        yield MediaFile(request.audio, camera=False, microphone=True)


class _Analysis:
    """One run: detectors, what they found so far, and the lines about it."""

    def __init__(self, lines: LineWriter, core: DetectionCore, watched: Watchlist) -> None:
        self._lines = lines
        self._core = core
        self._setup = watched.setup
        self._unwatched = list(watched.unwatched)
        self._turns = Turns()
        self._face: FaceObservation | None = None
        self._pictures: PictureAnalyzer | None = None
        self._sounds: SoundAnalyzer | None = None
        self._frames = 0
        self._unobserved_ns = 0
        self._patience_ns: dict[WatchedStream, int] = {}
        self._observed_ns: dict[WatchedStream, int] = {"camera": 0, "microphone": 0}

    def run(
        self, files: list[MediaFile], cpu_seconds: Callable[[], float], models: dict[str, str]
    ) -> int:
        """Analyse the files side by side to their ends and write everything down."""
        stopped = False
        try:
            self._read(files)
        except KeyboardInterrupt:
            stopped = True
        for answer in self._sounds.finish() if self._sounds else ():
            self._heard(answer)
        camera_ns = max(file.end_ns("camera") for file in files)
        microphone_ns = max(file.end_ns("microphone") for file in files)
        self._note(self._core.finish("camera", camera_ns))
        self._note(self._core.finish("microphone", microphone_ns))
        damaged = [file for file in files if file.damage]
        self._lines.summary(
            {
                "frames": self._frames,
                "seconds": round(max(camera_ns, microphone_ns) / NS, 3),
                "cpu_seconds": round(cpu_seconds(), 3),
                "models": models,
                "unwatched": self._unwatched,
                "unobserved_seconds": round(self._unobserved_ns / NS, 3),
                "incomplete": stopped or bool(damaged),
            }
        )
        for file in damaged:
            warn(f"{file.path}: {'; '.join(file.damage)}. What could be read was analysed.")
        if stopped:
            return INTERRUPTED
        return UNUSABLE if damaged else COMPLETE

    def _read(self, files: list[MediaFile]) -> None:
        slowest = absent_after_ns(min(file.fps for file in files))
        self._patience_ns = {"camera": slowest, "microphone": ABSENT_AFTER_NS}
        merged = heapq.merge(*files, key=lambda item: item.monotonic_ns)
        lengths = [seconds for file in files if (seconds := file.duration_s) is not None]
        with _progress(max(lengths, default=None)) as advance:
            for item in merged:
                if isinstance(item, Frame):
                    self._frame(item)
                else:
                    self._block(item)
                advance(item.monotonic_ns / NS)

    def _frame(self, frame: Frame) -> None:
        if self._pictures is None:
            self._pictures = PictureAnalyzer()
            self._pictures.prepare(self._setup)
        self._frames += 1
        comes = self._turns.comes(frame.image, frame.monotonic_ns)
        if self._face is not None and not comes:
            # As in a session, where such a picture is left out: what the last one showed holds.
            self._seen((replace(self._face, monotonic_ns=frame.monotonic_ns),))
            return
        answer = self._pictures.observe(frame.image, frame.monotonic_ns)
        self._given_up(answer.unwatched)
        self._face = answer.face
        self._seen(observations_of(answer))

    def _seen(self, seen: tuple[CameraObservation, ...]) -> None:
        self._lines.observation(*seen)
        self._observed("camera", seen[0].monotonic_ns)
        for one in seen:
            self._note(self._core.camera(one))

    def _observed(self, stream: WatchedStream, now_ns: int) -> None:
        """As in a session: what lies between two observations that are too far apart was
        not observed.
        """
        last_ns = self._observed_ns[stream]
        if now_ns - last_ns > self._patience_ns[stream]:
            for at_ns in (last_ns, now_ns):
                self._note(self._core.absent(stream, at_ns, Blindness.NO_INPUT))
        self._observed_ns[stream] = max(last_ns, now_ns)

    def _block(self, block: AudioBlock) -> None:
        if self._sounds is None:
            self._sounds = SoundAnalyzer()
            self._sounds.prepare(self._setup)
        self._heard(self._sounds.observe([block]))

    def _given_up(self, unwatched: tuple[str, ...]) -> None:
        """What cannot be watched any more, each as ``kind: why``."""
        for words in unwatched:
            self._unwatched.append(words)
            warn(words if words.endswith(".") else f"{words}.")

    def _heard(self, answer: Heard) -> None:
        self._given_up(answer.unwatched)
        for heard in (*answer.observations, *answer.speakers):
            self._lines.observation(heard)
            if isinstance(heard, VoiceObservation):
                self._observed("microphone", heard.monotonic_ns)
            self._note(self._core.microphone(heard))

    def _note(self, findings: list[Finding]) -> None:
        for finding in findings:
            match finding:
                case Incident(end_ns=None):
                    pass  # a file's incident is written once, when its end is known
                case Incident():
                    self._lines.incident(finding)
                case Unobserved():
                    self._unobserved_ns += finding.end_ns - finding.start_ns


@contextlib.contextmanager
def _progress(total_s: float | None) -> Iterator[Callable[[float], None]]:
    """A bar on the terminal, and nothing where standard error is not one."""
    if not sys.stderr.isatty():
        yield lambda _seconds: None
        return
    columns = (
        TextColumn("analysing"),
        BarColumn(),
        TextColumn("{task.completed:.0f} s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total_s)
        yield lambda seconds: progress.update(task, completed=seconds)
