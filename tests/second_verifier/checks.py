"""All checks of a bundle, made as the specification's *Verification* says."""

from dataclasses import dataclass, field
from typing import Any

from second_verifier import bundle, certificates, pieces, receipts, records
from second_verifier.bundle import Bundle, NothingToCheck
from second_verifier.chain import Chain
from second_verifier.clock import disagreement
from second_verifier.lines import cut, one_line
from second_verifier.text import ZERO, Malformed, from_base64, parse

HOLDS, FAILS, NOTHING = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """The exit status, and why each failing check fails."""

    status: int
    failures: dict[int, str]


@dataclass(slots=True)
class Findings:
    """Every check that fails so far, with the first reason."""

    why: dict[int, str] = field(default_factory=dict)

    def fail(self, check: int, why: str) -> None:
        if why:
            self.why.setdefault(check, why)


@dataclass(slots=True)
class Ground:
    """What policy and grant say, as far as they can be read."""

    policy: str = ZERO
    kids: frozenset[str] = frozenset()
    grant: str = ZERO
    key: bytes | None = None


def verify(data: bytes, fingerprint: str | None = None) -> Verdict:
    """Judge a bundle; `fingerprint` is the institution's, where the caller knows it."""
    try:
        found = bundle.read(data)
        manifest = bundle.manifest(found)
    except NothingToCheck as error:
        return Verdict(NOTHING, {0: str(error)})
    findings = Findings()
    for why in bundle.container(found, manifest, fingerprint):
        findings.fail(0, why)
    _judge(findings, found, manifest)
    return Verdict(FAILS if findings.why else HOLDS, dict(sorted(findings.why.items())))


@dataclass(frozen=True, slots=True)
class Named:
    """What a log may be compared with: a bundle's session, key and chain, as far as it goes."""

    session: str
    key: bytes
    hashes: list[str]


def named(data: bytes) -> Named:
    """What a bundle's chain is.

    Raises:
        NothingToCheck: there is no bundle.
    """
    found = bundle.read(data)
    manifest = bundle.manifest(found)
    key, session = from_base64(manifest["institution_key"], 32), manifest["session"]
    ground = _ground(Findings(), found, key, session)
    return Named(session, key, _follow(Findings(), found, ground, session).hashes)


def _judge(findings: Findings, found: Bundle, manifest: dict[str, Any]) -> None:
    key = from_base64(manifest["institution_key"], 32)
    ground = _ground(findings, found, key, manifest["session"])
    chain = _follow(findings, found, ground, manifest["session"])
    if found.content("forks.signed"):
        findings.fail(4, "there is a fork")
    held = receipts.read(found.content("receipts.signed"), key, manifest["session"])
    findings.fail(6, disagreement(chain.records, held))
    wanted = pieces.committed(chain.records)
    findings.fail(7, pieces.ambiguous(wanted))
    gone, why = certificates.destroyed(
        found.content(bundle.CERTIFICATES), manifest["session"], key, chain
    )
    findings.fail(7, why)
    findings.fail(7, certificates.contradicted(found, gone))
    left = [piece for piece in wanted if piece not in gone]
    findings.fail(7, pieces.absent(found, left, ground.kids))
    if chain.whole:
        findings.fail(7, pieces.unclaimed(found, wanted))
    findings.fail(8, receipts.durable(held, chain.hashes, {one.sha256 for one in wanted}))
    findings.fail(9, receipts.anchors(held, chain.records))
    findings.fail(10, pieces.complete(chain.records, wanted))


def _ground(findings: Findings, found: Bundle, key: bytes, session: str) -> Ground:
    """Check 1 of policy and grant, and check 2 of the grant's key."""
    ground = Ground()
    try:
        policy = one_line(found.content("policy.signed"))
        rules = records.loose(parse(policy.payload), records.POLICY)
        ground.policy = policy.hash
        ground.kids = frozenset(entry["kid"] for entry in rules["evidence_keys"])
        if not policy.signed_by(key, "policy"):
            findings.fail(1, "the policy is not signed by the institution")
    except Malformed as error:
        findings.fail(1, f"the policy: {error}")
    try:
        grant = one_line(found.content("grant.signed"))
        granted = records.strict(parse(grant.payload), records.GRANT)
    except Malformed as error:
        findings.fail(1, f"the grant: {error}")
        return ground
    ground.grant = grant.hash
    if not grant.signed_by(key, "grant"):
        findings.fail(1, "the grant is not signed by the institution")
    if granted["session"] != session or granted["policy"] != ground.policy:
        findings.fail(1, "the grant is of another session or policy")
    try:
        ground.key = from_base64(granted["public_key"], 32)
    except Malformed as error:
        findings.fail(2, f"the grant's key: {error}")
    return ground


def _follow(findings: Findings, found: Bundle, ground: Ground, session: str) -> Chain:
    """Checks 1 to 6 of the records, up to the first that fails one."""
    chain = Chain(session, ground.key or b"")
    if ground.key is None:
        return chain
    for line in cut(found.content("records.signed")):
        if failure := chain.add(line):
            findings.fail(failure.check, f"record {len(chain.records)}: {failure.why}")
            break
    else:
        chain.whole = True
    if chain.records:
        body = chain.records[0]["body"]
        if (body["policy"], body["grant"]) != (ground.policy, ground.grant):
            findings.fail(1, "open names another policy or grant")
    return chain
