"""From an inspected code to a session with a store and a key, whatever interrupts it.

The order matters: the key is on disk before the code is redeemed, and with the session
before it is forgotten under the code. At every point between, the same call again with
the same code goes on where it stopped. Afterwards the session's folder knows the code, and
the same code finds the recording without the network (``evidence.going_on``).
"""

from __future__ import annotations

from pathlib import Path

from recorder.evidence.going_on import Entered
from recorder.evidence.keys import (
    forget_pending_key,
    keep_epoch_key,
    pending_key,
    remember_code,
)
from recorder.evidence.store import EvidenceStore
from recorder.faults import EnvironmentFault
from recorder.sync.client import Inspection, ServerClient
from shared.signed import public_bytes


def enrol(client: ServerClient, inspection: Inspection, root: Path, now_us: int) -> Entered:
    """Redeem a code that the candidate has agreed to, and make the session's store.

    Args:
        client: the server that the code was inspected at.
        inspection: what the candidate has seen and agreed to.
        root: the folder of all stores.
        now_us: the wall clock, microseconds since 1970 UTC.

    Raises:
        EnvironmentFault: whatever is in the way, with what to do.
    """
    key = pending_key(root, client.server, inspection.code)
    founding = client.redeem(inspection, public_bytes(key))
    folder = root / founding.session
    keep_epoch_key(folder, 0, key)
    remember_code(folder, client.server, inspection.code)
    store = EvidenceStore.create(root, founding, now_us)
    try:
        forget_pending_key(root, client.server, inspection.code)
    except EnvironmentFault:
        store.close()  # or the next attempt would find it in use
        raise
    return Entered(store, key)
