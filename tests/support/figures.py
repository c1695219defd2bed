"""How much a fault test does, and the figures it prints.

Every fault test has a short form, which ``make test`` runs, and a full one, which ``make
faults`` runs (``INVIGIL_FAULTS=full``). Both say at the end of the run what they did.
"""

from __future__ import annotations

import os

FULL = os.environ.get("INVIGIL_FAULTS") == "full"

# The key under which a test's figures travel with its report, from worker to terminal.
PROPERTY = "figure"


def amount(short: int, full: int) -> int:
    """How many of something this run does."""
    return full if FULL else short
