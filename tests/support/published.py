"""A repository of updates with what signs for it, and a recorder that looks into it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from support.signed_builds import SignedBuild, signed_build

from recorder.updates.looking import Here, Source, Updates
from server.clock import system_clock
from server.updates.publishing import Draft, Published, Repository
from shared.sidecar import SUFFIX
from shared.updates import STABLE

PASSPHRASE = "correct horse battery"
NOTES = {"en": "Quicker.", "de": "Schneller."}
INSTALLED = signed_build(5)
DAY = 86_400 * 1_000_000


@dataclass
class Shelf:
    """An institution's repository below ``folder``; its clock is ``late`` µs ahead."""

    folder: Path
    institution: str = field(default_factory=lambda: secrets.token_hex(16))
    late: int = 0

    def __post_init__(self) -> None:
        self.offline = self.folder / f"{self.institution}-offline"
        self.repository.create(self.offline, PASSPHRASE)

    @property
    def repository(self) -> Repository:
        """As the server and its commands open it."""
        keys = self.folder / "keys"
        return Repository(
            self.folder / "updates", keys, self.institution, lambda: system_clock() + self.late
        )

    def built(self, made: SignedBuild) -> Path:
        """What a builder left in its output folder."""
        output = self.folder / "dist" / secrets.token_hex(4)
        output.mkdir(parents=True)
        (output / made.name).write_bytes(made.installer)
        (output / (made.name + SUFFIX)).write_bytes(made.manifest)
        return output / made.name

    def publish(
        self,
        made: SignedBuild,
        share: int = 100,
        *,
        back: bool = False,
        channel: str = "stable",
    ) -> Published:
        """Publish a build."""
        draft = Draft(self.built(made), channel, share, NOTES, back)
        return self.repository.publish(draft, self.offline, PASSPHRASE)

    def rotate(self) -> None:
        """Have other keys sign from now on."""
        into = self.folder / f"{self.institution}-{secrets.token_hex(4)}"
        self.repository.rotate(self.offline, into, PASSPHRASE)
        self.offline = into

    def root(self) -> bytes:
        """The root to be built into recorders."""
        return self.repository.read().root.to_bytes()

    def recorder(
        self,
        server: str,
        folder: Path,
        installed: SignedBuild = INSTALLED,
        may: Callable[[], bool] = lambda: True,
        **changes: object,
    ) -> Updates:
        """A recorder of a build, whose updates' folder is ``folder``."""
        here = Here(
            build=installed.build,
            id=installed.id,
            kind=".deb",
            installation="ab" * 16,
            signers=frozenset({installed.signer}),
        )
        source = Source(f"{server}/updates/{self.institution}", self.root(), STABLE)
        own = {name: value for name, value in changes.items() if hasattr(here, name)}
        other = {name: value for name, value in changes.items() if name not in own}
        return Updates(replace(source, **other), replace(here, **own), folder, may)
