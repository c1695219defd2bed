"""Puts builds on channels of an institution's repository, and takes them off again."""

# TUF documents these under names that its type information does not export.
# pyright: reportPrivateImportUsage=false

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tuf.api.exceptions import LengthOrHashMismatchError
from tuf.api.metadata import TargetFile

from server.clock import MICROS_PER_SECOND, WallClock
from server.updates import repository
from server.updates.files import held
from server.updates.keys import (
    Signers,
    make_next,
    make_offline,
    make_online,
    read_offline,
    read_online,
    settle_next,
)
from server.updates.repository import RepositoryBroken, State
from shared.build import BuildError, Carried
from shared.encoding import sha256_hex
from shared.sidecar import SUFFIX, Sidecar, read_sidecar
from shared.updates import TARGETS, Release, ReleaseError, custom_of, path_of, read_release


class NotPublished(Exception):
    """What was to be published cannot be; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be published: an installer with its manifest beside it, as it was built."""

    installer: Path
    channel: str
    share: int
    notes: dict[str, str]
    back: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """What a channel has: where it lies, its release, its size in bytes."""

    path: str
    release: Release
    size: int


class Repository:
    """One institution's repository, with what signs for it."""

    def __init__(
        self, updates: Path, keys: Path, institution_id: str, clock: WallClock
    ) -> None:
        """Take the folders of all repositories and of the server's keys; reads nothing yet."""
        self.folder = updates / institution_id
        self._keys = keys
        self._institution_id = institution_id
        self._clock = clock

    def create(self, offline: Path, passphrase: str) -> State:
        """Make it, and its four keys.

        Raises:
            RepositoryBroken: there is one already.
            UpdateKeyError: the offline keys cannot be written.
        """
        with held(self.folder):
            if (self.folder / "metadata" / "timestamp.json").exists():
                raise RepositoryBroken(f"{self.folder} holds a repository already")
            made = make_offline(offline, passphrase)
            own = make_online(self._keys, self._institution_id)
            return repository.create(self.folder, made, own, self._now())

    def read(self) -> State:
        """All of its metadata, checked.

        Raises:
            RepositoryBroken: it is not there, or does not hold.
        """
        return repository.read(self.folder)

    def published(self) -> list[Published]:
        """What is on its channels."""
        return published_of(self.read())

    def damaged(self) -> list[str]:
        """The paths of what is listed whose files are not there, or not as they were published.

        Raises:
            RepositoryBroken: as ``read``.
        """
        found: list[str] = []
        for path, target in sorted(self.read().targets.signed.targets.items()):
            (prefixed,) = target.get_prefixed_paths()
            try:
                with (self.folder / TARGETS / prefixed).open("rb") as file:
                    target.verify_length_and_hashes(file)
            except (OSError, LengthOrHashMismatchError):
                found.append(path.removesuffix(SUFFIX))
        return list(dict.fromkeys(found))

    def publish(self, draft: Draft, offline: Path, passphrase: str) -> Published:
        """Put a build on a channel, in the place of what was there for its kind of computer.

        Raises:
            NotPublished: it is not what its manifest says, or is older than what is there.
            RepositoryBroken, UpdateKeyError: as elsewhere.
        """
        manifest, data = _manifest(draft.installer)
        path, release = _release(draft, manifest)
        with self._held():
            state = self.read()
            _refuse_older(state, path, release)
            signers = self._signers(offline, passphrase, "targets")
            with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
                beside = Path(scratch) / "manifest"
                beside.write_bytes(data)
                custom = custom_of(release)
                listed = {
                    path: repository.place(self.folder, path, draft.installer, custom),
                    path + SUFFIX: repository.place(self.folder, path + SUFFIX, beside, {}),
                }
            _refuse_other(listed[path], manifest.artifact.file)
            repository.extend(self.folder, state, signers, self._now(), listed)
        return Published(path, release, manifest.artifact.file.size)

    def change_share(self, path: str, share: int, offline: Path, passphrase: str) -> Published:
        """Have a release go to more installations, or fewer.

        Raises:
            NotPublished: nothing is published there, or it is no share.
            RepositoryBroken, UpdateKeyError: as elsewhere.
        """
        with self._held():
            state = self.read()
            target = state.targets.signed.targets.get(path)
            if target is None:
                raise NotPublished(f"nothing is published as {path}; see `updates list`")
            release = msgspec.structs.replace(read_release(target.custom), share=_share(share))
            target.unrecognized_fields["custom"] = custom_of(release)
            signers = self._signers(offline, passphrase, "targets")
            repository.extend(self.folder, state, signers, self._now(), {path: target})
        return Published(path, release, target.length)

    def withdraw(self, path: str, offline: Path, passphrase: str) -> None:
        """Take a release off its channel; who has it keeps it.

        Raises:
            NotPublished: nothing is published there.
            RepositoryBroken, UpdateKeyError: as elsewhere.
        """
        with self._held():
            state = self.read()
            if path not in state.targets.signed.targets:
                raise NotPublished(f"nothing is published as {path}; see `updates list`")
            signers = self._signers(offline, passphrase, "targets")
            gone = (path, path + SUFFIX)
            repository.extend(self.folder, state, signers, self._now(), {}, gone)

    def renew(self, offline: Path, passphrase: str) -> State:
        """Have everything signed again: root and targets for the next years.

        Raises:
            RepositoryBroken, UpdateKeyError: as elsewhere.
        """
        with self._held():
            own, online = self._signers(offline, passphrase, "root", "targets")
            return repository.renew_offline(self.folder, self.read(), own, online, self._now())

    def rotate(self, offline: Path, into: Path, passphrase: str) -> State:
        """Have other keys sign from now on: new offline ones, in a new folder, and new ones of
        the server's own.

        Raises:
            RepositoryBroken, UpdateKeyError: as elsewhere; there are keys in ``into`` already.
        """
        with self._held():
            state, before = self.read(), read_offline(offline, passphrase, "root")
            made = make_offline(into, passphrase)
            online = make_next(self._keys, self._institution_id)
            repository.rotate(self.folder, state, before, (made, online), self._now())
            self._settle()
            return self.read()

    def keep_fresh(self) -> State:
        """Sign again what the server signs by itself, where it is due.

        Raises:
            RepositoryBroken, UpdateKeyError: as elsewhere.
        """
        with self._held():
            state, now = self.read(), self._now()
            if not repository.is_due(state, now):
                return state
            online = read_online(self._keys, self._institution_id)
            return repository.renew_online(self.folder, state, online, now)

    @contextmanager
    def _held(self) -> Iterator[None]:
        with held(self.folder):
            self._settle()
            yield

    def _settle(self) -> None:
        """Change keys for good once the new root is there; the pending file goes last."""
        rotating = repository.is_rotating(self.folder)
        settle_next(self._keys, self._institution_id, use=rotating)
        repository.settle(self.folder)

    def _signers(self, offline: Path, passphrase: str, *roles: str) -> tuple[Signers, Signers]:
        own = read_offline(offline, passphrase, *roles)
        return own, read_online(self._keys, self._institution_id)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock() // MICROS_PER_SECOND, UTC)


