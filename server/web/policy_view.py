"""The policy form as its template draws it: kinds in groups, each a sentence with fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.exams import meaning, measures
from server.exams.terms import Terms
from server.web.policy_form import Fields, rule_fields
from shared.flags import Group, Kind

TITLES: Mapping[Group, str] = {
    Group.FACE: "Face and eyes",
    Group.OBJECTS: "Objects and hands",
    Group.VOICE: "Voice",
    Group.MACHINE: "Computer",
    Group.RECORDER: "The recording itself",
}

# What a number is called where only it is read out.
_CALLED = {
    "threshold": "flagged from",
    "release": "over at",
    "onset_s": "has to last, seconds",
    "every_s": "looked for every, seconds",
    "weight": "weight in the score",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A number's field within a sentence. ``text`` is what stands in it."""

    field: str
    called: str
    unit: str
    low: float
    high: float
    step: float
    text: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class KindView:
    """One kind: its sentence is words and fields in turn. ``wrong`` are words to show,
    ``default`` says the default where the fields are otherwise.
    """

    kind: Kind
    on: bool
    parts: list[str | Slot]
    weight: Slot
    effect: str
    means: str
    errors: str
    wrong: list[str]
    default: str

    def field(self, name: str) -> str:
        """The name of one of its fields."""
        return f"{self.kind}.{name}"


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group's kinds under its title."""

    group: Group
    title: str
    kinds: list[KindView]

    @property
    def on(self) -> int:
        """How many of its kinds are on."""
        return sum(one.on for one in self.kinds)


def groups(kinds: Iterable[Kind], fields: Fields, wrong: Mapping[str, str]) -> list[GroupView]:
    """The kinds of a form in the order of their groups."""
    listed = list(kinds)
    found = {
        group: [_kind(kind, fields, wrong) for kind in listed if kind.group is group]
        for group in Group
    }
    return [GroupView(group, TITLES[group], views) for group, views in found.items() if views]


def _kind(kind: Kind, fields: Fields, wrong: Mapping[str, str]) -> KindView:
    told = measures.parts(kind)
    slots: list[str | Slot] = [
        _slot(kind, part, fields, wrong) if at % 2 else part for at, part in enumerate(told)
    ]
    return KindView(
        kind=kind,
        on=f"{kind}.on" in fields,
        parts=slots,
        weight=_slot(kind, "weight", fields, wrong),
        effect=measures.effect(kind),
        means=meaning.means(kind),
        errors=meaning.wrong(kind),
        wrong=[words for name, words in wrong.items() if name.startswith(f"{kind}.")],
        default=_default(kind, fields),
    )


def _slot(kind: Kind, name: str, fields: Fields, wrong: Mapping[str, str]) -> Slot:
    of, field = measures.measure(kind, name), f"{kind}.{name}"
    return Slot(
        field=field,
        called=f"{kind.label}: {_CALLED[name]}",
        unit=of.unit,
        low=of.low,
        high=of.high,
        step=of.step,
        text=fields.get(field, ""),
        wrong=field in wrong,
    )


def _default(kind: Kind, fields: Fields) -> str:
    rule = Terms().rule(kind)
    own = {name: text for name, text in fields.items() if name.startswith(f"{kind}.")}
    if own == rule_fields(kind, rule):
        return ""
    graver = ""
    if rule.escalate_after_s is not None and rule.escalate_to is not None:
        graver = f", {rule.escalate_to} from {rule.escalate_after_s:g} s on"
    state = "on" if rule.enabled else "off"
    return (
        f"{state}. {measures.said(kind, rule)} Severity {rule.severity}{graver}; "
        f"weight {rule.weight:g}."
    )
