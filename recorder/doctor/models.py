"""Are the models there that find what a reviewer should look at: ours and the institution's?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recorder.detect.models.manifest import State as FileState
from recorder.detect.models.manifest import load_manifest, models_there
from recorder.detect.models.model_sets import LookedAt, default_folder, look_at
from recorder.detect.watchlist import watchlist
from recorder.doctor.finding import Finding, Topic
from recorder.doctor.wording import translate, verbatim
from recorder.faults import EnvironmentFault
from shared.flags import Kind
from shared.policy import Policy

MODELS = Topic(
    "models",
    translate("doctor", "Models"),
    translate("doctor", "They find what a reviewer should look at."),
)
INSTITUTION_MODELS = Topic(
    "institution_models",
    translate("doctor", "The institution's models"),
    translate("doctor", "They find what your institution wants to be found, such as phones."),
)

_ASK = translate(
    "doctor",
    "The exam goes on without; the recording says what was not looked for. "
    "`invigil-recorder models` adds and checks models.",
)


def check_models() -> Finding:
    """Every model file that comes with the program is the one that was tested; some of them a
    session can do without.
    """
    try:
        found, broken = models_there({model.part for model in load_manifest()})
    except EnvironmentFault as fault:
        return MODELS.fault(fault)
    if broken:
        return MODELS.attention(verbatim(" ".join(broken.values())), _ASK)
    return MODELS.ok(verbatim(", ".join(sorted(model.name for model in found))))


def check_institution_models(policy: Policy, folder: Path | None) -> Finding:
    """The institution's own models are whole, and know what the exam asks for."""
    try:
        looked: Sequence[LookedAt] = look_at(folder or default_folder())
    except EnvironmentFault as fault:
        return INSTITUTION_MODELS.remark(fault)
    broken = [one.model.name for one in looked if one.state is not FileState.GOOD]
    if broken:
        return INSTITUTION_MODELS.attention(
            translate("doctor", "Missing, or not as installed: {names}").format(
                names=tuple(broken)
            ),
            translate("doctor", "Have them installed again with `invigil-recorder models`."),
        )
    asked = policy.streams.camera.enabled and policy.rule(Kind.OBJECT_SEEN).enabled
    chosen = watchlist(policy.rule, policy.objects, ("camera",), looked)
    lacking = [words for words in chosen.unwatched if words.startswith(Kind.OBJECT_SEEN)]
    if asked and lacking:
        why = verbatim(lacking[0].partition(": ")[2])
        return INSTITUTION_MODELS.skipped(why, _ASK)
    names = tuple(sorted(one.model.name for one in looked))
    if not names:
        return INSTITUTION_MODELS.ok(translate("doctor", "The exam needs none."))
    return INSTITUTION_MODELS.ok(translate("doctor", "Whole: {names}").format(names=names))
