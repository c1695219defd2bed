"""``invigil-verify``: check an exported session without any server."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from shared.bar import waiting
from shared.bundle import UnreadableBundle
from shared.encoding import HASH_HEX
from shared.verdict import Outcome, Verdict, verdict_json
from shared.verify import verify_bundle

HOLDS, DOES_NOT_HOLD, UNREADABLE = 0, 1, 2

app = App(
    name="invigil-verify",
    help="Check an exported exam session, offline, and print a verdict for every check.",
    help_epilogue="""Exit status: 0 everything holds, 1 something does not (it is named), 2 the
file cannot be read as a bundle.

Examples:

  invigil-verify session.zip

  invigil-verify session.zip --key 4f1c… --json
""",
    help_format="plaintext",
)

_MARKS = {
    Outcome.HOLDS: "[green]holds",
    Outcome.FAILS: "[red]FAILS",
    Outcome.SKIPPED: "[yellow]skipped",
}


@app.default
def verify(
    bundle: Path,
    *,
    key: Annotated[str | None, Parameter(help="Fingerprint of the institution's key.")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print the verdict as JSON.")] = False,
) -> int:
    """Check BUNDLE.

    Args:
        bundle: The exported session, a zip file.
        key: The institution key's fingerprint (64 hex digits), as the institution tells it.
            Without it the verdict stands under the key that the bundle itself names.
        json: Print the verdict as JSON instead of a table.
    """
    if key is not None and not re.fullmatch(HASH_HEX, key := key.lower()):
        _complain("--key is a fingerprint of 64 hex digits.")
        return UNREADABLE
    try:
        with waiting(Console(stderr=True)) as progress:
            verdict = verify_bundle(bundle, key, progress)
    except UnreadableBundle as error:
        _complain(f"{error}.")
        return UNREADABLE
    if json:
        sys.stdout.write(verdict_json(verdict).decode() + "\n")
    else:
        _print(verdict)
    return HOLDS if verdict.holds else DOES_NOT_HOLD


def _complain(text: str) -> None:
    Console(stderr=True, highlight=False).print(f"invigil-verify: {text}", markup=False)


def _print(verdict: Verdict) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for column in ("", "check", "verdict", "looked at"):
        table.add_column(column, justify="right" if column in ("", "looked at") else "left")
    for result in verdict.results:
        mark = _MARKS[result.outcome]
        table.add_row(str(int(result.check)), result.claim, mark, str(result.looked_at))
        for failure in result.failures:
            table.add_row("", f"  [red]{failure.replace('[', chr(92) + '[')}", "", "")
    console.print(table)
    console.print(f"\nsession  {verdict.session}")
    given = "as given" if verdict.pinned else "named by the bundle itself: compare it"
    console.print(f"key      {verdict.key_fingerprint}\n         ({given})")
    console.print(f"records  {verdict.records}, pieces {verdict.blobs}, gaps {verdict.gaps}")
    console.print("[green]HOLDS" if verdict.holds else "[red]DOES NOT HOLD")


def main() -> None:
    """The console script's way in."""
    sys.exit(app(sys.argv[1:]))
