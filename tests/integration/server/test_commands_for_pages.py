"""Every job that a page does is a command too, or there is a reason why not.

A route that takes a form and has no row here fails, and so does a row without a route or with a
command that there is not.
"""

from __future__ import annotations

import inspect
import re

import pytest
from cyclopts import App
from litestar.routes import HTTPRoute
from support.campus import Campus

from server.cli import app

# What only the owner of an account does, in their browser: they prove who they are there (the
# password, a passkey) and are written to. Whoever has the server's command line has
# `admin people` instead.
OWNER = "the account's owner alone, who proves it in their browser"
BROWSER = "signing in and out is a browser's"
CANDIDATE = "a candidate's own, by their link; `admin requests add` for letters"
INVITED = "whoever was invited, by their link; `admin create-account` without one"
JUDGED = "only looks at what is being typed, and keeps nothing"
PREVIEW = "only looks, and keeps nothing: a file waits there for its preview"

DATA, SESSION = "/settings/data-protection", "/sessions/{session_id}"
EXAM, ACCOUNT = "/exams/{exam_id}", "/settings/account"

# A page's route, and the commands behind `admin` that do the same; or why there is none.
ROWS: dict[str, tuple[str, ...] | str] = {
    "/accommodations": ("accommodations create",),
    "/accommodations/{profile_id}": ("accommodations change",),
    "/accommodations/{profile_id}/archived": ("accommodations archive",),
    "/exams": ("create-exam", "policy try"),
    f"{EXAM}/cancel": ("exams cancel",),
    f"{EXAM}/candidates": ("create-enrolment",),
    f"{EXAM}/candidates/bulk": (
        *("candidates send", "candidates codes", "candidates remind"),
        *("candidates revoke", "candidates withdraw", "candidates restore"),
    ),
    f"{EXAM}/candidates/{{place_id}}/accommodation": ("accommodations give",),
    f"{EXAM}/copy": ("exams copy",),
    f"{EXAM}/import": ("candidates import",),
    f"{EXAM}/import/{{import_id}}": PREVIEW,
    f"{EXAM}/import/{{import_id}}/run": ("candidates import",),
    f"{EXAM}/policy": ("policy sign", "policy try"),
    f"{EXAM}/policy/restore": ("policy restore",),
    f"{EXAM}/publish": ("exams publish",),
    f"{EXAM}/reinstate": ("exams reinstate",),
    f"{EXAM}/schedule": ("exams schedule",),
    "/for-you/seen": ("review for-you",),
    "/imports": ("import",),
    "/join/{secret}": INVITED,
    "/join/{secret}/strength": JUDGED,
    "/letters/again": ("letters resend",),
    "/letters/words/{kind}": ("letters write", "letters reset"),
    "/letters/zone": ("letters zone",),
    "/live/phrases": ("phrases add",),
    "/live/phrases/{phrase_id}/remove": ("phrases remove",),
    "/live/together": ("live together",),
    "/login": BROWSER,
    "/login/passkey": BROWSER,
    "/login/passkey/options": BROWSER,
    "/login/second": BROWSER,
    "/logout": BROWSER,
    "/my/{my_token}/appeal": CANDIDATE,
    "/my/{my_token}/request": CANDIDATE,
    "/my/{my_token}/withdraw": CANDIDATE,
    f"{SESSION}/assignment": ("review assign",),
    f"{SESSION}/conclusion": ("review conclude",),
    f"{SESSION}/decisions": ("review decide",),
    f"{SESSION}/flags/{{flag_id}}/assignment": ("review assign",),
    f"{SESSION}/flags/{{flag_id}}/dismiss-alike": ("review dismiss-alike",),
    f"{SESSION}/flags/{{flag_id}}/notes": ("review note",),
    f"{SESSION}/live": ("live do",),
    f"{SESSION}/live/care": ("live take", "live give-back", "live seen"),
    f"{SESSION}/notes": ("review note",),
    f"{SESSION}/report": ("reports session",),
    f"{SESSION}/verdict": ("reports verdict",),
    f"{ACCOUNT}/passkeys": OWNER,
    f"{ACCOUNT}/passkeys/options": OWNER,
    f"{ACCOUNT}/passkeys/{{passkey_id}}/name": OWNER,
    f"{ACCOUNT}/passkeys/{{passkey_id}}/remove": OWNER,
    f"{ACCOUNT}/password": OWNER,
    f"{ACCOUNT}/password/strength": JUDGED,
    f"{ACCOUNT}/recovery-codes": OWNER,
    f"{ACCOUNT}/sessions/end": ("people sign-out",),
    f"{ACCOUNT}/sessions/{{session}}/end": ("people sign-out",),
    f"{ACCOUNT}/totp": OWNER,
    f"{ACCOUNT}/totp/confirm": OWNER,
    f"{ACCOUNT}/totp/remove": OWNER,
    "/settings/builds": ("builds add",),
    "/settings/builds/rule": ("builds settle",),
    "/settings/builds/{build_id}/withdraw": ("builds withdraw",),
    "/settings/calendar": ("calendar link", "calendar revoke"),
    DATA: ("data-protection change",),
    f"{DATA}/appeals/{{appeal_id}}": ("appeals look", "appeals answer"),
    f"{DATA}/holds": ("retention hold",),
    f"{DATA}/holds/{{hold_id}}/release": ("retention release",),
    f"{DATA}/region": ("retention region",),
    f"{DATA}/requests": ("requests add",),
    f"{DATA}/requests/{{request_id}}": (
        *("requests check", "requests extend", "requests refuse", "requests done"),
        "requests copy",
    ),
    f"{DATA}/sessions/{{session_id}}/destroy": ("purge",),
    f"{DATA}/sessions/{{session_id}}/link": ("data-protection link",),
    "/settings/people/invitations": ("people invite",),
    "/settings/people/invitations/{invitation_id}/withdraw": ("people withdraw",),
    "/settings/people/{account_id}/active": ("people deactivate",),
    "/settings/people/{account_id}/factors": ("people reset-second-factors",),
    "/settings/people/{account_id}/password": ("people reset-password",),
    "/settings/people/{account_id}/role": ("people role",),
    "/settings/people/{account_id}/sessions": ("people sign-out",),
    "/settings/sign-in/factor": ("sign-in factor",),
    "/settings/sign-in/provider": ("sign-in provider",),
    "/settings/sign-in/provider/remove": ("sign-in remove-provider",),
    "/settings/tokens": ("tokens create",),
    "/settings/tokens/{token_id}/revoke": ("tokens revoke",),
    "/settings/webhooks": ("webhooks add",),
    "/settings/webhooks/{webhook_id}": ("webhooks change",),
    "/settings/webhooks/{webhook_id}/do": (
        *("webhooks rotate", "webhooks stop", "webhooks resume", "webhooks remove"),
        *("webhooks test", "webhooks resend"),
    ),
}

