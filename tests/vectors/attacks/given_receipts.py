"""A session's receipts as a file, honest ones and attacks on them."""

from __future__ import annotations

from collections.abc import Callable

from vectors.attack import Attack, attacks, unreadable
from vectors.handed import Make
from vectors.session import (
    EPOCHS,
    INSTITUTION,
    ORIGIN,
    STRANGER,
    ZERO,
    Edit,
    Rewrite,
    Session,
    key,
    payload,
    signed,
)

OTHER_SESSION = "07" * 16

# Which receipts there are: of two records, of five, of nine, and of all eleven or so.
FIRST, EARLY, LATE, LAST = range(4)


def given(session: Session | None = None) -> bytes:
    return b"".join((session or Session()).written().receipts)


def lines(change: Callable[[list[bytes]], object]) -> Make:
    """The file after a change of its lines, none of which is signed anew."""

    def make() -> bytes:
        found = Session().written().receipts
        change(found)
        return b"".join(found)

    return make


def says(n: int, /, **members: object) -> Make:
    """A receipt that says otherwise, genuinely signed; those after it go on from it."""
    return edited(n, lambda said: said.update(members))


def edited(n: int, edit: Edit) -> Make:
    return lambda: given(Session(receipt_edits={n: edit}))


def rewritten(n: int, rewrite: Rewrite) -> Make:
    return lambda: given(Session(receipt_rewrites={n: rewrite}))


def bent(n: int, rewrite: Rewrite) -> Make:
    """A line that is bent after it was signed."""
    return lines(lambda found: found.__setitem__(n, rewrite(found[n])))


def in_another_domain(line: bytes) -> bytes:
    return signed(INSTITUTION, "record", payload(line))


def swapped(found: list[bytes]) -> None:
    found[EARLY], found[LATE] = found[LATE], found[EARLY]


def another_s() -> bytes:
    return given(Session(institution=key(2)))


def spliced() -> bytes:
    """The first receipts of one story, and the rest of another that parted from it."""
    ours = Session().written().receipts
    other = Session(receipt_edits={EARLY: lambda said: said.update(time=ORIGIN)}).written()
    return b"".join(ours[:LATE] + other.receipts[LATE:])


def nested(data: bytes) -> bytes:
    return data[:-3] + b"[" * 10_000 + b"]" * 10_000 + b"}"


RECEIPT, SESSION, ORDER = ((number,) for number in range(3))

