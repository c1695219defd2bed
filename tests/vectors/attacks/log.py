"""Attacks on an institution's log, and on a bundle beside it."""

from __future__ import annotations

from vectors.log import (
    DECISION,
    EARLY_HEADS,
    EXPORT,
    FOUNDED,
    KEY,
    LATE_HEADS,
    MEDIA,
    PAGE,
    SIGN_IN,
    SUCCESSOR,
    Log,
)
from vectors.log_attack import (
    LogAttack,
    another_s,
    body,
    edited,
    exported_again,
    forked,
    head,
    honest,
    inserted,
    line,
    lines,
    manifest,
    many,
    nested,
    replayed,
    rewritten,
    says,
    spliced,
    without,
    written_anew,
)
from vectors.session import INSTITUTION, STRANGER, ZERO, hash_of, public, to_json

EARLY = hash_of(line(PAGE))

ATTACKS: tuple[LogAttack, ...] = (
    LogAttack("good", "a log with every type of entry, as it should be", (), honest),
    LogAttack("good-brief", "a log of one entry", (), lambda: Log().brief().exported()),
    LogAttack("good-empty", "a log that has not begun", (), lambda: Log().exported()),
    LogAttack(
        "good-unknown-members",
        "a body and the manifest say more than this version knows",
        (),
        lambda: (
            Log(
                edits={PAGE: lambda entry: entry["body"].update(more=1)},
                edit_manifest=lambda found: found.update(more=1),
            )
            .written()
            .exported()
        ),
    ),
    LogAttack("good-after", "a log that contains the entry noted", (), honest, (EARLY,)),
    LogAttack("good-beside", "a log that bears the bundle out", (), honest, beside="good"),
    LogAttack(
        "good-beside-unnamed",
        "a log that does not name the bundle's session yet",
        (),
        lambda: Log().brief().exported(),
        beside="good",
    ),
    # (0) the container
    LogAttack("tail-cut", "the last entry is cut off", (0,), lines(lambda all_: all_.pop())),
    LogAttack(
        "manifest-alone", "no entry is left", (0,), lambda: honest().split(b"\n")[0] + b"\n"
    ),
    LogAttack(
        "exported-by-a-stranger",
        "a stranger exports the log under a key of its own",
        (0,),
        lambda: (
            Log(
                manifest_signer=STRANGER,
                edit_manifest=lambda found: found.update(institution_key=public(STRANGER)),
            )
            .written()
            .exported()
        ),
    ),
    LogAttack(
        "manifest-signed-by-a-stranger",
        "the manifest is signed by another key than it names",
        (0,),
        lambda: Log(manifest_signer=STRANGER).written().exported(),
    ),
    LogAttack(
        "manifest-signed-by-the-old-key",
        "the manifest is signed by a key that was handed over",
        (0,),
        lambda: (
            Log(
                manifest_signer=INSTITUTION,
                edit_manifest=lambda found: found.update(institution_key=public(INSTITUTION)),
            )
            .written()
            .exported()
        ),
    ),
    LogAttack(
        "manifest-of-another-head", "the manifest names another head", (0,), manifest(head=ZERO)
    ),
    LogAttack(
        "manifest-counts-too-many", "the manifest counts an entry more", (0,), manifest(size=10)
    ),
    LogAttack(
        "log-of-another-institution", "all of it is another institution's", (0,), another_s
    ),
    # (1) the institution
    LogAttack(
        "entry-of-another-institution",
        "an entry names another institution",
        (1,),
        says(PAGE, institution="0b" * 16),
    ),
    LogAttack(
        "manifest-of-another-institution",
        "the manifest names another institution than the entries",
        (1,),
        manifest(institution="0b" * 16),
    ),
    # (2) signatures and form
    LogAttack(
        "entry-changed",
        "who looked was changed",
        (2,),
        lambda: honest().replace(b'"what":"page"', b'"what":"pane"'),
    ),
    LogAttack(
        "entry-resigned",
        "an entry is signed by a stranger",
        (2,),
        lambda: Log(signers={MEDIA: STRANGER}).written().exported(),
    ),
    LogAttack(
        "entry-signed-as-receipt",
        "an entry is signed as if it were a receipt",
        (2,),
        lambda: Log(domains={MEDIA: "receipt"}).written().exported(),
    ),
    LogAttack("entry-added-by-a-stranger", "a stranger adds an entry", (2,), inserted),
    LogAttack(
        "old-key-after-handover",
        "the key that was handed over signs on",
        (2,),
        lambda: Log(signers={EXPORT: INSTITUTION}).written().exported(),
    ),
    LogAttack(
        "next-key-too-early",
        "the next key signs before it is handed over to",
        (2,),
        lambda: Log(signers={DECISION: SUCCESSOR}).written().exported(),
    ),
    LogAttack(
        "handover-by-a-stranger",
        "a stranger hands the log over to itself",
        (2,),
        lambda: Log(keys=(INSTITUTION, STRANGER), signers={KEY: STRANGER}).written().exported(),
    ),
    LogAttack(
        "handover-replayed",
        "a handover's proof is of another place",
        (2,),
        edited(KEY, replayed),
    ),
    LogAttack(
        "handover-of-another-number",
        "a handover says another number than its entry's",
        (2,),
        edited(KEY, lambda entry: entry["body"]["next"].update(epoch=1)),
    ),
    LogAttack(
        "handover-key-malformed",
        "the next key is no base64",
        (2,),
        edited(KEY, lambda entry: entry["body"]["next"].update(public_key="a key")),
    ),
    LogAttack(
        "handover-proof-short",
        "the next key's proof is no signature",
        (2,),
        edited(KEY, lambda entry: entry["body"]["next"].update(proof="AAAA")),
    ),
    LogAttack("json-nested", "an entry nests 100 deep", (2,), edited(SIGN_IN, nested)),
    LogAttack(
        "json-repeats-a-member",
        "an entry says who twice",
        (2,),
        rewritten(PAGE, lambda data: data.replace(b'"role":', b'"actor":"system","role":')),
    ),
    LogAttack(
        "json-not-utf-8",
        "an entry is not UTF-8",
        (2,),
        rewritten(PAGE, lambda data: data.replace(b'"page"', b'"p\xe4ge"')),
    ),
    LogAttack(
        "entry-with-extra-member", "an entry says more than it may", (2,), says(PAGE, more=1)
    ),
    LogAttack(
        "entry-without-a-member", "an entry names no role", (2,), edited(PAGE, without("role"))
    ),
    LogAttack("entry-of-a-newer-version", "an entry is of version 2", (2,), says(PAGE, v=2)),
    LogAttack("entry-of-unknown-type", "an entry is of no type", (2,), says(PAGE, type="note")),
    LogAttack("entry-without-actor", "an entry names nobody", (2,), says(PAGE, actor="")),
    LogAttack(
        "entry-of-long-actor", "an actor of 65 characters", (2,), says(PAGE, actor="a" * 65)
    ),
    LogAttack("entry-time-fraction", "a time has a fraction", (2,), says(PAGE, time=1.5)),
    LogAttack(
        "access-of-no-session", "an access names no session", (2,), body(PAGE, session="x")
    ),
    LogAttack("access-of-nothing", "an access says to nothing", (2,), body(PAGE, what="")),
    LogAttack(
        "act-without-detail", "an act's detail is null", (2,), body(SIGN_IN, detail=None)
    ),
    LogAttack(
        "act-of-long-subject",
        "a subject of 201 characters",
        (2,),
        body(SIGN_IN, subject={"kind": "account", "id": "a" * 201}),
    ),
    LogAttack("heads-none", "heads of no session", (2,), body(EARLY_HEADS, sessions=[])),
    LogAttack("heads-too-many", "heads of 257 sessions", (2,), edited(EARLY_HEADS, many)),
    LogAttack(
        "heads-of-unknown-state", "a state there is not", (2,), head(EARLY_HEADS, state="lost")
    ),
    LogAttack("line-not-ended", "the last line has no line feed", (2,), lambda: honest()[:-1]),
    LogAttack("line-empty", "an empty line at the end", (2,), lambda: honest() + b"\n"),
    LogAttack(
        "line-too-long",
        "an entry is longer than a signed line may be",
        (2,),
        lambda: honest() + b"A" * 86 + b" " + to_json({"d": "x" * 65_536}) + b"\n",
    ),
    LogAttack(
        "lines-crlf",
        "lines end as on Windows",
        (2,),
        lambda: honest().replace(b"}\n", b"}\r\n", 2).replace(b"}\r\n", b"}\n", 1),
    ),
    # (3) order
    LogAttack(
        "entry-dropped", "an access is taken out", (3,), lines(lambda all_: all_.pop(1 + PAGE))
    ),
    LogAttack(
        "entry-duplicated",
        "an entry is there twice",
        (3,),
        lines(lambda all_: all_.insert(1 + PAGE, all_[1 + PAGE])),
    ),
    LogAttack(
        "entries-reordered",
        "two entries change places",
        (3,),
        lines(lambda all_: all_.insert(1 + PAGE, all_.pop(1 + MEDIA))),
    ),
    LogAttack(
        "first-dropped", "the log's beginning is cut off", (3,), lines(lambda all_: all_.pop(1))
    ),
    LogAttack("entry-forked", "two entries of one number", (3,), forked),
    LogAttack(
        "number-skipped", "an entry's number is one too high", (3,), says(PAGE, n=PAGE + 1)
    ),
    # (4) link
    LogAttack(
        "prev-wrong", "an entry names another before it", (4,), says(PAGE, prev="ab" * 32)
    ),
    LogAttack("spliced", "the rest is of a log that forked from this one", (4,), spliced),
    LogAttack(
        "first-with-prev",
        "the first entry names one before it",
        (4,),
        says(FOUNDED, prev="ab" * 32),
    ),
    # (5) time
    LogAttack("time-back", "an entry is older than the one before", (5,), says(MEDIA, time=1)),
    LogAttack(
        "time-after-export",
        "the last entry is from after the export",
        (5,),
        says(EXPORT, time=2**53 - 1),
    ),
    # (6) heads
    LogAttack("head-shrinks", "a session gets shorter", (6,), head(LATE_HEADS, size=1)),
    LogAttack(
        "head-changes",
        "a session has another record at the same place",
        (6,),
        edited(LATE_HEADS, lambda entry: entry["body"]["sessions"][1].update(head="0f" * 32)),
    ),
    LogAttack(
        "head-after-close",
        "a session goes on after its close",
        (6,),
        head(EARLY_HEADS, state="closed"),
    ),
    # (7) what was noted
    LogAttack("after-unknown", "what was noted is of no log", (7,), honest, ("ab" * 32,)),
    LogAttack(
        "tail-cut-and-exported-again",
        "the institution takes back what it logged last",
        (7,),
        lambda: exported_again(1),
        (hash_of(line(EXPORT)),),
    ),
    LogAttack(
        "written-anew",
        "the institution writes its log anew, without the accesses",
        (7,),
        written_anew,
        (EARLY,),
    ),
    # (8) the bundle beside it
    LogAttack("bundle-cut", "the bundle lost its last record", (8,), honest, beside="tail-cut"),
    LogAttack(
        "bundle-of-another-chain",
        "the log names another record than the bundle holds",
        (8,),
        head(EARLY_HEADS, head="ab" * 32),
        beside="good",
    ),
    LogAttack(
        "bundle-of-another-institution",
        "the bundle is another institution's",
        (8,),
        honest,
        beside="manifest-of-another-institution",
    ),
    # nothing to check
    LogAttack("file-empty", "there is nothing in it", (), bytes, unreadable=True),
    LogAttack(
        "manifest-missing",
        "the first line is an entry",
        (),
        lines(lambda all_: all_.pop(0)),
        unreadable=True,
    ),
    LogAttack(
        "manifest-not-ended", "the manifest is cut", (), lambda: honest()[:200], unreadable=True
    ),
    LogAttack(
        "manifest-of-a-newer-version",
        "the manifest is of version 2",
        (),
        manifest(v=2),
        unreadable=True,
    ),
    LogAttack(
        "manifest-without-size",
        "the manifest counts nothing",
        (),
        manifest(size=None),
        unreadable=True,
    ),
    LogAttack(
        "manifest-key-malformed",
        "the manifest's key is none",
        (),
        manifest(institution_key="AAAA"),
        unreadable=True,
    ),
    LogAttack(
        "manifest-first-key-malformed",
        "the first key is none",
        (),
        manifest(first_key="a key"),
        unreadable=True,
    ),
)
