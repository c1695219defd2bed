"""The header of an exam: what of it can be checked without the institution's server."""

import re
from typing import Any

from second_verifier import records
from second_verifier.lines import holds
from second_verifier.text import Malformed, from_base64, is_hash, is_id, is_whole, parse

LONGEST = 6_000
OWN_PORTS = {"http": "80", "https": "443"}
HOST = re.compile(r"[0-9A-Za-z._~-]+|\[[0-9A-Fa-f:.]+\]")
SHAPE: records.Shape = {
    "v": is_whole,
    "session": is_id,
    "epoch": is_whole,
    "policy": is_hash,
    "build": lambda value: isinstance(value, str) and len(value) <= 200,
    "url": lambda value: isinstance(value, str) and len(value) <= 2_000,
    "anchor": records.or_null(is_hash),
    "time": is_whole,
}


def verdict(value: str, asked: str, key: bytes) -> str:
    """Checks 1, 4 and 5: `good`, or the name of the first that fails."""
    try:
        payload, signature, said = _read(value)
    except Malformed:
        return "malformed"
    if not holds(key, signature, "exam", payload):
        return "signature"
    return "good" if said["url"] == _bound(asked) else "address"


def _read(value: str) -> tuple[bytes, bytes, dict[str, Any]]:
    parts = value.split(".")
    if len(value) > LONGEST or len(parts) != 2:
        raise Malformed("not two parts")
    payload = from_base64(parts[0], len(parts[0]) * 3 // 4)
    said = records.strict(parse(payload), SHAPE)
    return payload, from_base64(parts[1], 64), said


def _bound(address: str) -> str | None:
    """The part of an address that counts; `None` where it is none."""
    if "\\" in address or any(not "!" <= character <= "~" for character in address):
        return None
    scheme, found, rest = address.partition("://")
    scheme = scheme.lower()
    if not found or scheme not in OWN_PORTS:
        return None
    bare = rest.split("?")[0].split("#")[0]
    authority, slash, path = bare.partition("/")
    host, port = _host_and_port(authority)
    if not HOST.fullmatch(host) or (port is not None and not re.fullmatch("[0-9]{1,5}", port)):
        return None
    shown = "" if port is None or port == OWN_PORTS[scheme] else f":{port}"
    return f"{scheme}://{host.lower()}{shown}/{path if slash else ''}"


def _host_and_port(authority: str) -> tuple[str, str | None]:
    if ":" in authority.rpartition("]")[2]:
        host, _, port = authority.rpartition(":")
        return host, port
    return authority, None
