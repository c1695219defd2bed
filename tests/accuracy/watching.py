"""A play or a minute of sound to what is found in it, by the path of ``analyze``."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from accuracy.heads import Picture

from recorder.capture.frames import AudioBlock
from recorder.detect.incidents.core import DetectionCore
from recorder.detect.observations import Finding, Incident, Unobserved, WatchedStream
from recorder.detect.pictures import PictureAnalyzer
from recorder.detect.process.worker_messages import Heard, observations_of
from recorder.detect.setup import DetectorSetup
from recorder.detect.voice.sounds import SoundAnalyzer
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, OFF, Rule

NS = 1_000_000_000


@dataclass(slots=True)
class Findings:
    """What was found, in the order of its end."""

    incidents: list[Incident] = field(default_factory=list)
    unobserved: list[Unobserved] = field(default_factory=list)

    def note(self, findings: Iterable[Finding]) -> None:
        """Take what ended."""
        for finding in findings:
            match finding:
                case Unobserved():
                    self.unobserved.append(finding)
                case Incident(end_ns=None):
                    pass
                case Incident():
                    self.incidents.append(finding)


def default_rule(kind: Kind) -> Rule:
    """As in the default policy."""
    return DEFAULT_RULES.get(kind, OFF)


def pictures_watched(
    pictures: Iterable[tuple[float, Picture]],
    setup: DetectorSetup,
    rule: Callable[[Kind], Rule] = default_rule,
) -> Findings:
    """What is found in pictures, each with its time in seconds."""
    (found,) = pictures_judged(pictures, setup, [rule])
    return found


def pictures_judged(
    pictures: Iterable[tuple[float, Picture]],
    setup: DetectorSetup,
    rules: Sequence[Callable[[Kind], Rule]],
) -> list[Findings]:
    """What is found in the same pictures by each of several sets of rules."""
    analyzer = PictureAnalyzer()
    analyzer.prepare(setup)
    judges = [(_core(rule), Findings()) for rule in rules]
    at_ns = 0
    for at, picture in pictures:
        at_ns = round(at * NS)
        for seen in observations_of(analyzer.observe(picture, at_ns)):
            for core, found in judges:
                found.note(core.camera(seen))
    return [_finished(core, "camera", at_ns, found) for core, found in judges]


def sound_watched(
    blocks: Iterator[AudioBlock],
    setup: DetectorSetup,
    rule: Callable[[Kind], Rule] = default_rule,
) -> Findings:
    """What is found in sound."""
    analyzer, core, found = SoundAnalyzer(), _core(rule), Findings()
    analyzer.prepare(setup)
    end_ns = 0
    for block in blocks:
        end_ns = block.monotonic_ns + len(block.samples) * NS // block.rate
        _note(analyzer.observe([block]), core, found)
    for answer in analyzer.finish():
        _note(answer, core, found)
    return _finished(core, "microphone", end_ns, found)


def _note(answer: Heard, core: DetectionCore, found: Findings) -> None:
    for heard in (*answer.observations, *answer.speakers):
        found.note(core.microphone(heard))


def _core(rule: Callable[[Kind], Rule]) -> DetectionCore:
    numbers = itertools.count()
    return DetectionCore(rule, lambda: str(next(numbers)))


def _finished(
    core: DetectionCore, stream: WatchedStream, end_ns: int, found: Findings
) -> Findings:
    found.note(core.finish(stream, end_ns))
    return found
