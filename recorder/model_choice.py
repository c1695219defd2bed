"""The models of one session: looked at once, before anything is recorded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from recorder.detect.models.manifest import models_there
from recorder.detect.models.model_sets import default_folder, look_at
from recorder.detect.observations import WatchedStream
from recorder.detect.watchlist import Watchlist, watchlist, without
from recorder.faults import EnvironmentFault
from shared.policy import Policy
from shared.records import Model


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What is watched, and the models that do it, as the first record lists them."""

    watchlist: Watchlist
    models: tuple[Model, ...]


def choose_models(
    policy: Policy, streams: Collection[WatchedStream], folder: Path | None
) -> ModelChoice:
    """Decide what is watched and compare each model's file with its hash.

    The institution's models cannot keep a session from beginning, nor can packaged ones that
    it can do without (all but those of faces and speech): what is wrong with them stands in
    ``watchlist.unwatched``.

    Args:
        policy: the exam's.
        streams: what is recorded of what detectors watch.
        folder: the institution's models; ``None`` for the user's.

    Raises:
        EnvironmentFault: a packaged model of faces or speech is missing or not the one that
            was tested.
    """
    try:
        looked, trouble = look_at(folder or default_folder()), None
    except EnvironmentFault as fault:
        looked, trouble = (), fault.what
    chosen = watchlist(
        policy.rule,
        policy.objects,
        streams,
        looked,
        trouble=trouble,
        photo_follows=policy.identity.takes_face,
    )
    own = [] if chosen.object_model is None else [chosen.object_model.record]
    packaged, broken = models_there(chosen.parts)
    models = sorted([*packaged, *own], key=lambda model: model.name)
    return ModelChoice(without(chosen, policy.rule, broken), tuple(models))
