"""Looks for an update in the institution's repository, and fetches it.

Two signatures have to hold, each by itself: TUF's, which says that this is what the institution
offers now (and not something older, or somebody else's), and that of the build's own manifest,
which says that it is of the builder of this program. The checks of a file, by number: (1) TUF's
length and hash, (2) the manifest's signatures, (3) its signer is known here, (4) it is of this
program and this kind of computer, and has the exam's browser where this one does, (5) it is the
build that the release names, (6) the file is the one that the manifest names.
"""

# TUF documents these under names that its type information does not export.
# pyright: reportPrivateImportUsage=false

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tuf.api import exceptions as tuf
from tuf.api.metadata import TargetFile
from tuf.ngclient import Updater, UpdaterConfig

from recorder.updates.fetching import Fetcher, Stopped
from recorder.updates.news import Fetched, Found, News, Nothing, NotNow, Trouble, Wrong
from shared.build import Build, BuildError, signer_of
from shared.sidecar import SUFFIX, Sidecar, read_sidecar
from shared.updates import (
    METADATA,
    TARGETS,
    Release,
    ReleaseError,
    is_for,
    path_for,
    read_release,
)

_CHUNK = 1 << 20

# A list of files of some thousands: a megabyte. More is none.
MAX_MANIFEST_BYTES = 8 << 20

# Disk that stays free beside an installer: recordings need room more than updates do (bytes).
SPARE_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class Source:
    """Where updates come from: the repository's address, the root that was built into this
    program, the channel.
    """

    address: str
    root: bytes
    channel: str


@dataclass(frozen=True, slots=True)
class Here:
    """What is installed: the build and its id, what kind of installer brought it, the random id
    of this installation, which never leaves it, and the fingerprints of builders that it takes
    updates of.
    """

    build: Build
    id: str
    kind: str
    installation: str
    signers: frozenset[str]


