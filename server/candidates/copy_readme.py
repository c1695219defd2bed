"""What a copy of one session says of itself to whoever opens it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_README = """This is your own copy of what is kept of you about one exam.

about.json        what is known and was decided: exam, times, consent, messages, decisions
recordings/       camera, screen and sound, as they were recorded: any video player opens them
pictures/         snapshots, clips and photographs
{session}.invigil.zip
                  the same as signed evidence, still sealed; `invigil-verify` checks that
                  nothing in it was changed or taken out; it names no staff
{session}.certificates.json
                  where something was destroyed already: what, when and why, signed

Left out: the names of members of staff and their notes, which are theirs, and how flags were
weighed against those of others. What the institution decided is here. If you think that
something is missing or wrong, ask {institution}: {contact}.
"""

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
        session=about["session"]["id"], institution=told["name"], contact=told["contact"]
    )
