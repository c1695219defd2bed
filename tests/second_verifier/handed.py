"""A candidate's receipt and a session's certificates, each one object in a file.

As the specification's *Verification of a receipt* and *Verification of certificates* say.
"""

from typing import Any

from second_verifier import records
from second_verifier.certificates import CERTIFICATE
from second_verifier.checks import FAILS, HOLDS, NOTHING, Findings, Verdict
from second_verifier.lines import Line, one_line
from second_verifier.records import Shape, base64_of, exactly, flag, list_of, text
from second_verifier.text import Malformed, from_base64, is_hash, is_id, is_whole, parse, sha256

LONGEST = 2 * 1024 * 1024
OF_CERTIFICATES = "invigil-certificates"

RECEIPT_FILE: Shape = {
    "v": exactly(1),
    "type": exactly("invigil-receipt"),
    "session": is_id,
    **dict.fromkeys(("exam", "title", "candidate", "server"), text),
    **dict.fromkeys(("saved_us", "signed_us"), is_whole),
    **dict.fromkeys(("records_made", "records_held", "pieces_made", "pieces_held"), is_whole),
    "complete": flag,
    "head": is_hash,
    "institution_key": base64_of(32),
    "institution_fingerprint": is_hash,
    "ask": records.members(
        **dict.fromkeys(("institution", "contact", "questions", "own_copy", "appeal"), text)
    ),
    **dict.fromkeys(("policy", "grant", "receipt"), text),
}
CERTIFICATE_FILE: Shape = {
    "v": exactly(1),
    "type": exactly(OF_CERTIFICATES),
    "institution_key": base64_of(32),
    "certificates": lambda value: bool(value) and list_of(text)(value),
}
TITLES: Shape = {
    "exam": records.members(id=text, title=text),
    "institution": records.members(name=text, contact=text),
}


def is_handed(data: bytes) -> bool:
    """Whether it is one of the two."""
    return data.startswith(b"{")


def is_certificates(data: bytes) -> bool:
    """Whether it is the latter, if it is one of the two at all."""
    return _object(data).get("type") == OF_CERTIFICATES


def verify_handed(data: bytes, fingerprint: str | None = None) -> Verdict:
    """Judge a receipt or certificates, whichever it is."""
    try:
        file = _object(data)
        certificates = file.get("type") == OF_CERTIFICATES
        records.loose(file, CERTIFICATE_FILE if certificates else RECEIPT_FILE)
    except Malformed as error:
        return Verdict(NOTHING, {0: str(error)})
    findings = Findings()
    key = from_base64(file["institution_key"], 32)
    if fingerprint is not None and sha256(key) != fingerprint:
        findings.fail(0, "not the institution's key")
    (_judge_certificates if certificates else _judge_receipt)(findings, file, key)
    return Verdict(FAILS if findings.why else HOLDS, dict(sorted(findings.why.items())))


def _object(data: bytes) -> dict[str, Any]:
    if len(data) > LONGEST:
        raise Malformed("longer than it may be")
    return parse(data)


def _judge_receipt(findings: Findings, file: dict[str, Any], key: bytes) -> None:
    if sha256(key) != file["institution_fingerprint"]:
        findings.fail(0, "not the fingerprint of its key")
    hash_of_policy, policy = _read(findings, file, key, "policy")
    _, grant = _read(findings, file, key, "grant")
    _, receipt = _read(findings, file, key, "receipt")
    if grant is not None:
        if grant["session"] != file["session"]:
            findings.fail(1, "the grant is of another session")
        if policy is not None and grant["policy"] != hash_of_policy:
            findings.fail(1, "the grant is of another policy")
    if receipt is not None and receipt["session"] != file["session"]:
        findings.fail(2, "the receipt is of another session")
    for said, signed in _compared(file, policy, grant, receipt):
        if said != signed:
            findings.fail(3, f"{said!r} is said, and {signed!r} signed")
    made = (file["records_made"], file["pieces_made"])
    held = (file["records_held"], file["pieces_held"])
    if held[0] > made[0] or held[1] > made[1]:
        findings.fail(3, "more is held than was made")
    if file["complete"] and (held != made or receipt is None or receipt["missing"]):
        findings.fail(3, "it is not complete")


def _read(
    findings: Findings, file: dict[str, Any], key: bytes, name: str
) -> tuple[str, dict[str, Any] | None]:
    """A signed line's hash and what it says; nothing where it cannot be read."""
    check = 2 if name == "receipt" else 1
    try:
        line = _line(file[name])
        said = parse(line.payload)
        match name:
            case "policy":
                records.loose(said, TITLES)
            case "grant":
                records.strict(said, records.GRANT)
            case _:
                records.strict(said, records.RECEIPT)
    except Malformed as error:
        findings.fail(check, f"the {name}: {error}")
        return "", None
    if not line.signed_by(key, name):
        findings.fail(check, f"the {name} is not signed by the institution")
    return line.hash, said


def _compared(
    file: dict[str, Any],
    policy: dict[str, Any] | None,
    grant: dict[str, Any] | None,
    receipt: dict[str, Any] | None,
) -> list[tuple[object, object]]:
    """What is said, and what is signed of it."""
    found: list[tuple[object, object]] = []
    if policy is not None:
        exam, institution = policy["exam"], policy["institution"]
        found += [(file["exam"], exam["id"]), (file["title"], exam["title"])]
        found.append((file["ask"]["institution"], institution["name"]))
        found.append((file["ask"]["contact"], institution["contact"]))
    if grant is not None:
        found += [(file[name], grant[name]) for name in ("exam", "candidate")]
    if receipt is not None:
        found.append((file["signed_us"], receipt["time"]))
        found.append((file["records_held"], receipt["size"]))
        found.append((file["head"], receipt["head"]))
    return found


def _judge_certificates(findings: Findings, file: dict[str, Any], key: bytes) -> None:
    readable: list[dict[str, Any]] = []
    for number, written in enumerate(file["certificates"]):
        try:
            line = _line(written)
            readable.append(records.loose(parse(line.payload), CERTIFICATE))
        except Malformed as error:
            findings.fail(1, f"certificate {number}: {error}")
            continue
        if not line.signed_by(key, "certificate"):
            findings.fail(1, f"certificate {number} is not signed by the institution")
    if len({(one["institution"], one["session"]) for one in readable}) > 1:
        findings.fail(2, "they are of several sessions")
    if [one["n"] for one in readable] != list(range(len(readable))):
        findings.fail(2, "they are not numbered from 0 on")
    for name in ("size", "time"):
        values = [one[name] for one in readable]
        if values != sorted(values):
            findings.fail(2, f"the {name} falls")


def _line(written: str) -> Line:
    """A signed line without its line feed."""
    return one_line(written.encode() + b"\n")
