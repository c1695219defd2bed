"""From the policy and the models there are to what is watched, and in words what is not.

Pure: the models were looked at before (``model_sets.look_at``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from recorder.detect.models.manifest import Part, State
from recorder.detect.models.model_sets import LookedAt
from recorder.detect.observations import WatchedStream
from recorder.detect.setup import (
    HAND_KINDS,
    DetectorSetup,
    IdentitySetup,
    ObjectSetup,
    VoiceSetup,
)
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Objects, Rule

# Where a rule does not say how often: a telephone is held up for seconds.
EVERY_S = 0.5

# Which part of detection a kind needs beside the faces, which every camera kind needs.
_PARTS: dict[Kind, Part] = {
    Kind.IDENTITY_MISMATCH: "identity",
    Kind.HAND_AT_EAR: "hands",
    Kind.HANDS_HIDDEN: "hands",
    Kind.SPEECH: "speech",
    Kind.SECOND_VOICE: "speakers",
}
_SOUND = (Kind.SPEECH, Kind.SECOND_VOICE)

# How many digits of a hash are enough to tell a person which model is meant.
_DIGITS = 12

NO_REFERENCE = f"{Kind.IDENTITY_MISMATCH}: no photograph was taken to compare the face with"

LEARN_VOICE = VoiceSetup()


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What the candidate's face is compared with, ``None`` until it is taken, and the voice,
    which is learnt where it is not.
    """

    face: IdentitySetup | None = None
    voice: VoiceSetup = LEARN_VOICE


NOBODY = Enrolled()


@dataclass(frozen=True, slots=True)
class Watchlist:
    """What one session watches.

    ``setup`` is for the detector process; ``parts`` are served by packaged models;
    ``object_model`` is the institution's, where one is used; ``unwatched`` says of each kind
    that the policy asks for and cannot be watched, ``kind: why``.
    """

    setup: DetectorSetup
    parts: frozenset[Part]
    object_model: LookedAt | None
    unwatched: tuple[str, ...]


def watchlist(
    rule: Callable[[Kind], Rule],
    objects: Objects,
    streams: Collection[WatchedStream],
    models: Sequence[LookedAt],
    enrolled: Enrolled = NOBODY,
    trouble: str | None = None,
    *,
    photo_follows: bool = False,
) -> Watchlist:
    """Decide what is watched.

    Args:
        rule: the policy's rule for a kind (``Policy.rule``).
        objects: the objects it asks for.
        streams: what is recorded.
        models: the institution's models, looked at.
        enrolled: the candidate's face and voice.
        trouble: why the institution's models could not be looked at, a sentence.
        photo_follows: whether the candidate is about to be photographed; where that does not
            come off, it is said then.
    """
    asked = frozenset(kind for kind in Kind if rule(kind).enabled)
    camera, microphone = "camera" in streams, "microphone" in streams
    chosen, unwatched = None, ()
    if camera and Kind.OBJECT_SEEN in asked:
        chosen, unwatched = _choose(objects, models)
        unwatched = _not(trouble) if trouble else unwatched
    no_photo = enrolled.face is None and not photo_follows
    if camera and Kind.IDENTITY_MISMATCH in asked and no_photo:
        unwatched += (NO_REFERENCE,)
    setup = DetectorSetup(
        identity=enrolled.face if camera and Kind.IDENTITY_MISMATCH in asked else None,
        objects=chosen and _object_setup(chosen, objects, rule(Kind.OBJECT_SEEN)),
        hands_every_s=_hands_every_s(rule) if camera else None,
        hand_kinds=tuple(kind for kind in HAND_KINDS if kind in asked),
        voice=enrolled.voice if microphone and Kind.SECOND_VOICE in asked else None,
    )
    parts = _parts(asked, camera=camera, microphone=microphone)
    if camera and photo_follows:
        # A document is compared with the photograph, also where the face is not later on.
        parts = parts.union(_ENROLLED)
    return Watchlist(setup, parts, chosen, unwatched)


