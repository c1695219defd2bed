"""The models of one session: looked at once, before anything is recorded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from recorder.detect.models.manifest import models_for
from recorder.detect.models.model_sets import default_folder, look_at
from recorder.detect.observations import WatchedStream
from recorder.detect.watchlist import Watchlist, watchlist
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

    The institution's models cannot keep a session from beginning: what is wrong with them
    stands in ``watchlist.unwatched``.

    Args:
        policy: the exam's.
        streams: what is recorded of what detectors watch.
        folder: the institution's models; ``None`` for the user's.

    Raises:
        EnvironmentFault: a packaged model is missing or not the one that was tested.
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
    models = sorted([*models_for(chosen.parts), *own], key=lambda model: model.name)
    return ModelChoice(chosen, tuple(models))
