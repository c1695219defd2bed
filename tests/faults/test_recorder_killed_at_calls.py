"""The recorder is killed at each call that makes its evidence reach the disk, one by one."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from support.evidence_server import EvidenceServer
from support.figures import amount
from support.injection import KILL, Call, count_calls, each_call, run_with_fault
from support.short_session import finish, make_server, saved, short_run

from shared.records import Gap, Resume, decode_record
from shared.verify import verify_bundle

# The short form kills at every so many-th call.
STRIDE = amount(94, 1)

# As many at once as the computer has cores to spare for.
AT_ONCE = 2


def test_a_kill_at_any_call_loses_nothing_that_was_saved(
    tmp_path: Path, figures: Callable[[str, str], None]
) -> None:
    server = make_server()
    with server.listening() as url:
        counts = count_calls(short_run(url, server, tmp_path / "counted"))
    calls = each_call(counts)[::STRIDE]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(partial(kill_at, tmp_path), calls))
    resumed = sum(outcomes)
    by_name = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    figures(
        "recorder killed at each disk call",
        f"{len(calls)} of {counts.total()} calls ({by_name}): no saved record lost, "
        f"{resumed} went on with resume, every bundle verifies",
    )


def kill_at(tmp_path: Path, call: Call) -> bool:
    """Kill the short run at a call, and finish it; whether a chain had to be resumed."""
    server = make_server()
    folder = tmp_path / f"{call.name}-{call.number}"
    root = folder / "store"
    with server.listening() as url:
        run = run_with_fault(short_run(url, server, root), call, KILL)
        assert run.returncode == -signal.SIGKILL, (call, run.stdout, run.stderr)
        finish(url, server, root)
    return judge(call, server, saved(run.stdout), folder)


def judge(call: Call, server: EvidenceServer, said: list[str], folder: Path) -> bool:
    """What was called saved is in the chain, which holds and says what is missing."""
    assert server.held is not None
    chain = server.held.records
    assert said == [signed.hash for signed in chain][: len(said)], call
    verdict = verify_bundle(server.export(folder / "session.zip"))
    assert verdict.holds, (call, [line for line in verdict.results if not line.holds])
    bodies = [decode_record(signed.payload).body for signed in chain]
    resumes = [n for n, body in enumerate(bodies) if isinstance(body, Resume)]
    for n in resumes:
        # The gaps of both streams, or those that were recorded by then, and the incident.
        assert isinstance(bodies[n + 1], Gap) or n == 1, call
    return bool(resumes)
