"""All checks of a bundle, in their order."""

from dataclasses import dataclass
from typing import Any

from second_verifier import bundle, pieces, receipts, records
from second_verifier.bundle import Bundle, NothingToCheck
from second_verifier.chain import Chain, Failure, Start
from second_verifier.lines import cut, one_line
from second_verifier.text import Malformed, from_base64, parse

HOLDS, FAILS, NOTHING = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """The exit status, why each failing check fails, and which could not be judged."""

    status: int
    failures: dict[int, str]
    unjudged: tuple[int, ...] = ()


def verify(data: bytes, fingerprint: str | None = None) -> Verdict:
    """Judge a bundle; `fingerprint` is the institution's, where the caller knows it."""
    try:
        found = bundle.read(data)
        manifest = bundle.manifest(found)
    except NothingToCheck as error:
        return Verdict(NOTHING, {0: str(error)}, tuple(range(1, 11)))
    if why := bundle.container(found, manifest, fingerprint):
        return Verdict(FAILS, {0: why}, tuple(range(1, 11)))
    return _judge(found, manifest)


def _judge(found: Bundle, manifest: dict[str, Any]) -> Verdict:
    key = from_base64(manifest["institution_key"], 32)
    try:
        start, kids = _start(found, key, manifest["session"])
    except Malformed as error:
        return Verdict(FAILS, {1: str(error)}, tuple(range(2, 11)))
    held = receipts.read(found.files["receipts.signed"], key, start.session)
    chain = Chain(start, held)
    if failure := _follow(chain, found):
        return Verdict(FAILS, {failure.check: failure.why}, (7, 8, 9, 10))
    wanted = list(pieces.committed(chain.records))
    hashes = {piece.sha256 for piece in wanted}
    results = {
        7: pieces.present(found, wanted, kids),
        8: receipts.durable(held, chain.hashes, hashes),
        9: receipts.anchors(held, chain.records),
        10: pieces.complete(chain.records, wanted),
    }
    failures = {check: why for check, why in results.items() if why}
    return Verdict(FAILS if failures else HOLDS, failures)


def _start(found: Bundle, key: bytes, session: str) -> tuple[Start, set[str]]:
    """Check 1 of policy and grant."""
    policy, grant = (one_line(found.files[f"{name}.signed"]) for name in ("policy", "grant"))
    if not policy.signed_by(key, "policy") or not grant.signed_by(key, "grant"):
        raise Malformed("policy or grant is not signed by the institution")
    rules = records.loose(parse(policy.payload), records.POLICY)
    granted = records.loose(parse(grant.payload), records.GRANT)
    if granted["session"] != session or granted["policy"] != policy.hash:
        raise Malformed("the grant is of another session or policy")
    kids = {entry["kid"] for entry in rules["evidence_keys"]}
    first = from_base64(granted["public_key"], 32)
    return Start(session, policy.hash, grant.hash, first), kids


def _follow(chain: Chain, found: Bundle) -> Failure | None:
    for line in cut(found.files["records.signed"]):
        if failure := chain.add(line):
            return failure
    if found.files["forks.signed"]:
        return Failure(4, "there is a fork")
    return None
