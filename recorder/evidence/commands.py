"""``invigil-recorder evidence``: what lies on this computer, and getting it delivered.

Results go to standard output, progress and messages to standard error.
"""

from __future__ import annotations

import functools
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from recorder import interrupted
from recorder.evidence.asking import ask_of
from recorder.evidence.audit import check_store
from recorder.evidence.exporting import export as save_as_file
from recorder.evidence.founding import Unfounded, read_founding
from recorder.evidence.opening import Cause, StoreTrouble
from recorder.evidence.purging import Seen, look, remove
from recorder.evidence.returning import read_receipts, take_receipts
from recorder.evidence.store import EvidenceStore, Tally, session_folders
from recorder.faults import EnvironmentFault
from recorder.settings import checked_seconds, read_settings
from recorder.status import Delivery, SavedFile
from recorder.sync.channel import SessionChannel
from recorder.sync.delivery import Report, deliver, report_on
from recorder.sync.pacing import Pacing
from recorder.sync.transport import Transport
from shared.counting import count

# What these commands are for stands in ``recorder.cli``, which names them without importing
# this module.
app = App(name="evidence", help_format="plaintext")

Choice = Annotated[bool, Parameter(negative=())]
Output = Annotated[Path, Parameter(name=["--output", "-o"])]

# How wide a table may be where nobody looks at it: no line of a file is ever cut.
_FILE_WIDTH = 240

# Exit status where a recording does not hold or is not delivered.
FINDING = 1

# What has to be typed before something that is not delivered is removed.
_WORD = "remove"


