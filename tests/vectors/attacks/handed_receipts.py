"""Candidates' receipts, honest ones and attacks on them."""

from __future__ import annotations

import json
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vectors.attack import Attack, attacks, unreadable
from vectors.handed import (
    LONGEST,
    UNREADABLE,
    Bending,
    Make,
    laid_out,
    nested,
    padded,
    receipt,
    text,
)
from vectors.session import (
    EPOCHS,
    INSTITUTION,
    STRANGER,
    ZERO,
    Edit,
    Json,
    Rewrite,
    Session,
    fingerprint,
    hash_of,
    key,
    payload,
    public,
    sha256,
    signed,
    to_json,
    to_text,
)

OTHER_SESSION = "07" * 16
LAST = 1  # the receipt that covers the whole of the brief session
SIGNATURE_CHARS = 86


def of(session: Session, **said: object) -> bytes:
    return laid_out({**receipt(session.brief()), **said})


def honest() -> Json:
    return receipt(Session().brief())


BENDING = Bending(honest)
edited, rewritten = BENDING.edited, BENDING.rewritten
says, without = BENDING.says, BENDING.without


def asks(**members: object) -> Make:
    return edited(lambda file: file["ask"].update(members))


def line(name: str, change: Callable[[str], str]) -> Make:
    """The file with one of its signed lines bent."""
    return edited(lambda file: file.update({name: change(file[name])}))


def again(name: str, domain: str, edit: Edit, by: Ed25519PrivateKey = INSTITUTION) -> Make:
    """The file with a line that says otherwise, signed all the same."""

    def change(file: Json) -> None:
        said = json.loads(file[name].partition(" ")[2])
        edit(said)
        file[name] = text(signed(by, domain, to_json(said)))

    return edited(change)


def said_again(name: str, rewrite: Rewrite) -> Make:
    """The file with a line of other bytes, signed in its own domain."""

    def change(file: Json) -> None:
        data = rewrite(file[name].partition(" ")[2].encode())
        file[name] = text(signed(INSTITUTION, name, data))

    return edited(change)


def by_a_stranger(name: str, domain: str | None = None) -> Make:
    return again(name, domain or name, lambda said: None, STRANGER)


def in_another_domain(name: str, domain: str) -> Make:
    return again(name, domain, lambda said: None)


def bent(session: Callable[[], Session], **said: object) -> Make:
    return lambda: of(session(), **said)


def of_another(institution: Ed25519PrivateKey) -> bytes:
    """All of it by another institution's key, which it names."""
    return laid_out(receipt(Session(institution=institution).brief(), institution))


def back_dated(file: Json) -> None:
    """An hour is taken off the receipt, and off what is said of it, after it was signed."""
    signature, _, data = file["receipt"].partition(" ")
    found = json.loads(data)
    found["time"] -= 3_600_000_000
    file["receipt"] = f"{signature} {to_json(found).decode()}"
    file["signed_us"] = found["time"]


def replayed(file: Json) -> None:
    """The first receipt of two, which covers less, and what it says of the records."""
    first = Session().brief().receipts[0]
    said = json.loads(payload(first))
    file["receipt"] = text(first)
    file.update(signed_us=said["time"], head=said["head"])


def in_part() -> bytes:
    """One of two pieces, which the receipt names as missing."""
    lacks = {LAST: lambda said: said.update(missing=["ab" * 32])}
    return of(Session(receipt_edits=lacks), complete=False, pieces_made=2)


def at_once() -> bytes:
    """Nothing was delivered yet, and the server has said so."""
    session = Session()
    session.receipt()
    made = {"records_made": 5, "pieces_made": 2, "complete": False}
    return laid_out({**receipt(session), **made})