class Updates:
    """Looks once, and fetches what was found. Calls block; one at a time."""

    def __init__(
        self, source: Source, here: Here, folder: Path, may: Callable[[], bool]
    ) -> None:
        """Prepare; nothing is asked.

        Args:
            source: where updates come from.
            here: what is installed.
            folder: for the metadata that was seen last, and for what is fetched.
            may: whether nothing more important is near; asked again and again.
        """
        self._source, self._here, self._folder, self._may = source, here, folder, may

    def look(self) -> News:
        """Is there an update for this installation?"""
        if not self._may():
            return NotNow()
        try:
            path = path_for(self._source.channel, self._here.build.target, self._here.kind)
            with self._updater() as updater:
                target = updater.get_targetinfo(path)
            news = self._judged(path, target)
        except Stopped:
            return NotNow()
        except (tuf.RepositoryError, tuf.DownloadError, ReleaseError, OSError) as error:
            return _trouble(error)
        if isinstance(news, Nothing):
            # What was fetched once is installed by now, or not wanted any more.
            forget(self._folder)
        return news

    def fetch(self, found: Found) -> Fetched | NotNow | Trouble:
        """Have it here, checked; what had been fetched before is not fetched again."""
        if not self._may():
            return NotNow()
        try:
            with self._updater() as updater:
                return self._fetched(updater, found)
        except Stopped:
            return NotNow()
        except (tuf.RepositoryError, tuf.DownloadError, ReleaseError, OSError) as error:
            return _trouble(error)

    def _judged(self, path: str, target: TargetFile | None) -> Found | Nothing:
        if target is None:
            return Nothing("nothing is published for this kind of computer")
        release = read_release(target.custom)
        own = self._here.build.number
        if release.build == self._here.id or release.number == own:
            return Nothing("this is the build that is published")
        if release.number < own and not release.back:
            return Nothing("what is published is older than this")
        if not is_for(release, self._here.installation):
            return Nothing("a newer build is for other computers first")
        return Found(release, path, target.length)

    def _fetched(self, updater: Updater, found: Found) -> Fetched | Trouble:
        target = updater.get_targetinfo(found.path)
        beside = updater.get_targetinfo(found.path + SUFFIX)
        if target is None or beside is None or read_release(target.custom) != found.release:
            return Trouble(Wrong.ABSENT, "it was taken off its channel meanwhile")
        if beside.length > MAX_MANIFEST_BYTES:
            return Trouble(Wrong.UNREADABLE, f"a manifest of {beside.length} bytes")
        files = self._files()
        manifest, file = files / "manifest", files / found.release.name
        # 1
        updater.download_target(beside, str(manifest))
        try:
            # 2
            sidecar = read_sidecar(manifest.read_bytes())
        except BuildError as error:
            return Trouble(Wrong.TAMPERED, str(error))
        wrong = self._refusal(sidecar, found.release)
        if wrong is not None:
            return wrong
        if updater.find_cached_target(target, str(file)) is None:
            self._make_room(files, file, target.length)
            if shutil.disk_usage(files).free < target.length + SPARE_BYTES:
                return Trouble(Wrong.NO_ROOM, f"{target.length} bytes are to be fetched")
            updater.download_target(target, str(file))
        # 6
        if _digest(file) != sidecar.artifact.file.sha256:
            file.unlink()
            return Trouble(Wrong.TAMPERED, f"{file.name} is not what its manifest names")
        return Fetched(found.release, file, sidecar)

    def _refusal(self, sidecar: Sidecar, release: Release) -> Trouble | None:
        build, own = sidecar.build, self._here.build
        # 3
        if signer_of(build) not in self._here.signers:
            return Trouble(Wrong.STRANGER, f"signed by {signer_of(build)}")
        # 4
        if (build.bundle, build.target) != (own.bundle, own.target):
            return Trouble(Wrong.STRANGER, f"it is {build.bundle} for {build.target}")
        # Else exams that are written within the recorder could not be sat with it.
        if own.browser and not build.browser:
            return Trouble(Wrong.LESSER, f"build {build.number}")
        # 5
        told = (sidecar.artifact.build, sidecar.artifact.file.name, build.number)
        if told != (release.build, release.name, release.number):
            return Trouble(Wrong.TAMPERED, "the manifest is of another build than the release")
        return None

    def _make_room(self, files: Path, file: Path, size: int) -> None:
        """What was fetched of other builds goes; an unfinished one is begun anew."""
        for one in files.iterdir():
            if one.name != "manifest" and (one != file or one.stat().st_size != size):
                one.unlink()

    def _files(self) -> Path:
        files = self._folder / "files"
        files.mkdir(parents=True, exist_ok=True)
        return files

    @contextmanager
    def _updater(self):
        metadata = self._folder / "metadata"
        metadata.mkdir(parents=True, exist_ok=True)
        address = self._source.address.rstrip("/")
        fetcher = Fetcher(address, self._may)
        try:
            updater = Updater(
                str(metadata),
                f"{address}/{METADATA}/",
                target_base_url=f"{address}/{TARGETS}/",
                fetcher=fetcher,
                config=UpdaterConfig(max_delegations=0),
                bootstrap=self._source.root,
            )
            updater.refresh()
            yield updater
        finally:
            fetcher.close()


def _trouble(error: Exception) -> Trouble:
    """What was raised, as something that can be said."""
    detail = str(error).partition("\n")[0][:300]
    match error:
        case tuf.DownloadHTTPError(status_code=404 | 403 | 410):
            return Trouble(Wrong.ABSENT, detail)
        case tuf.DownloadLengthMismatchError():
            return Trouble(Wrong.TAMPERED, detail)
        case tuf.DownloadError():
            return Trouble(Wrong.UNREACHABLE, detail)
        case tuf.ExpiredMetadataError():
            return Trouble(Wrong.EXPIRED, detail)
        case tuf.BadVersionNumberError():
            return Trouble(Wrong.REPLAYED, detail)
        case tuf.UnsignedMetadataError():
            return Trouble(Wrong.FORGED, detail)
        case tuf.LengthOrHashMismatchError():
            return Trouble(Wrong.TAMPERED, detail)
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return Trouble(Wrong.NO_ROOM, detail)
        case OSError():
            return Trouble(Wrong.UNKEPT, detail)
        case _:
            return Trouble(Wrong.UNREADABLE, detail)


def forget(folder: Path) -> None:
    """Remove what was fetched: it is installed, or not wanted."""
    with suppress(OSError):
        shutil.rmtree(folder / "files", ignore_errors=True)


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as data:
        while chunk := data.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
