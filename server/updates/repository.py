"""A repository's signed metadata: found, extended, renewed. Files in one folder, and values.

    metadata/N.root.json        which keys are whose; ``root.json`` is the newest, built in
    metadata/N.targets.json     which installers there are
    metadata/N.snapshot.json    which versions belong together
    metadata/timestamp.json     which snapshot is the newest, for the next days
    targets/CHANNEL/SHA256.NAME the files themselves

Versions only rise, whatever is published. Nothing is signed over metadata that does not hold:
a file that somebody changed on the server's disk is refused, not made good.
"""

# TUF documents these under names that its type information does not export.
# pyright: reportPrivateImportUsage=false

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization import DeserializationError

from server.updates.keys import OFFLINE, ONLINE, Signers
from shared.updates import METADATA, TARGETS

# How long each role's word holds. The offline keys' for as long as a drawer may stay shut; the
# server's for so long that a weekend without it does no harm, and that a copy of yesterday's
# repository does not pass for today's for long.
LASTS = {
    "root": timedelta(days=730),
    "targets": timedelta(days=365),
    "snapshot": timedelta(days=14),
    "timestamp": timedelta(days=4),
}

# What the server signs is renewed once less than this share of its time is left.
RENEWED_BELOW = 0.5

# Versions of the metadata that stay on disk: whoever is in the middle of a look still finds
# what they were told of.
VERSIONS_KEPT = 10

# The timestamp that belongs to a root which is not there yet, by the root's version.
PENDING = ".timestamp.next"

# Before the offline keys' word ends, people are told for so long.
TOLD_BEFORE = timedelta(days=45)


class RepositoryBroken(Exception):
    """The repository is not there, does not hold or wants other keys; the message says why."""


@dataclass(frozen=True, slots=True)
class State:
    """All metadata of a repository, each checked against the root."""

    root: Metadata[Root]
    targets: Metadata[Targets]
    snapshot: Metadata[Snapshot]
    timestamp: Metadata[Timestamp]

    def files(self) -> set[str]:
        """Where the target files that are listed lie, from the folder of targets."""
        listed = self.targets.signed.targets.values()
        return {path for one in listed for path in one.get_prefixed_paths()}

    def soon_over(self, now: datetime) -> list[str]:
        """What the offline keys have to sign again soon, or have not in time; in words."""
        found: list[str] = []
        parts: Mapping[str, Metadata[Any]] = {"root": self.root, "targets": self.targets}
        for role, part in parts.items():
            left = part.signed.expires - now
            if left < timedelta(0):
                found.append(f"{role} expired on {part.signed.expires:%Y-%m-%d}")
            elif left < TOLD_BEFORE:
                found.append(f"{role} expires on {part.signed.expires:%Y-%m-%d}")
        return found


def create(folder: Path, offline: Signers, online: Signers, now: datetime) -> State:
    """A new repository without a target.

    Raises:
        RepositoryBroken: there is one already.
    """
    if (folder / METADATA / "timestamp.json").exists():
        raise RepositoryBroken(f"{folder} holds a repository already")
    state = State(
        _signed(_root((offline, online), now), offline, "root"),
        _signed(Targets(expires=_until("targets", now)), offline, "targets"),
        Metadata(Snapshot(expires=_until("snapshot", now))),
        Metadata(Timestamp(expires=_until("timestamp", now))),
    )
    state = _told_online(state, online, now)
    _write(folder, "1.root.json", state.root)
    _write(folder, "root.json", state.root)
    (folder / TARGETS).mkdir(parents=True, exist_ok=True)
    _keep(folder, state)
    return state


def read(folder: Path) -> State:
    """A repository as it is on disk; that it has expired is no fault here.

    Raises:
        RepositoryBroken: a part is missing, or does not hold.
    """
    try:
        root = _load(folder, "root.json", Root)
        root.signed.verify_delegate("root", root.signed_bytes, root.signatures)
        timestamp = _load(folder, "timestamp.json", Timestamp)
        root.signed.verify_delegate("timestamp", timestamp.signed_bytes, timestamp.signatures)
        version = timestamp.signed.snapshot_meta.version
        snapshot = _load(folder, f"{version}.snapshot.json", Snapshot)
        root.signed.verify_delegate("snapshot", snapshot.signed_bytes, snapshot.signatures)
        version = snapshot.signed.meta["targets.json"].version
        targets = _load(folder, f"{version}.targets.json", Targets)
        root.signed.verify_delegate("targets", targets.signed_bytes, targets.signatures)
    except OSError as error:
        raise RepositoryBroken(
            f"there is no whole repository in {folder} ({error.strerror}: {error.filename}); "
            "make one with `invigil-server admin updates init`, or restore it"
        ) from error
    except (RepositoryError, DeserializationError, KeyError, ValueError) as error:
        raise RepositoryBroken(
            f"the repository in {folder} does not hold: {error}; restore it from a backup"
        ) from error
    return State(root, targets, snapshot, timestamp)


