"""What was heard, to incidents and unobserved time.

``speech`` and ``second_voice`` answer two questions about one sound and may both be open:
that somebody speaks is known at once, who it is only when the sentence is over.
"""

from __future__ import annotations

from collections.abc import Callable

from recorder.detect.blind_time import BlindTime
from recorder.detect.incidents import Reading
from recorder.detect.machines import Machines
from recorder.detect.observations import (
    Blindness,
    Finding,
    MicrophoneObservation,
    SpeakerObservation,
    VoiceObservation,
)
from shared.flags import Kind
from shared.policy import Rule

MICROPHONE_KINDS = (Kind.SPEECH, Kind.SECOND_VOICE)


class MicrophoneIncidents:
    """Every incident of one microphone.

    Args:
        rule: the policy's rule for a kind.
        new_id: gives each incident its id.
    """

    def __init__(self, rule: Callable[[Kind], Rule], new_id: Callable[[], str]) -> None:
        self._machines = Machines(MICROPHONE_KINDS, rule, new_id)
        self._blind = BlindTime("microphone")

    def observed(self, heard: MicrophoneObservation) -> list[Finding]:
        """Take what one detector heard in a stretch of sound."""
        match heard:
            case VoiceObservation():
                return self._voice(heard)
            case SpeakerObservation():
                return self._speaker(heard)

    def absent(self, now_ns: int, reason: Blindness) -> list[Finding]:
        """Say that nothing is heard now, and was not since the last observation."""
        return [*self._blind.step(now_ns, reason), *self._machines.unseen(now_ns)]

    def finish(self, now_ns: int) -> list[Finding]:
        """End everything that is open."""
        return [*self._machines.finish(now_ns), *self._blind.step(now_ns, None)]

    def unobserved_ns(self, now_ns: int) -> int:
        """How much could not be observed so far."""
        return self._blind.total_ns(now_ns)

    def _voice(self, heard: VoiceObservation) -> list[Finding]:
        now_ns, speech = heard.monotonic_ns, heard.speech
        reading = Reading(speech, confidence=speech, numbers={"speech": speech})
        spoken = None if heard.blind else reading
        return [
            *self._blind.step(now_ns, heard.blind),
            *self._machines.step(Kind.SPEECH, now_ns, spoken),
        ]

    def _speaker(self, heard: SpeakerObservation) -> list[Finding]:
        reading = Reading(heard.unlike, heard.unlike, {"unlike": heard.unlike})
        return list(self._machines.step(Kind.SECOND_VOICE, heard.monotonic_ns, reading))
