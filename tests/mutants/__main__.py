"""``make mutants``: change the contract's code in every small way; the tests must notice.

``make mutants ARGS=shared/chain.py`` looks at one module, ``ARGS=--all`` also names the
survivors that are explained. The exit status is 1 where fewer than 90 % are noticed, in all
or in one module, or where a survivor is not explained in ``survivors.toml``.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mutants import survivors, trying
from mutants.changes import Change, Module, changes_of
from mutants.survivors import Key
from mutants.trying import Outcome, Tried

SHARED = Path("shared")
# What must be noticed, of all and in each module.
PASS_PERCENT = 90.0
# Other programs should not notice that this one runs.
NICENESS = 10


def main(args: Sequence[str]) -> int:
    """Try every change of the modules named (all of them, where none is)."""
    modules = [_module(Path(name)) for name in args if not name.startswith("-")]
    modules = modules or [_module(path) for path in sorted(SHARED.glob("*.py"))]
    os.nice(NICENESS)
    trying.prepare()
    if not trying.clean(modules):
        print(f"The tests in {trying.TESTS} do not pass as things are: make that so first.")
        return 1
    since = time.monotonic()
    tried = _try_all([change for module in modules for change in changes_of(module)])
    known = survivors.explained()
    _print_survivors(tried, known, everything="--all" in args)
    _print_table(modules, tried, known)
    print(f"{len(tried)} changes in {(time.monotonic() - since) / 60:.0f} minutes")
    _print_stale(modules, tried, known)
    return 0 if _passes(modules, tried, known) else 1


def _module(path: Path) -> Module:
    name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    return Module(name, path, path.read_text("utf-8"))


def _try_all(changes: list[Change]) -> list[Tried]:
    tried: list[Tried] = []
    for one in trying.try_all(changes, os.cpu_count() or 1):
        tried.append(one)
        if sys.stderr.isatty():
            print(f"\r{len(tried)} of {len(changes)}", end=" ", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return [one for one in tried if one.outcome is not Outcome.INVALID]


def _survived(tried: list[Tried]) -> list[Change]:
    found = [one.change for one in tried if one.outcome is Outcome.SURVIVED]
    return sorted(found, key=lambda change: (change.module.name, change.where, change.lines))


def _print_survivors(tried: list[Tried], known: dict[Key, str], *, everything: bool) -> None:
    for change in _survived(tried):
        because = known.get(Key.of(change))
        if because is not None and not everything:
            continue
        print(f"{change.module.path}  {change.where or '(module)'}")
        gone, come = change.lines
        print(f"  - {gone}\n  + {come}")
        print(f"  {'explained: ' + because if because else 'NOT EXPLAINED'}\n")


def _print_table(modules: list[Module], tried: list[Tried], known: dict[Key, str]) -> None:
    width = max(len(str(module.path)) for module in modules)
    head = "changes  killed  timeout  survived  explained  killed %"
    print(f"{'':<{width}}  {head}")
    for module in modules:
        own = [one for one in tried if one.change.module is module]
        if own:
            print(f"{module.path!s:<{width}}  {_row(own, known)}")
    print(f"{'all':<{width}}  {_row(tried, known)}")


def _row(tried: list[Tried], known: dict[Key, str]) -> str:
    count = Counter(one.outcome for one in tried)
    told = sum(Key.of(change) in known for change in _survived(tried))
    return (
        f"{len(tried):7}  {count[Outcome.KILLED]:6}  {count[Outcome.TIMEOUT]:7}  "
        f"{count[Outcome.SURVIVED]:8}  {told:9}  {_percent(tried):8.1f}"
    )


def _percent(tried: list[Tried]) -> float:
    noticed = sum(one.outcome is not Outcome.SURVIVED for one in tried)
    return 100 * noticed / len(tried) if tried else 100.0


def _print_stale(modules: list[Module], tried: list[Tried], known: dict[Key, str]) -> None:
    looked_at = {module.path.as_posix() for module in modules}
    alive = {Key.of(change) for change in _survived(tried)}
    for key in known:
        if key.module in looked_at and key not in alive:
            print(f"No longer survives; remove from {survivors.FILE.name}: {key}")


def _passes(modules: list[Module], tried: list[Tried], known: dict[Key, str]) -> bool:
    each = [[one for one in tried if one.change.module is module] for module in modules]
    enough = all(_percent(some) >= PASS_PERCENT for some in [tried, *each])
    return enough and all(Key.of(change) in known for change in _survived(tried))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
