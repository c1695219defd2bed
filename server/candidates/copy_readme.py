"""What a copy of one session says of itself to whoever opens it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_README = """This is your own copy of what is kept of you about one exam.

about.json        {about}: exam, times, consent, messages, appeals, requests
recordings/       camera, screen and sound, as they were recorded: any video player opens them
pictures/         snapshots, clips and photographs
{session}.invigil.zip
                  the same as signed evidence, still sealed; `invigil-verify` checks that
                  nothing in it was changed or taken out; it names no staff
{session}.certificates.json
                  where something was destroyed already: what, when and why, signed

Left out: the names of members of staff and their notes, which are theirs, and how flags were
weighed against those of others.

{decided}

If you think that something is missing or wrong, ask {institution}: {contact}.
"""

_DECIDED = """What the institution decided is here: about each flag in the signed evidence,
about the exam as a whole in about.json."""
_NOT_SAID = """What the institution decided about each flag is in the signed evidence. What it
decided about the exam as a whole is not here: it tells you that itself."""

_GONE = """This is your own copy of what is kept of you about one exam. Everything that was
recorded was destroyed: no recordings and no pictures are left, and no signed evidence.

about.json        what is still known: exam, times, consent, and what was destroyed
{session}.certificates.json
                  what was destroyed, when and why, signed; `invigil-verify` checks it

If you think that something is missing or wrong, ask {institution}: {contact}.
"""


def readme(about: Mapping[str, Any], *, gone: bool) -> str:
    """The text; ``about`` is what ``about.json`` says, ``gone`` whether everything was
    destroyed.
    """
    told = about["institution"]
    return (_GONE if gone else _README).format(
        about=known(about),
        session=about["session"]["id"],
        decided=_DECIDED if _says_outcome(about) else _NOT_SAID,
        institution=told["name"],
        contact=told["contact"],
    )


def known(about: Mapping[str, Any]) -> str:
    """What ``about.json`` has, in a few words."""
    return "what is known and was decided" if _says_outcome(about) else "what is known"


def _says_outcome(about: Mapping[str, Any]) -> bool:
    decision = about["decision"]
    return decision is not None and decision["outcome"] is not None
