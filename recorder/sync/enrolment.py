"""From an inspected code to a session with a store and a key, whatever interrupts it.

The order matters: the key is on disk before the code is redeemed, and with the session
before it is forgotten under the code. At every point between, the same call again with
the same code goes on where it stopped.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recorder.evidence.keys import forget_pending_key, keep_epoch_key, pending_key
from recorder.evidence.store import EvidenceStore
from recorder.sync.client import Inspection, ServerClient
from shared.signed import public_bytes


class Enrolment(NamedTuple):
    """A session that can begin: its store, open, and the key of its first epoch."""

    store: EvidenceStore
    key: Ed25519PrivateKey


def enrol(client: ServerClient, inspection: Inspection, root: Path, now_us: int) -> Enrolment:
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
    keep_epoch_key(root / founding.session, 0, key)
    store = EvidenceStore.create(root, founding, now_us)
    forget_pending_key(root, client.server, inspection.code)
    return Enrolment(store, key)
