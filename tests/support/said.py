"""What our verifier says of every vector, in words: ``python -m support.said`` in ``tests/``.

It writes ``unit/shared/said.json``, which a test holds the verifier to. Words that change on
purpose are written anew, and read before they are kept.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import vectors.make
from vectors.session import INSTITUTION, fingerprint

from shared.bundle import UnreadableBundle
from shared.verdict import Outcome
from shared.verify import verify_bundle

SAID = Path(__file__).parents[1] / "unit" / "shared" / "said.json"


def said_of(path: Path) -> dict[str, list[str] | list[int]] | str:
    """How much each check looked at and what failed, or why there is nothing to check."""
    try:
        verdict = verify_bundle(path, fingerprint(INSTITUTION))
    except UnreadableBundle as error:
        return str(error).replace(str(path), path.name)
    failed = {
        result.check.name.lower(): list(result.failures)
        for result in verdict.results
        if result.outcome is not Outcome.HOLDS
    }
    return {"looked_at": [result.looked_at for result in verdict.results], **failed}


def as_kept(said: dict[str, dict[str, list[str] | list[int]] | str]) -> str:
    """A text of which people can read the changes."""
    text = json.dumps(said, indent=1, ensure_ascii=False)
    return re.sub(r"\[[\d,\s]+\]", lambda found: re.sub(r"\s+", " ", found[0]), text) + "\n"


if __name__ == "__main__":
    said = {path.stem: said_of(path) for path in sorted(vectors.make.BUNDLES.iterdir())}
    SAID.write_text(as_kept(said), "utf-8")