def extend(
    folder: Path,
    state: State,
    signers: tuple[Signers, Signers],
    now: datetime,
    listed: Mapping[str, TargetFile],
    without: Iterable[str] = (),
) -> State:
    """List other targets: ``listed`` by path come or take another's place, ``without`` go.

    Their files have to be there already (``place``). Files that neither this version of the
    list nor the one before names are removed afterwards.

    Args:
        folder: the repository.
        state: what ``read`` found.
        signers: of *targets*, and of the server's own roles.
        now: when.
        listed: targets, by path.
        without: paths that go.

    Raises:
        RepositoryBroken: the keys are not this repository's.
    """
    offline, online = signers
    before = state.files()
    targets = Targets(
        version=state.targets.signed.version + 1,
        expires=_until("targets", now),
        targets={**state.targets.signed.targets, **listed},
    )
    for path in without:
        targets.targets.pop(path, None)
    _own(state, offline, "targets")
    state = replace(state, targets=_signed(targets, offline, "targets"))
    state = _told_online(state, online, now)
    _keep(folder, state)
    _prune(folder, state.files() | before)
    return state


def renew_offline(
    folder: Path, state: State, offline: Signers, online: Signers, now: datetime
) -> State:
    """Have *root* and *targets* signed again, for the next years.

    Raises:
        RepositoryBroken: the keys are not this repository's.
    """
    for role in OFFLINE:
        _own(state, offline, role)
    root = Root.from_dict(state.root.signed.to_dict())
    root.version, root.expires = root.version + 1, _until("root", now)
    state = replace(state, root=_signed(root, offline, "root"))
    _write(folder, f"{root.version}.root.json", state.root)
    _write(folder, "root.json", state.root)
    return extend(folder, state, (offline, online), now, {})


def rotate(
    folder: Path,
    state: State,
    before: Signers,
    signers: tuple[Signers, Signers],
    now: datetime,
) -> None:
    """Have other keys sign from now on, all four; recorders follow by what the root key that
    they know says of the new one. ``settle`` ends it.

    The new root is what counts. All else is there before, and nobody asks for it yet: whatever
    is interrupted has either not begun, or can be ended.

    Args:
        folder: the repository.
        state: what ``read`` found.
        before: of *root*, as it was.
        signers: the new ones, of the offline roles and of the server's own.
        now: when.

    Raises:
        RepositoryBroken: the key before is not this repository's.
    """
    _own(state, before, "root")
    root = _root(signers, now)
    root.version = state.root.signed.version + 1
    newest: Metadata[Root] = _signed(root, signers[0], "root")
    newest.sign(before.of["root"], append=True)
    targets = Targets.from_dict(state.targets.signed.to_dict())
    targets.version, targets.expires = targets.version + 1, _until("targets", now)
    state = replace(state, root=newest, targets=_signed(targets, signers[0], "targets"))
    state = _told_online(state, signers[1], now)
    _write(folder, f"{targets.version}.targets.json", state.targets)
    _write(folder, f"{state.snapshot.signed.version}.snapshot.json", state.snapshot)
    _write(folder, f"{root.version}{PENDING}", state.timestamp)
    _write(folder, f"{root.version}.root.json", newest)


def is_rotating(folder: Path) -> bool:
    """Whether a change of keys has begun and is to be ended."""
    pending = _pending(folder)
    return pending is not None and _root_of(pending).exists()


def settle(folder: Path) -> None:
    """End a change of keys, or forget one that had not begun; again is no fault."""
    pending = _pending(folder)
    if pending is None:
        return
    root = _root_of(pending)
    if root.exists():
        _replace(folder / METADATA / "root.json", [root.read_bytes()])
        pending.replace(folder / METADATA / "timestamp.json")
    else:
        pending.unlink()


def is_due(state: State, now: datetime) -> bool:
    """Whether what the server signs by itself is to be renewed."""
    parts: tuple[Metadata[Any], ...] = (state.snapshot, state.timestamp)
    return any(
        part.signed.expires - now < LASTS[role] * RENEWED_BELOW
        for role, part in zip(ONLINE, parts, strict=True)
    )


