"""The shape of every record, receipt, grant and manifest."""

from collections.abc import Callable
from typing import Any

from second_verifier.text import LARGEST, Malformed, from_base64, is_hash, is_id, is_whole

Rule = Callable[[object], bool]
Shape = dict[str, Rule]


def text(value: object) -> bool:
    return isinstance(value, str)


def an_object(value: object) -> bool:
    return isinstance(value, dict)


def signed_whole(value: object) -> bool:
    return type(value) is int and -LARGEST <= value <= LARGEST


def flag(value: object) -> bool:
    return isinstance(value, bool)


def number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def word(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 64


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
    """As ``loose`` judges it."""
    try:
        loose(value, shape)
    except Malformed:
        return False
    return True


STREAM = one_of("camera", "microphone", "screen")
ANY_STREAM = one_of("camera", "microphone", "screen", "attachment")
MODEL = members(name=text, sha256=is_hash, **{"version?": text})
NEXT = members(epoch=is_whole, public_key=text, proof=text)
UNOBSERVED = members(stream=ANY_STREAM, start=is_whole, end=is_whole, reason=text)
ATTACHMENT = members(
    role=one_of("snapshot", "clip", "photo", "document"),
    stream_seq=is_whole,
    media_type=text,
    sha256=is_hash,
    size=is_whole,
)
SEVERITY = one_of("info", "low", "medium", "high", "critical")
KIND = one_of(
    *[
        "face_missing",
        "multiple_faces",
        "looking_away",
        "gaze_away",
        "identity_mismatch",
        "camera_blocked",
        "object_seen",
        "hand_at_ear",
        "hands_hidden",
        "speech",
        "second_voice",
        "window_switch",
        "fullscreen_exit",
        "prohibited_process",
        "clipboard",
        "blocked_key",
        "display_change",
        "virtual_machine",
        "remote_session",
        "virtual_camera",
        "screen_capture",
        "input_device",
        "blocked_address",
        "debugger",
        "altered_program",
        "gap",
        "clock_jump",
        "disk_full",
        "network_lost",
        "detector_down",
        "device_lost",
    ]
)

BODIES: dict[str, Shape] = {
    "open": {
        "policy": is_hash,
        "grant": is_hash,
        "kid": is_hash,
        "public_key": text,
        "build": an_object,
        "devices": an_object,
        "consent": an_object,
        "models": list_of(MODEL),
        "unwatched?": list_of(text),
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
        "codecs?": or_null(text),
        "origin?": or_null(is_whole),
        "width?": or_null(is_whole),
        "height?": or_null(is_whole),
    },
    "incident": {
        "id": is_id,
        "kind": KIND,
        "start": is_whole,
        "end": or_null(is_whole),
        "severity": SEVERITY,
        "confidence": lambda value: number(value) and 0 <= value <= 1,  # type: ignore[operator]
        "detail": an_object,
        "attachments?": list_of(ATTACHMENT),
    },
    "enrolment": {
        "attachments?": list_of(ATTACHMENT),
        "identity?": or_null(an_object),
        "liveness?": or_null(an_object),
        "calibration?": or_null(an_object),
        "voice?": or_null(an_object),
    },
    "phase": {
        "name": one_of("preparing", "waiting", "exam", "break", "paused", "handed_in"),
        "by": one_of("candidate", "proctor", "recorder"),
        "reason?": text,
        "command?": or_null(text),
    },
    "heartbeat": {
        "streams": map_of(an_object),
        "unobserved": list_of(UNOBSERVED),
        "queue": an_object,
        "machine": an_object,
        "detection?": or_null(an_object),
    },
    "rotate": {"next": NEXT},
    "resume": {
        "reason": text,
        "next": NEXT,
        "build?": or_null(an_object),
        "models?": list_of(MODEL),
        "devices?": or_null(an_object),
        "unwatched?": list_of(text),
    },
    "gap": {
        "stream": ANY_STREAM,
        "start": is_whole,
        "end": is_whole,
        "reason": text,
        "since?": or_null(is_whole),
    },
    "clock": {"jump": signed_whole, "reason": text},
    "close": {"reason": text, "segments": map_of(is_whole), "incidents": is_whole},
}

RECORD: Shape = {
    "v": exactly(1),
    "type": one_of(*BODIES),
    "session": is_id,
    "epoch": is_whole,
    "seq": is_whole,
    "prev": is_hash,
    "wall": is_whole,
    "mono": is_whole,
    "boot": lambda value: text(value) and 1 <= len(value) <= 64,  # type: ignore[arg-type]
    "anchor": or_null(is_hash),
    "body": an_object,
}
RECEIPT: Shape = {
    "v": exactly(1),
    "session": is_id,
    "size": is_whole,
    "head": is_hash,
    "time": is_whole,
    "prev": is_hash,
    "durable": list_of(is_hash),
    "missing": list_of(is_hash),
}
GRANT: Shape = {
    "v": exactly(1),
    "session": is_id,
    "exam": text,
    "candidate": text,
    "policy": is_hash,
    "public_key": text,
    "issued": is_whole,
}
MANIFEST: Shape = {
    "v": exactly(1),
    "session": is_id,
    "institution_key": base64_of(32),
    "exported": is_whole,
    "files": map_of(members(sha256=is_hash, size=is_whole)),
}
POLICY: Shape = {
    "v": exactly(1),
    "evidence_keys": lambda value: (
        bool(value) and list_of(members(kid=text, public_key=text))(value)
    ),
}


def record(value: object) -> dict[str, Any]:
    """A well-formed record: exactly the members, and the body of its type."""
    found = strict(value, RECORD)
    loose(found["body"], BODIES[found["type"]])
    return found


def strict(value: object, shape: Shape) -> dict[str, Any]:
    found = loose(value, shape)
    if extra := found.keys() - shape.keys():
        raise Malformed(f"unknown member {min(extra)!r}")
    return found


def loose(value: object, shape: Shape) -> dict[str, Any]:
    """At least the members of the shape; a name that ends in `?` may be left out."""
    if not isinstance(value, dict):
        raise Malformed("not an object")
    for asked, rule in shape.items():
        name = asked.removesuffix("?")
        if name not in value:
            if name == asked:
                raise Malformed(f"member {name!r} is missing")
        elif not rule(value[name]):
            raise Malformed(f"member {name!r} is not as it must be")
    return value
