"""The shape of every record, receipt, grant and manifest."""

from collections.abc import Callable
from typing import Any

from second_verifier.text import LARGEST, Malformed, from_base64, is_hash, is_id, is_whole

Rule = Callable[[object], bool]
Shape = dict[str, Rule]


def text(value: object) -> bool:
    return isinstance(value, str)


def anything(value: object) -> bool:
    return True


def signed_whole(value: object) -> bool:
    return type(value) is int and -LARGEST <= value <= LARGEST


def flag(value: object) -> bool:
    return isinstance(value, bool)


def number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def base64_of(size: int) -> Rule:
    def rule(value: object) -> bool:
        try:
            from_base64(value, size)
        except Malformed:
            return False
        return True

    return rule


def one_of(*words: str) -> Rule:
    return lambda value: isinstance(value, str) and value in words


def or_null(rule: Rule) -> Rule:
    return lambda value: value is None or rule(value)


def exactly(value: object) -> Rule:
    return lambda other: type(other) is type(value) and other == value


def list_of(rule: Rule) -> Rule:
    return lambda value: isinstance(value, list) and all(rule(item) for item in value)


def map_of(rule: Rule) -> Rule:
    return lambda value: isinstance(value, dict) and all(rule(v) for v in value.values())


def members(**shape: Rule) -> Rule:
    """At least these members."""
    return lambda value: isinstance(value, dict) and fits(value, shape)


def fits(value: dict[str, Any], shape: Shape) -> bool:
    return all(name in value and rule(value[name]) for name, rule in shape.items())


KEY = base64_of(32)
STREAM = one_of("camera", "microphone", "screen")
NEXT = members(epoch=is_whole, public_key=KEY, proof=base64_of(64))
UNOBSERVED = members(stream=text, start=is_whole, end=is_whole, reason=text)
ATTACHMENT = members(
    role=text, stream_seq=is_whole, media_type=text, sha256=is_hash, size=is_whole
)

BODIES: dict[str, Shape] = {
    "open": {
        "policy": is_hash,
        "grant": is_hash,
        "public_key": KEY,
        "kid": is_hash,
        "build": anything,
        "models": list_of(members(name=text, sha256=is_hash)),
        "devices": anything,
        "consent": anything,
        "unwatched": anything,
    },
    "segment": {
        "stream": STREAM,
        "stream_seq": is_whole,
        "part": one_of("init", "fragment"),
        "start": is_whole,
        "duration": is_whole,
        "frames": is_whole,
        "independent": flag,
        "sha256": is_hash,
        "size": is_whole,
    },
    "incident": {
        "id": is_id,
        "kind": text,
        "start": is_whole,
        "end": or_null(is_whole),
        "severity": text,
        "confidence": number,
        "detail": anything,
        "attachments": list_of(ATTACHMENT),
    },
    "heartbeat": {
        "streams": anything,
        "unobserved": list_of(UNOBSERVED),
        "queue": anything,
        "machine": anything,
    },
    "rotate": {"next": NEXT},
    "resume": {"reason": text, "next": NEXT},
    "gap": {"stream": text, "start": is_whole, "end": is_whole, "reason": text},
    "clock": {"jump": signed_whole, "reason": text},
    "close": {"reason": text, "segments": map_of(is_whole), "incidents": is_whole},
}
INIT: Shape = {"codecs": text, "origin": is_whole, "width": is_whole, "height": is_whole}

RECORD: Shape = {
    "v": exactly(1),
    "type": one_of(*BODIES),
    "session": is_id,
    "epoch": is_whole,
    "seq": is_whole,
    "prev": is_hash,
    "wall": is_whole,
    "mono": is_whole,
    "boot": text,
    "anchor": or_null(is_hash),
    "body": lambda value: isinstance(value, dict),
}
RECEIPT: Shape = {
    "v": exactly(1),
    "session": is_id,
    "size": is_whole,
    "head": is_hash,
    "time": is_whole,
    "prev": is_hash,
    "durable": lambda value: list_of(is_hash)(value) and value == sorted(set(value)),  # type: ignore[arg-type]
    "missing": lambda value: list_of(is_hash)(value) and len(value) <= 64,  # type: ignore[arg-type]
}
GRANT: Shape = {
    "v": exactly(1),
    "session": is_id,
    "exam": text,
    "candidate": text,
    "policy": is_hash,
    "public_key": KEY,
    "issued": is_whole,
}
MANIFEST: Shape = {
    "v": exactly(1),
    "session": is_id,
    "institution_key": KEY,
    "exported": is_whole,
    "files": map_of(members(sha256=is_hash, size=is_whole)),
}
POLICY: Shape = {"evidence_keys": list_of(members(kid=is_hash, public_key=text))}


def record(value: object) -> dict[str, Any]:
    """A well-formed record: exactly the members, and the body of its type."""
    found = strict(value, RECORD)
    shape = BODIES[found["type"]]
    if found["type"] == "segment" and found["body"].get("part") == "init":
        shape = shape | INIT
    loose(found["body"], shape)
    return found


def strict(value: object, shape: Shape) -> dict[str, Any]:
    found = loose(value, shape)
    if extra := found.keys() - shape.keys():
        raise Malformed(f"unknown member {min(extra)!r}")
    return found


def loose(value: object, shape: Shape) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed("not an object")
    for name, rule in shape.items():
        if name not in value:
            raise Malformed(f"member {name!r} is missing")
        if not rule(value[name]):
            raise Malformed(f"member {name!r} is not as it must be")
    return value
