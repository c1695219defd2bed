"""The index of a copy of several sessions: a page that any browser opens, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import msgspec

from server.candidates.copy_readme import known
from server.clock import MICROS_PER_SECOND
from server.live.ending import EndedBy
from shared.counting import count

# How a session stands, as a candidate is told it where nobody else ended it.
STATES = {
    "open": "not ended by the app",
    "closed": "ended by the app",
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What is kept of {name}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; }}
body {{ padding: 0 1rem; }}
h2 {{ margin-top: 2rem; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }}
dt {{ font-weight: 600; }}
dd {{ margin: 0; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>What is kept of {name}</h1>
<p>Written on {written} by {institution}, {contact}. The same for programs is in
<a href="index.json">index.json</a>.</p>
{person}
{sessions}
</body>
</html>
"""


def folders(count: int) -> list[str]:
    """The folders of so many sessions, which sort as they were held."""
    return [f"session-{n:02d}" for n in range(1, count + 1)]


def index_json(person: Mapping[str, Any], abouts: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The index for programs; ``abouts`` are what each folder's ``about.json`` says."""
    sessions = [
        {
            "folder": folder,
            "session": about["session"]["id"],
            "exam": about["exam"]["title"],
            "began": about["session"]["began"],
            "state": about["session"]["state"],
            "ended_by": about["session"]["ended_by"],
            "decision": about["decision"],
            "kept_until": about["kept_until"],
            "destroyed": about["destroyed"],
        }
        for folder, about in abouts.items()
    ]
    return msgspec.json.format(msgspec.json.encode({**person, "sessions": sessions}), indent=2)


def index_html(person: Mapping[str, Any], abouts: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The index to be read."""
    you, institution = person["you"], person["institution"]
    shown = {
        "Name": you["name"],
        "Reference": you["reference"],
        "E-mail": you["email"] or "none is known",
        "Exams": ", ".join(one["title"] for one in person["exams"]) or "none",
    }
    parts = [_session(folder, about) for folder, about in abouts.items()]
    return _PAGE.format(
        name=escape(you["name"]),
        written=_day(person["written"]),
        institution=escape(institution["name"]),
        contact=escape(institution["contact"]),
        person=_list(shown),
        sessions="\n".join(parts) or "<p>No session was recorded.</p>",
    ).encode()


def _session(folder: str, about: Mapping[str, Any]) -> str:
    session = about["session"]
    records = count(session["records"], "record")
    pieces = count(session["pieces_held"], "piece")
    shown = {
        "Began": _day(session["began"]),
        "It was": _stood(session),
        "Session": session["id"],
        "Recorded": f"{records}, {pieces}",
        "Messages": str(len(about["messages"])),
        "Decision": _decided(about["decision"]),
        "Destroyed already": _went(about["destroyed"]) or "nothing",
    }
    links = (
        f'<p><a href="{folder}/about.json">{known(about).capitalize()}</a> · '
        f'<a href="{folder}/README.txt">What lies in its folder, {folder}</a></p>'
    )
    return f"<h2>{escape(about['exam']['title'])}</h2>\n{_list(shown)}\n{links}"


def _stood(session: Mapping[str, Any]) -> str:
    state: str = session["state"]
    by: str | None = session["ended_by"]
    return STATES.get(state, state) if by is None else f"ended {EndedBy(by).words}"


def _decided(decision: Mapping[str, Any] | None) -> str:
    if decision is None:
        return "deleted with the rest"
    at: int | None = decision["at"]
    return f"{decision['words']}{'' if at is None else f' ({_day(at)})'}"


def _went(destroyed: Sequence[Mapping[str, Any]]) -> str:
    """What is gone by now; of what a hold stopped, a part."""
    over = (one for one in destroyed if one["at"] is not None)
    return "; ".join(
        f"part of: {one['what']}" if one["stopped"] else one["what"] for one in over
    )


def _list(shown: Mapping[str, str]) -> str:
    rows = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in shown.items())
    return f"<dl>{''.join(rows)}</dl>"


def _day(micros: int) -> str:
    when = datetime.fromtimestamp(micros / MICROS_PER_SECOND, UTC)
    return f"{when.day} {when:%B %Y, %H:%M} UTC"
