"""What our verifier says of every vector, in words: ``python -m support.said`` in ``tests/``.

It writes ``unit/shared/said.json``, how some of it is printed to ``printed.txt``, and both of
receipts and certificates to ``said_of_files.json``; tests hold the verifier to all. Words that
change on purpose are written anew, and read before they are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import vectors.make
from support import proofs
from support.terminals import on_terminal
from vectors.session import INSTITUTION, fingerprint

from shared.bundle import UnreadableBundle
from shared.cli import app
from shared.log_checks import log_verdict_members, verify_log
from shared.printing import print_bundle, print_log
from shared.verdict import verdict_members
from shared.verify import verify_bundle

HERE = Path(__file__).parents[1] / "unit" / "shared"
SAID, PRINTED = HERE / "said.json", HERE / "printed.txt"
SAID_OF_FILES = HERE / "said_of_files.json"
KEY = fingerprint(INSTITUTION)
LOGS = json.loads(vectors.make.EXPECTED_OF_LOGS.read_text("utf-8"))["vectors"]
PATHS = [*sorted(vectors.make.BUNDLES.iterdir()), *sorted(vectors.make.LOGS.iterdir())]

Said = dict[str, Any] | str


def said_of(path: Path) -> Said:
    """The verdict as programs get it, in short, or why there is nothing to check."""
    try:
        members = _log(path) if path.suffix == ".log" else _bundle(path)
    except UnreadableBundle as error:
        return str(error).replace(str(path), path.name)
    checks = json.loads(msgspec.json.encode(members.pop("checks")))
    failed = {
        f"{check['name']} {check['outcome']}": list(
            map(_about, check["failures"], check["where"])
        )
        for check in checks
        if check["outcome"] != "holds"
    }
    looked_at = {"looked_at": [check["looked_at"] for check in checks]}
    return json.loads(msgspec.json.encode(members | looked_at | failed))


def _about(words: str, where: dict[str, object] | None) -> str:
    place = "".join(f" [{name} {value}]" for name, value in (where or {}).items())
    return words + place


def _bundle(path: Path) -> dict[str, object]:
    return verdict_members(verify_bundle(path, KEY))


def _log(path: Path) -> dict[str, object]:
    vector = LOGS[path.stem]
    beside = vector["beside"]
    bundle = verify_bundle(vectors.make.BUNDLES / f"{beside}.zip") if beside else None
    return log_verdict_members(verify_log(path, KEY, vector["after"], bundle))


def as_kept(said: Mapping[str, object]) -> str:
    """A text of which people can read the changes."""
    text = json.dumps(said, indent=1, ensure_ascii=False)
    return re.sub(r"\[[\d,\s]+\]", lambda found: re.sub(r"\s+", " ", found[0]), text) + "\n"


def printed() -> str:
    """The help, a session that holds, one that does not, and a log beside a session."""
    good, bad = (vectors.make.BUNDLES / f"{name}.zip" for name in ("good", "grant-nested"))
    [noted] = LOGS["good-after"]["after"]
    session = verify_bundle(good)
    log = verify_log(vectors.make.LOGS / "good-beside.log", KEY, [noted], session)
    texts = (
        on_terminal(lambda console: app.help_print([], console=console)),
        on_terminal(lambda console: print_bundle(console, verify_bundle(bad, KEY))),
        on_terminal(lambda console: print_bundle(console, session)),
        on_terminal(lambda console: print_log(console, log)),
    )
    return "\n".join(texts)


if __name__ == "__main__":
    PRINTED.write_text(printed(), "utf-8")
    SAID.write_text(as_kept({path.name: said_of(path) for path in PATHS}), "utf-8")
    SAID_OF_FILES.write_text(as_kept(proofs.said()), "utf-8")
