"""Every call that reaches the disk fails, with an error or for want of room, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from support.figures import amount
from support.injection import (
    DISK_CALLS,
    Call,
    calls_on,
    count_calls,
    each_call,
    python,
    run_with_fault,
)
from support.short_session import finish, make_server, saved, short_run

from recorder.evidence import contents
from recorder.evidence.audit import check_store
from recorder.evidence.store import EvidenceStore, session_folders
from shared.encoding import sha256_hex
from shared.verify import verify_bundle

PROGRAM = Path(__file__).parent / "programs" / "writer_run.py"

NAMES = (*DISK_CALLS, "write", "ftruncate", "truncate", "fallocate", "mkdir")

# Counted over the whole program: its interpreter opens and writes files of its own.
SESSION_NAMES = (*DISK_CALLS, "ftruncate", "truncate", "fallocate")

ERRORS = ("EIO", "ENOSPC")

# The call fails, and those after it: one error would be hidden by the next attempt.
IN_A_ROW = 3

# The short form tries every so many-th call.
STRIDE = amount(190, 1)

AT_ONCE = 2

REFUSED = 2


class Trial(NamedTuple):
    """One call that fails with one error."""

    call: Call
    error: str

    @property
    def name(self) -> str:
        return f"{self.call.name}-{self.call.number}-{self.error}"


def trials(calls: Sequence[Call]) -> list[Trial]:
    """Both errors at every so many-th call."""
    return [Trial(call, error) for call in calls[STRIDE // 2 :: STRIDE] for error in ERRORS]


def in_turn(trials: Sequence[Trial], attempt: Callable[[Trial], Counter[str]]) -> Counter[str]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(attempt, trials), Counter[str]())


def by_name(calls: Sequence[Call]) -> str:
    counts = Counter(call.name for call in calls)
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def test_the_writer_recovers_from_an_error_at_any_call(
    tmp_path: Path, figures: Callable[[str, str], None]
) -> None:
    """Never a false "saved"; the queue drains; recording goes on; the chain holds."""
    counted = tmp_path / "counted"
    counted.mkdir()
    calls, names = calls_on(python(PROGRAM, str(counted)), (*NAMES, "openat"), counted)

    def attempt(trial: Trial) -> Counter[str]:
        root = tmp_path / trial.name
        root.mkdir()
        fault, until = f"error={trial.error}", f"..{trial.call.number + IN_A_ROW}"
        files = [root / name for name in names]
        command = python(PROGRAM, str(root))
        done = run_with_fault(command, trial.call, fault, on=until, files=files)
        told = done.stdout.splitlines()
        assert done.returncode == 0, (trial, done.stdout, done.stderr)
        assert told[-1] == "held", (trial, done.stdout, done.stderr)
        chain = judge(root, saved(done.stdout))
        noticed = any(line.split()[0] in ("stalled", "refused") for line in told)
        return Counter(records=chain, noticed=noticed)

    all_trials = trials(calls)
    totals = in_turn(all_trials, attempt)
    figures(
        "I/O error and disk full at each disk call, writer",
        f"{len(all_trials)} runs over {len(calls)} calls ({by_name(calls)}), "
        f"{IN_A_ROW + 1} errors in a row: {totals['records']} records called saved and all "
        f"there, every queue drained, every bundle verifies; {totals['noticed']} runs were "
        "held up for longer than 20 ms",
    )


def judge(root: Path, said: list[str]) -> int:
    """All that was called saved is in the store, in order, and the store is sound."""
    [folder] = session_folders(root)
    store = EvidenceStore.open(folder)
    try:
        assert check_store(store) == []
        chain = [sha256_hex(signed.payload) for signed in contents.all_records(store)]
    finally:
        store.close()
    assert chain[: len(said)] == said
    return len(said)


def test_a_whole_session_meets_an_error_at_any_call(
    tmp_path: Path, figures: Callable[[str, str], None]
) -> None:
    """From the code to the last receipt: it is refused in words, and the same again ends it."""
    server = make_server()
    counted = tmp_path / "counted"
    with server.listening() as url:
        calls = each_call(count_calls(short_run(url, server, counted), SESSION_NAMES))

    def attempt(trial: Trial) -> Counter[str]:
        return one_session(trial, tmp_path / trial.name)

    all_trials = trials(calls)
    totals = in_turn(all_trials, attempt)
    figures(
        "I/O error and disk full at each disk call, session",
        f"{len(all_trials)} runs over {len(calls)} calls ({by_name(calls)}): "
        f"{totals['records']} records called saved and all there, {totals['refused']} runs "
        "refused in words and finished by the next, every bundle verifies",
    )


def one_session(trial: Trial, folder: Path) -> Counter[str]:
    server, root = make_server(), folder / "store"
    with server.listening() as url:
        done = run_with_fault(
            short_run(url, server, root),
            trial.call,
            f"error={trial.error}",
            on=f"..{trial.call.number + IN_A_ROW}",
        )
        assert "Traceback" not in done.stderr, (trial, done.stdout, done.stderr)
        assert done.returncode in (0, REFUSED), (trial, done.stdout, done.stderr)
        if done.returncode == REFUSED:
            finish(url, server, root)
    assert server.held is not None
    said = saved(done.stdout)
    assert said == [signed.hash for signed in server.held.records][: len(said)], trial
    judge(root, said)
    verdict = verify_bundle(server.export(folder / "session.zip"))
    assert verdict.holds, (trial, [line for line in verdict.results if line.failures])
    return Counter(records=len(said), refused=done.returncode == REFUSED)
