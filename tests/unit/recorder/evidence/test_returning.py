"""What a candidate may pick for the receipts of the server: read, or refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from vectors.make import HANDED
from vectors.session import SESSION

from recorder.evidence.returning import ReceiptFile, read_receipts
from recorder.faults import EnvironmentFault

GIVEN = HANDED[2]

# Lines that are none: nothing of such a file is taken. What else is wrong with receipts is
# found where they are taken, one by one, beside the recording.
NO_LINES = {"line-empty", "line-not-ended", "cut", "padded", "too-long"}


@pytest.mark.parametrize("attack", GIVEN.attacks, ids=lambda attack: attack.name)
def test_each_vector_is_read_or_refused(attack, tmp_path: Path) -> None:
    path = tmp_path / "x.receipt"
    path.write_bytes(attack.make())
    if attack.unreadable or attack.name in NO_LINES:
        with pytest.raises(EnvironmentFault, match="is not a file of receipts"):
            read_receipts(path)
        return
    found = read_receipts(path)
    assert isinstance(found, ReceiptFile)
    assert len(found.session) == len(SESSION)
    assert b"".join(one.line() for one in found.receipts) == attack.make()