# Makes the repository of an institution.
Repositories = Callable[[str], Repository]


def published_of(state: State) -> list[Published]:
    """What is on the channels of a repository; manifests lie beside, and are not told."""
    return [
        Published(path, read_release(target.custom), target.length)
        for path, target in sorted(state.targets.signed.targets.items())
        if not path.endswith(SUFFIX)
    ]


def _manifest(installer: Path) -> tuple[Sidecar, bytes]:
    path = installer.with_name(installer.name + SUFFIX)
    try:
        data = path.read_bytes()
        return read_sidecar(data), data
    except OSError as error:
        raise NotPublished(
            f"{path} cannot be read ({error.strerror}): an installer is published with the "
            "manifest that was made beside it"
        ) from error
    except BuildError as error:
        raise NotPublished(f"{path} is no manifest of this installer: {error}") from error


def _release(draft: Draft, manifest: Sidecar) -> tuple[str, Release]:
    artifact, build, _ = manifest
    if artifact.file.name != draft.installer.name:
        raise NotPublished(
            f"{draft.installer.name} was signed as {artifact.file.name}; give it that name"
        )
    told = {
        "build": artifact.build,
        "number": build.number,
        "version": build.version,
        "name": artifact.file.name,
        "share": _share(draft.share),
        "back": draft.back,
        "notes": draft.notes,
    }
    try:
        release = read_release({"invigil": {"v": 1, **told}})
        return path_of(draft.channel, build, artifact.file.name), release
    except ReleaseError as error:
        raise NotPublished(str(error)) from error


def _share(share: int) -> int:
    if not 0 <= share <= 100:
        raise NotPublished(f"a share is 0 to 100 of a hundred installations, not {share}")
    return share


def _refuse_older(state: State, path: str, release: Release) -> None:
    """Going back is done on purpose, and said; nothing else is older than what is there. Where
    nothing is there, or what went back already, recorders may still have what was.
    """
    target = state.targets.signed.targets.get(path)
    if target is None:
        return
    there = read_release(target.custom)
    if release.number < there.number and not release.back:
        raise NotPublished(
            f"it is build {release.number}, older than build {there.number}, which is "
            "published there; to go back on purpose, say --back"
        )
    same = there.back and release.number == there.number
    if same and not release.back:
        raise NotPublished(
            f"newer recorders are going back to build {there.number}, and would stay as they "
            "are: say --back again, or withdraw it first"
        )
    if release.back and release.number >= there.number and not same:
        raise NotPublished(
            f"there is nothing newer on this channel to go back from (build {there.number} is "
            "published there); leave --back out"
        )


def _refuse_other(target: TargetFile, signed: Carried) -> None:
    if (target.length, target.hashes["sha256"]) != (signed.size, signed.sha256):
        raise NotPublished(
            f"{signed.name} is not what its manifest says: it has {target.length} bytes; take "
            "the file as it was built"
        )


def fingerprint_of(state: State) -> str:
    """How people compare a root: SHA-256 of its file."""
    return sha256_hex(state.root.to_bytes())
