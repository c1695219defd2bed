"""A webhook's secrets. None is kept: each is made anew of the server's own secret.

So a copy of the database alone signs nothing, and what is backed up with the keys is enough.
"""

from __future__ import annotations

import base64
import hmac

from standardwebhooks.webhooks import Webhook

from server.integrations.models import WebhookRow

# As standard-webhooks writes a symmetric secret.
PREFIX = "whsec_"

# For how long after a change the secret before is good too, in seconds: whoever receives can
# take the new one up over a working day, and has to.
BOTH_GOOD_S = 24 * 3600

_DOMAIN = b"invigil/webhook/1\0"


def secret_of(server_secret: bytes, webhook_id: str, generation: int) -> str:
    """The secret of a webhook's ``generation``, from 1, as its receiver is told it."""
    of = _DOMAIN + f"{webhook_id}\0{generation}".encode()
    made = hmac.new(server_secret, of, "sha256").digest()
    return PREFIX + base64.b64encode(made).decode()


def signers(server_secret: bytes, row: WebhookRow, now: int) -> list[Webhook]:
    """What signs at ``now`` (µs UTC): the present secret, then the one before while that is
    good as well.
    """
    generations = [row.generation]
    if row.previous_until is not None and now < row.previous_until:
        generations.append(row.generation - 1)
    return [Webhook(secret_of(server_secret, row.id, one)) for one in generations]