COMMANDS = sorted({name for row in ROWS.values() if not isinstance(row, str) for name in row})


def forms(campus: Campus) -> set[str]:
    """The paths of pages that take a form; programs' are below ``/api``."""
    found: set[str] = set()
    for route in campus.app.routes:
        if isinstance(route, HTTPRoute) and not route.path.startswith("/api/"):
            methods = {m for one in route.route_handlers for m in one.http_methods}
            if "POST" in methods:
                found.add(re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path_format))
    return found


def test_every_form_has_a_row_and_every_row_a_form(template: Campus) -> None:
    there = forms(template)
    assert not there - set(ROWS), "pages whose job no command does"
    assert not set(ROWS) - there, "rows without a page"


def resolved(name: str) -> App:
    """A command by its words behind ``admin``."""
    found = app["admin"]
    for word in name.split():
        found = found[word]
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_teaches_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = resolved(name)
    assert command.default_command is not None, f"{name} is no command"
    with pytest.raises(SystemExit) as exited:
        app(["admin", *name.split(), "--help"])
    said = capsys.readouterr().out
    assert (exited.value.code or 0) == 0
    does = command.default_command
    assert does is not None
    words = inspect.getdoc(does) or ""
    assert words.partition("\n")[0].strip(".")[:20] in " ".join(said.split())
    # Each argument is told of, not only listed; those that several commands share (``who``)
    # have their words where they are defined.
    taken = [one for one in inspect.signature(does).parameters if one != "who"]
    told = re.findall(r"^ +(\w+): \S", words.partition("Args:")[2], re.MULTILINE)
    assert not set(taken) - set(told), f"{name} does not say what these are"
