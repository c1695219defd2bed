"""From what evaded a step to incidents; pure, one kind each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from recorder.detect.incidents.machine import HOLD_NS
from recorder.detect.observations import Incident
from recorder.lockdown.account import MOST_NAMED, Account, named
from recorder.lockdown.operation import Evasion
from shared.flags import Kind
from shared.policy import Policy


class DeedWatcher:
    """One kind that steps of the lockdown tell of: keys pressed, copies made, windows left."""

    def __init__(
        self, kind: Kind, policy: Policy, new_id: Callable[[], str], hold_ns: int = HOLD_NS
    ) -> None:
        """Judge by the policy's rule for ``kind``; ``new_id`` gives each incident its id."""
        self._kind = kind
        rule = policy.rule(kind)
        self._account: Account[str] = Account(
            kind, rule, new_id, self._words, self._detail, hold_ns
        )
        self._details: dict[str, Mapping[str, Any]] = {}
        self._last_ns = 0

    def look(self, now_ns: int, evasions: Iterable[Evasion]) -> list[Incident]:
        """Take what evaded the steps since the last look; those of other kinds are let be."""
        mine = [one for one in evasions if one.kind is self._kind]
        if not self._account.is_open and not mine:
            self._details.clear()
        for one in mine:
            if one.subject in self._details or len(self._details) < MOST_NAMED:
                self._details[one.subject] = one.detail
        reports: list[Incident] = []
        deeds = [one for one in mine if not one.lasts]
        when = [now_ns if one.at_ns is None else one.at_ns for one in deeds]
        for at_ns, one in sorted(zip(when, deeds, strict=True), key=lambda pair: pair[0]):
            held_ns = min(max(at_ns, self._last_ns), now_ns)  # the machine's clock never falls
            reports += self._account.happened(held_ns, [one.subject])
        self._last_ns = now_ns
        lasting = [one.subject for one in mine if one.lasts]
        return reports + self._account.look(now_ns, lasting)

    def unobserved(self, now_ns: int) -> list[Incident]:
        """Say that it could not be told just now."""
        return self._account.unobserved(now_ns)

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open: nothing more will be observed."""
        return self._account.finish(now_ns)

    def _words(self, seen: list[str], _seconds: float) -> str:
        return named(seen)

    def _detail(self, seen: list[str]) -> dict[str, object]:
        told = [{"what": one, **self._details.get(one, {})} for one in seen]
        return {"events": told}
