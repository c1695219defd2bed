"""What an institution sees when it opens a bundle: each stream as a playable file."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from demo.programs import records_in

from shared.records import Segment
from shared.sealing import OpeningKey, Place


@dataclass(frozen=True)
class Stream:
    """One stream of a session: its bytes in order, and what the records say of them."""

    name: str
    data: bytes
    segments: list[Segment]

    @property
    def origin(self) -> int:
        """The ``mono`` (microseconds) of media time zero."""
        origin = self.segments[0].origin
        assert origin is not None
        return origin


def unseal(bundle: Path, keys_folder: Path) -> dict[str, Stream]:
    """Decrypt a bundle's streams with the institution's key under ``keys_folder``."""
    (key_file,) = keys_folder.glob("*/evidence.key")
    key = OpeningKey(key_file.read_bytes())
    pieces: dict[str, list[bytes]] = defaultdict(list)
    segments: dict[str, list[Segment]] = defaultdict(list)
    with ZipFile(bundle) as archive:
        for record in records_in(bundle):
            if isinstance(body := record.body, Segment):
                sealed = archive.read(f"blobs/{body.sha256}")
                place = Place(record.session, body.stream, body.stream_seq)
                pieces[body.stream].append(key.open(sealed, place))
                segments[body.stream].append(body)
    return {name: Stream(name, b"".join(pieces[name]), segments[name]) for name in pieces}