ATTACKS: tuple[Attack, ...] = (
    *attacks(
        (),
        ("good", "every receipt of a session, in order", given),
        ("good-sole", "the first alone", lambda: b"".join(Session().written().receipts[:1])),
        # A file of fewer lines is an older one; only who has a newer receipt can tell.
        ("good-older", "the last is not there yet", lines(lambda found: found.pop())),
        ("good-at-once", "nothing had come yet, then the same again",
         lambda: _of_nothing(2)),
        ("good-missing", "the last names what is missing",
         says(LAST, missing=["ab" * 32])),
        ("good-clock-set-back", "the server's clock was set back between two",
         says(LATE, time=ORIGIN)),
        ("good-spaced", "a receipt is written with spaces, and signed so",
         rewritten(LATE, lambda data: data.replace(b":", b" : ") + b" \t\r")),
    ),
    *attacks(
        RECEIPT,
        ("of-another-institution", "they are another institution's, all of them", another_s),
        ("one-of-a-stranger", "a stranger signed one",
         lambda: given(Session(receipt_signers={LATE: STRANGER}))),
        ("last-of-a-stranger", "a stranger adds that all is there",
         lambda: given(Session(receipt_signers={LAST: STRANGER}))),
        ("by-the-session", "the session's own key signed one",
         lambda: given(Session(receipt_signers={LATE: EPOCHS[0]}))),
        ("signed-as-record", "one is signed as if it were a record",
         bent(LAST, in_another_domain)),
        ("back-dated", "the last is dated otherwise than it was signed",
         bent(LAST, lambda line: line.replace(b'"time":179', b'"time":178'))),
        ("signature-wrong", "the last has the signature of the one before",
         lines(lambda found: found.__setitem__(
             LAST, found[LATE].partition(b" ")[0] + b" " + found[LAST].partition(b" ")[2]))),
        ("last-malformed", "the last is of version 2", says(LAST, v=2)),
        ("malformed", "one is of version 2, and ends them", says(LATE, v=2)),
        ("with-extra-member", "one says more than it may", says(LATE, note="")),
        ("without-a-member", "one does not say what is missing",
         edited(LATE, lambda said: said.pop("missing"))),
        ("repeats-a-member", "one says its size twice",
         rewritten(LATE, lambda data: data.replace(b'"size"', b'"size":1,"size"'))),
        ("nested", "what is missing nests 10,000 deep", rewritten(LATE, nested)),
        ("too-long", "one is longer than a line may be",
         says(LATE, missing=["ab" * 32] * 1_000)),
        ("line-empty", "an empty line stands between two",
         lines(lambda found: found.insert(LATE, b"\n"))),
        ("line-not-ended", "the last lacks its line feed", lambda: given()[:-1]),
        ("cut", "the last is cut", lambda: given()[:-200]),
        ("padded", "a signature is padded",
         bent(LATE, lambda line: line.replace(b" ", b"== ", 1))),
        ("crlf", "a line ends as on Windows, and its payload was not signed so",
         bent(LAST, lambda line: line[:-1] + b"\r\n")),
        ("for-a-record", "a record stands for the last receipt",
         lines(lambda found: found.__setitem__(LAST, Session().written().records[0]))),
    ),
    *attacks(
        SESSION,
        ("one-of-another-session", "one is another session's",
         says(LATE, session=OTHER_SESSION)),
        ("first-of-another-session", "the first is another session's",
         says(FIRST, session=OTHER_SESSION)),
    ),
    *attacks(
        ORDER,
        ("first-dropped", "the first is taken out", lines(lambda found: found.pop(FIRST))),
        ("one-dropped", "one in the middle is taken out",
         lines(lambda found: found.pop(EARLY))),
        ("doubled", "one stands there twice",
         lines(lambda found: found.insert(LATE, found[EARLY]))),
        ("reordered", "two have changed places", lines(swapped)),
        ("spliced", "the rest is of a story that parted from this one", spliced),
        ("prev-wrong", "one names another before it", says(LATE, prev="ab" * 32)),
        ("first-with-prev", "the first names one before it", says(FIRST, prev="ab" * 32)),
        ("prev-zero", "one in the middle names none before it", says(LATE, prev=ZERO)),
        ("size-falls", "one holds less than the one before", says(LATE, size=1)),
        ("head-changes", "two of the same size have two heads",
         lambda: _of_nothing(2, "ab" * 32)),
    ),
    *attacks(
        (*SESSION, *ORDER),
        ("another-session-added", "the receipts of another session follow",
         lambda: given() + given(Session(session=OTHER_SESSION))),
    ),
    *unreadable(
        ("empty", "there is nothing in it", bytes),
        ("text", "it is text", lambda: b"These are my receipts.\n"),
        ("first-malformed", "the first is of version 2", says(FIRST, v=2)),
        ("first-cut", "the first is cut", lambda: given()[:200]),
        ("first-not-ended", "the only one lacks its line feed",
         lambda: Session().written().receipts[0][:-1]),
        ("first-nested", "the first nests 10,000 deep", rewritten(FIRST, nested)),
        ("line-feed-before", "an empty line stands before the first", lambda: b"\n" + given()),
        ("byte-order-mark", "it begins with a byte order mark",
         lambda: b"\xef\xbb\xbf" + given()),
        ("payloads-alone", "the signatures are left out",
         lambda: b"".join(payload(line) + b"\n" for line in Session().written().receipts)),
        ("of-10-mb-in-a-line", "one line of 10 MB",
         lambda: given().replace(b'"missing":[', b'"missing":[' + b" " * 10_000_000, 1)),
    ),
)  # fmt: skip


def _of_nothing(times: int, head: str = ZERO) -> bytes:
    """Receipts for a session of which nothing had come; the last says another head."""
    session = Session(receipt_edits={times - 1: lambda said: said.update(head=head)})
    for _ in range(times):
        session.receipt()
    return b"".join(session.receipts)
