"""Tries changes: where it can, in a pytest that has collected; otherwise with new imports."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence

from mutants import cold, warm
from mutants.changes import Change, Module
from mutants.processes import Outcome, Tried, each, ended, forked
from mutants.tests import stages


def clean(module: Module) -> bool:
    """Whether all tests pass as things are; without that, nothing could be told."""
    return ended(forked(lambda: cold.run(stages(module)))) == 0


def try_all(
    modules: Sequence[Module], changes: Sequence[Change], processes: int
) -> Iterator[Tried]:
    """Try every change, some at a time; they come back as they end, by their numbers.

    What survives behind a collection is tried with new imports too: what the tests' modules
    made when they were imported was made by the code as it is.
    """
    functions = _tryable(modules, changes)
    bodies: dict[int, Change] = {}
    others: dict[int, Change] = {}
    for number, change in enumerate(changes):
        name = (str(change.module.path.absolute()), change.function)
        (bodies if name in functions else others)[number] = change
    for tried in warm.try_all(bodies, processes):
        if tried.outcome is Outcome.SURVIVED:
            others[tried.number] = bodies[tried.number]
        else:
            yield tried
    yield from each(others.items(), cold.attempt, processes)


def _tryable(modules: Sequence[Module], changes: Sequence[Change]) -> set[warm.Function]:
    """``warm.tryable``, asked in a child: here nothing of ours is ever imported."""
    reading, writing = os.pipe()

    def look() -> int:
        with os.fdopen(writing, "w") as out:
            json.dump(sorted(warm.tryable(modules, changes)), out)
        return 0

    pid = forked(look)
    os.close(writing)
    with os.fdopen(reading) as told:
        found = {(path, name) for path, name in json.load(told)}
    if ended(pid):
        raise RuntimeError("the modules could not be imported")
    return found