def renew_online(folder: Path, state: State, online: Signers, now: datetime) -> State:
    """Sign again that this is the newest there is.

    Raises:
        RepositoryBroken: the keys are not this repository's.
    """
    state = _told_online(state, online, now)
    _keep(folder, state)
    return state


def place(folder: Path, path: str, file: Path, custom: Mapping[str, Any]) -> TargetFile:
    """Put a target's file where recorders ask for it; returns what is to be listed.

    Raises:
        OSError: it cannot be read or written.
    """
    target = TargetFile.from_file(path, str(file), ["sha256"])
    target.unrecognized_fields["custom"] = dict(custom)
    (prefixed,) = target.get_prefixed_paths()
    to = folder / TARGETS / prefixed
    to.parent.mkdir(parents=True, exist_ok=True)
    with file.open("rb") as source:
        _replace(to, iter(lambda: source.read(1 << 20), b""))
    return target


def _root(signers: tuple[Signers, Signers], now: datetime) -> Root:
    """Of these keys, offline and the server's own."""
    root = Root(expires=_until("root", now), consistent_snapshot=True)
    for of, roles in zip(signers, (OFFLINE, ONLINE), strict=True):
        for role in roles:
            root.add_key(of.of[role].public_key, role)
    return root


def _pending(folder: Path) -> Path | None:
    return next((folder / METADATA).glob(f"*{PENDING}"), None)


def _root_of(pending: Path) -> Path:
    return pending.with_name(f"{_version_of(pending)}.root.json")


def _told_online(state: State, online: Signers, now: datetime) -> State:
    """*Snapshot* and *timestamp* of what ``state`` lists now."""
    for role in ONLINE:
        _own(state, online, role)
    snapshot = Snapshot(
        version=_next(state.snapshot.signed, now),
        expires=_until("snapshot", now),
        meta={"targets.json": MetaFile(state.targets.signed.version)},
    )
    timestamp = Timestamp(
        version=_next(state.timestamp.signed, now),
        expires=_until("timestamp", now),
        snapshot_meta=MetaFile(snapshot.version),
    )
    return replace(
        state,
        snapshot=_signed(snapshot, online, "snapshot"),
        timestamp=_signed(timestamp, online, "timestamp"),
    )


def _next(part: Snapshot | Timestamp, now: datetime) -> int:
    """The next version: by the clock, so that a server that was restored from an older backup
    goes on above what recorders have seen.
    """
    return max(part.version + 1, int(now.timestamp()))


def _own(state: State, signers: Signers, role: str) -> None:
    known = state.root.signed.roles[role].keyids
    if signers.of[role].public_key.keyid not in known:
        raise RepositoryBroken(
            f"the {role} key that was given is not this repository's; name the folder of the "
            "keys that it was made with"
        )


def _signed(part: Any, signers: Signers, role: str) -> Metadata[Any]:
    made: Metadata[Any] = Metadata(part)
    made.sign(signers.of[role])
    return made


def _until(role: str, now: datetime) -> datetime:
    return (now + LASTS[role]).replace(microsecond=0)


def _load(folder: Path, name: str, kind: type[Any]) -> Metadata[Any]:
    found: Metadata[Any] = Metadata.from_bytes((folder / METADATA / name).read_bytes())
    if not isinstance(found.signed, kind):
        raise RepositoryError(f"{name} is {found.signed.type}")
    return found


def _keep(folder: Path, state: State) -> None:
    """Write what changes; the timestamp last, as it is what everybody asks for first."""
    _write(folder, f"{state.targets.signed.version}.targets.json", state.targets)
    _write(folder, f"{state.snapshot.signed.version}.snapshot.json", state.snapshot)
    _write(folder, "timestamp.json", state.timestamp)
    for role in ("targets", "snapshot"):
        versions = sorted((folder / METADATA).glob(f"*.{role}.json"), key=_version_of)
        for path in versions[:-VERSIONS_KEPT]:
            path.unlink(missing_ok=True)


def _write(folder: Path, name: str, part: Metadata[Any]) -> None:
    path = folder / METADATA / name
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, [part.to_bytes()])


def _replace(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file durably, whole or not at all; others may read it."""
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).chmod(0o644)
        Path(scratch).replace(path)
    finally:
        Path(scratch).unlink(missing_ok=True)


def _prune(folder: Path, wanted: set[str]) -> None:
    """Remove target files that nobody asks for any more."""
    for path in (folder / TARGETS).rglob("*"):
        if path.is_file() and path.relative_to(folder / TARGETS).as_posix() not in wanted:
            path.unlink()


def _version_of(path: Path) -> int:
    return int(path.name.partition(".")[0])
