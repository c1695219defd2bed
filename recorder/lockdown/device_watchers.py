"""From displays, input devices and the clipboard to incidents; pure, one look at a time.

What was there at the first look is the candidate's own and stays so: a mouse that sleeps
and comes back, or a screen whose cable is loose, is not new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from recorder.detect.incidents.machine import HOLD_NS
from recorder.detect.observations import Incident
from recorder.lockdown.account import LONGEST_NAME, Account, named
from recorder.lockdown.adapter import Copied, Display, InputDevice, Window
from recorder.lockdown.assistive import assistive_device
from shared.flags import Kind
from shared.policy import Policy


@dataclass(frozen=True, slots=True)
class _Change:
    """One thing that changed: ``what`` (as in the detail), and of which device."""

    what: str
    name: str
    about: str = ""

    def words(self) -> str:
        return f"{self.name} {self.what}{f' ({self.about})' if self.about else ''}"


def _change_words(seen: list[_Change], _seconds: float) -> str:
    return named([change.words() for change in seen])


def _change_detail(seen: list[_Change]) -> dict[str, object]:
    return {
        "changes": [{"name": one.name, "what": one.what, "about": one.about} for one in seen]
    }


class DisplayWatcher:
    """``display_change``: a display more, or mirrored, for as long as it is; or one less."""

    def __init__(
        self, policy: Policy, new_id: Callable[[], str], hold_ns: int = HOLD_NS
    ) -> None:
        """Watch by the policy's rule; ``hold_ns`` is how long one look speaks."""
        rule = policy.rule(Kind.DISPLAY_CHANGE)
        self._account = Account(
            Kind.DISPLAY_CHANGE, rule, new_id, _change_words, _change_detail, hold_ns
        )
        self._known: dict[str, Display] | None = None
        self._there: frozenset[str] = frozenset()

    def look(self, now_ns: int, displays: tuple[Display, ...]) -> list[Incident]:
        """Take a look at every display that is plugged in."""
        there = {display.name: display for display in displays}
        if self._known is None:
            self._known = there
            self._there = frozenset(there)
        lasting = [
            *(_plugged(one) for name, one in there.items() if name not in self._known),
            *(_mirrored(one) for one in displays if self._is_newly_mirrored(one)),
        ]
        gone = [_Change("removed", name) for name in sorted(self._there - there.keys())]
        self._there = frozenset(there)
        if gone and not lasting:
            return self._account.happened(now_ns, gone)
        return self._account.look(now_ns, (*lasting, *gone))

    def _is_newly_mirrored(self, display: Display) -> bool:
        assert self._known is not None
        known = self._known.get(display.name)
        return bool(display.mirrors) and known is not None and not known.mirrors

    def unobserved(self, now_ns: int) -> list[Incident]:
        """Say that the displays could not be told."""
        return self._account.unobserved(now_ns)

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open: nothing more will be observed."""
        return self._account.finish(now_ns)


def _plugged(display: Display) -> _Change:
    size = f"{display.width} × {display.height}"
    same = f", the same picture as {display.mirrors}" if display.mirrors else ""
    return _Change("plugged in", display.name, size + same)


def _mirrored(display: Display) -> _Change:
    return _Change("mirrored", display.name, f"the same picture as {display.mirrors}")


class InputWatcher:
    """``input_device``: a keyboard, mouse or the like was plugged in that was not there."""

    def __init__(
        self, policy: Policy, new_id: Callable[[], str], hold_ns: int = HOLD_NS
    ) -> None:
        """Watch by the policy's rule; ``hold_ns`` is how long one look speaks."""
        rule = policy.rule(Kind.INPUT_DEVICE)
        self._account = Account(
            Kind.INPUT_DEVICE, rule, new_id, _change_words, _change_detail, hold_ns
        )
        self._known: Counter[InputDevice] | None = None

    def look(self, now_ns: int, devices: tuple[InputDevice, ...]) -> list[Incident]:
        """Take a look at every input device; two alike are two."""
        there = Counter(devices)
        if self._known is None:
            self._known = there
        new = [one for one in there - self._known if not assistive_device(one.name)]
        self._known |= there
        changes = [
            _Change("plugged in", one.name[:LONGEST_NAME] or "a device", one.kind)
            for one in new
        ]
        return self._account.happened(now_ns, changes)

    def unobserved(self, now_ns: int) -> list[Incident]:
        """Say that the devices could not be told."""
        return self._account.unobserved(now_ns)

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open: nothing more will be observed."""
        return self._account.finish(now_ns)


class ClipboardWatcher:
    """``clipboard``: something was copied outside the exam's own windows. Never what."""

    def __init__(
        self,
        policy: Policy,
        is_ours: Callable[[int], bool],
        new_id: Callable[[], str],
        hold_ns: int = HOLD_NS,
    ) -> None:
        """Watch by the policy's rule.

        Args:
            policy: whether and how grave.
            is_ours: whether a process id is one of ours: whose copies the exam allows.
            new_id: gives each incident its id.
            hold_ns: how long one look speaks for what follows it.
        """
        rule = policy.rule(Kind.CLIPBOARD)
        self._is_ours = is_ours
        self._account = Account(
            Kind.CLIPBOARD, rule, new_id, _copy_words, _copy_detail, hold_ns
        )
        self._serial: int | None = None

    def look(self, now_ns: int, copied: Copied) -> list[Incident]:
        """Take a look at the clipboard's number and owner."""
        changed = self._serial is not None and copied.serial != self._serial
        self._serial = copied.serial
        owner = copied.owner
        ours = owner is not None and owner.pid is not None and self._is_ours(owner.pid)
        happened = [_application(owner)] if changed and not ours else []
        return self._account.happened(now_ns, happened)

    def unobserved(self, now_ns: int) -> list[Incident]:
        """Say that the clipboard could not be told."""
        return self._account.unobserved(now_ns)

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open: nothing more will be observed."""
        return self._account.finish(now_ns)


def _application(owner: Window | None) -> str:
    return "" if owner is None else (owner.app or owner.title)[:LONGEST_NAME]


def _copy_words(seen: list[str], _seconds: float) -> str:
    return f"copied or emptied by {named([one or 'an unnamed program' for one in seen])}"


def _copy_detail(seen: list[str]) -> dict[str, object]:
    return {"applications": [one for one in seen if one]}
