"""The rules that ``analyze`` goes by: a policy file, or one that names only some kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from recorder.faults import EnvironmentFault
from shared.flags import Kind
from shared.foreign_json import NotJson, read_json
from shared.policy import DEFAULT_RULES, OFF, Objects, PolicyError, Rule, decode_policy

_ADVICE = (
    "Give a policy in JSON, or only what differs from the default rules, such as "
    '{"kinds": {"gaze_away": {"onset_s": 1}}}.'
)


# What may stand in a file that is not a whole policy.
_CHANGES = {"kinds", "objects"}


@dataclass(frozen=True, slots=True)
class Rules:
    """When something is an incident, and which objects are looked for."""

    kinds: Mapping[Kind, Rule] = field(default_factory=lambda: dict(DEFAULT_RULES))
    objects: Objects = Objects()  # noqa: RUF009 - it cannot be changed

    def rule(self, kind: Kind) -> Rule:
        """A kind's rule; a kind that is not named is off."""
        return self.kinds.get(kind, OFF)


def read_rules(path: Path | None) -> Rules:
    """The rules in a file; the default policy's where there is none.

    A whole policy is taken as it stands, with what it leaves out for one candidate. An object
    with only ``kinds`` and ``objects`` changes what it names and leaves everything else at
    the default.

    Raises:
        EnvironmentFault: the file cannot be read or is neither of the two.
    """
    if path is None:
        return Rules()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EnvironmentFault(
            f"The policy {path} cannot be read ({error.strerror}).", _ADVICE
        ) from error
    try:
        return _rules(data)
    except PolicyError as error:
        raise EnvironmentFault(f"{path} is {error}.", _ADVICE) from error


def _rules(data: bytes) -> Rules:
    try:
        document = read_json(data, dict[str, Any])
    except NotJson as error:
        raise PolicyError(f"not a policy: {error}") from error
    if document and document.keys() <= _CHANGES:
        return Rules(
            _changed(document.get("kinds", {})), _changed_objects(document.get("objects", {}))
        )
    policy = decode_policy(data)
    return Rules({kind: policy.rule(kind) for kind in policy.kinds}, policy.objects)


def _changed_objects(objects: object) -> Objects:
    if not isinstance(objects, dict):
        raise PolicyError("not a policy: `objects` is not an object")
    if unknown := sorted(map(str, objects.keys() - msgspec.to_builtins(Objects()).keys())):
        raise PolicyError(f"not a policy: `objects` has no `{unknown[0]}`")
    try:
        return msgspec.convert(objects, Objects)
    except msgspec.ValidationError as error:
        raise PolicyError(f"not a policy: {error} (in `objects`)") from error


def _changed(kinds: object) -> dict[Kind, Rule]:
    if not isinstance(kinds, dict):
        raise PolicyError("not a policy: `kinds` is not an object")
    rules = dict(DEFAULT_RULES)
    for name, changes in kinds.items():
        try:
            kind = Kind(name)
        except ValueError:
            known = ", ".join(sorted(Kind))
            raise PolicyError(
                f"not a policy: there is no kind `{name}` (there are: {known})"
            ) from None
        rules[kind] = _changed_rule(kind, changes)
    return rules


def _changed_rule(kind: Kind, changes: object) -> Rule:
    if not isinstance(changes, dict):
        raise PolicyError(f"not a policy: the rule for `{kind}` is not an object")
    fields = {field.name for field in msgspec.structs.fields(Rule)}
    if unknown := sorted(map(str, changes.keys() - fields)):
        raise PolicyError(f"not a policy: a rule has no `{unknown[0]}` (in `{kind}`)")
    merged = msgspec.to_builtins(DEFAULT_RULES.get(kind, Rule())) | changes
    try:
        return msgspec.convert(merged, Rule)
    except msgspec.ValidationError as error:
        raise PolicyError(f"not a policy: {error} (in `{kind}`)") from error
