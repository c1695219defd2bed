"""The rules that ``analyze`` goes by: a policy file, or one that names only some kinds."""

from __future__ import annotations

from pathlib import Path

import msgspec

from recorder.faults import EnvironmentFault
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, OFF, PolicyError, Rule, decode_policy

Rules = dict[Kind, Rule]

_ADVICE = (
    "Give a policy in JSON, or only what differs from the default rules, such as "
    '{"kinds": {"gaze_away": {"onset_s": 1}}}.'
)


def rule_of(rules: Rules, kind: Kind) -> Rule:
    """A kind's rule; a kind that is not named is off."""
    return rules.get(kind, OFF)


def read_rules(path: Path | None) -> Rules:
    """The rules in a file; the default policy's where there is none.

    A whole policy is taken as it stands. An object with only ``kinds`` changes what it
    names and leaves everything else at the default.

    Raises:
        EnvironmentFault: the file cannot be read or is neither of the two.
    """
    if path is None:
        return dict(DEFAULT_RULES)
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
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"not a policy: {error}") from error
    if isinstance(document, dict) and document.keys() == {"kinds"}:
        return _changed(document["kinds"])
    return decode_policy(data).kinds


def _changed(kinds: object) -> Rules:
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
