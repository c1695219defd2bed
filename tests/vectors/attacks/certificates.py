"""Certificates of deletion, honest ones and attacks on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vectors.attack import Attack
from vectors.packing import Bundle, honest, pack
from vectors.session import (
    EPOCHS,
    ORIGIN,
    SESSION,
    Edit,
    Json,
    hash_of,
    sha256,
    signed,
    to_json,
)


def _pieces(bundle: Bundle, kind: str) -> list[tuple[int, str, int]]:
    """Number, hash and size of what the records commit to of a kind, read from themselves."""
    of_role = {"snapshot": "snapshots", "clip": "snapshots", "photo": "identity"}
    found: dict[str, tuple[int, str, int]] = {}
    for line in bundle.records:
        record = json.loads(line.partition(b" ")[2])
        body = record["body"]
        if record["type"] == "segment" and body["stream"] == kind:
            found.setdefault(body["sha256"], (body["stream_seq"], body["sha256"], body["size"]))
        for item in body.get("attachments", ()):
            if of_role.get(item["role"], "identity") == kind:
                found.setdefault(
                    item["sha256"], (item["stream_seq"], item["sha256"], item["size"])
                )
    return sorted(found.values())


def _said(bundle: Bundle, kind: str, below: int | None = None) -> Json:
    chosen = [p for p in _pieces(bundle, kind) if below is None or p[0] < below]
    said: Json = {
        "kind": kind,
        "pieces": len(chosen),
        "bytes": sum(size for _, _, size in chosen),
        "digest": sha256("".join(f"{name}\n" for _, name, _ in chosen).encode()),
    }
    return said if below is None else {**said, "below": below}


def _destroy(
    bundle: Bundle,
    *kinds: tuple[str, int | None],
    edit: Edit = lambda said: None,
    key: Ed25519PrivateKey | None = None,
    keep: bool = False,
) -> None:
    """Destroy pieces of a bundle and certify it."""
    said: Json = {
        "v": 1,
        "institution": "0f" * 16,
        "session": SESSION,
        "n": len(bundle.certificates),
        "size": len(bundle.records),
        "head": hash_of(bundle.records[-1]),
        "time": ORIGIN + 3_000_000_000,
        "why": "the retention period is over",
        "by": "system",
        "destroyed": [_said(bundle, kind, below) for kind, below in kinds],
    }
    edit(said)
    bundle.certificates.append(signed(key or bundle.institution, "certificate", to_json(said)))
    for kind, below in kinds:
        for number, name, _ in _pieces(bundle, kind):
            if not keep and (below is None or number < below):
                bundle.blobs.pop(name, None)


def one(*kinds: tuple[str, int | None], **how: Any) -> bytes:
    bundle = honest()
    _destroy(bundle, *kinds, **how)
    return bundle.packed()


def says(**members: object) -> Edit:
    return lambda said: said.update(members)


def each(**members: object) -> Edit:
    return lambda said: said["destroyed"][0].update(members)


def two(second: Edit = lambda said: None) -> bytes:
    bundle = honest()
    _destroy(bundle, ("camera", None))
    _destroy(bundle, ("camera", None), ("snapshots", None), edit=second)
    return bundle.packed()


def cut_short() -> bytes:
    bundle = honest()
    _destroy(bundle, ("camera", None))
    bundle.certificates[0] = bundle.certificates[0][:-1]
    return bundle.packed()


def unnamed() -> bytes:
    """The certificate is in the zip, and the manifest does not name it."""
    bundle = honest()
    _destroy(bundle, ("camera", None))
    return pack(bundle.entries(lambda manifest: manifest["files"].pop("certificates.signed")))


def named_only() -> bytes:
    bundle = honest()
    entry = {"sha256": sha256(b""), "size": 0}
    return pack(
        bundle.entries(lambda said: said["files"].update({"certificates.signed": entry}))
    )


CAMERA = ("camera", None)


def bent(edit: Edit) -> Callable[[], bytes]:
    return lambda: one(CAMERA, edit=edit)


def attack(name: str, words: str, edit: Edit) -> Attack:
    return Attack(f"certificate-{name}", words, (7,), bent(edit))


ATTACKS = (
    Attack(
        "good-destroyed",
        "the camera's pieces are destroyed, by certificate",
        (),
        lambda: one(CAMERA),
    ),
    Attack(
        "good-destroyed-in-part",
        "the camera's first piece is destroyed, by certificate",
        (),
        lambda: one(("camera", 1)),
    ),
    Attack(
        "good-destroyed-twice",
        "the camera's pieces are destroyed, then the snapshots as well",
        (),
        two,
    ),
    Attack(
        "good-certificate-with-more",
        "a certificate has members that the specification does not know, and `below` is null",
        (),
        bent(lambda said: (says(note="x")(said), each(below=None, note="y")(said))),
    ),
    Attack(
        "certificate-forged",
        "a certificate is signed by a session's key",
        (7,),
        lambda: one(CAMERA, key=EPOCHS[0]),
    ),
    Attack(
        "certificate-and-pieces",
        "the pieces are here that a certificate says are destroyed",
        (7,),
        lambda: one(CAMERA, keep=True),
    ),
    Attack(
        "certificate-of-too-little",
        "a second certificate is numbered like the first",
        (7,),
        lambda: two(says(n=0)),
    ),
    attack(
        "of-another-session", "a certificate is of another session", says(session="ab" * 16)
    ),
    attack("of-another-chain", "a certificate names another head", says(head="ab" * 32)),
    attack("of-more-records", "a certificate is of more records than there are", says(size=99)),
    attack("of-fewer-pieces", "a certificate counts a piece less", each(pieces=1)),
    attack("of-other-bytes", "a certificate counts other bytes", each(bytes=1)),
    attack("of-other-pieces", "a certificate's digest is another", each(digest="ab" * 32)),
    attack(
        "of-unknown-kind",
        "a certificate names a kind that there is not",
        each(kind="attachment"),
    ),
    attack(
        "of-records", "a certificate says that the records are destroyed", each(kind="records")
    ),
    attack("of-nothing", "a certificate names nothing", says(destroyed=[])),
    attack("without-reason", "a certificate says no reason", says(why="")),
    Attack("certificate-cut", "a certificate's line has no end", (7,), cut_short),
    Attack("certificate-unnamed", "the manifest does not name the certificates", (0,), unnamed),
    Attack(
        "certificate-named-only",
        "the manifest names certificates that are not there",
        (0,),
        named_only,
    ),
)
