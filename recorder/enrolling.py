"""The candidate's enrolment, as the session leads it: face, document, voice, one by one.

The detector process takes them and compares (``detect.enrolled``); here it is said what comes
next, what the evidence is told, and what is not watched where a part is missing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from recorder.detect.enrolled import FaceLook, FaceTaken, VoiceLook, VoiceTaken
from recorder.detect.identity.matching import identity_setup
from recorder.detect.observations import Box
from recorder.detect.setup import FaceEnrolment, IdentitySetup, VoiceEnrolment, VoiceSetup
from recorder.detect.watchlist import LEARN_VOICE, NO_REFERENCE
from recorder.evidence.drafts import Attachment
from recorder.status import EnrolmentOutcome, EnrolmentStep, EnrolmentView
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Policy
from shared.records import Detail, Enrolment

NS = 1_000_000_000

# A step that has not come off by then is said to have failed, with what can be done; it goes
# on being tried. Most photographs take three seconds, a document ten.
PATIENCE_S = {"face": 20.0, "turn": 20.0, "document": 40.0}

# Ten seconds of speech at a calm pace, with most of a language's sounds in it.
SENTENCE = (
    "I am taking this exam on my own. The work that I hand in is mine: nobody else is in the "
    "room with me, and nobody helps me from anywhere, by voice, by message or by any other way."
)

# Where nobody is led, a photograph is waited for so long.
UNATTENDED_S = 20.0
UNASKED = "recorded without anybody being asked for it"

# A detector process that is told to go on without a document answers with its next picture. One
# that has ended is there again after some seconds and begins with the photograph; where none is
# there by then, there will be no photograph either.
ANSWER_S = 10.0
UNANSWERED = "the detector that had the photograph did not answer any more"

LEFT_OUT = "left out by the candidate"
ADMITTED = "a proctor admitted the candidate without it"
INSTEAD = "the first voice that is heard for long enough stands for the candidate's"
UNLIKE = (
    "The face on the document does not look like yours in the camera. Take it again, go on "
    "without it, or ask a proctor."
)

Submit = Callable[[Enrolment, Sequence[Attachment]], None]
_Part = Literal["face", "voice"]
_STEPS: dict[str, EnrolmentStep] = {
    "photo": "face",
    "turn": "turn",
    "document": "document",
    "done": "done",
}


class Detectors(Protocol):
    """Where faces and voices are taken and compared (``Watching``)."""

    def take_face(self, setup: FaceEnrolment | None) -> None:
        """Take a photograph; ``None`` is no more."""
        ...

    def know_face(self, setup: IdentitySetup | None) -> None:
        """Compare the face with this one from now on."""
        ...

    def take_voice(self, setup: VoiceEnrolment | None) -> None:
        """Take a voice; ``None`` is no more."""
        ...

    def know_voice(self, setup: VoiceSetup) -> None:
        """Compare voices with this one from now on."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, of what is recorded; ``compared`` whether the face is, later on."""

    face: bool
    document: bool
    voice: bool
    compared: bool
    threshold: float

    @staticmethod
    def of(policy: Policy, *, camera: bool, microphone: bool) -> Wanted:
        """By the policy, and by the streams that there are."""
        asked, rule = policy.identity, policy.rule(Kind.IDENTITY_MISMATCH)
        threshold = rule.threshold or DEFAULT_RULES[Kind.IDENTITY_MISMATCH].threshold
        assert threshold is not None
        return Wanted(
            # A document is compared with the photograph.
            face=camera and asked.takes_face,
            document=camera and asked.document,
            voice=microphone and asked.voice and policy.rule(Kind.SECOND_VOICE).enabled,
            compared=rule.enabled,
            threshold=threshold,
        )


