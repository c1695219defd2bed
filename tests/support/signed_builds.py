"""Signed builds as a builder publishes them, without building anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.sessions import fixed_key

from shared.build import Artifact, Build, Carried, FileEntry, encode_files, encode_head
from shared.encoding import sha256_hex, to_base64
from shared.signed import Domain, Signed, fingerprint, public_bytes, sign

KEY = fixed_key(61)
OTHER_KEY = fixed_key(62)

FILES = {"app/one.py": FileEntry(sha256_hex(b"one"), 3)}
INSTALLER = b"an installer's bytes"


@dataclass(frozen=True)
class SignedBuild:
    """A build, its id, its signer's fingerprint, and the manifest beside its ``installer``."""

    build: Build
    id: str
    signer: str
    manifest: bytes
    installer: bytes
    name: str

    def told(self, **changes: Any) -> dict[str, Any]:
        """What a recorder of this build says of itself in ``open``."""
        return {
            "packaged": True,
            "files": "as it was built",
            "build": self.id,
            "number": self.build.number,
            "signer": self.signer,
            "version": self.build.version,
            "system": "Linux-6.1",
            **changes,
        }


def signed_build(
    number: int = 1,
    key: Ed25519PrivateKey = KEY,
    *,
    installer: bytes = INSTALLER,
    name: str = "",
    carrier: Ed25519PrivateKey | None = None,
    **changes: Any,
) -> SignedBuild:
    """Build ``number`` in the hand of ``key``; ``changes`` bend its head, and ``carrier`` signs
    for the installer in its place.
    """
    listed = encode_files(FILES)
    signer = to_base64(public_bytes(key))
    head = Build(
        **{
            "product": "invigil",
            "name": "Invigil",
            "bundle": "org.invigil",
            "version": "0.1.0",
            "number": number,
            "made": 1_760_000_000,
            "target": "linux-x86_64-cp311",
            "browser": False,
            "lock": "ab" * 32,
            "policy_keys": (),
            "signer": signer,
            "files": sha256_hex(listed),
            "count": len(FILES),
            "size": 3,
            "links": {},
            **changes,
        }
    )
    signed = sign(key, Domain.BUILD, encode_head(head))
    name = name or f"invigil_0.1.0+b{number}_amd64.deb"
    artifact = Artifact(
        product="invigil",
        build=signed.hash,
        signer=to_base64(public_bytes(carrier or key)),
        file=Carried(name=name, size=len(installer), sha256=sha256_hex(installer)),
        beside=(),
    )
    line = sign(carrier or key, Domain.ARTIFACT, encode_head(artifact))
    return SignedBuild(
        build=head,
        id=signed.hash,
        signer=fingerprint(public_bytes(key)),
        manifest=_manifest(line, signed, listed),
        installer=installer,
        name=name,
    )


def _manifest(artifact: Signed, build: Signed, listed: bytes) -> bytes:
    return artifact.line() + build.line() + listed