def stray_bits(found: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = letters[letters.index(found[SIGNATURE_CHARS - 1]) + 1]
    return found[: SIGNATURE_CHARS - 1] + last + found[SIGNATURE_CHARS:]


def other_signature(found: str) -> str:
    return ("B" if found[0] == "A" else "A") + found[1:]


def policy_of(edit: Edit) -> Make:
    """Policy and grant of another policy, which belong together."""
    return bent(lambda: Session(edit_policy=edit))


KEY, OF_SESSION, RECEIPT, SAID = ((number,) for number in range(4))
# Where no receipt can be read, none is there to bear out that all is held.
LOST = (*RECEIPT, *SAID)

# Members that are not as they must be: what is no receipt of a candidate at all.
MISFITS: tuple[tuple[str, str, Json], ...] = (
    ("of-another-type", "it is of another type", {"type": "invigil-slip"}),
    ("session-in-upper-case", "a session in upper case", {"session": "5E55" * 8}),
    ("session-short", "a session of 31 digits", {"session": "5" * 31}),
    ("title-null", "no title", {"title": None}),
    ("exam-a-number", "an exam that is a number", {"exam": 1}),
    ("time-with-fraction", "a time with a fraction", {"signed_us": 1.5}),
    ("time-negative", "a time before 1970", {"saved_us": -1}),
    ("records-of-2-to-the-53", "2 to the power of 53 records", {"records_made": 2**53}),
    ("pieces-a-boolean", "a boolean for a number", {"pieces_made": True}),
    ("complete-a-number", "a number for a boolean", {"complete": 1}),
    ("head-in-upper-case", "a head in upper case", {"head": "AB" * 32}),
    ("head-with-line-feed", "a head that ends in a line feed", {"head": "ab" * 32 + "\n"}),
    ("key-of-31-bytes", "a key of 31 bytes", {"institution_key": to_text(bytes(31))}),
    ("key-padded", "a key with padding", {"institution_key": public(INSTITUTION) + "="}),
    ("key-in-hex", "a key in hex", {"institution_key": "ab" * 32}),
    ("key-with-line-feed", "a key before a line feed",
     {"institution_key": public(INSTITUTION) + "\n"}),
    ("fingerprint-short", "a fingerprint of 63 digits", {"institution_fingerprint": "a" * 63}),
    ("ask-nobody", "nobody to ask", {"ask": None}),
    ("ask-a-list", "a list of people to ask", {"ask": []}),
    ("policy-null", "no policy", {"policy": None}),
    ("receipt-an-object", "a receipt that is no line", {"receipt": {}}),
)  # fmt: skip

MEMBERS = (
    *("type", "session", "exam", "title", "candidate", "server", "saved_us", "signed_us"),
    *("records_made", "records_held", "pieces_made", "pieces_held", "complete", "head"),
    *("institution_key", "institution_fingerprint", "ask", "policy", "grant", "receipt"),
)


GOOD = attacks(
    (),
    ("good", "everything was delivered, and the receipt says so", lambda: laid_out(honest())),
    ("good-in-part", "a piece is missing, and the receipt says so", in_part),
    ("good-at-once", "nothing was delivered yet, and the receipt says so", at_once),
    ("good-written", "a session of several epochs, two receipts in between",
     lambda: laid_out(receipt(Session().written()))),
    ("good-in-one-line", "it is not laid out", lambda: to_json(honest())),
    ("good-not-said-complete", "everything was delivered, and nobody says so",
     says(complete=False)),
    ("good-unknown-members", "it says more than the specification knows",
     edited(lambda file: (file.update(note=[None]), file["ask"].update(hours="9 to 5")))),
    ("good-escaped", "its text is written with escapes where none are needed",
     rewritten(lambda data: data.replace(b"Algebra I", b"\\u0041lgebra\\u0020I", 1))),
    ("good-nested-64", "it nests as deep as is allowed",
     rewritten(lambda data: data.replace(b'"v": 1', nested(63) + b'"v": 1', 1))),
    ("good-of-2-mib", "it is as long as it may be",
     rewritten(lambda data: padded(data, LONGEST))),
    ("good-policy-with-more", "the policy says more than the specification knows",
     policy_of(lambda policy: policy.update(note={"x": 1}))),
    ("good-policy-without-keys", "the policy names no evidence key, which is nothing to this",
     policy_of(lambda policy: policy.pop("evidence_keys"))),
    ("good-dated-otherwise", "the recorder's clock says another time", says(saved_us=0)),
)  # fmt: skip

OF_THE_KEY = attacks(
    KEY,
    ("of-another-institution", "it is another institution's, all of it",
     lambda: of_another(key(2))),
    ("fingerprint-of-another", "its fingerprint is another key's",
     says(institution_fingerprint=fingerprint(STRANGER))),
)  # fmt: skip

OF_ITS_SESSION = attacks(
    OF_SESSION,
    ("policy-of-a-stranger", "a stranger signed the policy", by_a_stranger("policy")),
    ("policy-signed-as-grant", "the policy is signed as if it were a grant",
     in_another_domain("policy", "grant")),
    ("policy-swapped", "the policy is another, by the same institution",
     again("policy", "policy", lambda said: said.update(retention_days=31))),
    ("policy-changed", "the policy says another purpose than it was signed with",
     line("policy", lambda found: found.replace("To show", "To know"))),
    ("policy-of-version-2", "the policy is of version 2",
     policy_of(lambda policy: policy.update(v=2))),
    ("policy-without-titles", "the policy names no exam",
     policy_of(lambda policy: policy.pop("exam"))),
    ("policy-of-nobody", "the policy names nobody to ask",
     policy_of(lambda policy: policy["institution"].pop("contact"))),
    ("policy-repeats-a-member", "the policy says its purpose twice", lambda: _twice()),
    ("policy-cut", "the policy is cut", line("policy", lambda found: found[:-1])),
    ("policy-empty", "there is no policy", says(policy="")),
    ("policy-with-line-feed", "the policy's line has its line feed",
     line("policy", lambda found: found + "\n")),
    ("grant-of-a-stranger", "a stranger signed the grant", by_a_stranger("grant")),
    ("grant-by-the-session", "the session's own key signed the grant",
     again("grant", "grant", lambda said: None, EPOCHS[0])),
    ("grant-signed-as-receipt", "the grant is signed as if it were a receipt",
     in_another_domain("grant", "receipt")),
    ("grant-of-another-session", "the grant is another session's",
     again("grant", "grant", lambda said: said.update(session=OTHER_SESSION))),
    ("grant-of-another-policy", "the grant is of another policy",
     again("grant", "grant", lambda said: said.update(policy=sha256(b"another")))),
    ("grant-with-extra-member", "the grant says more than it may",
     again("grant", "grant", lambda said: said.update(note=""))),
    ("grant-without-a-member", "the grant lacks its time",
     again("grant", "grant", lambda said: said.pop("issued"))),
    ("grant-of-version-2", "the grant is of version 2",
     again("grant", "grant", lambda said: said.update(v=2))),
    ("grant-nested", "the grant's exam nests 10,000 deep", said_again(
        "grant", lambda data: data.replace(b'"e1"', b"[" * 10_000 + b"]" * 10_000))),
    ("grant-too-long", "the grant is longer than a line may be",
     again("grant", "grant", lambda said: said.update(candidate="c" * 65_536))),
    ("grant-of-two-lines", "two grants stand in one text",
     line("grant", lambda found: f"{found}\n{found}")),
    ("grant-without-space", "nothing stands between signature and grant",
     line("grant", lambda found: found.replace(" ", "", 1))),
)  # fmt: skip


def _twice() -> bytes:
    """Policy and grant belong together, yet what was agreed to stands there twice."""
    session = Session()
    data = payload(session.policy).replace(b'"purpose"', b'"purpose":"None.","purpose"')
    session.policy = signed(INSTITUTION, "policy", data)
    granted = json.loads(payload(session.grant)) | {"policy": hash_of(session.policy)}
    session.grant = signed(INSTITUTION, "grant", to_json(granted))
    return of(session)


OF_THE_RECEIPT = [
    *attacks(
        RECEIPT,
        ("receipt-of-a-stranger", "a stranger signed the receipt", by_a_stranger("receipt")),
        ("receipt-by-the-session", "the session's own key signed the receipt",
         again("receipt", "receipt", lambda said: None, EPOCHS[0])),
        ("receipt-signed-as-record", "the receipt is signed as if it were a record",
         in_another_domain("receipt", "record")),
        ("receipt-signed-as-entry", "the receipt is signed as if it were a log's entry",
         in_another_domain("receipt", "log")),
        ("receipt-signature-wrong", "the receipt's signature is another",
         line("receipt", other_signature)),
        ("receipt-of-another-session", "the receipt is another session's",
         again("receipt", "receipt", lambda said: said.update(session=OTHER_SESSION))),
        ("receipt-back-dated", "the receipt is dated an hour back, and so is what is said",
         edited(back_dated)),
        ("receipt-lacks-what-is-missing", "what is missing is taken out of the receipt",
         lambda: in_part().replace(b'\\"missing\\":[\\"' + b"ab" * 32 + b'\\"]',
                                   b'\\"missing\\":[]')),
    ),
    *attacks(
        LOST,
        ("receipt-empty", "there is no receipt", says(receipt="")),
        ("receipt-cut", "the receipt is cut", line("receipt", lambda found: found[:-1])),
        ("receipt-with-line-feed", "the receipt's line has its line feed",
         line("receipt", lambda found: found + "\n")),
        ("receipt-for-a-grant", "the grant stands for the receipt",
         edited(lambda file: file.update(receipt=file["grant"]))),
        ("receipt-with-extra-member", "the receipt says more than it may",
         again("receipt", "receipt", lambda said: said.update(note=""))),
        ("receipt-without-a-member", "the receipt does not say what is missing",
         again("receipt", "receipt", lambda said: said.pop("missing"))),
        ("receipt-of-version-2", "the receipt is of version 2",
         again("receipt", "receipt", lambda said: said.update(v=2))),
        ("receipt-repeats-a-member", "the receipt says its size twice",
         said_again("receipt", lambda data: data.replace(b'"size"', b'"size":99,"size"'))),
        ("receipt-of-no-head", "the receipt's head is no hash",
         again("receipt", "receipt", lambda said: said.update(head=""))),
        ("receipt-time-of-day", "the receipt's time is text",
         again("receipt", "receipt", lambda said: said.update(time="noon"))),
        ("receipt-nested", "what is missing nests 10,000 deep", said_again(
            "receipt", lambda data: data[:-2] + b"[" * 9_999 + b"]" * 10_000 + b"}")),
        ("receipt-too-long", "the receipt is longer than a line may be",
         again("receipt", "receipt", lambda said: said.update(missing=["ab" * 32] * 1_000))),
        ("receipt-padded", "the receipt's signature is padded",
         line("receipt", lambda found: found.replace(" ", "== ", 1))),
        ("receipt-stray-bits", "the signature's last character has bits beyond its bytes",
         line("receipt", stray_bits)),
        ("receipt-in-plain-base64", "the signature is in base64 that is not for addresses",
         line("receipt", lambda found: "+/" + found[2:])),
    ),
]  # fmt: skip

OF_WHAT_IS_SAID = attacks(
    SAID,
    ("said-exam", "another exam is said", says(exam="e2")),
    ("said-title", "another title is said", says(title="Algebra II")),
    ("said-title-look-alike", "a title is said that looks like it",
     says(title="\N{CYRILLIC CAPITAL LETTER A}lgebra I")),
    ("said-candidate", "another candidate is said", says(candidate="c2")),
    ("said-institution", "another institution is said", asks(institution="Example College")),
    ("said-contact", "another address to ask is said", asks(contact="me@example.com")),
    ("said-time", "the receipt is said to be an hour older",
     edited(lambda file: file.update(signed_us=file["signed_us"] - 3_600_000_000))),
    ("said-head", "another head is said", says(head="ab" * 32)),
    ("said-records-held", "more records are said to be held than the receipt covers",
     edited(lambda file: file.update(records_held=9, records_made=9))),
    ("said-less-made-than-held", "fewer records are said to be made than are held",
     says(records_made=1, complete=False)),
    ("said-fewer-pieces-made", "fewer pieces are said to be made than are held",
     says(pieces_made=0, complete=False)),
    ("said-complete-without-records", "all is said to be held, and a record is not",
     says(records_made=5)),
    ("said-complete-without-pieces", "all is said to be held, and a piece is not",
     says(pieces_made=2)),
    ("said-complete-and-missing", "all is said to be held, and the receipt names what is not",
     bent(lambda: Session(receipt_edits={LAST: lambda said: said.update(missing=[ZERO])}))),
    ("receipt-older", "an older receipt, genuine, and all is said to be held",
     edited(replayed)),
    ("grant-of-another-candidate", "the grant is another candidate's, genuine",
     bent(lambda: Session(edit_grant=lambda said: said.update(candidate="c2")))),
    ("grant-of-another-exam", "the grant is of another exam, genuine",
     bent(lambda: Session(edit_grant=lambda said: said.update(exam="e2")))),
    ("policy-of-another-title", "the policy calls the exam otherwise, genuine",
     policy_of(lambda policy: policy["exam"].update(title="Algebra II"))),
)  # fmt: skip

TOGETHER = [
    Attack(
        "of-another-session",
        "it is said to be another session's, all of it genuine",
        (*OF_SESSION, *RECEIPT),
        says(session=OTHER_SESSION),
    ),
    Attack(
        "key-of-a-stranger",
        "it names a stranger's key, and nothing is signed by it",
        (*KEY, *OF_SESSION, *RECEIPT),
        says(institution_key=public(STRANGER), institution_fingerprint=fingerprint(STRANGER)),
    ),
    Attack(
        "key-no-point",
        "it names a key that no signature can be checked with",
        (*KEY, *OF_SESSION, *RECEIPT),
        says(institution_key=to_text(b"\xff" * 32)),
    ),
    Attack(
        "lines-swapped",
        "policy and grant have changed places",
        OF_SESSION,
        edited(lambda file: file.update(policy=file["grant"], grant=file["policy"])),
    ),
]


ATTACKS: tuple[Attack, ...] = (
    *GOOD,
    *OF_THE_KEY,
    *OF_ITS_SESSION,
    *OF_THE_RECEIPT,
    *OF_WHAT_IS_SAID,
    *TOGETHER,
    *unreadable(
        *((name, words, says(**members)) for name, words, members in MISFITS),
        *((f"without-{name.replace('_', '-')}", f"it lacks its {name}", without(name))
          for name in MEMBERS),
        *((name, words, rewritten(rewrite)) for name, words, rewrite in UNREADABLE),
        ("ask-nobody-in-particular", "it does not say how to appeal",
         edited(lambda file: file["ask"].pop("appeal"))),
        ("empty-object", "it is an object of nothing", lambda: b"{}"),
    ),
)  # fmt: skip