class Enrolling:
    """One enrolment. Called from the window's and the supervisor's thread.

    Args:
        policy: the rule that faces are compared by.
        wanted: what is asked for.
        detectors: where it is taken.
        submit: takes what goes into the evidence.
        clock: the evidence clock, nanoseconds.
        on_over: told when nothing is left to be taken.
    """

    def __init__(
        self,
        policy: Policy,
        wanted: Wanted,
        detectors: Detectors,
        submit: Submit,
        clock: Callable[[], int],
        on_over: Callable[[], None] = lambda: None,
    ) -> None:
        self._rule = policy.rule(Kind.IDENTITY_MISMATCH)
        self._wanted = wanted
        self._detectors = detectors
        self._submit = submit
        self._clock = clock
        self._on_over = on_over
        self._lock = threading.RLock()
        self._step: EnrolmentStep | None = None
        self._since_ns = 0
        self._number = 0
        self._words, self._progress = "", 0.0
        self._box: Box | None = None
        self._outcome: EnrolmentOutcome = "running"
        self._withheld: str | None = None
        self._broken = False
        self._knows_voice = False
        self._left_out: set[str] = set()
        self._unattended = False
        self.unwatched: tuple[str, ...] = ()

    def begin(self, *, unattended: bool = False) -> None:
        """Take what is wanted, in order; a second call does nothing.

        Where nobody is led through it (``unattended``), the photograph is taken from the first
        good picture, or left out after ``UNATTENDED_S``; nothing else is asked for.
        """
        with self._lock:
            if self._step is not None:
                return
            if unattended:
                self._leave_out_the_asking()
            self._take_face() if self._wanted.face else self._after_face()

    def view(self) -> EnrolmentView | None:
        """Where it stands; ``None`` before it has begun."""
        with self._lock:
            self._give_up_if_late()
            if self._step is None:
                return None
            return EnrolmentView(
                step=self._step,
                words=self._words,
                progress=self._progress,
                outcome=self._present_outcome(),
                box=self._box,
                sentence=SENTENCE if self._step == "voice" else "",
            )

    @property
    def over(self) -> bool:
        """Whether nothing is left to be taken."""
        with self._lock:
            self._give_up_if_late()
            return self._step == "done"

    def retake(self) -> None:
        """Take the present step again; a document begins with the photograph, and so does
        the whole once it is done.
        """
        with self._lock:
            if self._step == "voice":
                self._take_voice()
            elif self._step is not None:
                self._left_out.clear()
                self._take_face() if self._wanted.face else self._after_face()

    def leave_out(self, what: str, why: str = LEFT_OUT) -> None:
        """Go on without ``face``, ``document`` or ``voice``, if that is what is asked now."""
        with self._lock:
            if what == "face" and self._step in ("face", "turn"):
                self._leave_out_face(why)
            elif what == "document" and self._step == "document":
                self._leave_out_document(why)
            elif what == "voice" and self._step == "voice":
                self._leave_out_voice(why)

    def wait_for_proctor(self) -> None:
        """It was put to a proctor; what is being tried goes on."""
        with self._lock:
            if self._step not in (None, "done"):
                self._outcome = "awaiting"

    def answered(self, words: str, *, admitted: bool) -> None:
        """The proctor's word: go on without what does not come off, or not."""
        with self._lock:
            if self._outcome != "awaiting":
                return
            self._outcome = "running" if admitted else "failed"
            if admitted:
                why = f"{ADMITTED}: {words}" if words else ADMITTED
                self.leave_out("face" if self._step == "turn" else self._step or "", why)

    def on_face(self, look: FaceLook) -> None:
        """What the detector process says of the face."""
        with self._lock:
            self._give_up_if_late()
            if look.number != self._number or self._step not in ("face", "turn", "document"):
                return
            if look.taken is not None:
                self._face_taken(look.taken)
            elif look.problem:
                self._cannot_take_face(look.problem)
            elif look.step != "done":
                self._enter(_STEPS[look.step], look.words, look.progress, look.box)

    def on_voice(self, look: VoiceLook) -> None:
        """What the detector process says of the voice."""
        with self._lock:
            if look.number != self._number or self._step != "voice":
                return
            self._progress = look.progress
            if look.taken is not None:
                self._voice_taken(look.taken)
            elif look.problem:
                self._words, self._outcome = look.problem, "failed"

    def _leave_out_the_asking(self) -> None:
        """No document and no sentence: there is nobody to ask for them."""
        self._unattended = True
        if self._wanted.document:
            self._submit(Enrolment(identity={"document": {"left_out": UNASKED}}), ())
        if self._wanted.voice:
            self._submit(Enrolment(voice={"left_out": UNASKED, "instead": INSTEAD}), ())
        self._wanted = replace(self._wanted, document=False, voice=False)

    def _give_up_if_late(self) -> None:
        passed_s = (self._clock() - self._since_ns) / NS
        if self._unattended and self._step == "face" and passed_s >= UNATTENDED_S:
            self._leave_out_face(f"no good picture came within {UNATTENDED_S:.0f} s")
        if self._withheld and self._step == "document" and passed_s >= ANSWER_S:
            self._leave_out_face(UNANSWERED)

    def _enter(
        self, step: EnrolmentStep, words: str, progress: float = 0.0, box: Box | None = None
    ) -> None:
        if step != self._step:
            self._since_ns = self._clock()
            self._outcome = "running"
        self._step, self._words, self._progress, self._box = step, words, progress, box

    def _present_outcome(self) -> EnrolmentOutcome:
        """A step that has taken long is said to have failed, though it is still tried."""
        passed_s = (self._clock() - self._since_ns) / NS
        if self._outcome == "running" and passed_s > PATIENCE_S.get(self._step or "", passed_s):
            return "failed"
        return self._outcome

    def _take_face(self, *, withheld: str | None = None) -> None:
        self._number += 1
        self._withheld, self._broken = withheld, False
        self._step = None
        self._enter("face", "Look into the camera.")
        self._detectors.take_face(self._face_setup())

    def _face_setup(self) -> FaceEnrolment:
        wanted = self._wanted
        return FaceEnrolment(self._number, wanted.threshold, wanted.document, self._withheld)

    def _face_taken(self, taken: FaceTaken) -> None:
        self._detectors.take_face(None)
        if self._wanted.compared:
            self._detectors.know_face(identity_setup(self._rule, taken.embedding))
        self.unwatched = ()
        attachments = [Attachment(p.role, p.media_type, p.data) for p in taken.pictures]
        self._submit(Enrolment(identity=taken.identity, liveness=taken.liveness), attachments)
        document = taken.identity.get("document")
        if not isinstance(document, dict) or document.get("same") is not False:
            self._after_face()
            return
        self._enter("document", UNLIKE, 1.0)
        self._words, self._outcome = UNLIKE, "failed"
        if self._withheld is not None:
            self._leave_out_document(self._withheld)

    def _cannot_take_face(self, problem: str) -> None:
        """It stays at this step, as any that does not come off, unless nobody is there."""
        self._broken = True
        if self._unattended:
            self._leave_out_face(problem)
        else:
            self._words, self._outcome = problem, "failed"

    def _leave_out_face(self, why: str) -> None:
        self._detectors.take_face(None)
        # One that was taken before is left out, too.
        self._detectors.know_face(None)
        self._left_out.add("face")
        detail: Detail = {"left_out": why}
        if self._withheld is not None:
            detail["document"] = {"left_out": self._withheld}
        if self._wanted.compared:
            self.unwatched = (NO_REFERENCE,)
            detail["unwatched"] = list(self.unwatched)
        self._submit(Enrolment(identity=detail), ())
        self._after_face()

    def _leave_out_document(self, why: str) -> None:
        self._left_out.add("document")
        if self._words == UNLIKE:
            self._submit(Enrolment(identity={"document": {"left_out": why}}), ())
            self._after_face()
            return
        if self._broken:
            # Its run has ended with the photograph that it had: that is taken anew.
            self._take_face(withheld=why)
            return
        # The detector process ends the run with what it has, and says why in its result.
        self._withheld = why
        self._step = None
        self._enter("document", "One moment…", 1.0)
        self._detectors.take_face(self._face_setup())

    def _after_face(self) -> None:
        self._take_voice() if self._wanted.voice else self._finish()

    def _take_voice(self) -> None:
        self._number += 1
        self._step = None
        self._enter("voice", "Read the sentence aloud.")
        self._detectors.take_voice(VoiceEnrolment(self._number))

    def _voice_taken(self, taken: VoiceTaken) -> None:
        self._detectors.take_voice(None)
        self._detectors.know_voice(VoiceSetup(taken.embedding))
        self._knows_voice = True
        detail: Detail = {
            "likeness": taken.likeness,
            "stretches": taken.stretches,
            "speech_s": taken.speech_s,
        }
        self._submit(Enrolment(voice=detail), ())
        self._finish()

    def _leave_out_voice(self, why: str) -> None:
        self._detectors.take_voice(None)
        if self._knows_voice:
            self._detectors.know_voice(LEARN_VOICE)
        self._left_out.add("voice")
        self._submit(Enrolment(voice={"left_out": why, "instead": INSTEAD}), ())
        self._finish()

    def _finish(self) -> None:
        self._enter("done", "Thank you.", 1.0)
        self._outcome = "left_out" if self._left_out else "done"
        self._on_over()