@app.command(name="list")
def list_(*, store: Path | None = None) -> int:
    """Show the recordings on this computer: how far each is, and what waits for delivery.

    Args:
        store: The folder of the recordings; by default where the app keeps them.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("session", "begun (UTC)", "exam", "state", "records", "pieces", "waiting"):
        table.add_column(name, no_wrap=name == "session")
    root = _root(store)
    folders = session_folders(root)
    for folder in folders:
        table.add_row(folder.name, *_row(folder))
    if not folders:
        _say(f"No recordings in {root}.")
        return 0
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _FILE_WIDTH
    console.print(table)
    return 0


@app.command
def check(*sessions: str, store: Path | None = None) -> int:
    """Verify the recordings again: signatures, chain, every piece, every receipt.

    Prints what does not hold; the exit status is then 1.

    Args:
        sessions: The sessions to check; all where none is named.
        store: The folder of the recordings; by default where the app keeps them.
    """
    failed = 0
    for folder in _chosen(store, sessions):
        try:
            with closing(EvidenceStore.open(folder)) as opened:
                findings = check_store(opened)
                tally = opened.tally
        except StoreTrouble as error:
            _print(f"{folder.name}  cannot be checked: {error}")
            failed += 1
            continue
        if findings:
            failed += 1
            _print(f"{folder.name}  does not hold")
            for finding in findings:
                _print(f"  {finding.check.value} {finding.check.name.lower()}: {finding.where}")
        else:
            made, pieces = tally.records_made, tally.blobs_made
            held = f"{count(made, 'record')}, {count(pieces, 'piece')}"
            _print(f"{folder.name}  holds ({held})")
    return FINDING if failed else 0


@app.command
def upload(*sessions: str, store: Path | None = None, patience: float = 60.0) -> int:
    """Deliver what is left of recordings, until the server has signed for all of it.

    The exit status is 1 where something is left.

    Args:
        sessions: The sessions to deliver; all where none is named.
        store: The folder of the recordings; by default where the app keeps them.
        patience: Seconds to keep trying while the server cannot be reached.
    """
    left = 0
    checked_seconds("--patience", patience)
    for folder in _chosen(store, sessions):
        try:
            with closing(EvidenceStore.open(folder)) as opened:
                report = _deliver(opened, patience)
        except StoreTrouble as error:
            report = Report(False, f"not delivered: {error}")
        _print(f"{folder.name}  {report.words}")
        left += not report.delivered
    return FINDING if left else 0


@app.command
def close(*sessions: str, store: Path | None = None) -> int:
    """Hand in recordings that were interrupted, as they are: nothing is recorded any more.

    What is missing is recorded as a gap. Deliver them then with `evidence upload`. The exit
    status is 1 where one could not be closed.

    Args:
        sessions: The sessions to close; all that are not closed where none is named.
        store: The folder of the recordings; by default where the app keeps them.
    """
    failed = 0
    for folder in _chosen(store, sessions):
        try:
            one = interrupted.look(folder)
            if one.closed and not sessions:
                continue
            if not one.closed:
                interrupted.close(one)
            words = "closed already" if one.closed else "closed"
        except EnvironmentFault as fault:
            words = f"not closed: {fault}"
            failed += 1
        _print(f"{folder.name}  {words}")
    return FINDING if failed else 0


@app.command
def export(*sessions: str, output: Output, store: Path | None = None) -> int:
    """Save recordings as files to carry to the institution, where no network is.

    Each file holds all records and whatever is not delivered, sealed to the institution; the
    server's operator imports it and gives a receipt back, for `evidence receipt`. Nothing
    is removed here before. The exit status is 1 where a recording or a piece of one could not
    be saved.

    Args:
        sessions: The sessions to save; all that are not delivered where none is named.
        output: The folder to save to, a USB stick for example; or a file, for one session.
        store: The folder of the recordings; by default where the app keeps them.
    """
    folders = _chosen(store, sessions)
    if len(folders) > 1 and not output.is_dir():
        raise EnvironmentFault(
            f"{output} is not a folder, and there are {len(folders)} recordings.",
            "Name a folder that exists, or one session.",
        )
    failed = 0
    for folder in folders:
        try:
            made = _saved(folder, output, delivered_too=bool(sessions))
        except (EnvironmentFault, OSError) as fault:
            _print(f"{folder.name}  not saved: {fault}")
            failed += 1
            continue
        if made is not None:
            failed += made.damaged
            _print(f"{folder.name}  saved as {made.path} ({_told(made)})")
    return FINDING if failed else 0


@app.command
def receipt(*files: Path, store: Path | None = None) -> int:
    """Take the receipts that a server gave for saved recordings, and let go what they cover.

    The exit status is 1 where one does not hold, or something still waits.

    Args:
        files: The files that the server gave, one a session.
        store: The folder of the recordings; by default where the app keeps them.
    """
    left = 0
    for file in files:
        try:
            given = read_receipts(file)
            [folder] = _chosen(store, [given.session])
            with closing(EvidenceStore.open(folder)) as opened:
                refused = take_receipts(opened, given.receipts)
                report = report_on(opened.tally, refused.why if refused else "")
        except (EnvironmentFault, OSError) as fault:
            _print(f"{file}  not taken: {fault}")
            left += 1
            continue
        _print(f"{folder.name}  {report.words}")
        left += refused is not None or not report.delivered
    return FINDING if left else 0


@app.command
def purge(
    *sessions: str, store: Path | None = None, force: Choice = False, yes: Choice = False
) -> int:
    """Remove recordings that are closed and that the server has signed for in full.

    Args:
        sessions: The sessions to remove; all where none is named.
        store: The folder of the recordings; by default where the app keeps them.
        force: Also remove what is not delivered. It is lost for good.
        yes: Do not ask before what --force removes.
    """
    looked_at = [look(folder) for folder in _chosen(store, sessions)]
    rest = [seen for seen in looked_at if seen.why]
    for seen in looked_at:
        if not seen.why:
            remove(seen)
            _print(f"{seen.folder.name}  removed")
    if not force:
        for seen in rest:
            _print(f"{seen.folder.name}  kept: {seen.why}")
        return 0
    if rest and not yes and not _confirmed(rest):
        _say("Nothing more was removed.")
        return FINDING
    for seen in rest:
        remove(seen)
        _print(f"{seen.folder.name}  removed, though {seen.why}")
    return 0


def _root(store: Path | None) -> Path:
    return store or read_settings().root


def _chosen(store: Path | None, sessions: Sequence[str]) -> list[Path]:
    """The folders of the sessions named, or of all.

    Raises:
        EnvironmentFault: one that is named is not there.
    """
    root = _root(store)
    folders = session_folders(root)
    by_name = {folder.name: folder for folder in folders}
    if unknown := [name for name in sessions if name not in by_name]:
        raise EnvironmentFault(
            f"There is no recording {unknown[0]} in {root}.",
            "`invigil-recorder evidence list` shows those there are.",
        )
    return [by_name[name] for name in sessions] if sessions else folders


def _row(folder: Path) -> tuple[str, ...]:
    try:
        with closing(EvidenceStore.open(folder)) as store:
            tally, created = store.tally, store.created
            grounds = read_founding(store.founding)
    except StoreTrouble as error:
        state = "in use" if error.cause is Cause.IN_USE else "unreadable"
        return ("", "", state, "", "", "")
    title = "?" if isinstance(grounds, Unfounded) else grounds.terms.policy.exam.title
    return (
        datetime.fromtimestamp(created / 1e6, UTC).strftime("%Y-%m-%d %H:%M"),
        escape(title),
        ("closed" if tally.closed else "open") + (", delivered" if tally.delivered else ""),
        f"{tally.records_sent}/{tally.records_made}",
        f"{tally.blobs_sent}/{tally.blobs_made}",
        decimal(tally.bytes_made - tally.bytes_sent),
    )


def _saved(folder: Path, output: Path, *, delivered_too: bool) -> SavedFile | None:
    """Save one recording as a file; ``None`` where it is delivered and so is left out.

    Raises:
        EnvironmentFault: the store cannot be read, or the file not be written.
    """
    with closing(EvidenceStore.open(folder)) as opened:
        if opened.tally.delivered and not delivered_too:
            return None
        with _bar("saving", total=None) as bar:
            show = functools.partial(_show_bytes, bar)
            return save_as_file(ask_of(opened), output, time.time_ns() // 1000, show)


def _deliver(store: EvidenceStore, patience: float) -> Report:
    channel = SessionChannel(Transport(store.founding.server), store.founding)
    try:
        with _progress(store.tally) as show:
            return deliver(
                store,
                channel,
                show=show,
                patience_s=patience,
                pacing=Pacing(),
                dice=random.SystemRandom(),
                monotonic=time.monotonic,
                sleep=time.sleep,
            )
    finally:
        channel.close()


@contextmanager
def _progress(start: Tally) -> Iterator[Callable[[Delivery], None]]:
    with _bar("delivering", start.bytes_made) as bar:

        def show(delivery: Delivery) -> None:
            bar(completed=delivery.bytes_sent, description=delivery.note or "delivering")

        yield show


@contextmanager
def _bar(description: str, total: int | None) -> Iterator[Callable[..., None]]:
    """A bar of bytes on a terminal; nothing where nobody looks. Yields what moves it."""
    console = Console(stderr=True, highlight=False)
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with bar:
        yield functools.partial(bar.update, bar.add_task(description, total=total))


def _show_bytes(bar: Callable[..., None], done: int, total: int) -> None:
    bar(completed=done, total=total)


def _told(made: SavedFile) -> str:
    """What a saved file holds, in words."""
    records, pieces = count(made.records, "record"), count(made.pieces, "piece")
    words = f"{records}, {pieces}, {decimal(made.bytes)}"
    if made.damaged:
        are = "is" if made.damaged == 1 else "are"
        words += f"; {count(made.damaged, 'piece')} {are} damaged on this disk and not in it"
    return words


def _confirmed(rest: Sequence[Seen]) -> bool:
    """Whether a person at the keyboard types the word.

    Raises:
        EnvironmentFault: there is no keyboard.
    """
    for seen in rest:
        _say(f"{seen.folder.name}  {seen.why}")
    if not sys.stdin.isatty():
        raise EnvironmentFault(
            f"{count(len(rest), 'recording')} would be lost for good, "
            "and nobody is there to be asked.",
            "Run the command in a terminal, or add --yes.",
        )
    lost, them = (
        ("This recording", "it")
        if len(rest) == 1
        else (f"These {len(rest)} recordings", "them")
    )
    _say(f"{lost} would be lost for good. Type {_WORD} to remove {them}:")
    return sys.stdin.readline().strip() == _WORD


def _print(text: str) -> None:
    Console(highlight=False, soft_wrap=True).print(text, markup=False)


def _say(text: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)
