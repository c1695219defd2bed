"""A short log written from the specification byte by byte, with every type of entry."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vectors.session import (
    CAMERA,
    CLOSE,
    INSTITUTION,
    ORIGIN,
    SESSION,
    STEP,
    ZERO,
    Edit,
    Json,
    Rewrite,
    Session,
    handover,
    hash_of,
    key,
    public,
    signed,
    to_json,
)

OWN, OTHER_SESSION = "0a" * 16, "5e56" * 8
ADMIN, PROCTOR = "ad" * 16, "b0" * 16
SUCCESSOR = key(3)  # the institution's next key

# Where things stand in the honest log, for those who bend it.
FOUNDED, SIGN_IN, EARLY_HEADS, PAGE, MEDIA, LATE_HEADS, DECISION, KEY, EXPORT = range(9)


@dataclass
class Log:
    """Entries in the making; what is bent is what `Session` bends."""

    institution: str = OWN
    keys: tuple[Ed25519PrivateKey, Ed25519PrivateKey] = (INSTITUTION, SUCCESSOR)
    edits: dict[int, Edit] = field(default_factory=dict)
    rewrites: dict[int, Rewrite] = field(default_factory=dict)
    signers: dict[int, Ed25519PrivateKey] = field(default_factory=dict)
    domains: dict[int, str] = field(default_factory=dict)
    edit_manifest: Edit = lambda manifest: None
    rewrite_manifest: Rewrite = lambda data: data
    manifest_signer: Ed25519PrivateKey | None = None
    lines: list[bytes] = field(default_factory=list)
    now: int = ORIGIN

    def __post_init__(self) -> None:
        self.key = self.keys[0]

    @property
    def head(self) -> str:
        return hash_of(self.lines[-1]) if self.lines else ZERO

    def entry(self, kind: str, body: Json, actor: str = "system", role: str = "") -> None:
        """Append an entry."""
        self.now += STEP
        n = len(self.lines)
        entry: Json = {
            "v": 1,
            "type": kind,
            "institution": self.institution,
            "n": n,
            "prev": self.head,
            "time": self.now,
            "actor": actor,
            "role": role or None,
            "address": "192.0.2.7" if role else None,
            "body": body,
        }
        self.edits.get(n, lambda entry: None)(entry)
        data = self.rewrites.get(n, lambda data: data)(to_json(entry))
        signer = self.signers.get(n, self.key)
        self.lines.append(signed(signer, self.domains.get(n, "log"), data))

    def act(self, action: str, subject: tuple[str, str], actor: str = "system") -> None:
        """Append an act; the admin's where nobody else is named."""
        kind, name = subject
        body = {"action": action, "subject": {"kind": kind, "id": name}, "detail": {}}
        self.entry("act", body, actor, "admin" if actor == ADMIN else "")

    def heads(self, *heads: tuple[str, int, str, str]) -> None:
        """Append heads: session, size, head, state."""
        names = ("session", "size", "head", "state")
        sessions = [dict(zip(names, head, strict=True)) for head in heads]
        self.entry("heads", {"sessions": sessions})

    def access(self, what: str, **more: object) -> None:
        """Append an access of the proctor's."""
        self.entry("access", {"session": SESSION, "what": what, **more}, PROCTOR, "proctor")

    def hand_over(self) -> None:
        """The institution takes its next key."""
        following = handover(self.keys[1], len(self.lines), self.head, self.institution)
        self.entry("key", {"next": following})
        self.key = self.keys[1]

    def brief(self) -> Log:
        """One entry, under one key."""
        self.act("institution.create", ("institution", self.institution), "command line")
        return self

    def written(self) -> Log:
        """Every type of entry; the session is that of the honest bundle."""
        records = [hash_of(line) for line in Session().written().records]
        self.brief()
        self.act("account.sign-in", ("account", ADMIN), ADMIN)
        self.heads(
            (SESSION, CAMERA + 1, records[CAMERA], "open"),
            (OTHER_SESSION, 5, "0e" * 32, "terminated"),
        )
        self.access("page", until=self.now + 600_000_000)
        self.access("media", stream="camera", until=self.now + 600_000_000)
        self.heads(
            (SESSION, CLOSE + 1, records[CLOSE], "closed"),
            (OTHER_SESSION, 5, "0e" * 32, "terminated"),
        )
        self.act("flag.decide", ("session", SESSION), PROCTOR)
        self.hand_over()
        self.act("log.export", ("institution", self.institution), ADMIN)
        return self

    def exported(self) -> bytes:
        """The file."""
        manifest: Json = {
            "v": 1,
            "institution": self.institution,
            "institution_key": public(self.key),
            "first_key": public(self.keys[0]),
            "exported": self.now,
            "size": len(self.lines),
            "head": self.head,
        }
        self.edit_manifest(manifest)
        data = self.rewrite_manifest(to_json(manifest))
        line = signed(self.manifest_signer or self.key, "log-export", data)
        return line + b"".join(self.lines)
