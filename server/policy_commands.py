"""``invigil-server admin policy``: an exam's rules, and the versions that they had."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from cyclopts import App

from server.acting import Flag
from server.opening import Fault, Rooms, exam_named, run_in_rooms
from server.terminal import print_line

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.exams.preview import Changed
    from server.exams.recount import KindCount
    from server.exams.terms import Terms

app = App(
    name="policy",
    help="""Show and change the rules of an exam, and list the versions that they had.

        invigil-server admin policy show EXAM > terms.json
        invigil-server admin policy try EXAM terms.json
        invigil-server admin policy sign EXAM terms.json
        invigil-server admin policy versions EXAM
        invigil-server admin policy compare EXAM 1 3
        invigil-server admin policy restore EXAM 1

    Sessions that have begun keep the version that they began under.
    """,
    help_format="plaintext",
)


@app.command
def show(exam: str) -> None:
    """Print the rules in force as JSON; `sign` takes them again.

    Args:
        exam: The exam's id.
    """
    from server.exams.service import newest_policy
    from server.exams.terms import terms_of
    from shared.policy import decode_policy

    async def work(rooms: Rooms) -> Terms:
        async with rooms.database.transaction() as db:
            found = await exam_named(db, exam)
            return terms_of(decode_policy((await newest_policy(db, found.id)).payload))

    text = msgspec.json.format(msgspec.json.encode(run_in_rooms(work)), indent=2)
    sys.stdout.write(text.decode() + "\n")


@app.command
def sign(exam: str, terms: Path) -> None:
    """Sign new rules; whoever begins from then on is held to them.

    Where they change the exam's start, late entry is for as long after it as before.

    Args:
        exam: The exam's id.
        terms: JSON file as `show` prints it; what it leaves out is as by default.
    """
    from server.audit.service import COMMAND_LINE
    from server.exams.service import ExamError
    from server.exams.signing import sign_terms

    said = read_terms(terms)

    async def work(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            found, now = await exam_named(db, exam), rooms.clock()
            try:
                made = await sign_terms(db, rooms.keys, found, said, now, by=COMMAND_LINE)
            except ExamError as error:
                raise Fault(str(error)) from error
        return {"exam": found.id, "version": made.version, "hash": made.hash}

    print_line(run_in_rooms(work))


@app.command
def versions(exam: str) -> None:
    """List every version, the newest first: when, who signed it, and what it changed.

    Args:
        exam: The exam's id.
    """
    from server.exams.versions import read_versions

    async def work(rooms: Rooms) -> list[dict[str, Any]]:
        async with rooms.database.transaction() as db:
            found = await read_versions(db, (await exam_named(db, exam)).id, limit=None)
        return [
            {
                "version": one.version,
                "signed": one.when,
                "by": one.who,
                "hash": one.hash,
                "changes": one.changes,
            }
            for one in found
        ]

    for line in run_in_rooms(work):
        print_line(line)


@app.command
def compare(exam: str, earlier: int, later: int) -> None:
    """Print what a later version says otherwise than an earlier one, as JSON.

    Args:
        exam: The exam's id.
        earlier: A version's number, as `versions` prints it.
        later: Another one's.
    """
    from server.exams.changes import changes
    from server.exams.versions import read_versions

    async def work(rooms: Rooms) -> list[str]:
        async with rooms.database.transaction() as db:
            found = await read_versions(db, (await exam_named(db, exam)).id, limit=None)
        policies = {one.version: one.policy for one in found}
        for number in (earlier, later):
            if number not in policies:
                raise _no_version(number)
        return changes(policies[earlier], policies[later])

    print_line({"earlier": earlier, "later": later, "changes": run_in_rooms(work)})


@app.command
def restore(exam: str, version: int) -> None:
    """Sign an older version's rules again, as a new version.

    When the exam is held and how long it lasts stay as they are.

    Args:
        exam: The exam's id.
        version: The older version's number, as `versions` prints it.
    """
    from server.audit.service import COMMAND_LINE
    from server.exams.service import ExamError
    from server.exams.signing import NoVersion, restore_version

    async def work(rooms: Rooms) -> dict[str, Any]:
        async with rooms.database.transaction() as db:
            found, now = await exam_named(db, exam), rooms.clock()
            try:
                made = await restore_version(
                    db, rooms.keys, found, version, now, by=COMMAND_LINE
                )
            except NoVersion:
                raise Fault(
                    f"the exam has no version {version}; see `policy versions`"
                ) from None
            except ExamError as error:
                raise Fault(str(error)) from error
        if made is None:
            return {"exam": found.id, "changed": False}
        return {"exam": found.id, "changed": True, "version": made.version, "hash": made.hash}

    print_line(run_in_rooms(work))


@app.command(name="try")
def try_(exam: str, terms: Path, *, every: Flag = False) -> None:
    """Print what rules would have flagged on past sessions, as JSON; nothing is changed.

    The newest hundred sessions are looked at. `unsure` says that some of it cannot be known:
    what a recorder did not report then, rules cannot bring back.

    Args:
        exam: The exam whose sessions are looked at.
        terms: JSON file as `show` prints it.
        every: Look at sessions of all the institution's exams.
    """
    from server.exams.preview import PreviewTable, preview_terms

    said = read_terms(terms)

    async def work(rooms: Rooms) -> PreviewTable:
        async with rooms.database.transaction() as db:
            found = await exam_named(db, exam)
        only = None if every else found.id
        return await preview_terms(rooms.database, found.institution_id, said, only)

    table = run_in_rooms(work)
    print_line(
        {
            "sessions": table.sessions,
            "flags_then": table.flags_then,
            "flags_now": table.flags_now,
            "unsure": table.unsure,
            "kinds": [_counted(one) for one in table.kinds],
            "changed": [_changed(one) for one in table.changed],
        }
    )


def _no_version(number: int) -> Fault:
    return Fault(f"the exam has no version {number}; see `policy versions`")


def _counted(one: KindCount) -> dict[str, Any]:
    """A kind then and now; of ``now`` it is sure of ``kept``, and ``unsure`` more may be."""
    return {
        "kind": one.kind.value,
        "then": one.then,
        "kept": one.kept,
        "unsure": one.unsure,
        "unknown": one.unknown,
    }


def _changed(one: Changed) -> dict[str, Any]:
    return {
        "session": one.session_id,
        "candidate": one.candidate,
        "flags_then": one.flags_then,
        "flags_now": one.flags_now,
        "score_then": one.then.value,
        "score_now": one.now.value,
    }


def read_terms(file: Path) -> Terms:
    """The terms that a file says.

    Raises:
        Fault: it cannot be read, or says something else.
    """
    from server.exams.contradictions import contradictions
    from server.exams.terms import Terms
    from shared.foreign_json import NotJson, read_json

    try:
        terms = read_json(file.read_bytes(), Terms)
    except OSError as error:
        raise Fault(f"cannot read {file}: {error.strerror}") from error
    except NotJson as error:
        raise Fault(f"{file} does not say terms: {error}") from error
    wrong = contradictions(terms)
    if wrong:
        listed = "\n".join(f"  {one.field}: {one.words}" for one in wrong)
        raise Fault(f"{file} contradicts itself:\n{listed}")
    return terms
