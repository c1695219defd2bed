"""From weighted signs of one kind to incidents; pure, one look at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from recorder.detect.incidents.machine import HOLD_NS
from recorder.detect.observations import Incident
from recorder.lockdown.account import Account
from recorder.lockdown.environment.signs import DEFAULT_LIMIT, Sign, of_kind, total
from shared.flags import Kind
from shared.policy import Policy, Rule


class SignWatcher:
    """One kind: an incident for as long as its signs weigh as much as the rule's threshold."""

    def __init__(
        self, kind: Kind, policy: Policy, new_id: Callable[[], str], hold_ns: int = HOLD_NS
    ) -> None:
        """Watch by the policy's rule.

        Args:
            kind: the only kind whose signs count.
            policy: a rule without a threshold takes ``signs.DEFAULT_LIMIT``.
            new_id: gives each incident its id.
            hold_ns: how long one look speaks for what follows it.
        """
        self._kind = kind
        rule = _with_threshold(policy.rule(kind))
        self._account = Account(kind, rule, new_id, _words, _detail, hold_ns)

    def look(self, now_ns: int, signs: Iterable[Sign]) -> list[Incident]:
        """Take a look at all signs there are just now."""
        ours = of_kind(signs, self._kind)
        return self._account.look(now_ns, ours, value=total(ours))

    def unobserved(self, now_ns: int) -> list[Incident]:
        """Say that the signs could not be told."""
        return self._account.unobserved(now_ns)

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open: nothing more will be observed."""
        return self._account.finish(now_ns)


def _with_threshold(rule: Rule) -> Rule:
    if rule.threshold is not None:
        return rule
    # The onset is the camera's: a sign is no flicker that has to last.
    return msgspec.structs.replace(
        rule, threshold=DEFAULT_LIMIT, release=DEFAULT_LIMIT, onset_s=0.0
    )


def _words(seen: list[Sign], _seconds: float) -> str:
    return "; ".join(sign.reason for sign in seen)


def _detail(seen: list[Sign]) -> dict[str, object]:
    return {
        "signs": [{"reason": sign.reason, "weight": sign.weight} for sign in seen],
        "total": total(seen),
    }
