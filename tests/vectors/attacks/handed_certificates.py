"""Files of certificates of deletion, honest ones and attacks on them."""

from __future__ import annotations

from collections.abc import Callable

from vectors.attack import Attack, attacks, unreadable
from vectors.handed import (
    LONGEST,
    UNREADABLE,
    Bending,
    Certificates,
    Make,
    gone,
    laid_out,
    nested,
    padded,
)
from vectors.session import (
    EPOCHS,
    INSTITUTION,
    STRANGER,
    ZERO,
    Edit,
    Json,
    Rewrite,
    key,
    public,
    to_json,
    to_text,
)

# Where things stand in the honest file.
CAMERA, SNAPSHOTS, RECORDS = range(3)


def honest() -> Json:
    return Certificates().written().file()


BENDING = Bending(honest)
edited, rewritten = BENDING.edited, BENDING.rewritten
says, without = BENDING.says, BENDING.without


def lines(change: Callable[[list[str]], object]) -> Make:
    """The file after a change of its lines, none of which is signed anew."""
    return edited(lambda file: change(file["certificates"]))


def line(n: int, change: Callable[[str], str]) -> Make:
    def bend(found: list[str]) -> None:
        found[n] = change(found[n])

    return lines(bend)


def by(made: Callable[[], Certificates]) -> Make:
    return lambda: laid_out(made().written().file())


def certified(n: int, /, **members: object) -> Make:
    """A certificate that says otherwise, genuinely signed."""
    return bent(n, lambda said: said.update(members))


def bent(n: int, edit: Edit) -> Make:
    return by(lambda: Certificates(edits={n: edit}))


def of_kind(n: int, **members: object) -> Make:
    return bent(n, lambda said: said["destroyed"][0].update(members))


def signed_so(n: int, rewrite: Rewrite) -> Make:
    return by(lambda: Certificates(rewrites={n: rewrite}))


def signed_by(*numbers: int) -> Make:
    return by(lambda: Certificates(signers=dict.fromkeys(numbers, STRANGER)))


def lasting(found: Json) -> None:
    found["destroyed"] = [gone("records", 11)]


KEY, CERTIFICATE, ORDER = ((number,) for number in range(3))
# A certificate that cannot be read leaves those after it out of their places.
LOST = (*CERTIFICATE, *ORDER)


def _malformed(*found: tuple[str, str, Make]) -> list[Attack]:
    """The last certificate is none; that it is numbered 2 is no longer told."""
    return attacks(CERTIFICATE, *found)


GOOD = attacks(
    (),
    ("good", "three certificates, the last of everything", lambda: laid_out(honest())),
    ("good-sole", "one certificate", lines(lambda found: found.__delitem__(slice(1, None)))),
    ("good-in-one-line", "it is not laid out", lambda: to_json(honest())),
    ("good-unknown-members", "it says more than the specification knows", says(note={})),
    ("good-certificate-with-more", "a certificate says more, and `below` is null",
     bent(CAMERA, lambda said: (
         said.update(note="x"), said["destroyed"][0].update(below=None)))),
    ("good-of-nothing-yet", "a session without a record",
     bent(CAMERA, lambda said: said.update(size=0, head=ZERO))),
    ("good-of-none", "of a kind of which there was nothing",
     of_kind(CAMERA, pieces=0, bytes=0)),
    ("good-reason-of-500", "a reason of 500 characters, some of them beyond 16 bits",
     certified(CAMERA, why="\U0001d11e" * 500)),
    ("good-all-at-once", "all of them in the same microsecond, of as many records",
     by(lambda: Certificates(edits=dict.fromkeys(range(3), lambda said: said.update(time=9))))),
    ("good-escaped", "its text is written with escapes where none are needed",
     rewritten(lambda data: data.replace(b"invigil-cert", b"\\u0069nvigil-cert"))),
    ("good-nested-64", "it nests as deep as is allowed",
     rewritten(lambda data: data.replace(b'"v": 1', nested(63) + b'"v": 1', 1))),
    ("good-of-2-mib", "it is as long as it may be",
     rewritten(lambda data: padded(data, LONGEST))),
)  # fmt: skip

