"""What was heard, to incidents and unobserved time.

``speech`` and ``second_voice`` answer two questions about one sound and may both be open:
that somebody speaks is known at once, who it is only when the sentence is over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from recorder.detect.incidents.blind_time import BlindTime
from recorder.detect.incidents.machine import NS, Reading
from recorder.detect.incidents.machines import Machines
from recorder.detect.observations import (
    PARTLY_HEARD,
    Blindness,
    Finding,
    MicrophoneObservation,
    SpeakerObservation,
    VoiceObservation,
)
from recorder.detect.voice.pauses import SPEECH
from shared.flags import Kind
from shared.policy import Rule

MICROPHONE_KINDS = (Kind.SPEECH, Kind.SECOND_VOICE)

# Silence of up to this long is a pause between two sentences, and says nothing against a
# second voice.
PAUSE_NS = 4 * NS

# Whose a stretch of 1.6 s was is known this long after its beginning at the latest.
LATEST_WORD_NS = 3 * NS

_NOBODY = Reading(0.0)


class MicrophoneIncidents:
    """Every incident of one microphone.

    Args:
        rule: the policy's rule for a kind.
        new_id: gives each incident its id.
    """

    def __init__(self, rule: Callable[[Kind], Rule], new_id: Callable[[], str]) -> None:
        self._machines = Machines(MICROPHONE_KINDS, rule, new_id)
        self._blind = BlindTime("microphone")
        self._silence: deque[tuple[int, Reading | None]] = deque()
        self._judged_ns: int | None = None

    def observed(self, heard: MicrophoneObservation) -> list[Finding]:
        """Take what one detector heard in a stretch of sound."""
        match heard:
            case VoiceObservation():
                return self._voice(heard)
            case SpeakerObservation():
                return self._speaker(heard)

    def absent(self, now_ns: int, reason: Blindness) -> list[Finding]:
        """Say that nothing is heard now, and was not since the last observation."""
        late = self._held_against(now_ns)
        return [*late, *self._blind.step(now_ns, reason), *self._machines.unseen(now_ns)]

    def cut(self, at_ns: int) -> list[Finding]:
        """The exam begins, stops or goes on: end there what is open."""
        return list(self._machines.cut(at_ns))

    def finish(self, now_ns: int) -> list[Finding]:
        """End everything that is open."""
        late = self._held_against(now_ns)
        return [*late, *self._machines.finish(now_ns), *self._blind.step(now_ns, None)]

    def unobserved_ns(self, now_ns: int) -> int:
        """How much could not be observed so far."""
        return self._blind.total_ns(now_ns)

    def _voice(self, heard: VoiceObservation) -> list[Finding]:
        now_ns, speech = heard.monotonic_ns, heard.speech
        deaf = heard.blind is not None and heard.blind not in PARTLY_HEARD
        spoken = None if deaf else Reading(speech, speech, {"speech": speech})
        if heard.blind is not None or speech < SPEECH:
            self._silence.append((now_ns, None if heard.blind else _NOBODY))
        return [
            *self._blind.step(now_ns, heard.blind),
            *self._machines.step(Kind.SPEECH, now_ns, spoken),
            *self._held_against(now_ns - PAUSE_NS - LATEST_WORD_NS),
        ]

    def _speaker(self, heard: SpeakerObservation) -> list[Finding]:
        numbers = {"unlike": heard.unlike} | ({"learnt": 1.0} if heard.learnt else {})
        reading = Reading(heard.unlike, heard.unlike, numbers)
        at_ns = heard.monotonic_ns
        late = self._held_against(at_ns, unless_since_ns=self._judged_ns)
        self._judged_ns = heard.end_ns
        return [*late, *self._machines.step(Kind.SECOND_VOICE, at_ns, reading)]

    def _held_against(
        self, until_ns: int, *, unless_since_ns: int | None = None
    ) -> list[Finding]:
        """Nobody spoke then, or nobody could be heard: what there is up to a moment, unless
        that is a pause since another one.
        """
        pause = unless_since_ns is not None and until_ns - unless_since_ns <= PAUSE_NS
        found: list[Finding] = []
        while self._silence and self._silence[0][0] <= until_ns:
            at_ns, reading = self._silence.popleft()
            if not pause:
                found += self._machines.step(Kind.SECOND_VOICE, at_ns, reading)
        return found
