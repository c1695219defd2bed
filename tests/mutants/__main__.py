"""``make mutants``: change the contract's code in every small way; the tests must notice.

``make mutants ARGS=shared/chain.py`` looks at one module, ``ARGS=--all`` also names the
survivors that are explained. The exit status is 1 where fewer than 90 % are noticed, in all
or in one module, or where a survivor is not explained in ``survivors.toml``.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mutants import survivors, tests, trying
from mutants.changes import Change, Module, changes_of
from mutants.processes import Outcome
from mutants.survivors import Key

SHARED = Path("shared")
# What must be noticed, of all and in each module.
PASS_PERCENT = 90.0
# Changes between two lines of a log: some two minutes.
LOGGED_EVERY = 200
# Other programs should not notice that this one runs.
NICENESS = 10


@dataclass(frozen=True)
class Tally:
    """What became of the changes to some modules."""

    outcomes: dict[Outcome, list[Change]]
    known: dict[Key, str]

    def of(self, module: Module) -> Tally:
        """The same of one module alone."""
        own = {
            outcome: [change for change in changes if change.module is module]
            for outcome, changes in self.outcomes.items()
        }
        return Tally(own, self.known)

    @property
    def tried(self) -> int:
        """How many changes were tried; what mutmut made that is no Python does not count."""
        return sum(
            len(changes)
            for outcome, changes in self.outcomes.items()
            if outcome is not Outcome.INVALID
        )

    @property
    def percent(self) -> float:
        """How many of a hundred were noticed: by a test that failed or did not end."""
        return 100 * (1 - len(self.survivors) / self.tried) if self.tried else 100.0

    @property
    def survivors(self) -> list[Change]:
        """The changes that no test noticed."""
        survived = self.outcomes.get(Outcome.SURVIVED, [])
        return sorted(survived, key=lambda change: (change.module.name, change.where))

    @property
    def unexplained(self) -> list[Change]:
        """The survivors of which ``survivors.toml`` does not say why they may."""
        return [change for change in self.survivors if Key.of(change) not in self.known]


def main(args: Sequence[str]) -> int:
    """Try every change of the modules named (of all, where none is)."""
    modules = [_module(Path(name)) for name in args if not name.startswith("-")]
    modules = modules or [_module(path) for path in sorted(SHARED.glob("*.py"))]
    os.nice(NICENESS)
    tests.prepare()
    if not trying.clean(modules[0]):
        print(f"The tests in {tests.TESTS} do not pass as things are: make that so first.")
        return 1
    since = time.monotonic()
    tally = _try_all(modules, everything="--all" in args)
    _print_table(modules, tally)
    print(f"{tally.tried} changes in {(time.monotonic() - since) / 60:.0f} minutes")
    _print_stale(modules, tally)
    enough = all(one.percent >= PASS_PERCENT for one in (tally, *map(tally.of, modules)))
    return 0 if enough and not tally.unexplained else 1


def _module(path: Path) -> Module:
    name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    return Module(name, path, path.read_text("utf-8"))


def _try_all(modules: list[Module], *, everything: bool) -> Tally:
    """Try the changes, and name what survives at once: all of them take more than an hour."""
    changes = [change for module in modules for change in changes_of(module)]
    outcomes: dict[Outcome, list[Change]] = {outcome: [] for outcome in Outcome}
    known, processes = survivors.explained(), os.cpu_count() or 1
    for done, tried in enumerate(trying.try_all(modules, changes, processes), 1):
        change = changes[tried.number]
        outcomes[tried.outcome].append(change)
        because = known.get(Key.of(change))
        if tried.outcome is Outcome.SURVIVED and (everything or because is None):
            _print_survivor(change, because)
        _print_progress(done, len(changes))
    return Tally(outcomes, known)


def _print_progress(done: int, of: int) -> None:
    """How far it is: in place on a terminal, else now and then a line for a log."""
    if sys.stderr.isatty():
        end = "\n" if done == of else " "
        print(f"\r{done} of {of}", end=end, file=sys.stderr, flush=True)
    elif done % LOGGED_EVERY == 0 or done == of:
        print(f"{done} of {of}", file=sys.stderr, flush=True)


def _print_survivor(change: Change, because: str | None) -> None:
    gone, come = change.lines
    print(f"{change.module.path}  {change.where or '(module)'}")
    print(f"  - {gone}\n  + {come}")
    print(f"  {'explained: ' + because if because else 'NOT EXPLAINED'}\n", flush=True)


def _print_table(modules: list[Module], tally: Tally) -> None:
    width = max(len(str(module.path)) for module in modules)
    head = "changes  killed  timeout  survived  explained  noticed"
    print(f"{'':<{width}}  {head}")
    for module in modules:
        if (own := tally.of(module)).tried:
            print(f"{module.path!s:<{width}}  {_row(own)}")
    print(f"{'all':<{width}}  {_row(tally)}")


def _row(tally: Tally) -> str:
    survived = len(tally.survivors)
    return (
        f"{tally.tried:7}  {len(tally.outcomes[Outcome.KILLED]):6}  "
        f"{len(tally.outcomes[Outcome.TIMEOUT]):7}  {survived:8}  "
        f"{survived - len(tally.unexplained):9}  {tally.percent:5.1f} %"
    )


def _print_stale(modules: list[Module], tally: Tally) -> None:
    looked_at = {module.path.as_posix() for module in modules}
    alive = {Key.of(change) for change in tally.survivors}
    for key in tally.known:
        if key.module in looked_at and key not in alive:
            print(f"No longer survives; remove from {survivors.FILE.name}: {key}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
