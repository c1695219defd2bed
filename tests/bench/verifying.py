"""`invigil-verify` on the bundle of a three-hour session, beside plain tools on the same."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.long_session import make_bundle
from bench.measure import Row, at_most, noted

SESSION_S = 3 * 3600
BUDGET_S = 10.0

# What an old machine has to spare.
ONE_CORE = ("taskset", "-c", "0")

# Runs the verifier as anyone would, from a cold start, and says what it took. The peak is
# read from /proc: what getrusage calls it may be the parent's.
_MEASURED = """
import json, resource, sys
from pathlib import Path
from shared.cli import app
status = app([sys.argv[1], "--json"], result_action="return_value")
used = resource.getrusage(resource.RUSAGE_SELF)
peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
figures = {"cpu": used.ru_utime + used.ru_stime, "rss_kb": int(peak)}
print(json.dumps(figures), file=sys.stderr)
"""


def run() -> list[Row]:
    """Make the bundle, let plain tools read it, verify it."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "session.zip"
        made = make_bundle(bundle, SESSION_S)
        # The first reads the file into memory, for all alike.
        subprocess.run(["sha256sum", bundle], check=True, stdout=subprocess.DEVNULL)
        peer = sum(_seconds(*tool, bundle) for tool in (("sha256sum",), ("unzip", "-tqq")))
        taken, figures = _verify(bundle)
        size = bundle.stat().st_size
    counts = f"{made.records:,} records, {made.receipts:,} receipts, {made.pieces:,} pieces"
    return [
        noted("a session of three hours", f"{size / 1e6:.0f} MB: {counts}"),
        at_most("verifying it, on one core", taken, BUDGET_S, "s", 2),
        noted("sha256sum and unzip -t of the same file", f"{peer:.2f} s"),
        noted("verifying, to these", f"{taken / peer:.1f} ×"),
        noted("verifying, its CPU", f"{figures['cpu']:.2f} s"),
        noted("verifying, its memory at the peak", f"{figures['rss_kb'] / 1024:.0f} MB"),
    ]


def _verify(bundle: Path) -> tuple[float, dict[str, float]]:
    command = [*ONE_CORE, sys.executable, "-c", _MEASURED, str(bundle)]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    taken = time.monotonic() - began
    verdict = json.loads(done.stdout)
    assert verdict["holds"], [check for check in verdict["checks"] if check["failures"]]
    return taken, json.loads(done.stderr)


def _seconds(*command: str | Path) -> float:
    began = time.monotonic()
    subprocess.run([*ONE_CORE, *command], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began
