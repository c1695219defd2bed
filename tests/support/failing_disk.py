"""A disk that takes no evidence while it is told so, and ends that do not wait long for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recorder import session
from recorder.evidence.store import EvidenceStore


class FailingDisk:
    """Every store of this process; ``fails`` makes what a commit raises, of the folder."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        """All is well at first."""
        self.fails: Callable[[Path], Exception] | None = None
        real = EvidenceStore.append

        def append(store: EvidenceStore, *arguments: Any) -> None:
            if self.fails is not None:
                raise self.fails(store.folder)
            real(store, *arguments)

        patch.setattr(EvidenceStore, "append", append)
        patch.setattr(session, "FLUSH_BOUND_S", 0.1)
        patch.setattr(session, "LAST_FLUSH_BOUND_S", 0.1)