def without(
    listed: Watchlist, rule: Callable[[Kind], Rule], broken: Mapping[Part, str]
) -> Watchlist:
    """The same where the packaged models of some parts cannot be used.

    Args:
        listed: what would be watched.
        rule: the policy's rule for a kind.
        broken: why not, a sentence for each part (``manifest.models_there``).
    """
    lost = {
        kind: broken[part]
        for kind, part in _PARTS.items()
        if part in broken and part in listed.parts and rule(kind).enabled
    }
    setup = replace(
        listed.setup,
        identity=None if "identity" in broken else listed.setup.identity,
        hands_every_s=None if "hands" in broken else listed.setup.hands_every_s,
        voice=None if "speakers" in broken else listed.setup.voice,
    )
    said = tuple(f"{kind}: {why}" for kind, why in lost.items())
    return replace(
        listed,
        setup=setup,
        parts=listed.parts - broken.keys(),
        unwatched=listed.unwatched + said,
    )


# What a photograph taken at the beginning needs.
_ENROLLED: frozenset[Part] = frozenset({"identity"})


def _parts(asked: frozenset[Kind], *, camera: bool, microphone: bool) -> frozenset[Part]:
    """Faces are found in every picture, and speech in all sound, whatever else is watched."""
    always: set[Part] = set()
    always |= {"faces"} if camera else set()
    always |= {"speech"} if microphone else set()
    return frozenset(always).union(
        part
        for kind, part in _PARTS.items()
        if kind in asked and (microphone if kind in _SOUND else camera)
    )


def _hands_every_s(rule: Callable[[Kind], Rule]) -> float | None:
    """As often as the kind that wants them most often."""
    every = [rule(kind).every_s or EVERY_S for kind in HAND_KINDS if rule(kind).enabled]
    return min(every, default=None)


def _choose(
    objects: Objects, models: Sequence[LookedAt]
) -> tuple[LookedAt | None, tuple[str, ...]]:
    """The model that knows most of what is asked for, and what is not watched for want of
    one; the earlier listed of equals.
    """
    if not models:
        return None, _not("no object model is installed")
    fitting = [m for m in models if objects.model in (None, m.model.sha256)]
    if not fitting:
        wanted = (objects.model or "")[:_DIGITS]
        return None, _not(f"the object model that the exam asks for ({wanted}…) is missing")
    good = [looked for looked in fitting if looked.state is State.GOOD]
    if not good:
        name, state = fitting[0].model.name, fitting[0].state
        return None, _not(f"the file of the object model {name} is {_STATE_WORDS[state]}")
    best = max(good, key=lambda looked: len(_known(looked, objects)))
    known = _known(best, objects)
    unknown = [label for label in objects.labels if _plain(label) not in map(_plain, known)]
    if not known:
        return None, _not(f"the object model {best.model.name} knows none of what is asked for")
    if unknown:
        listed = ", ".join(unknown)
        return best, _not(f"the object model {best.model.name} does not know: {listed}")
    return best, ()


_STATE_WORDS = {State.MISSING: "missing", State.CHANGED: "not the one that was installed"}


def _not(why: str) -> tuple[str, ...]:
    return (f"{Kind.OBJECT_SEEN}: {why}",)


def _known(looked: LookedAt, objects: Objects) -> tuple[str, ...]:
    """The model's own labels that are asked for, however they are spelt."""
    asked = {_plain(label) for label in objects.labels}
    return tuple(label for label in looked.model.labels if _plain(label) in asked)


def _plain(label: str) -> str:
    """``Cell_phone`` and ``cell phone`` are one label."""
    return " ".join(label.casefold().replace("_", " ").replace("-", " ").split())


def _object_setup(looked: LookedAt, objects: Objects, rule: Rule) -> ObjectSetup:
    default = DEFAULT_RULES[Kind.OBJECT_SEEN]
    threshold = default.threshold if rule.threshold is None else rule.threshold
    release = threshold if rule.release is None else rule.release
    assert threshold is not None
    assert release is not None
    return ObjectSetup(
        path=str(looked.file),
        labels=looked.model.labels,
        wanted=_known(looked, objects),
        confidence=min(threshold, release),
        every_s=rule.every_s or EVERY_S,
        name=looked.model.name,
        sha256=looked.model.sha256,
    )
