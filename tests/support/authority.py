"""Who may use which route: one row for each, held against the application's own routes by
``tests/integration/server/test_authority.py``.

Adding a route: add a row with the least role that may use it. A path's parameters take the
ids of ``two_houses`` by their names (``session_id``, ``exam_id`` …); a new kind of thing gets a
maker there. ``at`` fills parameters that are no ids. What changes something carries a body (as
``json``, ``form`` or ``body``) that the route would take, so that it comes as far as looking
for the thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from server.accounts.models import Role


class Anybody(StrEnum):
    """Those who use a route without an account of staff."""

    # Whoever asks: nothing in it is anybody's, or it wants a secret in its body.
    PUBLIC = "public"
    # The session's own recorder, by its bearer token.
    RECORDER = "recorder"
    # Whoever holds the link: the secret is in the path.
    LINK = "link"


OBSERVER, PROCTOR, EXAMINER, ADMIN = Role.OBSERVER, Role.PROCTOR, Role.EXAMINER, Role.ADMIN
PUBLIC, RECORDER, LINK = Anybody.PUBLIC, Anybody.RECORDER, Anybody.LINK

WEBSOCKET = "WEBSOCKET"


@dataclass(frozen=True, slots=True)
class Row:
    """One route. ``absent`` lets the thing itself be missing for those who may: a 404 that says
    what is not there *yet*.
    """

    method: str
    path: str
    least: Role | Anybody
    at: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    body: bytes | None = None
    absent: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


API = "/api/v1"
SESSION, EXAM = f"{API}/sessions/{{session_id}}", f"{API}/exams/{{exam_id}}"
PAGE, MEDIA = "/sessions/{session_id}", "/media/{session_id}"
EXAM_PAGE, PROFILE_PAGE = "/exams/{exam_id}", "/accommodations/{profile_id}"
DATA = "/settings/data-protection"
ACCOUNT, PERSON = "/settings/account", "/settings/people/{account_id}"
INVITED = {"email": "new@example.edu", "role": "proctor"}
TOKEN = {"name": "nightly", "days": "7", "scope": "sessions:read"}
PROFILE = {"name": "Profile Q", "off": ["speech"]}
PROFILE_FORM = {"name": "Profile R", "speech.off": "on"}
DRAFT = {"title": "Another", "starts": 1_790_000_000_000_000, "ends": 1_790_090_000_000_000}
SCHEDULE = {
    "starts": 1_789_990_000_000_000,
    "ends": 1_790_090_000_000_000,
    "duration_s": 3600,
    "zone": "Europe/Vienna",
}
# A search that finds nobody, so that the other rows have their candidates.
NOBODY = {"text": "nobody is called so"}
VERDICT = {"verdict": "accepted", "version": 0}
CANDIDATES = {"candidates": [{"name": "Eve Example", "reference": "s-9"}]}
WORDS = {"action": "message", "text": "Hello."}
WEBHOOK = {"name": "LMS", "url": "https://lms.invalid/x", "events": ["flag.decided"]}
WEBHOOK_PAGE, WEBHOOK_API = "/settings/webhooks/{webhook_id}", f"{API}/webhooks/{{webhook_id}}"
HEADER = {"session": "0" * 32, "header": "x", "address": "https://exam.example.edu/"}

UPDATES = "/updates/{institution_id}/{folder}/{name}"
ROOT = {"institution_id": "0" * 32, "folder": "metadata", "name": "root.json"}

ROWS: tuple[Row, ...] = (
    # what everybody may ask for
    Row("GET", "/static/{version}/{file_path}", PUBLIC, at={"file_path": "css/invigil.css"}),
    Row("GET", "/", PUBLIC),
    Row("GET", "/health", PUBLIC),
    Row("GET", "/metrics", PUBLIC),
    Row("GET", UPDATES, PUBLIC, at=ROOT),
    Row("GET", "/schema", PUBLIC),
    Row("GET", "/schema/openapi.json", PUBLIC),
    Row("GET", "/schema/{path}", PUBLIC, at={"path": "nothing"}),
    # signing in and out
    Row("GET", "/login", PUBLIC),
    Row("POST", "/login", PUBLIC, form={"email": "nobody@example.edu", "password": "?"}),
    Row("POST", "/logout", OBSERVER, form={}),
    # the recorder: codes first, its token then
    Row("POST", f"{API}/enrolments/inspect", PUBLIC, json={"code": "AAAA"}),
    Row("POST", f"{API}/enrolments/redeem", PUBLIC, json={"code": "AAAA", "public_key": ""}),
    Row("POST", f"{API}/speed", PUBLIC, body=b"code"),
    Row("GET", f"{SESSION}/status", RECORDER),
    Row("POST", f"{SESSION}/records", RECORDER, body=b""),
    Row("PUT", f"{SESSION}/blobs/{{sha256}}", RECORDER, at={"sha256": "0" * 64}, body=b"x"),
    Row(WEBSOCKET, f"{SESSION}/live", RECORDER),
    # sessions
    Row("GET", "/sessions", OBSERVER),
    Row("GET", PAGE, OBSERVER),
    Row("GET", f"{PAGE}/{{part}}", OBSERVER, at={"part": "panels"}),
    Row("GET", f"{PAGE}/rows", OBSERVER),
    Row("GET", f"{PAGE}/timeline.json", OBSERVER),
    Row(
        "POST",
        f"{PAGE}/decisions",
        PROCTOR,
        form={"flag": f"{1:032x}", "verdict": "accepted"} | {"version": "0"},
    ),
    Row("GET", "/queue", OBSERVER),
    Row("GET", "/queue/next", OBSERVER),
    Row("GET", "/queue/previous", OBSERVER),
    Row("GET", "/for-you", OBSERVER),
    Row("POST", "/for-you/seen", OBSERVER, form={}),
    Row("GET", f"{PAGE}/flags/{{flag_id}}/beside", OBSERVER),
    Row("POST", f"{PAGE}/flags/{{flag_id}}/notes", PROCTOR, form={"text": "See there."}),
    Row("POST", f"{PAGE}/flags/{{flag_id}}/assignment", PROCTOR, form={"account": ""}),
    Row("POST", f"{PAGE}/flags/{{flag_id}}/dismiss-alike", PROCTOR, form={"reason": "A cat."}),
    Row("GET", f"{PAGE}/conclusion", OBSERVER),
    Row("POST", f"{PAGE}/conclusion", PROCTOR, form={"outcome": "passed", "version": "0"}),
    Row("POST", f"{PAGE}/notes", PROCTOR, form={"text": "Seen."}),
    Row("POST", f"{PAGE}/assignment", PROCTOR, form={"account": ""}),
    Row("GET", f"{PAGE}/verdict", OBSERVER),
    Row("POST", f"{PAGE}/verdict", PROCTOR, form={}),
    Row("GET", f"{PAGE}/live", OBSERVER),
    Row("POST", f"{PAGE}/live", PROCTOR, form=WORDS),
    Row("POST", f"{PAGE}/live/care", PROCTOR, form={"do": "take"}),
    # the board
    Row("GET", "/live", OBSERVER),
    Row("GET", "/live/tiles", OBSERVER),
    Row("GET", "/live/{session_id}", OBSERVER),
    Row("POST", "/live/together", PROCTOR, form=WORDS),
    Row("GET", "/live/phrases", PROCTOR),
    Row("POST", "/live/phrases", EXAMINER, form={"text": "Please look up."}),
    Row("POST", "/live/phrases/{phrase_id}/remove", EXAMINER, form={}),
    Row("GET", f"{API}/live/board", OBSERVER),
    Row(WEBSOCKET, f"{API}/live/board", OBSERVER),
    Row("GET", f"{PAGE}/receipts", PROCTOR),
    Row("GET", f"{PAGE}/bundle", PROCTOR),
    Row("GET", "/imports", PROCTOR),
    Row("POST", "/imports", PROCTOR, body=b"no recording"),
    Row("GET", SESSION, OBSERVER),
    Row("GET", f"{SESSION}/flags", OBSERVER),
    Row("POST", f"{SESSION}/flags/{{flag_id}}/decisions", PROCTOR, json=VERDICT),
    Row("POST", f"{SESSION}/flags/{{flag_id}}/notes", PROCTOR, json={"text": "See there."}),
    Row("PUT", f"{SESSION}/flags/{{flag_id}}/assignment", PROCTOR, json={"account": None}),
    Row("GET", f"{SESSION}/flags/{{flag_id}}/alike", OBSERVER),
    Row("GET", f"{SESSION}/decisions", OBSERVER),
    Row("POST", f"{SESSION}/decisions", PROCTOR, json={"outcome": "passed", "version": 0}),
    Row("GET", f"{SESSION}/verdict", OBSERVER),
    Row("GET", f"{SESSION}/live", OBSERVER),
    Row("GET", f"{SESSION}/commands", OBSERVER),
    Row("POST", f"{SESSION}/commands", PROCTOR, json=WORDS),
    Row("GET", f"{SESSION}/conversation", OBSERVER),
    Row("POST", f"{API}/exam-headers/check", OBSERVER, json=HEADER),
    # media
    Row("GET", f"{MEDIA}/{{name}}", OBSERVER, at={"name": "master.m3u8"}),
    Row(
        "GET", f"{MEDIA}/{{stream}}/{{n}}/init.mp4", OBSERVER, at={"stream": "camera", "n": "0"}
    ),
    Row(
        "GET",
        f"{MEDIA}/{{stream}}/{{piece}}",
        OBSERVER,
        at={"stream": "camera"} | {"piece": "1.m4s"},
    ),
    Row("GET", f"{MEDIA}/attachments/{{n}}", OBSERVER, at={"n": "0"}),
    Row("GET", f"{MEDIA}/newest/{{stream}}/picture", OBSERVER, at={"stream": "camera"}),
    Row("GET", f"{MEDIA}/newest/{{name}}", OBSERVER, at={"name": "camera.m3u8"}),
    # exams
    Row("GET", "/exams", OBSERVER),
    Row("GET", "/exams/new", EXAMINER),
    Row("POST", "/exams", EXAMINER, form={"title": ""}),
    Row("GET", EXAM_PAGE, OBSERVER),
    Row("GET", f"{EXAM_PAGE}/policy", OBSERVER),
    Row("POST", f"{EXAM_PAGE}/policy", EXAMINER, form={"version": "1"}),
    Row("POST", f"{EXAM_PAGE}/candidates", EXAMINER, form={"candidates": "Eve, s-8"}),
    Row(
        "POST",
        f"{EXAM_PAGE}/candidates/{{place_id}}/accommodation",
        EXAMINER,
        form={"accommodation": ""},
    ),
    Row("GET", f"{EXAM_PAGE}/schedule", OBSERVER),
    Row("POST", f"{EXAM_PAGE}/schedule", EXAMINER, form={"title": ""}),
    Row("POST", f"{EXAM_PAGE}/publish", EXAMINER, form={}),
    Row("POST", f"{EXAM_PAGE}/cancel", EXAMINER, form={"why": ""}),
    Row("POST", f"{EXAM_PAGE}/reinstate", EXAMINER, form={}),
    Row("POST", f"{EXAM_PAGE}/copy", EXAMINER, form={}),
    Row("GET", f"{EXAM_PAGE}/policy/compare", OBSERVER),
    Row("POST", f"{EXAM_PAGE}/policy/restore", EXAMINER, form={"version": "1"}),
    Row("GET", f"{EXAM_PAGE}/candidates", OBSERVER),
    Row("GET", f"{EXAM_PAGE}/candidates/template.csv", EXAMINER),
    Row("POST", f"{EXAM_PAGE}/candidates/bulk", EXAMINER, form={"do": "revoke"}),
    Row("GET", f"{EXAM_PAGE}/import", EXAMINER),
    Row("POST", f"{EXAM_PAGE}/import", EXAMINER, form={}),
    Row("GET", f"{EXAM_PAGE}/import/{{import_id}}", EXAMINER),
    Row("POST", f"{EXAM_PAGE}/import/{{import_id}}", EXAMINER, form={}),
    Row("POST", f"{EXAM_PAGE}/import/{{import_id}}/run", EXAMINER, form={"what": "all"}),
    Row("GET", f"{EXAM_PAGE}/import/{{import_id}}/progress", EXAMINER, absent=True),
    Row("GET", f"{EXAM_PAGE}/import/{{import_id}}/report.csv", EXAMINER),
    Row("GET", "/letters", EXAMINER),
    Row("POST", "/letters/again", EXAMINER, form={}),
    Row("POST", "/letters/zone", EXAMINER, form={"zone": "UTC"}),
    Row("GET", "/letters/words/{kind}", EXAMINER, at={"kind": "reminder"}),
    Row("POST", "/letters/words/{kind}", EXAMINER, at={"kind": "reminder"}, form={}),
    Row("GET", f"{API}/exams", OBSERVER),
    Row("POST", f"{API}/exams", EXAMINER, json=DRAFT),
    Row("GET", EXAM, OBSERVER),
    Row("GET", f"{EXAM}/schedule", OBSERVER),
    Row("PUT", f"{EXAM}/schedule", EXAMINER, json=SCHEDULE),
    Row("POST", f"{EXAM}/copy", EXAMINER),
    Row("POST", f"{EXAM}/publish", EXAMINER),
    Row("POST", f"{EXAM}/cancel", EXAMINER, json={"why": "The hall is closed."}),
    Row("POST", f"{EXAM}/reinstate", EXAMINER),
    Row("GET", f"{EXAM}/policy", OBSERVER),
    Row("PUT", f"{EXAM}/policy", EXAMINER, json={}),
    Row("GET", f"{EXAM}/policies", OBSERVER),
    Row("POST", f"{EXAM}/policies", EXAMINER, json={}),
    Row("GET", f"{EXAM}/enrolments", EXAMINER),
    Row("POST", f"{EXAM}/enrolments", EXAMINER, json=CANDIDATES),
    Row("POST", f"{EXAM}/enrolments/changes", EXAMINER, json={"do": "revoke"} | NOBODY),
    Row("POST", f"{EXAM}/letters", EXAMINER, json={"kind": "reminder"} | NOBODY),
    Row("POST", f"{EXAM}/codes", EXAMINER, json=NOBODY),
    Row("POST", f"{EXAM}/imports", EXAMINER, body=b"name,reference\nEve,s-7\n"),
    Row(
        "PUT",
        f"{EXAM}/enrolments/{{enrolment_id}}/accommodation",
        EXAMINER,
        json={"accommodation": None},
    ),
    # accommodations
    Row("GET", "/accommodations", EXAMINER),
    Row("POST", "/accommodations", EXAMINER, form=PROFILE_FORM),
    Row("GET", PROFILE_PAGE, EXAMINER),
    Row("POST", PROFILE_PAGE, EXAMINER, form=PROFILE_FORM),
    Row("POST", f"{PROFILE_PAGE}/archived", EXAMINER, form={"archived": "yes"}),
    Row("GET", f"{API}/accommodations", EXAMINER),
    Row("POST", f"{API}/accommodations", EXAMINER, json=PROFILE),
    Row("PUT", f"{API}/accommodations/{{profile_id}}", EXAMINER, json=PROFILE),
    Row(
        "PUT",
        f"{API}/accommodations/{{profile_id}}/archived",
        EXAMINER,
        json={"archived": True},
    ),
    # reports
    Row("GET", f"{PAGE}/report", PROCTOR),
    Row("POST", f"{PAGE}/report", PROCTOR, form={}),
    Row("GET", f"{PAGE}/report.pdf", PROCTOR),
    Row("GET", f"{SESSION}/report", PROCTOR),
    Row("GET", f"{EXAM_PAGE}/report", OBSERVER),
    Row("GET", f"{EXAM_PAGE}/report.csv", OBSERVER),
    Row("GET", f"{EXAM_PAGE}/report.pdf", OBSERVER),
    Row("GET", f"{EXAM}/report", OBSERVER),
    # webhooks, calendars, exports
    Row("GET", "/settings/webhooks", ADMIN),
    Row("POST", "/settings/webhooks", ADMIN, form={"name": "LMS", "url": "?"}),
    Row("GET", WEBHOOK_PAGE, ADMIN),
    Row("POST", WEBHOOK_PAGE, ADMIN, form={"name": "LMS"}, absent=True),
    Row("POST", f"{WEBHOOK_PAGE}/do", ADMIN, form={"do": "ping"}),
    Row("GET", f"{API}/webhooks", ADMIN),
    Row("POST", f"{API}/webhooks", ADMIN, json=WEBHOOK),
    Row("PUT", WEBHOOK_API, ADMIN, json=WEBHOOK),
    Row("POST", f"{WEBHOOK_API}/secret", ADMIN),
    Row("POST", f"{WEBHOOK_API}/ping", ADMIN),
    Row("GET", f"{WEBHOOK_API}/deliveries", ADMIN),
    Row("POST", f"{WEBHOOK_API}/deliveries", ADMIN, json={}),
    Row("DELETE", WEBHOOK_API, ADMIN, absent=True),
    Row("GET", "/settings/builds", ADMIN),
    Row("POST", "/settings/builds", ADMIN, form={}),
    Row("POST", "/settings/builds/rule", ADMIN, form={"flags": "on"}),
    Row("POST", "/settings/builds/{build_id}/withdraw", ADMIN, form={}),
    Row("GET", f"{API}/builds", ADMIN),
    Row("POST", f"{API}/builds", ADMIN, body=b""),
    Row("PUT", f"{API}/builds/rule", ADMIN, json={"flags": True}),
    Row("POST", f"{API}/builds/{{build_id}}/withdraw", ADMIN),
    Row("GET", "/settings/calendar", OBSERVER),
    Row("POST", "/settings/calendar", OBSERVER, form={"do": "create"}),
    Row("GET", "/calendar/{calendar_token}", LINK),
    Row("GET", f"{EXAM_PAGE}/calendar.ics", OBSERVER),
    Row("GET", "/exports", PROCTOR),
    Row("GET", f"{API}/exports/sessions", PROCTOR),
    Row("GET", f"{API}/exports/flags", PROCTOR),
    Row("GET", f"{API}/exports/decisions", PROCTOR),
    Row("GET", f"{API}/exports/candidates", EXAMINER),
    Row("GET", f"{API}/exports/audit", ADMIN),
    # people, one's own account, tokens, signing in
    Row("GET", "/settings/people", ADMIN),
    Row("POST", "/settings/people/invitations", ADMIN, form=INVITED),
    Row("POST", "/settings/people/invitations/{invitation_id}/withdraw", ADMIN, form={}),
    Row("POST", f"{PERSON}/role", ADMIN, form={"role": "proctor"}),
    Row("POST", f"{PERSON}/sessions", ADMIN, form={}),
    Row("POST", f"{PERSON}/factors", ADMIN, form={}),
    Row("POST", f"{PERSON}/password", ADMIN, form={}),
    Row("POST", f"{PERSON}/active", ADMIN, form={"active": "no"}),
    Row("GET", "/join/{secret}", LINK),
    Row("POST", "/join/{secret}", LINK, form={}),
    Row("POST", "/join/{secret}/strength", LINK, form={}),
    Row("GET", "/settings/sign-in", ADMIN),
    Row("POST", "/settings/sign-in/factor", ADMIN, form={"wanted": "no"}),
    Row("POST", "/settings/sign-in/provider", ADMIN, form={}),
    Row("POST", "/settings/sign-in/provider/remove", ADMIN, form={}),
    Row("GET", ACCOUNT, OBSERVER),
    Row("POST", f"{ACCOUNT}/password", OBSERVER, form={}),
    Row("POST", f"{ACCOUNT}/password/strength", OBSERVER, form={}),
    Row("POST", f"{ACCOUNT}/totp", OBSERVER, form={}),
    Row("GET", f"{ACCOUNT}/totp", OBSERVER),
    Row("GET", f"{ACCOUNT}/totp.svg", OBSERVER, absent=True),
    Row("POST", f"{ACCOUNT}/totp/confirm", OBSERVER, form={"code": "000000"}),
    Row("POST", f"{ACCOUNT}/totp/remove", OBSERVER, form={}),
    Row("POST", f"{ACCOUNT}/recovery-codes", OBSERVER, form={}),
    Row("POST", f"{ACCOUNT}/passkeys/options", OBSERVER, json={}),
    Row("POST", f"{ACCOUNT}/passkeys", OBSERVER, json={"credential": {}}),
    Row("POST", f"{ACCOUNT}/passkeys/{{passkey_id}}/name", OBSERVER, form={"name": "x"}),
    Row("POST", f"{ACCOUNT}/passkeys/{{passkey_id}}/remove", OBSERVER, form={}),
    Row("POST", f"{ACCOUNT}/sessions/{{session}}/end", OBSERVER, form={}),
    Row("POST", f"{ACCOUNT}/sessions/end", OBSERVER, form={}),
    Row("GET", "/settings/tokens", OBSERVER),
    Row("POST", "/settings/tokens", OBSERVER, form=TOKEN),
    Row("POST", "/settings/tokens/{token_id}/revoke", OBSERVER, form={}),
    Row("GET", "/login/second", PUBLIC),
    Row("POST", "/login/second", PUBLIC, form={"code": "000000"}),
    Row("POST", "/login/passkey/options", PUBLIC, json={}),
    Row("POST", "/login/passkey", PUBLIC, json={"credential": {}}),
    Row("GET", "/login/with/{institution_id}", PUBLIC, at={"institution_id": "0" * 32}),
    Row("GET", "/login/back", PUBLIC),
    # data protection
    Row("GET", DATA, EXAMINER),
    Row("POST", DATA, ADMIN, form={"appeal_days": "14", "show_viewers": "on"}),
    Row("GET", f"{DATA}/consent", ADMIN),
    Row("GET", f"{DATA}/access", ADMIN),
    Row("GET", f"{DATA}/documents/{{name}}", ADMIN, at={"name": "privacy-notice.md"}),
    Row("GET", f"{DATA}/region", ADMIN),
    Row("POST", f"{DATA}/region", ADMIN, form={"region": "nowhere"}),
    Row("GET", f"{DATA}/holds", EXAMINER),
    Row("POST", f"{DATA}/holds", EXAMINER, form={"kind": "session", "subject_id": "0" * 32}),
    Row("POST", f"{DATA}/holds/{{hold_id}}/release", EXAMINER, form={"reason": "Over."}),
    Row("GET", f"{DATA}/sessions/{{session_id}}", EXAMINER),
    Row("POST", f"{DATA}/sessions/{{session_id}}/destroy", ADMIN, form={}),
    Row("GET", f"{DATA}/sessions/{{session_id}}/certificates", EXAMINER),
    Row("POST", f"{DATA}/sessions/{{session_id}}/link", EXAMINER, form={"do": "send"}),
    Row("GET", f"{DATA}/appeals", EXAMINER),
    Row("POST", f"{DATA}/appeals/{{appeal_id}}", EXAMINER, form={"do": "look"}),
    Row("GET", f"{DATA}/requests", ADMIN),
    Row("POST", f"{DATA}/requests", ADMIN, form={"reference": "s-99", "kind": "export"}),
    Row("POST", f"{DATA}/requests/{{request_id}}", ADMIN, form={"do": "check", "words": "x"}),
    Row("GET", f"{DATA}/requests/{{request_id}}/copy", ADMIN),
    Row("GET", f"{DATA}/requests/{{request_id}}/copy/{{session_id}}", ADMIN),
    # the candidate's own page
    Row("GET", "/my/{my_token}", LINK),
    Row("GET", "/my/{my_token}/copy", LINK),
    Row("GET", "/my/{my_token}/certificates", LINK),
    Row("POST", "/my/{my_token}/appeal", LINK, form={"text": "No."}),
    Row("POST", "/my/{my_token}/request", LINK, form={"kind": "export", "text": ""}),
    Row("POST", "/my/{my_token}/withdraw", LINK, form={}),
    # the log
    Row("GET", "/audit", ADMIN),
    Row("GET", "/audit/log", ADMIN),
)