OF_THE_KEY = attacks(
    KEY,
    ("of-another-institution", "it is another institution's, all of it",
     by(lambda: Certificates(institution=key(2)))),
)  # fmt: skip

OF_EACH = [
    *attacks(
        CERTIFICATE,
        ("of-a-stranger", "a stranger signed all of them",
         signed_by(CAMERA, SNAPSHOTS, RECORDS)),
        ("one-of-a-stranger", "a stranger signed one of them", signed_by(SNAPSHOTS)),
        ("one-added-by-a-stranger", "a stranger adds that the records are destroyed",
         signed_by(RECORDS)),
        ("by-the-session", "the session's own key signed one",
         by(lambda: Certificates(signers={CAMERA: EPOCHS[0]}))),
        ("signed-as-receipt", "one is signed as if it were a receipt",
         by(lambda: Certificates(domains={CAMERA: "receipt"}))),
        ("signed-as-entry", "one is signed as if it were an entry of the log",
         by(lambda: Certificates(domains={CAMERA: "log"}))),
        ("signature-wrong", "a signature is another's",
         lines(lambda found: found.__setitem__(
             0, f"{found[1].partition(' ')[0]} {found[0].partition(' ')[2]}"))),
        ("reason-changed", "a reason was changed after it was signed",
         line(CAMERA, lambda found: found.replace("retention", "revision "))),
        ("back-dated", "one was dated an hour back after it was signed",
         line(CAMERA, lambda found: found.replace('"time":17900030', '"time":17899994'))),
        ("kind-changed", "one says of another kind that it is destroyed",
         line(CAMERA, lambda found: found.replace("camera", "screen"))),
    ),
    *_malformed(
        ("of-version-2-within", "one is of version 2", certified(RECORDS, v=2)),
        ("without-time", "one does not say when",
         bent(RECORDS, lambda said: said.pop("time"))),
        ("without-head", "one names no head", certified(RECORDS, head=None)),
        ("without-reason", "one says no reason", certified(RECORDS, why="")),
        ("reason-of-501", "a reason of 501 characters", certified(RECORDS, why="x" * 501)),
        ("by-nobody", "one is by nobody", certified(RECORDS, by="")),
        ("by-a-long-name", "one is by somebody of 65 characters",
         certified(RECORDS, by="a" * 65)),
        ("of-nothing", "one names nothing that was destroyed",
         certified(RECORDS, destroyed=[])),
        ("of-an-object", "what was destroyed is no list", certified(RECORDS, destroyed={})),
        ("of-unknown-kind", "one is of a kind that there is not",
         of_kind(RECORDS, kind="attachment")),
        ("of-unknown-digest", "a digest is no hash", of_kind(RECORDS, digest="ab")),
        ("of-half-a-piece", "one counts half a piece", of_kind(RECORDS, pieces=0.5)),
        ("of-negative-bytes", "one counts fewer bytes than none", of_kind(RECORDS, bytes=-1)),
        ("below-text", "one says in words which pieces are gone",
         of_kind(RECORDS, below="all")),
        ("session-no-id", "one is of a session that has no id",
         certified(RECORDS, session="x")),
        ("institution-no-id", "one is of an institution that has no id",
         certified(RECORDS, institution="University")),
        ("repeats-a-member-within", "one says its reason twice",
         signed_so(RECORDS, lambda data: data.replace(b'"why"', b'"why":"None.","why"'))),
        ("nested-within", "a member that nobody knows nests 10,000 deep", signed_so(
            RECORDS, lambda data: data[:-1] + b',"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}")),
        ("line-too-long", "one is longer than a line may be",
         certified(RECORDS, note="x" * 65_536)),
        ("line-cut", "the last one is cut", line(RECORDS, lambda found: found[:-1])),
        ("line-empty", "the last one is empty", line(RECORDS, lambda found: "")),
        ("line-with-line-feed", "a line has its line feed",
         line(RECORDS, lambda found: found + "\n")),
        ("line-of-two", "two stand in one text", lines(
            lambda found: found.append(f"{found.pop(1)}\n{found.pop(1)}"))),
        ("line-padded", "a signature is padded",
         line(RECORDS, lambda found: found.replace(" ", "== ", 1))),
        ("line-without-space", "nothing stands between signature and certificate",
         line(RECORDS, lambda found: found.replace(" ", "", 1))),
    ),
    *attacks(
        LOST,
        ("first-malformed", "the first is of version 2, so the second is the first",
         certified(CAMERA, v=2)),
        ("middle-cut", "one in the middle is cut", line(SNAPSHOTS, lambda found: found[:-1])),
    ),
]  # fmt: skip

OF_THEIR_ORDER = attacks(
    ORDER,
    ("first-dropped", "the first is taken out", lines(lambda found: found.pop(CAMERA))),
    ("middle-dropped", "one in the middle is taken out",
     lines(lambda found: found.pop(SNAPSHOTS))),
    ("reordered", "two have changed places",
     lines(lambda found: found.insert(CAMERA, found.pop(SNAPSHOTS)))),
    ("doubled", "one stands there twice",
     lines(lambda found: found.insert(SNAPSHOTS, found[CAMERA]))),
    ("number-skipped", "a number is left out", certified(RECORDS, n=3)),
    ("number-again", "two have the same number", certified(SNAPSHOTS, n=0)),
    ("of-another-session", "one is another session's", certified(SNAPSHOTS, session="07" * 16)),
    ("last-of-another-session", "the last is another session's",
     certified(RECORDS, session="07" * 16)),
    ("of-another-institution-s-id", "one is of another institution's id",
     certified(SNAPSHOTS, institution="0e" * 16)),
    ("size-falls", "a later one is of fewer records", certified(RECORDS, size=10)),
    ("time-falls", "a later one is of an earlier time", certified(SNAPSHOTS, time=1)),
    ("forked", "two of one number, both genuine, say different things",
     lambda: _forked()),
)  # fmt: skip


def _forked() -> bytes:
    file = honest()
    other = Certificates(edits={SNAPSHOTS: lasting}).written().file()
    file["certificates"].insert(SNAPSHOTS, other["certificates"][SNAPSHOTS])
    return laid_out(file)


# Members that are not as they must be: what is no file of certificates at all.
MISFITS: tuple[tuple[str, str, Json], ...] = (
    ("of-another-type", "it is of another type", {"type": "invigil-certificate"}),
    ("of-type-null", "it is of no type", {"type": None}),
    ("of-no-certificate", "it holds no certificate", {"certificates": []}),
    ("certificates-null", "nothing stands for the certificates", {"certificates": None}),
    ("certificates-a-text", "a text stands for the certificates", {"certificates": "x"}),
    ("certificates-of-numbers", "numbers stand for the certificates", {"certificates": [1]}),
    ("certificates-of-null", "one certificate is null", {"certificates": [None]}),
    ("key-of-31-bytes", "a key of 31 bytes", {"institution_key": to_text(bytes(31))}),
    ("key-padded", "a key with padding", {"institution_key": public(INSTITUTION) + "="}),
    ("key-null", "no key", {"institution_key": None}),
)

ATTACKS: tuple[Attack, ...] = (
    *GOOD,
    *OF_THE_KEY,
    *OF_EACH,
    *OF_THEIR_ORDER,
    Attack(
        "key-of-a-stranger",
        "it names a stranger's key, and nothing is signed by it",
        (*KEY, *CERTIFICATE),
        says(institution_key=public(STRANGER)),
    ),
    *unreadable(
        *((name, words, says(**members)) for name, words, members in MISFITS),
        *(
            (f"without-{name.replace('_', '-')}", f"it lacks its {name}", without(name))
            for name in ("type", "institution_key", "certificates")
        ),
        *((name, words, rewritten(rewrite)) for name, words, rewrite in UNREADABLE),
    ),
)
